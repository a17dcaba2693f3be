/** How the rehearsal speaks: headings, explanations, diffs, the closing table. */
import { createTwoFilesPatch } from "diff";
import color from "picocolors";

export function heading(number: number, title: string): void {
  console.log(`\n${color.bold(color.cyan(`${number}. ${title}`))}`);
}

export function explain(text: string): void {
  console.log(color.dim(text));
}

/** Text as it stands in a file, indented. */
export function show(text: string): void {
  console.log(text.replaceAll(/^/gm, "   ").trimEnd());
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
  const lines = createTwoFilesPatch(`${name} (before)`, `${name} (after)`, before, after, undefined, undefined, {
    context: 2,
  })
    .split("\n")
    .slice(1);
  show(lines.slice(0, most).map(paint).join("\n"));
  if (lines.length > most) show(color.dim(`... and ${lines.length - most} more lines`));
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
