/** For a terminal: a row for each repository, then each cause once, then the answer. */

import { categories } from "../../../core/checks/categories.ts";
import type { Category } from "../../../core/checks/check.ts";
import type { Cell, Finding, Summary } from "../../../core/checks/summary.ts";
import { toPlainText } from "../../../core/messages/entry.ts";
import { describeCounts, describePlaces, kinds, pageOf, type Report } from "../report.ts";
import { renderFix } from "./fix.ts";

/** Of those that stand alike so many have a row of their own. */
const mostAlike = 20;

const words: Record<Cell, string> = {
  ok: "ok",
  broken: "BROKEN",
  warning: "warning",
  unknown: "?",
  waits: "waits",
  none: "-",
};

export function renderTable(report: Report): string {
  const { summary } = report;
  const findings = summary.findings.map(renderFinding);
  return `${[...renderRows(summary), "", ...findings.flatMap((lines) => [...lines, ""]), describeCounts(report)].join("\n")}\n`;
}

function renderRows({ repositories }: Summary): string[] {
  const used = categories.filter((category) =>
    repositories.some(({ cells }) => (cells.get(category) ?? "none") !== "none"),
  );
  const groups = [...Map.groupBy(repositories, ({ cells }) => used.map((name) => cells.get(name)).join()).values()];
  const rows = groups.flatMap((alike) => {
    const shown = alike.slice(0, mostAlike);
    const rest = alike.length - shown.length;
    return [
      ...shown.map(({ slug, cells }) => rowOf(slug, cells, used)),
      ...(rest > 0 && shown[0] ? [rowOf(`and ${rest} like these`, shown[0].cells, used)] : []),
    ];
  });
  const table = [["", ...used], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function rowOf(name: string, cells: Map<Category, Cell>, used: readonly Category[]): string[] {
  return [name, ...used.map((category) => words[cells.get(category) ?? "none"])];
}

/** What is broken, where, and how to mend it. */
function renderFinding(finding: Finding): string[] {
  const { id, kind, title, reason, fix, isFixForEach } = finding;
  const places = describePlaces(finding);
  return [
    `${kinds[kind]}  ${id}${places === undefined ? "" : `, ${places}`}`,
    `  ${reason}`,
    `  Expected: ${toPlainText(title)}.`,
    ...(fix === undefined ? [] : [`  Fix${isFixForEach ? ", in each its own" : ""}: ${renderFix(fix)}`]),
    `  ${pageOf(id)}`,
  ];
}
