/** Where the parts of an object or array stand in the text. */
import type { Container } from "./hujson.ts";

/** Offsets between which stand only comments and whitespace. */
export interface Gap {
  from: number;
  to: number;
}

/** In front of each item, between its value and its comma, and before the closing bracket. */
export function gapsIn(container: Container): Gap[] {
  const gaps = container.items.flatMap(({ from, start, value, comma }) => {
    const before = { from, to: start };
    return comma === undefined || comma === value.end ? [before] : [before, { from: value.end, to: comma }];
  });
  return [...gaps, { from: lastOffset(container), to: container.end - 1 }];
}

/** Where the comments and whitespace before the closing bracket begin. */
export function lastOffset(container: Container): number {
  const last = container.items.at(-1);
  if (!last) return container.start + 1;
  return last.comma === undefined ? last.value.end : last.comma + 1;
}

/** Does each item stand on a line of its own? hujson's rule: a newline after a bracket or comma, or before the last bracket. */
export function spansLines(text: string, container: Container): boolean {
  return (
    container.items.some(({ from, start }) => hasNewline(text, from, start)) ||
    hasNewline(text, container.items.at(-1)?.value.end ?? container.start + 1, container.end)
  );
}

export function hasNewline(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text[at] === "\n") return true;
  return false;
}

export function isBlank(text: string, offset: number): boolean {
  return text[offset] === " " || text[offset] === "\t";
}

/** The blanks with which the line of an offset begins. */
export function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  let end = start;
  while (isBlank(text, end)) end++;
  return text.slice(start, end);
}
