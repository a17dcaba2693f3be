/** How the rehearsal speaks: headings, explanations, diffs, the closing table. */
import { createTwoFilesPatch } from "diff";
import color from "picocolors";

export function heading(number: number, title: string): void {
  console.log(`\n${color.bold(color.cyan(`${number}. ${title}`))}`);
}

/** What an act says, for those who write it down beside the screen. */
export type Piece =
  | { kind: "explanation"; text: string }
  | { kind: "text"; title?: string; text: string }
  /** A unified diff. */
  | { kind: "diff"; title: string; text: string };

/** Called with each piece as it comes. */
export const audience = new Set<(piece: Piece) => void>();

const tell = (piece: Piece) => {
  for (const hear of audience) hear(piece);
};

export function explain(text: string): void {
  printDim(text);
  tell({ kind: "explanation", text });
}

/** Text as it stands in a file, indented. */
export function show(text: string): void {
  printIndented(text);
  tell({ kind: "text", text });
}

/** A unified diff in colour, with so many lines at most; nothing when the texts are equal. */
export function showDiff(name: string, before: string, after: string, { most = Number.POSITIVE_INFINITY } = {}): void {
  const paint = (line: string) =>
    line.startsWith("+")
      ? color.green(line)
      : line.startsWith("-")
        ? color.red(line)
        : line.startsWith("@@")
          ? color.cyan(line)
          : line;
  const text = formatDiff(name, before, after);
  const lines = text.split("\n");
  printIndented(lines.slice(0, most).map(paint).join("\n"));
  if (lines.length > most) printIndented(color.dim(`... and ${lines.length - most} more lines`));
  tell({ kind: "diff", title: name, text });
}

export function formatDiff(name: string, before: string, after: string): string {
  const names = [`${name} (before)`, `${name} (after)`] as const;
  return createTwoFilesPatch(...names, before, after, undefined, undefined, { context: 2 })
    .split("\n")
    .slice(1)
    .join("\n");
}

/** A text for the report alone: too long for a screen. */
export function log(title: string, text: string): void {
  tell({ kind: "text", title, text });
}

/** A unified diff for the report alone. */
export function diff(title: string, text: string): void {
  tell({ kind: "diff", title, text });
}

/** For the screen alone: what the report has in a form of its own. */
export function printDim(text: string): void {
  console.log(color.dim(text));
}

/** For the screen alone. */
export function printIndented(text: string): void {
  console.log(text.replaceAll(/^/gm, "   ").trimEnd());
}

export function showCheck(claim: string, holds: boolean): void {
  console.log(holds ? `${color.green("✓")} ${claim}` : `${color.red("✗")} ${color.bold(claim)}`);
}

export interface Measurement {
  title: string;
  tailscaleRequests: number;
  githubRequests: number;
  seconds: number;
  checks: number;
  failed: number;
}

export function showTable(rows: Measurement[]): void {
  const total = rows.reduce((sum, row) => ({
    title: "total",
    tailscaleRequests: sum.tailscaleRequests + row.tailscaleRequests,
    githubRequests: sum.githubRequests + row.githubRequests,
    seconds: sum.seconds + row.seconds,
    checks: sum.checks + row.checks,
    failed: sum.failed + row.failed,
  }));
  const cells = [...rows, total].map((row) => [
    row.title,
    String(row.tailscaleRequests),
    String(row.githubRequests),
    row.seconds.toFixed(1),
    row.failed === 0
      ? `${row.checks} of ${row.checks}`
      : `${row.checks - row.failed} of ${row.checks}, ${row.failed} FAILED`,
  ]);
  const table = [["act", "requests to Tailscale", "to GitHub", "seconds", "checks"], ...cells];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  console.log();
  table.forEach((line, index) => {
    const text = line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
    console.log(index === 0 || index === table.length - 1 ? color.bold(text) : text);
  });
}
