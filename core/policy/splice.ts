/** Edits of a text by offset, and how marks and items are cut out of it so that no other byte changes. */

import { gapsIn, hasNewline, isBlank } from "./containers.ts";
import { type Container, commentsIn, type Item, type Tree } from "./hujson.ts";
import type { Mark } from "./marks.ts";

/** An item to be cut, and the mark in front of it. */
export interface MarkedItem {
  item: Item;
  mark: Mark;
}

export interface CutOptions {
  /** Items are added to the container in the same edit: it does not become empty, and its last comma is needed. */
  isRefilled?: boolean;
  /** Empty lines in front of an item go with it. */
  withEmptyLines?: boolean;
}

/** Collects edits of one text; those of equal start are applied in the order in which they came. */
export class Splice {
  readonly #text: string;
  readonly #lineCommentEnds: Set<number>;
  readonly #edits: Edit[] = [];

  constructor({ text, lineCommentEnds }: Tree) {
    this.#text = text;
    this.#lineCommentEnds = lineCommentEnds;
  }

  insert(offset: number, text: string): void {
    this.#edits.push({ start: offset, end: offset, text });
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Cuts a mark and leaves what it stood in front of. `from` is where the comments around it begin. */
  cutMark(mark: Mark, from: number): void {
    const lead = this.#lineStart(mark.start, from);
    const text = this.#text;
    if (!mark.isBlock) {
      // Nothing stands behind a line comment; in front of it, on its line, may be the previous item.
      this.#cut(lead ?? this.#blanksBefore(mark.start, from), mark.end);
    } else if (lead !== undefined && endsLine(text, mark.end)) {
      this.#cut(lead, mark.end);
    } else this.#cut(mark.start, text[mark.end] === " " ? mark.end + 1 : mark.end);
  }

  /** Cuts items with their marks and commas out of one container. Comments of others among them stay. */
  cutItems(container: Container, items: MarkedItem[], options: CutOptions = {}): void {
    if (items.length === 0) return;
    const marks = new Map(items.map(({ item, mark }) => [item, mark]));
    const isEmptied = marks.size === container.items.length && !options.isRefilled;
    if (isEmptied && items.some(({ mark }) => mark.isBlock) && this.#emptyAgain(container, items)) return;
    for (const [index, item] of container.items.entries()) {
      const mark = marks.get(item);
      const next = container.items[index + 1];
      if (!mark) continue;
      if (next && !marks.has(next) && !hasNewline(this.#text, item.value.end, next.start)) {
        this.#cutBeside(item, mark, next);
      } else this.#cutItem(item, mark, options.withEmptyLines ?? false);
    }
    if (!options.isRefilled) this.#cutLastComma(container, marks);
  }

  apply(): string {
    return applyEdits(this.#text, this.#edits, this.#lineCommentEnds);
  }

  /** A container that was empty and on one line, and got lines for its entries. */
  #emptyAgain(container: Container, items: MarkedItem[]): boolean {
    const own = new Set(items.map(({ mark }) => mark.start));
    for (const { from, to } of gapsIn(container)) {
      if (commentsIn(this.#text, from, to).some(({ start }) => !own.has(start))) return false;
    }
    // Names and values are those of the entries; a newline between them says that they have lines of their own.
    if (!container.items.some((item) => hasNewline(this.#text, item.from, item.start))) return false;
    this.#cut(container.start + 1, container.end - 1);
    return true;
  }

  /** Cuts an item in front of one that stays and stands on the same line: it takes the place of the other. */
  #cutBeside(item: Item, mark: Mark, next: Item): void {
    const text = this.#text;
    const comma = item.comma ?? item.value.end;
    this.cutMark(mark, item.from);
    if (commentsIn(text, item.value.end, comma).length > 0) {
      this.#cut(item.start, item.value.end);
      this.#cut(comma, comma + 1);
    } else {
      const isBare = this.#blanksBefore(next.start, comma + 1) === comma + 1;
      this.#cut(item.start, isBare ? next.start : text[comma + 1] === " " ? comma + 2 : comma + 1);
    }
  }

  #cutItem(item: Item, mark: Mark, withEmptyLines: boolean): void {
    const text = this.#text;
    const lead = this.#lineStart(mark.start, item.from, withEmptyLines);
    this.#cut(lead ?? (mark.isBlock ? mark.start : this.#blanksBefore(mark.start, item.from)), mark.end);
    // A comment of somebody else between mark and entry stays, with the line that it is on.
    const start = commentsIn(text, mark.end, item.start).length > 0 ? this.#lineStart(item.start, mark.end) : mark.end;
    this.#cut(start ?? item.start, item.value.end);
    if (item.comma === undefined) return;
    const isPlainGap = commentsIn(text, item.value.end, item.comma).length === 0;
    const isInline = lead === undefined && mark.isBlock;
    const end = isInline && text[item.comma + 1] === " " ? item.comma + 2 : item.comma + 1;
    this.#cut(isPlainGap ? item.value.end : item.comma, end);
  }

  /** Where the file has no comma after a last item, the one that is the last now loses its own. */
  #cutLastComma({ items }: Container, marks: Map<Item, Mark>): void {
    const last = items.at(-1);
    if (!last || !marks.has(last) || last.comma !== undefined) return;
    const index = items.findLastIndex((item) => !marks.has(item));
    const comma = items[index]?.comma;
    const next = items[index + 1];
    if (comma === undefined || !next) return;
    const isInline = this.#text[comma + 1] === " " && marks.get(next)?.start === comma + 2;
    this.#cut(comma, isInline ? comma + 2 : comma + 1);
  }

  /** Start of the newline and indentation in front of an offset, if nothing else is on its line. */
  #lineStart(offset: number, from: number, withEmptyLines = false): number | undefined {
    let lead: number | undefined;
    for (let at = offset; ; at = lead) {
      at = this.#blanksBefore(at, from);
      if (at <= from || this.#text[at - 1] !== "\n") return lead;
      lead = at - 2 >= from && this.#text[at - 2] === "\r" ? at - 2 : at - 1;
      if (!withEmptyLines) return lead;
    }
  }

  #blanksBefore(offset: number, from: number): number {
    let at = offset;
    while (at > from && isBlank(this.#text, at - 1)) at--;
    return at;
  }

  #cut(start: number, end: number): void {
    if (end > start) this.#edits.push({ start, end, text: "" });
  }
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * The text with all edits; of what two of them remove, each byte goes once. A line comment keeps a newline behind it,
 * whatever was cut there: what stood on the next line must not become part of it.
 */
function applyEdits(text: string, edits: Edit[], lineCommentEnds: Set<number>): string {
  let result = "";
  /** The offset up to which the text is copied or cut. */
  let at = 0;
  /** The offset whose text `result` ends with; undefined behind text that is new. */
  let tail: number | undefined = 0;
  /** The end of a line comment that `result` ends with, and blanks that follow it. */
  let comment: number | undefined;
  let blanks = "";
  const emit = (chunk: string) => {
    const next = blanks + chunk;
    if (comment === undefined) result += next;
    else if (/^[ \t]*$/.test(next)) {
      blanks = next;
      return;
    } else {
      // Blanks that stood in front of a newline would belong to the comment.
      const rest = next.replace(/^[ \t]+(?=\r?\n)/, "");
      result += /^\r?\n/.test(rest) ? rest : newlineAt(text, comment) + rest;
    }
    comment = undefined;
    blanks = "";
  };
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start > at) {
      emit(text.slice(at, edit.start));
      tail = edit.start;
    }
    if (tail !== undefined && tail === edit.start && lineCommentEnds.has(tail)) comment ??= tail;
    if (edit.text !== "") {
      emit(edit.text);
      tail = edit.end > edit.start ? edit.end : undefined;
    }
    at = Math.max(at, edit.end);
  }
  emit(text.slice(at));
  return comment === undefined ? result : result + newlineAt(text, comment) + blanks;
}

/** A newline and the indentation of the line behind it. */
function newlineAt(text: string, offset: number): string {
  return /^\r?\n[ \t]*/.exec(text.slice(offset))?.[0] ?? "\n";
}

/** Is there nothing but blanks between the offset and the end of its line? */
function endsLine(text: string, offset: number): boolean {
  let at = offset;
  while (isBlank(text, at)) at++;
  return text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
}
