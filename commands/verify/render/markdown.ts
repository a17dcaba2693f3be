/** For the summary of a job: the answer first, then each cause once, then what holds. */
import type { Finding } from "../../../core/checks/summary.ts";
import { describeCounts, describePlaces, kinds, type Report } from "../report.ts";
import { withoutMentions } from "./mentions.ts";

export function renderMarkdown(report: Report): string {
  const { stack, summary } = report;
  const { findings, repositories } = summary;
  const rows = findings.map((finding) => {
    const { id, title, reason, fix, isFixForEach } = finding;
    const mend = fix === undefined ? "" : `${isFixForEach ? "in each its own: " : ""}${renderMarkdownFix(fix)}`;
    const what = `**${kinds[finding.kind]}** \`${id}\`<br>Expected: ${escapeText(title)}`;
    const where = escapeText(describePlaces(finding) ?? "the stack");
    return `| ${what} | ${where} | ${escapeText(reason)} | ${mend} |`;
  });
  const table = rows.length === 0 ? [] : ["| what | where | why | fix |", "| --- | --- | --- | --- |", ...rows, ""];
  return [
    `### ${escapeText(describeCounts(report))}`,
    "",
    ...table,
    "<details><summary>Repositories</summary>",
    "",
    ...repositories.map(({ slug, standing }) => `- ${escapeText(slug)}: ${standing}`),
    "",
    `</details>`,
    "",
    `Stack \`${stack.replaceAll("`", "")}\`, by \`npm run verify\`.`,
    "",
  ].join("\n");
}

function renderMarkdownFix(fix: NonNullable<Finding["fix"]>): string {
  if (fix.kind === "link") return `${escapeText(fix.text)}: ${escapeText(fix.url)}`;
  if (fix.kind === "text") return escapeText(fix.text);
  return `\`${escapeCell(fix.command.replaceAll("`", "'"))}\``;
}

const escapeCell = (text: string): string => text.replaceAll("|", "\\|");

/** Markdown and HTML show it as it is: names are anybody's. */
function escapeText(text: string): string {
  return escapeCell(
    withoutMentions(text).replace(/[\\`*_[\]<>#&!~]/g, (character) => (character === "<" ? "&lt;" : `\\${character}`)),
  );
}
