/** One line a repository, to paste into a chat. */
import { describeCounts, type Report } from "../report.ts";
import { renderFix } from "./fix.ts";

export function renderShort(report: Report): string {
  const { summary, isBefore } = report;
  const own = Map.groupBy(
    summary.findings.flatMap((finding) => {
      return (finding.repositories.length === 0 ? [undefined] : finding.repositories).map((slug) => ({
        slug,
        finding,
      }));
    }),
    ({ slug }) => slug,
  );
  const describe = (slug: string | undefined) => {
    const said = (own.get(slug) ?? []).filter(({ finding }) => finding.kind !== "warning");
    return said.map(({ finding: { id, reason, fix, kind } }) => {
      const mend = fix && kind !== "unknown" ? ` (${renderFix(fix)})` : "";
      return `${id}: ${reason}${mend}`;
    });
  };
  const stack = describe(undefined);
  return `${[
    ...(stack.length === 0 ? [] : [`the stack: ${stack.join(" ")}`]),
    ...summary.repositories.map(({ slug, standing }) => {
      const said = describe(slug);
      const word = (isBefore ? wordsBefore : words)[standing];
      return `${slug}: ${word}${said.length === 0 ? "" : `. ${said.join(" ")}`}`;
    }),
    describeCounts(report),
  ].join("\n")}\n`;
}

const words = { works: "works", broken: "BROKEN", unknown: "cannot be told", waits: "waits" };
const wordsBefore = { ...words, works: "ready", waits: "ready as far as can be told" };
