/** One line a repository, to paste into a chat. */
import type { Result } from "../../../core/checks/check.ts";
import { type Cell, cellOf } from "../../../core/checks/summary.ts";
import { describeCounts, type Report } from "../report.ts";
import { renderFix } from "./fix.ts";
import { withoutMentions } from "./mentions.ts";

export function renderShort(report: Report): string {
  const { summary, results, isBefore } = report;
  const own = Map.groupBy(
    results.filter((one) => worstFirst.includes(cellOf(one))),
    ({ repository }) => repository,
  );
  const rank = (one: Result) => worstFirst.indexOf(cellOf(one));
  const describe = (slug: string | undefined, said: readonly Cell[] = worstFirst) =>
    (own.get(slug) ?? [])
      .filter((one) => said.includes(cellOf(one)))
      .toSorted((one, other) => rank(one) - rank(other))
      .map(describeResult);
  const stack = describe(undefined);
  return `${[
    ...(stack.length === 0 ? [] : [`the stack: ${stack.join(" ")}`]),
    ...summary.repositories.map(({ slug, standing }) => {
      // Of what is broken nobody asks what it waits for.
      const said = describe(slug, standing === "broken" ? ["broken", "unknown"] : worstFirst);
      const word = (isBefore ? wordsBefore : words)[standing];
      return `${slug}: ${word}${said.length === 0 ? "" : `. ${said.join(" ")}`}`;
    }),
    describeCounts(report),
  ].join("\n")}\n`;
}

/** What is said: not what only warns. */
const worstFirst: readonly Cell[] = ["broken", "unknown", "waits"];

function describeResult(result: Result): string {
  const { id, verdict } = result;
  if (verdict.status === "ok") return id;
  const fix = "fix" in verdict && cellOf(result) !== "unknown" ? verdict.fix : undefined;
  return withoutMentions(`${id}: ${verdict.reason}${fix === undefined ? "" : ` (${renderFix(fix)})`}`);
}

const words = { works: "works", broken: "BROKEN", unknown: "cannot be told", waits: "waits" };
const wordsBefore = { ...words, works: "ready", waits: "ready as far as can be told" };
