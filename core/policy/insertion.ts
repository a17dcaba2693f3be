/** Where new items go in a container, and their text: they look as its items do, and no comma of others changes. */
import { hasNewline, lastOffset, lineIndent, spansLines } from "./containers.ts";
import { type Container, commentsIn, type Item } from "./hujson.ts";
import { eolAt, itemIndent, skipBlanks, unitOf, usesEmptyLines, valueColumn } from "./layout.ts";
import { type Mark, markText, type Note, nothingToNote, readMark } from "./marks.ts";
import { type Layout, renderInline, renderLines, width } from "./render.ts";

export interface NewItem {
  /** The quoted name, in an object. */
  name?: string;
  /** Without a layout on one line. */
  text: (layout: Layout | undefined) => string;
}

/** What the marks of new items say; the first one has the note. */
export interface Marking {
  stack: string;
  note?: Note | undefined;
}

/** What goes into a container, beside the marks that are in it: marks of one container look alike. */
export interface Insertion {
  items: NewItem[];
  marks: Mark[];
  marking: Marking;
}

/** Text to be inserted at an offset. */
export interface Piece {
  offset: number;
  text: string;
}

/** How items stand in a container. */
type Style =
  | { kind: "inline" }
  | {
      kind: "lines";
      layout: Layout;
      /** Block comments as marks: the container was on one line before the first mark came. */
      isBlock: boolean;
      /** The marks stand on the line of their entry: the items of others had no lines of their own. */
      isBeside: boolean;
    };

/** A value as text; without a layout on one line. */
export function valueText(value: unknown, layout: Layout | undefined): string {
  return layout ? renderLines(value, layout) : renderInline(value);
}

/**
 * New items behind the opening bracket of a container.
 *
 * A container without lines of its own gets them where its items have some, `[{`, newline: the first item moves to the
 * next line, indented as its closing bracket is. `restore` takes that back with the last mark.
 */
export function insertFirst(
  text: string,
  container: Container,
  root: Container,
  { items, marks, marking }: Insertion,
): Piece {
  const inside = container.start + 1;
  const [first] = container.items;
  const isOpen = spansLines(text, container);
  const unit = unitOf(text, container, root);
  const outer = lineIndent(text, container.start);
  const opened = { eol: eolAt(text, -1), indent: outer + unit, unit };
  const closing = opened.eol + outer;
  if (first && !hasNewline(text, inside, first.start) && hasNewline(text, container.start, container.end)) {
    const style: Style = { kind: "lines", layout: opened, isBlock: true, isBeside: true };
    return { offset: skipBlanks(text, inside), text: joinLines(itemTexts(style, items, marking)) + closing };
  }
  if (isOpen) {
    const offset = behindOpeningComment(text, inside);
    const layout = { eol: eolAt(text, offset), indent: itemIndent(text, container, root), unit };
    const style: Style = { kind: "lines", layout, ...formOf(text, marks) };
    const column = valueColumn(text, container, offset);
    return { offset, text: joinLines(itemTexts(style, items, marking, column)) };
  }
  if (container.end === inside + 1 && (container === root || spansLines(text, root))) {
    const style: Style = { kind: "lines", layout: opened, isBlock: true, isBeside: false };
    return { offset: inside, text: joinLines(itemTexts(style, items, marking)) + closing };
  }
  const offset = skipBlanks(text, inside);
  const texts = itemTexts({ kind: "inline" }, items, marking).join(", ");
  return { offset, text: offset === container.end - 1 ? texts : `${texts}, ` };
}

/**
 * New members at the end of the top-level object, with the empty lines that it has between its members. `gone` are
 * members that are cut in the same edit.
 */
export function insertLast(text: string, root: Container, insertion: Insertion, gone: Set<Item>): Piece[] {
  const { items, marks, marking } = insertion;
  const last = root.items.at(-1);
  if (!last) return [insertFirst(text, root, root, insertion)];
  const end = lastOffset(root);
  const isOpen = spansLines(text, root);
  const needsComma = last.comma === undefined && !gone.has(last);
  if (!isOpen) {
    const texts = itemTexts({ kind: "inline" }, items, marking).join(", ");
    const lead = last.comma === undefined ? (needsComma ? ", " : "") : text[end] === " " ? " " : "";
    return [{ offset: end, text: `${lead}${texts}${last.comma === undefined ? "" : ","}` }];
  }
  const offset = commentsIn(text, end, root.end - 1).at(-1)?.end ?? end;
  const unit = unitOf(text, root, root);
  const layout = { eol: eolAt(text, offset), indent: itemIndent(text, root, root), unit };
  const emptyLine = usesEmptyLines(text, root) ? layout.eol : "";
  const texts = itemTexts({ kind: "lines", layout, ...formOf(text, marks) }, items, marking);
  const added = texts.map((item) => emptyLine + item).join(",");
  return [
    ...(needsComma ? [{ offset: end, text: "," }] : []),
    { offset, text: last.comma === undefined ? added : `${added},` },
  ];
}

/** A new section with its entries. */
export function createSection(name: string, brackets: string, items: NewItem[], stack: string): NewItem {
  const [open, close] = brackets;
  return {
    name: JSON.stringify(name),
    text: (layout) => {
      if (!layout) return `${open}${itemTexts({ kind: "inline" }, items, { stack }).join(", ")}${close}`;
      const inner = { ...layout, indent: layout.indent + layout.unit };
      const style: Style = { kind: "lines", layout: inner, isBlock: false, isBeside: false };
      return `${open}${joinLines(itemTexts(style, items, { stack }))}${layout.eol}${layout.indent}${close}`;
    },
  };
}

/** Is the mark followed by its entry on the same line? */
export function isBesideItem(text: string, mark: Mark): boolean {
  const at = skipBlanks(text, mark.end);
  return text[at] !== "\n" && text[at] !== "\r";
}

/** As the marks that are there. */
function formOf(text: string, marks: Mark[]): { isBlock: boolean; isBeside: boolean } {
  const blocks = marks.filter((mark) => mark.isBlock);
  return { isBlock: blocks.length > 0, isBeside: blocks.some((mark) => isBesideItem(text, mark)) };
}

/** Each item with its mark in front, without a comma; on lines, each begins with a newline. */
function itemTexts(style: Style, items: NewItem[], { stack, note }: Marking, column?: number): string[] {
  return items.map(({ name, text }, index) => {
    const isBlock = style.kind === "inline" || style.isBlock;
    const mark = markText({ stacks: [stack], isBlock, note: (index === 0 && note) || nothingToNote });
    if (style.kind === "inline") return `${mark} ${name === undefined ? "" : `${name}: `}${text(undefined)}`;
    const { layout, isBeside } = style;
    const line = layout.eol + layout.indent;
    const value = text(layout);
    // Format aligns lines that no comment parts: a mark above parts them.
    const isAligned = isBeside || index === items.length - 1;
    const padding = isAligned && column !== undefined && name !== undefined ? column - width(name) - 1 : 1;
    const space = " ".repeat(value.includes(layout.eol) ? 1 : Math.max(1, padding));
    return `${line}${mark}${isBeside ? " " : line}${name === undefined ? "" : `${name}:${space}`}${value}`;
  });
}

function joinLines(texts: string[]): string {
  return texts.map((item) => `${item},`).join("");
}

/** Behind the comments that follow the opening bracket on its line. A mark there belongs to the first item. */
function behindOpeningComment(text: string, inside: number): number {
  let at = inside;
  let behind = inside;
  for (;;) {
    at = skipBlanks(text, at);
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
