/** How the items of a file are laid out: line ends, indentation, columns. New ones look like them. */
import { hasNewline, isBlank, lastOffset, lineIndent, spansLines } from "./containers.ts";
import type { Container, Item } from "./hujson.ts";
import { type Layout, width } from "./render.ts";

/** How lines end: as the one at the offset does, else as the first line of the file. */
export function eolAt(text: string, offset: number): string {
  const end = text[offset] === "\r" ? offset + 1 : offset;
  const newline = text[end] === "\n" ? end : text.indexOf("\n");
  return text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** The layout of the item that is there already; undefined in a container on one line. */
export function layoutOf(text: string, container: Container, root: Container, offset: number): Layout | undefined {
  if (!spansLines(text, container)) return undefined;
  return { eol: eolAt(text, -1), indent: lineIndent(text, offset), unit: unitOf(text, container, root) };
}

/** The indentation of the lines on which items start; one level below the container's where none does. */
export function itemIndent(text: string, container: Container, root: Container): string {
  const unit = unitOf(text, container, root);
  return (
    firstIndent(text, container.items) ??
    (indentBefore(text, lastOffset(container), container.end - 1) ?? lineIndent(text, container.start)) + unit
  );
}

/** More items than these are not asked: a file that is laid out at random has no unit. */
const askedItems = 8;

/**
 * One level of indentation in a container: as inside its items, else as the items stand to the container, else that of the
 * top-level object's members, else a tab, as Tailscale formats.
 */
export function unitOf(text: string, container: Container, root: Container): string {
  const rootUnit = firstIndent(text, root.items) || "\t";
  if (container === root) return rootUnit;
  for (const { value } of container.items.slice(0, askedItems)) {
    const inner = "items" in value ? firstIndent(text, value.items) : undefined;
    const unit = inner === undefined ? "" : levelBetween(lineIndent(text, value.start), inner);
    if (unit) return unit;
  }
  const indent = firstIndent(text, container.items);
  if (indent === undefined) return rootUnit;
  return levelBetween(lineIndent(text, container.start), indent) || halfOf(indent) || rootUnit;
}

function levelBetween(outer: string, inner: string): string {
  return inner.startsWith(outer) ? inner.slice(outer.length) : "";
}

/** Items of a section are two levels deep. A level of spaces has two at least. */
function halfOf(indent: string): string {
  if (/^\t+$/.test(indent)) return "\t";
  if (!/^ +$/.test(indent)) return "";
  return indent.length >= 4 && indent.length % 2 === 0 ? indent.slice(indent.length / 2) : indent;
}

/** Indentation of the first of the items that starts a line. */
function firstIndent(text: string, items: Item[]): string | undefined {
  for (const { from, start } of items) {
    const indent = indentBefore(text, from, start);
    if (indent !== undefined) return indent;
  }
  return undefined;
}

/** Indentation of the line that ends at `to`, if that line begins after `from`. */
function indentBefore(text: string, from: number, to: number): string | undefined {
  let at = to;
  while (at > from && text[at - 1] !== "\n") at--;
  return at > from ? lineIndent(text, at) : undefined;
}

/**
 * Bytes from the start of a name to its value, as the members behind an offset have it, if all of them that
 * `hujson.Format` would align with a new one there agree: one to a line, without an empty line or a comment's between.
 */
export function valueColumn(text: string, container: Container, offset: number): number | undefined {
  let column: number | undefined;
  for (const [index, { from, start, value, comma }] of container.items.entries()) {
    const isRow =
      countNewlines(text, index === 0 ? offset : from, start) === 1 && !hasNewline(text, start, comma ?? value.end);
    if (!isRow) break;
    const own = width(text.slice(start, value.start));
    if (column !== undefined && own !== column) return undefined;
    column = own;
  }
  return column;
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text[at] === "\n") count++;
  return count;
}

/** Do empty lines stand between most members of the top-level object? */
export function usesEmptyLines(text: string, root: Container): boolean {
  const gaps = root.items.slice(1);
  const empty = gaps.filter(({ from, start }) => /\n[ \t]*\r?\n/.test(text.slice(from, start)));
  return empty.length > 0 && empty.length * 2 >= gaps.length;
}

/** The first offset from here on at which no space or tab stands. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (isBlank(text, at)) at++;
  return at;
}
