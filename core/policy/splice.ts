/** Edits of a text by offset, and how marks and items are cut out of it so that no other byte changes. */
import { type Container, commentsIn, type Item } from "./hujson.ts";
import { hasNewline, isBlank } from "./layout.ts";
import type { Mark } from "./marks.ts";

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Collects edits of one text; those of equal start are applied in the order in which they came. */
export class Splice {
  readonly #text: string;
  readonly #edits: Edit[] = [];
  /** Ends of line comments that stay: what follows them needs its newline. */
  readonly #lineCommentEnds = new Set<number>();

  constructor(text: string) {
    this.#text = text;
  }

  insert(offset: number, text: string): void {
    this.#edits.push({ start: offset, end: offset, text });
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Cuts a mark and leaves what it stood in front of. `from` is where the comments around it begin. */
  cutMark(mark: Mark, from: number): void {
    this.#keepLineComments(from, mark.start);
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
  cutItems(container: Container, items: { item: Item; mark: Mark }[]): void {
    const cut = new Set(items.map(({ item }) => item));
    const isAll = cut.size === container.items.length;
    if (isAll && items.some(({ mark }) => mark.isBlock) && this.#emptyAgain(container, items)) return;
    for (const { item, mark } of items) this.#cutItem(item, mark);
    const last = container.items.at(-1);
    if (last && cut.has(last) && last.comma === undefined) {
      // The file has no comma after a last item: the one that is the last now loses its own.
      const comma = container.items.findLast((item) => !cut.has(item))?.comma;
      if (comma !== undefined) this.#cut(comma, this.#text[comma + 1] === " " ? comma + 2 : comma + 1);
    }
  }

  apply(): string {
    const edits = this.#merged();
    let result = "";
    let at = 0;
    for (const { start, end, text } of edits) {
      result += this.#text.slice(at, start) + text;
      at = end;
    }
    return result + this.#text.slice(at);
  }

  /** A container that was empty and on one line, and got lines for its entries. */
  #emptyAgain(container: Container, items: { mark: Mark }[]): boolean {
    const from = container.start + 1;
    const to = container.end - 1;
    const last = container.items.at(-1);
    const isForeign = ({ start }: { start: number }) => !items.some(({ mark }) => mark.start === start);
    const gaps = container.items.flatMap((item) => [
      ...commentsIn(this.#text, item.from, item.start),
      ...commentsIn(this.#text, item.value.end, item.comma ?? item.value.end),
    ]);
    const tail = last ? (last.comma === undefined ? last.value.end : last.comma + 1) : from;
    if ([...gaps, ...commentsIn(this.#text, tail, to)].some(isForeign)) return false;
    // Names and values are those of the entries; a newline between them says that they have lines of their own.
    if (!container.items.some((item) => hasNewline(this.#text, item.from, item.start))) return false;
    this.#cut(from, to);
    return true;
  }

  #cutItem(item: Item, mark: Mark): void {
    const text = this.#text;
    this.#keepLineComments(item.from, item.start, mark);
    const lead = this.#lineStart(mark.start, item.from);
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

  #keepLineComments(from: number, to: number, except?: Mark): void {
    for (const { kind, start, end } of commentsIn(this.#text, from, to)) {
      if (kind === "line" && start !== except?.start) this.#lineCommentEnds.add(end);
    }
  }

  /** Start of the newline and indentation in front of an offset, if nothing else is on its line. */
  #lineStart(offset: number, from: number): number | undefined {
    const at = this.#blanksBefore(offset, from);
    if (at <= from || this.#text[at - 1] !== "\n") return undefined;
    return at - 2 >= from && this.#text[at - 2] === "\r" ? at - 2 : at - 1;
  }

  #blanksBefore(offset: number, from: number): number {
    let at = offset;
    while (at > from && isBlank(this.#text, at - 1)) at--;
    return at;
  }

  #cut(start: number, end: number): void {
    if (end > start) this.#edits.push({ start, end, text: "" });
  }

  #merged(): Edit[] {
    const sorted = this.#edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
    const merged: Edit[] = [];
    for (const edit of sorted) {
      const last = merged.at(-1);
      if (last && edit.start <= last.end && (last.end > last.start || edit.start > last.end)) {
        last.text += edit.text;
        last.end = Math.max(last.end, edit.end);
      } else merged.push({ ...edit });
    }
    for (const edit of merged) this.#keepNewline(edit);
    return merged;
  }

  /** A line comment must not swallow what stood on the line after it. */
  #keepNewline(edit: Edit): void {
    if (edit.text !== "" || !this.#lineCommentEnds.has(edit.start)) return;
    if (endsLine(this.#text, edit.end)) return;
    const newline = /^\r?\n[ \t]*/.exec(this.#text.slice(edit.start, edit.end))?.[0] ?? "";
    edit.start += newline.length;
  }
}

/** Is there nothing but blanks between the offset and the end of its line? */
function endsLine(text: string, offset: number): boolean {
  let at = offset;
  while (isBlank(text, at)) at++;
  return text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
}
