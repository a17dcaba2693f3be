/** Patterns for the paths of a pull request's files: GitHub's own, without those that are read another way than they look. */
import { formatMessage } from "../messages/entry.ts";
import { notAPathPattern } from "../messages/workflow-settings.ts";

/**
 * One piece after the other, as scripts/check-scope.ts reads them: `**`, `*`, or a character or a class of characters, which
 * `?` makes optional and `+` repeats.
 */
const pattern = /^!?(\*\*|\*(?!\*)|([^*?+[\]]|\[((\d-\d|[a-z]-[a-z]|[A-Z]-[A-Z]|[\w.+])+-?|-)\])[?+]?)+$/u;

/** The first that fits is said. */
const mistakes: readonly (readonly [RegExp, string])[] = [
  [/^!?$/, "it is empty"],
  [/^.{201}/su, "it has more than 200 characters"],
  [/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\uffff]/u, "it has a character that no line of text can hold"],
  [/^!?\.?\//, "paths begin at the root of the repository, without / or ./"],
  [/\/$/, "it ends with /, which no file does; write /** for all files of a folder"],
  [/[{}]/, "braces are no alternatives here; write one pattern for each"],
  [/\\/, "there is no \\ to take the meaning from a character; put the character into brackets, such as [+]"],
  [/\*{3}/, "three asterisks mean no more than two"],
  [/(^!?|[*?+])[?+]/, "? makes the character before it optional and + repeats it, and there is none"],
];

/**
 * Why the text is not a pattern; undefined if it is one.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
 * @param shown the text as a message quotes it.
 */
export function refusePathPattern(text: string, shown = JSON.stringify(text)): string | undefined {
  const isRight = () => pattern.test(text) && !hasReversedRange(text);
  const why =
    mistakes.find(([form]) => form.test(text))?.[1] ??
    (isRight() ? undefined : "brackets hold letters, digits, . _ - + or ranges such as a-z");
  return why === undefined ? undefined : formatMessage(notAPathPattern, { value: shown, why });
}

/** A range that begins behind its end: `[z-a]`. */
function hasReversedRange(text: string): boolean {
  const ranges = [...text.matchAll(/\[[^\]]*/g)].flatMap(([inside]) => [...inside.matchAll(/(\w)-(\w)/g)]);
  return ranges.some(([, from = "", to = ""]) => from > to);
}

/** Whether some pattern includes, without `!`. A list without any pattern says nothing and is right. */
export function hasPositivePattern(patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((one) => !one.startsWith("!"));
}
