/**
 * Undoes what `hujson.Format` did to a file because of marks. A server that stores formatted text opens a container whose
 * line got too long, and puts a comma after every last item as soon as the file holds a comment. Both stay when the entries
 * go; the marks remember how it was before, and the last one out sets it right. Where a file does not look as Format
 * leaves it, nothing is touched: then no server did this, and what looks like it is a human's.
 */
import { hasNewline, lastOffset, lineIndent, spansLines } from "./containers.ts";
import { listMarks, readPolicy } from "./document.ts";
import { type SectionName, sectionNames } from "./fragment.ts";
import { type Container, commentsIn, type Node } from "./hujson.ts";
import { Splice } from "./splice.ts";

/** What the marks that were removed said about the file. */
export interface Remembered {
  /** Sections that were on one line. */
  sections: Set<SectionName>;
  /** Those of them whose first item an insertion moved to the next line: it is indented less than our entries. */
  moved: Set<SectionName>;
  /** The top-level object was on one line. */
  oneLine: boolean;
  /** The file was JSON without comments and trailing commas. */
  plainJson: boolean;
}

export function restore(text: string, remembered: Remembered): string {
  if (remembered.sections.size === 0 && !remembered.oneLine && !remembered.plainJson) return text;
  const closed = closeContainers(text, remembered);
  return remembered.plainJson ? withoutTrailingCommas(closed) : closed;
}

function closeContainers(text: string, { sections, moved, oneLine }: Remembered): string {
  const policy = readPolicy(text);
  const splice = new Splice(policy.tree);
  for (const name of sectionNames) {
    const section = policy.sections[name];
    if (!section || !sections.has(name)) continue;
    if (moved.has(name) && pullUp(text, section.container, splice)) continue;
    if (section.entries.every(({ mark }) => mark === undefined)) close(text, section.container, splice);
  }
  if (oneLine && listMarks(policy).length === 0) close(text, policy.root, splice);
  return splice.apply();
}

/** Puts a first item that an insertion moved to the next line, see `insertFirst`, back behind the bracket. */
function pullUp(text: string, container: Container, splice: Splice): boolean {
  const [first] = container.items;
  const inside = container.start + 1;
  const [lead, blanks, indent] = /^([ \t]*)\r?\n([ \t]*)/.exec(text.slice(inside, first?.start ?? inside)) ?? [];
  if (!first || lead === undefined || blanks === undefined || indent !== lineIndent(text, container.start))
    return false;
  if (hasNewline(text, inside + lead.length, first.start)) return false;
  splice.replace(inside + blanks.length, inside + lead.length, "");
  return true;
}

/** Puts a container that Format opened back on one line, as far as its own items go. */
function close(text: string, container: Container, splice: Splice): void {
  const gaps = container.items.map(({ from, start }) => ({ from, to: start }));
  const tail = { from: lastOffset(container), to: container.end - 1 };
  const isFormatted =
    spansLines(text, container) &&
    gaps.every(({ from, to }) => hasNewline(text, from, to)) &&
    hasNewline(text, tail.from, tail.to) &&
    (container.items.length === 0 || container.items.at(-1)?.comma !== undefined) &&
    [...gaps, tail].every(({ from, to }) => isOneLinable(text, from, to));
  if (!isFormatted) return;
  for (const [index, { from, to }] of [...gaps, tail].entries()) {
    const isOuter = index === 0 || index === gaps.length;
    const isBare = commentsIn(text, from, to).length === 0;
    const separator = isOuter && isBare ? "" : " ";
    for (const { start, end } of blankLines(text, from, to)) splice.replace(start, end, separator);
  }
  const comma = container.items.at(-1)?.comma;
  if (comma !== undefined && commentsIn(text, tail.from, tail.to).length === 0) splice.replace(comma, comma + 1, "");
}

/** No comment that needs lines, and no indentation but Format's. */
function isOneLinable(text: string, from: number, to: number): boolean {
  return (
    !/\r|\n\t* /.test(text.slice(from, to)) &&
    commentsIn(text, from, to).every(({ kind, start, end }) => kind === "block" && !hasNewline(text, start, end))
  );
}

/** The runs of whitespace that hold a newline, in a gap whose comments hold none. */
function blankLines(text: string, from: number, to: number): { start: number; end: number }[] {
  return [...text.slice(from, to).matchAll(/[ \t]*\n[ \t\n]*/g)].map(({ index, 0: run }) => ({
    start: from + index,
    end: from + index + run.length,
  }));
}

/** Format puts a comma after every last item on a line of its own, and after no other: then all of them are Format's. */
function withoutTrailingCommas(text: string): string {
  const { tree, root } = readPolicy(text);
  if (tree.commentCount > 0 || tree.trailingCommaCount === 0) return text;
  const splice = new Splice(tree);
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind !== "object" && node.kind !== "array") continue;
    const last = node.items.at(-1);
    if (last && spansLines(text, node) !== (last.comma !== undefined)) return text;
    if (last?.comma !== undefined) splice.replace(last.comma, last.comma + 1, "");
    for (const { value } of node.items) open.push(value);
  }
  return splice.apply();
}
