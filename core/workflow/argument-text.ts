/** Text of people inside a double-quoted argument of `claude_args`. */

/**
 * The text so written that the Claude action hands it on as it is. The action takes out lines that begin with `#`, splits the
 * rest like a shell (shell-quote), and takes what begins with `--` for a flag (base-action/src/parse-sdk-options.ts). Two
 * quotes end the argument's quotation and begin it again, and are themselves nothing.
 *
 * A backslash at the very end would swallow the closing quote, so a space follows it; a dash at the beginning follows one.
 */
export function escapeArgumentText(text: string): string {
  return text
    .replace(/^-|\\$/g, (edge) => (edge === "-" ? " -" : "\\ "))
    .replace(/["\\$]/g, "\\$&")
    .replace(/-(?=-)/g, '-""')
    .replace(/(^|\n)(\s*)#/g, '$1$2""#');
}
