/** Every rule of a policy file that is not this stack's, with the tags that it names and what it makes of them. */
import { fold, isField, type PolicyDocument, type PolicyEntry } from "../document.ts";
import { type Container, type Item, type Node, stringValue } from "../hujson.ts";
import { renderNode } from "../render.ts";
import type { Selectors } from "./selectors.ts";

/**
 * What a rule means for devices with a tag:
 * - `right`: it names the tag, and gives its devices something: as a source, a router, an approved route, a target of a
 *   device attribute, an owner of another tag.
 * - `target`: it names the tag as a destination, so that others reach its devices.
 * - `everyone`: it names no tag, and covers every device or a range of addresses.
 */
export type Meaning = "right" | "target" | "everyone";

export interface ForeignRule {
  /** As the file spells it. */
  section: string;
  /** The section, where its form is known. */
  form?: Section;
  /** On one line: a value, or `"name": value`. */
  text: string;
  /** Where it begins. */
  start: number;
  value: Node;
  /** The entry, in the sections that this program edits. */
  entry?: PolicyEntry;
  /** Tag -> meaning. */
  tags: Map<string, Exclude<Meaning, "everyone">>;
  coversEveryone: boolean;
}

/** Assertions and not rights. */
const sectionsWithoutRights = ["tests", "sshTests"];

interface Sides {
  sources: string[];
  destinations: string[];
}

/** Sections whose rules have sources and destinations, with the names that older files give these. */
const sides = {
  grants: { sources: ["src"], destinations: ["dst"] },
  acls: { sources: ["src", "users"], destinations: ["dst", "ports"] },
  ssh: { sources: ["src"], destinations: ["dst"] },
  nodeAttrs: { sources: ["target"], destinations: [] },
} satisfies Record<string, Sides>;
export type Section = keyof typeof sides | "autoApprovers";
const knownSections: Section[] = ["grants", "acls", "ssh", "nodeAttrs", "autoApprovers"];

/**
 * Reads the rules in the order of the file, those of `own` and the definitions in `tagOwners` left out. Names of fields are
 * read as Go's encoding/json does: without regard to case, and of equal ones the last.
 */
export function readForeignRules(policy: PolicyDocument, selectors: Selectors, own: ReadonlySet<Item>): ForeignRule[] {
  const { text, root } = policy;
  const entries = new Map((policy.sections.grants?.entries ?? []).map((entry) => [entry.item, entry]));
  const is = (section: Item, name: string) => isField(text, section.name, name);
  return root.items.flatMap((section) => {
    if (is(section, "tagOwners") || sectionsWithoutRights.some((name) => is(section, name))) return [];
    const known = knownSections.find((name) => is(section, name));
    const items = known === "autoApprovers" ? approvals(section.value) : itemsOf(section.value);
    return items.flatMap((item) => {
      if (own.has(item)) return [];
      const entry = entries.get(item);
      const rule: ForeignRule = {
        section: section.name ? stringValue(text, section.name) : "",
        ...(known ? { form: known } : {}),
        text: "",
        start: item.start,
        value: item.value,
        ...(entry ? { entry } : {}),
        ...readRule(text, item, known, selectors),
      };
      if (rule.tags.size === 0 && !rule.coversEveryone) return [];
      return [{ ...rule, text: itemText(text, item) }];
    });
  });
}

/** `"name": value`, or the value of an item without a name. */
export function itemText(text: string, { name, value }: Item): string {
  return `${name ? `${JSON.stringify(stringValue(text, name))}: ` : ""}${renderNode(text, value)}`;
}

type Reading = Pick<ForeignRule, "tags" | "coversEveryone">;

function readRule(text: string, item: Item, section: Section | undefined, selectors: Selectors): Reading {
  const { sources, destinations, others } =
    section && section !== "autoApprovers"
      ? wordsBySide(text, item.value, sides[section])
      : { sources: strings(text, item.value), destinations: [], others: item.name ? strings(text, item.name) : [] };
  const tags: ForeignRule["tags"] = new Map();
  // In rules of older files a port follows: tag:ci:22.
  for (const word of destinations) for (const tag of /^tag:[^:]+/.exec(word) ?? []) tags.set(tag, "target");
  for (const word of [...others, ...sources]) if (word.startsWith("tag:")) tags.set(word, "right");
  return { tags, coversEveryone: section !== undefined && sources.some((word) => selectors.coverage(word) !== "none") };
}

/** The strings of a rule: its sources, its destinations, and those elsewhere, as a router in `via`, a connector in `app`. */
function wordsBySide(text: string, value: Node, { sources, destinations }: Sides) {
  const words = { sources: [] as string[], destinations: [] as string[], others: [] as string[] };
  for (const { name, value: field } of lastFields(text, value).values()) {
    const key = name ? fold(stringValue(text, name)) : "";
    const side = sources.includes(key) ? "sources" : destinations.includes(key) ? "destinations" : "others";
    words[side].push(...strings(text, field));
  }
  return words;
}

/** The fields that count: of those with equal names the last. By folded name. */
export function lastFields(text: string, object: Node): Map<string, Item> {
  return new Map(
    itemsOf(object).flatMap((item) => (item.name ? [[fold(stringValue(text, item.name)), item] as const] : [])),
  );
}

/** The strings in fields of a rule, of fields with equal names in the last. */
export function words(text: string, rule: Node, ...names: string[]): string[] {
  const fields = lastFields(text, rule);
  return names.flatMap((name) => fields.get(name) ?? []).flatMap(({ value }) => strings(text, value));
}

/** Every string in a value, in the order of the text. Spaces around a word do not count. */
export function strings(text: string, root: Node): string[] {
  const found: string[] = [];
  const pending: Node[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.kind === "string") found.push(stringValue(text, node).trim());
    else for (const item of itemsOf(node).toReversed()) pending.push(item.value);
  }
  return found;
}

/** `exitNode`, and each route and service. */
function approvals(section: Node): Item[] {
  return itemsOf(section).flatMap((item) => (item.value.kind === "object" ? item.value.items : [item]));
}

function itemsOf(value: Node): Container["items"] {
  return value.kind === "object" || value.kind === "array" ? value.items : [];
}
