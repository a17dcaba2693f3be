/**
 * Takes a policy file apart into what stacks have marked and what is everybody else's, with a parser that is not the
 * product's. Only for files whose sections and entries stand on lines of their own, as the example's do.
 */
import { createScanner, getNodeValue, type Node, type ParseError, parseTree } from "jsonc-parser";
import { type SectionName, sectionNames } from "../../core/policy/fragment.ts";

export interface MarkedEntry {
  section: SectionName;
  /** The tag that it is about. */
  tag: string;
  value: unknown;
  /** The stacks in its mark. */
  owners: string[];
}

export interface Separated {
  /** The file without marks and marked entries. */
  foreign: string;
  entries: PlacedEntry[];
  /** The entries of the three sections that carry no mark. */
  unmarked: Omit<MarkedEntry, "owners">[];
}

/** Offsets: of the line of the mark, of the line of the entry, of its value, and of the line behind. */
export interface PlacedEntry extends MarkedEntry {
  place: { mark: number; entry: number; value: number; valueEnd: number; end: number };
}

/** @throws Error when it is no HuJSON, or a mark stands anywhere but in front of an entry. */
export function separate(text: string): Separated {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (!root || errors.length > 0) throw new Error(`not HuJSON at ${errors[0]?.offset}: ${text}`);
  const places = entriesOf(root).toSorted((a, b) => a.node.offset - b.node.offset);
  const entries: PlacedEntry[] = [];
  let foreign = "";
  let kept = 0;
  for (const { start, end: markEnd, owners } of marksIn(text)) {
    const place = places.find(({ node }) => node.offset >= markEnd);
    if (!place || text.slice(markEnd, place.node.offset).trim() !== "") {
      throw new Error(`a mark that stands in front of no entry, at ${start}: ${text}`);
    }
    places.splice(places.indexOf(place), 1);
    const { section, tag, value, node } = place;
    const [mark, entry] = [start, node.offset].map((offset) => text.lastIndexOf("\n", offset) + 1) as [number, number];
    const valueEnd = node.offset + node.length;
    const end = endOfLine(text, valueEnd);
    const valueStart = (section === "tagOwners" && node.children?.[1]?.offset) || node.offset;
    entries.push({ section, tag, value, owners, place: { mark, entry, value: valueStart, valueEnd, end } });
    foreign += text.slice(kept, mark);
    kept = end;
  }
  const unmarked = places.map(({ section, tag, value }) => ({ section, tag, value }));
  return { foreign: foreign + text.slice(kept), entries, unmarked };
}

interface Place {
  section: SectionName;
  tag: string;
  node: Node;
  value: unknown;
}

function entriesOf(root: Node): Place[] {
  return (root.children ?? []).flatMap(({ children: [key, container] = [] }) => {
    const section = sectionNames.find((name) => name === key?.value);
    if (!section || !container) return [];
    return (container.children ?? []).map((node): Place => {
      if (section === "tagOwners") {
        const [tag, owners] = node.children ?? [];
        return { section, tag: String(tag?.value), node, value: owners && jsonOf(owners) };
      }
      const value = jsonOf(node) as { src: string | string[] };
      return { section, tag: [value.src].flat().join(), node, value };
    });
  });
}

/** With ordinary objects, which compare equal to others. */
function jsonOf(node: Node): unknown {
  return structuredClone(getNodeValue(node));
}

/** jsonc-parser's SyntaxKind is a const enum, which isolated modules cannot import. */
const [lineComment, endOfFile] = [12, 17];

function marksIn(text: string): { start: number; end: number; owners: string[] }[] {
  const scanner = createScanner(text);
  const marks = [];
  for (let kind = scanner.scan(); kind !== endOfFile; kind = scanner.scan()) {
    if (kind !== lineComment) continue;
    // The token of a comment begins with the whitespace in front of it.
    const owners = /^\s*\/\/ (.+): managed by Pulumi$/.exec(scanner.getTokenValue())?.[1];
    const start = scanner.getTokenOffset();
    if (owners) marks.push({ start, end: start + scanner.getTokenLength(), owners: owners.split(", ") });
  }
  return marks;
}

/** Behind the comma and the newline that follow an entry. @throws Error when something else follows. */
function endOfLine(text: string, end: number): number {
  const [rest] = /^,\n/.exec(text.slice(end, end + 2)) ?? [];
  if (rest === undefined) throw new Error(`behind a marked entry stands ${JSON.stringify(text.slice(end, end + 20))}`);
  return end + rest.length;
}
