/** The parts of a policy file that concern a fragment: the sections, their entries, and every mark among them. */
import { lastOffset } from "./containers.ts";
import { type SectionName, sectionNames } from "./fragment.ts";
import {
  type Container,
  commentsIn,
  type Item,
  jsonValue,
  type Literal,
  type Node,
  parse,
  placeOf,
  setField,
  stringValue,
  type Tree,
} from "./hujson.ts";
import { type Mark, readMark } from "./marks.ts";
import { isObject } from "./meaning.ts";
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
 * @throws PolicyError for what hujson refuses, a section of the wrong type, and a section that stands twice
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
  addLooseMarks(policy, 0, root.start);
  addLooseMarks(policy, root.end, text.length);
  for (const item of root.items) {
    const name = sectionName(text, item);
    if (name) readSection(policy, name, item);
    else addLooseMarks(policy, item.from, item.start);
    addMarksBehind(policy, item);
  }
  addLooseMarks(policy, lastOffset(root), root.end - 1);
  return policy;
}

/**
 * The same key for Tailscale: its decoder, Go's encoding/json, ignores case in the names of fields, and older files say
 * `TagOwners`. Tags themselves are keys of a map, where case counts.
 */
export function isField(text: string, name: Item["name"], field: string): boolean {
  if (name === undefined) return false;
  // Nearly every name is somebody else's: its length says so without a copy of it. An escape makes it longer.
  if (name.end - name.start < field.length + 2) return false;
  const key = stringValue(text, name);
  return key === field || (key.length === field.length && fold(key) === fold(field));
}

/** Also the two letters outside ASCII that Go folds, U+017F (long s) and U+212A (Kelvin sign), and none that it does not. */
export function fold(name: string): string {
  return name.replaceAll("\u017f", "s").toLowerCase();
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
  if (first) refuseDouble(text, item, first.item, "Case does not count in section names. Merge the two.");
  const kind = name === "tagOwners" ? "object" : "array";
  if (item.value.kind !== kind) {
    const wanted = kind === "object" ? '{ "tag:ci": [] }' : "[ { ... } ]";
    throw new PolicyError(
      `${JSON.stringify(name)} is ${/^[aeiou]/.test(item.value.kind) ? "an" : "a"} ${item.value.kind}.`,
      `It has to be ${kind === "object" ? "an object" : "an array"}: "${name}": ${wanted}.`,
      placeOf(text, item.value.start),
    );
  }
  const mark = takeMark(policy, item);
  const section: Section = { name, item, container: item.value, entries: [], ...(mark ? { mark } : {}) };
  policy.sections[name] = section;
  for (const entry of section.container.items) section.entries.push(readEntry(policy, section, entry));
  addLooseMarks(policy, lastOffset(section.container), section.container.end - 1);
}

function readEntry(policy: PolicyDocument, { name, container }: Section, item: Item): PolicyEntry {
  const mark = takeMark(policy, item);
  addMarksBehind(policy, item);
  return { section: name, container, item, sources: sourcesOf(policy.text, item), ...(mark ? { mark } : {}) };
}

/** The mark nearest in front of an item; those above it are loose. */
function takeMark(policy: PolicyDocument, { from, start }: Item): Mark | undefined {
  const marks = marksIn(policy.text, from, start);
  const mark = marks.pop();
  for (const loose of marks) policy.looseMarks.push({ mark: loose, from });
  return mark;
}

/** Between a value and its comma. */
function addMarksBehind(policy: PolicyDocument, { value, comma }: Item): void {
  if (comma !== undefined) addLooseMarks(policy, value.end, comma);
}

function addLooseMarks(policy: PolicyDocument, from: number, to: number): void {
  for (const mark of marksIn(policy.text, from, to)) policy.looseMarks.push({ mark, from });
}

function marksIn(text: string, from: number, to: number): Mark[] {
  if (to - from < shortestMark) return [];
  return commentsIn(text, from, to).flatMap(({ start, end }) => readMark(text, start, end) ?? []);
}

const shortestMark = "//a: managed by Pulumi".length;

/** All sources that an entry names, also where its `src` stands twice, each once. */
function sourcesOf(text: string, { name, value }: Item): string[] {
  if (name) return [stringValue(text, name)];
  if (value.kind !== "object") return [];
  const sources: string[] = [];
  const add = (node: Node) => {
    if (node.kind === "string") sources.push(stringValue(text, node));
  };
  for (const member of value.items) {
    if (!isField(text, member.name, "src")) continue;
    if (member.value.kind === "array") for (const item of member.value.items) add(item.value);
    else add(member.value);
  }
  return sources.length < 2 ? sources : [...new Set(sources)];
}

/** @throws PolicyError that says where the same key stands already */
export function refuseDouble(text: string, item: Item, first: Item, fix: string): never {
  const key = item.name ? JSON.stringify(stringValue(text, item.name)) : "";
  const { line } = placeOf(text, first.start);
  throw new PolicyError(`${key} stands there already, on line ${line}.`, fix, placeOf(text, item.start));
}

const entryFields = ["src", "dst", "ip", "app", "proto", "accept", "deny"];

/**
 * The value of an entry as Tailscale reads it: of a field that stands twice the last one, `app` as the union of both, and
 * the names of the fields that a fragment speaks of in lower case.
 */
export function entryJson(text: string, { section, item }: Pick<PolicyEntry, "section" | "item">): unknown {
  const { value } = item;
  if (section === "tagOwners" || value.kind !== "object") return jsonValue(text, value);
  const fields: Record<string, unknown> = {};
  for (const member of value.items) {
    // Members have names.
    const name = fieldName(stringValue(text, member.name as Literal));
    const field = jsonValue(text, member.value);
    const isUnion = name === "app" && isObject(fields.app) && isObject(field);
    setField(fields, name, isUnion ? { ...(fields.app as object), ...field } : field);
  }
  return fields;
}

/** The name of a field as a fragment has it, whatever its case. */
export function fieldName(name: string): string {
  if (entryFields.includes(name)) return name;
  const folded = fold(name);
  return entryFields.includes(folded) ? folded : name;
}

/** Every mark of the file, of this stack and of others. */
export function listMarks({ sections, looseMarks }: PolicyDocument): Mark[] {
  const marks = sectionNames.flatMap((name) => [
    sections[name]?.mark,
    ...(sections[name]?.entries ?? []).map(({ mark }) => mark),
  ]);
  return [...looseMarks.map(({ mark }) => mark), ...marks].filter((mark) => mark !== undefined);
}
