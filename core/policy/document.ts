/** A policy file as far as it concerns a fragment: the sections, their entries, and every mark among them. */
import { type SectionName, sectionNames } from "./fragment.ts";
import {
  type Container,
  commentsIn,
  type Item,
  jsonValue,
  parse,
  placeOf,
  setField,
  stringValue,
  type Tree,
} from "./hujson.ts";
import { type Mark, readMark } from "./marks.ts";
import { PolicyError } from "./policy-error.ts";

export interface PolicyDocument {
  tree: Tree;
  text: string;
  root: Container;
  sections: Partial<Record<SectionName, Section>>;
  /** Marks in front of something that can carry none: other sections, closing brackets, a second mark. */
  looseMarks: LooseMark[];
}

export interface Section {
  name: SectionName;
  /** The section as a member of the top-level object. */
  item: Item;
  container: Container;
  /** The mark of a section that was created for a fragment. */
  mark?: Mark;
  entries: PolicyEntry[];
}

export interface PolicyEntry {
  section: SectionName;
  container: Container;
  item: Item;
  /** The mark nearest in front of the entry. */
  mark?: Mark;
  /** The key in `tagOwners`; the tags and other sources in `src` of a grant or test. */
  sources: string[];
}

export interface LooseMark {
  mark: Mark;
  /** Where the whitespace and comments begin that the mark stands in. */
  from: number;
}

/**
 * Reads a policy file.
 *
 * @throws PolicyError for what hujson refuses, a section of the wrong type, and a key that stands twice
 */
export function readPolicy(text: string): PolicyDocument {
  const tree = parse(text);
  const { root } = tree;
  if (root.kind !== "object") {
    throw new PolicyError(
      "the file is not an object.",
      "A policy file is one object: { ... }.",
      placeOf(text, root.start),
    );
  }
  const policy: PolicyDocument = { tree, text, root, sections: {}, looseMarks: [] };
  policy.looseMarks.push(...marksIn(text, 0, root.start), ...marksIn(text, root.end, text.length));
  for (const item of root.items) {
    const name = sectionName(text, item);
    if (name) {
      readSection(policy, name, item);
    } else policy.looseMarks.push(...marksIn(text, item.from, item.start));
    policy.looseMarks.push(...marksBehind(text, item));
  }
  policy.looseMarks.push(...marksIn(text, lastOffset(root), root.end - 1));
  return policy;
}

/** Where the comments and whitespace before the closing bracket begin. */
export function lastOffset(container: Container): number {
  const last = container.items.at(-1);
  if (!last) return container.start + 1;
  return last.comma === undefined ? last.value.end : last.comma + 1;
}

/**
 * The same key for Tailscale: its decoder, Go's encoding/json, ignores case in the names of fields, and older files say
 * `TagOwners`. Tags themselves are keys of a map, where case counts.
 */
export function isField(text: string, name: Item["name"], field: string): boolean {
  if (name === undefined) return false;
  const key = stringValue(text, name);
  return key === field || fold(key) === fold(field);
}

/** Also the two letters outside ASCII that Go folds: U+017F (long s) and U+212A (Kelvin sign). */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** The value of a field of an object; of several the last one, as for Tailscale. */
export function field(text: string, object: Container, name: string): Item | undefined {
  return object.items.findLast((item) => isField(text, item.name, name));
}

function sectionName(text: string, item: Item): SectionName | undefined {
  return sectionNames.find((name) => isField(text, item.name, name));
}

function readSection(policy: PolicyDocument, name: SectionName, item: Item): void {
  const { text } = policy;
  const first = policy.sections[name];
  if (first) throw duplicate(text, item, first.item, "Case does not count in section names. Merge the two");
  const kind = name === "tagOwners" ? "object" : "array";
  if (item.value.kind !== kind) {
    const wanted = kind === "object" ? '{ "tag:ci": [] }' : "[ { ... } ]";
    throw new PolicyError(
      `${JSON.stringify(name)} is ${/^[aeiou]/.test(item.value.kind) ? "an" : "a"} ${item.value.kind}.`,
      `It has to be ${kind === "object" ? "an object" : "an array"}: "${name}": ${wanted}.`,
      placeOf(text, item.value.start),
    );
  }
  const marks = marksIn(text, item.from, item.start);
  const mark = marks.pop()?.mark;
  const section: Section = { name, item, container: item.value, entries: [], ...(mark ? { mark } : {}) };
  policy.looseMarks.push(...marks);
  policy.sections[name] = section;
  const keys = new Map<string, Item>();
  for (const entry of section.container.items) {
    if (entry.name) {
      const key = stringValue(text, entry.name);
      const other = keys.get(key);
      if (other) throw duplicate(text, entry, other, "Tailscale uses the last one only. Merge the two");
      keys.set(key, entry);
    }
    section.entries.push(readEntry(policy, section, entry));
  }
  policy.looseMarks.push(...marksIn(text, lastOffset(section.container), section.container.end - 1));
}

function readEntry(policy: PolicyDocument, { name, container }: Section, item: Item): PolicyEntry {
  const marks = marksIn(policy.text, item.from, item.start);
  const mark = marks.pop()?.mark;
  policy.looseMarks.push(...marks, ...marksBehind(policy.text, item));
  return { section: name, container, item, sources: sourcesOf(policy.text, item), ...(mark ? { mark } : {}) };
}

function sourcesOf(text: string, item: Item): string[] {
  if (item.name) return [stringValue(text, item.name)];
  if (item.value.kind !== "object") return [];
  const source = field(text, item.value, "src")?.value;
  if (source?.kind === "string") return [stringValue(text, source)];
  if (source?.kind !== "array") return [];
  return source.items.flatMap(({ value }) => (value.kind === "string" ? [stringValue(text, value)] : []));
}

function marksIn(text: string, from: number, to: number): LooseMark[] {
  if (to - from < shortestMark) return [];
  return commentsIn(text, from, to).flatMap(({ start, end }) => {
    const mark = readMark(text, start, end);
    return mark ? [{ mark, from }] : [];
  });
}

const shortestMark = "//a: managed by Pulumi".length;

/** Between a value and its comma. */
function marksBehind(text: string, { value, comma }: Item): LooseMark[] {
  return comma === undefined ? [] : marksIn(text, value.end, comma);
}

function duplicate(text: string, item: Item, first: Item, fix: string): PolicyError {
  const key = item.name ? JSON.stringify(stringValue(text, item.name)) : "";
  const { line } = placeOf(text, first.start);
  return new PolicyError(`${key} stands there already, on line ${line}.`, `${fix}.`, placeOf(text, item.start));
}

const entryFields = ["src", "dst", "ip", "app", "proto", "accept", "deny"];

/** The value of an entry, with the names of the fields that a fragment speaks of in lower case. */
export function entryJson(text: string, { section, item }: PolicyEntry): unknown {
  const value = jsonValue(text, item.value);
  if (section === "tagOwners" || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (Object.keys(value).every((name) => lowerField(name) === name)) return value;
  const lower: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) setField(lower, lowerField(name), field);
  return lower;
}

function lowerField(name: string): string {
  if (entryFields.includes(name)) return name;
  const folded = fold(name);
  return entryFields.includes(folded) ? folded : name;
}

/** Every mark of the file, whoever's. */
export function allMarks({ sections, looseMarks }: PolicyDocument): Mark[] {
  const marks = sectionNames.flatMap((name) => [
    sections[name]?.mark,
    ...(sections[name]?.entries ?? []).map(({ mark }) => mark),
  ]);
  return [...looseMarks.map(({ mark }) => mark), ...marks].filter((mark) => mark !== undefined);
}
