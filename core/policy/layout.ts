/** Where new items go in a container, and how they look: as its items do. */
import { lastOffset } from "./document.ts";
import { type Container, commentsIn } from "./hujson.ts";
import { type Mark, markText, type Note, nothingToNote, readMark } from "./marks.ts";
import { inline, type Layout, multiline } from "./render.ts";

/** How items are added to a container. */
export type Insertion =
  | {
      kind: "inline";
      /** Behind the whitespace after the opening bracket. */
      offset: number;
      /** The container holds nothing else, so the last new item needs no comma. */
      isEmpty: boolean;
    }
  | {
      kind: "lines";
      /** Behind the opening bracket and a comment on its line. */
      offset: number;
      layout: Layout;
      /** Block comments as marks: the container was on one line before the first mark came. */
      isBlock: boolean;
      /** The marks stand on the line of their entry: `hujson.Format` opened the container. */
      isBeside: boolean;
      /** Text behind the last new item: the container had no lines at all. */
      closing: string;
    };

export interface NewItem {
  /** The quoted name, in an object. */
  name?: string;
  text: (layout: Layout | undefined) => string;
}

export function insertionInto(text: string, container: Container, root: Container, marks: Mark[]): Insertion {
  const inside = container.start + 1;
  const isBlock = marks.some((mark) => mark.isBlock);
  const isBeside = marks.some((mark) => mark.isBlock && isBesideItem(text, mark));
  if (spansLines(text, container)) {
    const offset = behindOpeningComment(text, inside);
    const layout = { eol: eolAt(text, offset), indent: itemIndent(text, container, root), unit: unitOf(text, root) };
    return { kind: "lines", offset, layout, isBlock, isBeside, closing: "" };
  }
  const isWithoutLines = container.end === inside + 1 && (container === root || spansLines(text, root));
  if (isWithoutLines) {
    const outer = lineIndent(text, container.start);
    const layout = { eol: eolAt(text, -1), indent: outer + unitOf(text, root), unit: unitOf(text, root) };
    return { kind: "lines", offset: inside, layout, isBlock: true, isBeside: false, closing: layout.eol + outer };
  }
  let offset = inside;
  while (isBlank(text, offset)) offset++;
  return { kind: "inline", offset, isEmpty: offset === container.end - 1 };
}

/** The text of new items, each with a mark in front; the first mark carries the note. */
export function insertionText(
  insertion: Insertion,
  items: NewItem[],
  owners: string[],
  note: Note | undefined,
): string {
  const texts = items.map(({ name, text }, index) => {
    const item = `${name === undefined ? "" : `${name}: `}`;
    const isBlock = insertion.kind === "inline" || insertion.isBlock;
    const mark = markText({ owners, isBlock, note: (index === 0 && note) || nothingToNote });
    if (insertion.kind === "inline") return `${mark} ${item}${text(undefined)}`;
    const { layout, isBeside } = insertion;
    const line = layout.eol + layout.indent;
    return `${line}${mark}${isBeside ? " " : line}${item}${text(layout)},`;
  });
  if (insertion.kind === "lines") return texts.join("") + insertion.closing;
  return texts.join(", ") + (insertion.isEmpty ? "" : ", ");
}

/** A value as text; without a layout on one line. */
export function valueText(value: unknown, layout: Layout | undefined): string {
  return layout ? multiline(value, layout) : inline(value);
}

/** Does each item stand on a line of its own? hujson's rule: a newline after a bracket or comma, or before the last bracket. */
export function spansLines(text: string, container: Container): boolean {
  return (
    container.items.some(({ from, start }) => hasNewline(text, from, start)) ||
    hasNewline(text, container.items.at(-1)?.value.end ?? container.start + 1, container.end)
  );
}

/** Is the mark followed by its entry on the same line? */
export function isBesideItem(text: string, mark: Mark): boolean {
  let at = mark.end;
  while (isBlank(text, at)) at++;
  return text[at] !== "\n" && text[at] !== "\r";
}

export function hasNewline(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text[at] === "\n") return true;
  return false;
}

export function isBlank(text: string, offset: number): boolean {
  return text[offset] === " " || text[offset] === "\t";
}

/** How lines end: as the one at the offset does, else as the first line of the file. */
export function eolAt(text: string, offset: number): string {
  const end = text[offset] === "\r" ? offset + 1 : offset;
  const newline = text[end] === "\n" ? end : text.indexOf("\n");
  return text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** Behind the comments that follow the opening bracket on its line. A mark there belongs to the first item. */
function behindOpeningComment(text: string, inside: number): number {
  let at = inside;
  let behind = inside;
  for (;;) {
    while (isBlank(text, at)) at++;
    if (text[at] === "\n" || text[at] === "\r") return behind;
    if (text[at] !== "/") return inside;
    const isLine = text[at + 1] === "/";
    const stop = isLine ? text.indexOf("\n", at) : text.indexOf("*/", at + 2) + 2;
    const comment = commentsIn(text, at, stop)[0];
    if (!comment || readMark(text, comment.start, comment.end)) return behind;
    at = comment.end;
    behind = at;
  }
}

/** The indentation of the lines on which items start; one level below the container's where none does. */
function itemIndent(text: string, container: Container, root: Container): string {
  for (const { from, start } of container.items) {
    const indent = indentBefore(text, from, start);
    if (indent !== undefined) return indent;
  }
  const closing = indentBefore(text, lastOffset(container), container.end - 1);
  return (closing ?? lineIndent(text, container.start)) + unitOf(text, root);
}

/** Indentation of the line that ends at `to`, if that line begins after `from`. */
function indentBefore(text: string, from: number, to: number): string | undefined {
  let at = to;
  while (at > from && text[at - 1] !== "\n") at--;
  return at > from ? lineIndent(text, at) : undefined;
}

/** The layout of the item that is there already; undefined in a container on one line. */
export function layoutOf(text: string, container: Container, root: Container, offset: number): Layout | undefined {
  if (!spansLines(text, container)) return undefined;
  return { eol: eolAt(text, -1), indent: lineIndent(text, offset), unit: unitOf(text, root) };
}

/** The blanks with which the line of an offset begins. */
function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  let end = start;
  while (isBlank(text, end)) end++;
  return text.slice(start, end);
}

/** One level of indentation: that of the top-level object's members, else a tab, as Tailscale formats. */
function unitOf(text: string, root: Container): string {
  for (const { from, start } of root.items) {
    const indent = indentBefore(text, from, start);
    if (indent) return indent;
  }
  return "\t";
}
