/** Text of others as a terminal may show it. */

/**
 * `text` with `\u001b` and the like in place of what a terminal would act upon or not show: control characters but for tabs, marks
 * that turn the direction of a line, halves of pairs, and Unicode's own line breaks.
 */
export function escapeUnprintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) =>
    character === "\t" ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * `text` in which a runner of GitHub Actions, which reads what a job prints, finds no command of its own: it looks for `::` at the
 * beginning of a line, and for `##[` anywhere (actions/runner, ActionCommand.cs).
 */
export function disarmCommands(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, "$1: ").replaceAll("##[", "## [");
}

/**
 * What `escapeUnprintable` makes of a message, whose line breaks are meant. Pulumi ends with a panic, or hangs, at a colour that it does not know:
 * `<{%x%}>` (sdk/go/common/diag/colors).
 */
export function escapeMessage(text: string): string {
  return text.split("\n").map(escapeUnprintable).join("\n").replaceAll("<{%", "<{ %");
}
