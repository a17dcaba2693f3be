/** Where something stands in a policy file, in the line numbers of the file that people see. */

/**
 * For each line of `edited` (index 0 = line 1) the number of the same line in `original`, or undefined for one that
 * `original` does not have. Of equal lines the lower ones are paired, since our entries stand first in a container.
 */
export function lineNumbersIn(original: string, edited: string): (number | undefined)[] {
  const before = original.split("\n");
  const after = edited.split("\n");
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;

  const numbers: (number | undefined)[] = new Array(after.length).fill(undefined);
  for (let index = 0; index < start; index++) numbers[index] = index + 1;
  for (let index = 1; index <= end; index++) numbers[after.length - index] = before.length - index + 1;
  const middle = pairs(before.slice(start, before.length - end), after.slice(start, after.length - end));
  for (const [a, b] of middle) numbers[start + b] = start + a + 1;
  return numbers;
}

/** The longest common subsequence of two lists of lines, as pairs of indexes. */
function pairs(before: string[], after: string[]): [number, number][] {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (a: number, b: number) => lengths[a * width + b] ?? 0;
  for (let a = 1; a <= before.length; a++) {
    for (let b = 1; b <= after.length; b++) {
      const same = before[a - 1] === after[b - 1];
      lengths[a * width + b] = same ? at(a - 1, b - 1) + 1 : Math.max(at(a - 1, b), at(a, b - 1));
    }
  }
  const found: [number, number][] = [];
  for (let a = before.length, b = after.length; a > 0 && b > 0; ) {
    if (before[a - 1] === after[b - 1]) found.push([--a, --b]);
    else if (at(a - 1, b) >= at(a, b - 1)) a--;
    else b--;
  }
  return found;
}

/** Indexes of the lines of `text` that match, comment lines left out. */
export function linesWith(text: string, pattern: RegExp): number[] {
  return text
    .split("\n")
    .map((line, index) => (pattern.test(line) && !line.trimStart().startsWith("//") ? index : -1))
    .filter((index) => index >= 0);
}

/** `text` as a part of a regular expression that matches just it. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
