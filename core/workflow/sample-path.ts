/** The name of a new file that a review does not leave out, by the settings `paths` and `skipPaths`. */

/**
 * Undefined where no name is found that the patterns take.
 * @param name without an extension, of letters, digits and hyphens: it stands where a pattern leaves the name open.
 */
export function samplePath(
  name: string,
  paths: readonly string[] = [],
  skipPaths: readonly string[] = [],
): string | undefined {
  const open = paths.length === 0 ? [`${name}.md`, `docs/${name}.md`, `src/${name}.ts`, `${name}.txt`] : [];
  const samples = [...open, ...paths.filter((pattern) => !pattern.startsWith("!")).flatMap((one) => fill(one, name))];
  return samples.find(
    (sample) => isIncluded(sample, paths.length === 0 ? ["**"] : paths) && !isIncluded(sample, skipPaths),
  );
}

/** With the name in the last place that is open; a folder more, where a pattern is about folders. */
function fill(pattern: string, name: string): string[] {
  const plain = pattern.replace(/\[(.).*?\]/g, "$1").replace(/[?+]/g, "");
  const last = plain.lastIndexOf("*");
  if (last === -1) return [plain];
  const isWhole = plain.endsWith("*");
  const first = plain.slice(0, last + 1).replace(/\*+$/, "");
  const before = first.replace(/\*\*\//g, "").replace(/\*/g, "x");
  const named = `${before}${name}${isWhole ? "" : plain.slice(last + 1)}`;
  return isWhole ? [`${named}.md`, named, `${named}.ts`] : [named];
}

/** Of several patterns the last that matches decides, as scripts/check-scope.ts has it in a run. */
export function isIncluded(path: string, patterns: readonly string[]): boolean {
  return patterns.findLast((pattern) => toExpression(pattern).test(path))?.startsWith("!") === false;
}

const forms: Readonly<Record<string, string>> = { "**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+" };

function toExpression(pattern: string): RegExp {
  const source = pattern
    .replace(/^!/, "")
    .replace(/(?<![^/])\*\*\/|\*\*|\[.+?\]|\W/g, (part) => forms[part] ?? (part.length > 2 ? part : `\\${part}`));
  return new RegExp(`^${source}$`, "s");
}
