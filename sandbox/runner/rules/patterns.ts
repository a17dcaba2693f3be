/**
 * GitHub's patterns for branches and paths.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
 */

/**
 * Whether the text is meant by a list of patterns, of which a later one wins: `!` takes out what an earlier one took in. A
 * list that only takes out means nothing.
 */
export function isMeant(patterns: readonly string[], text: string): boolean {
  let meant = false;
  for (const pattern of patterns) {
    const isNegative = pattern.startsWith("!");
    if (toExpression(isNegative ? pattern.slice(1) : pattern).test(text)) meant = !isNegative;
  }
  return meant;
}

/** `**` any characters, `*` any but `/`, `?` none or one of the character before, `+` one or more of it, `[]` one of these. */
function toExpression(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    const end = pattern.indexOf("]", at);
    if (pattern.startsWith("**/", at) && (at === 0 || pattern[at - 1] === "/")) {
      // `**/docs` also means `docs` at the top.
      source += "(?:.*/)?";
      at += 2;
    } else if (pattern.startsWith("**", at)) {
      source += ".*";
      at += 1;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?" || character === "+") source += character;
    else if (character === "[" && end > at) {
      source += `[${pattern.slice(at + 1, end).replace(/[\\^\]]/g, "\\$&")}]`;
      at = end;
    } else if (character === "\\" && at + 1 < pattern.length) source += quote(pattern[++at] ?? "");
    else source += quote(character);
  }
  return new RegExp(`^${source}$`, "su");
}

const quote = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
