/**
 * The last line of defence of an edit: its result is parsed, and every member and entry of the file compared with what was
 * decided. Whatever is not the stack's own has to be there, in its order, with its structure and values. A mistake in the
 * edit then costs an error, and never somebody's rule.
 */
import { formatMessage } from "../messages/entry.ts";
import { editFault } from "../messages/policy-file.ts";
import type { Decisions } from "./decide.ts";
import { listMarks, type PolicyDocument, readPolicy, type Section } from "./document.ts";
import { type Item, type Node, placeOf, stringValue } from "./hujson.ts";
import { PolicyError } from "./policy-error.ts";
import { renderInline, renderNode } from "./render.ts";

/** The part of an edit's decisions that changes values of the file. */
export type Outcome = Pick<Decisions, "repaired" | "removed" | "removedSections" | "added">;

/** A file of which only marks change. */
export const sameValues: Outcome = {
  repaired: [],
  removed: { tagOwners: [], grants: [], tests: [] },
  removedSections: [],
  added: [],
};

/**
 * Refuses the result of an edit of `policy` that is not what was decided. `stacks` are those whose marks may come and go;
 * those of all others have to stay.
 *
 * @throws PolicyError that asks for a report
 */
export function verifyEdit(policy: PolicyDocument, outcome: Outcome, stacks: string[], result: string): void {
  if (result === policy.text && isNothing(outcome)) return;
  new Verification(policy, outcome, parseResult(policy, result)).verify(stacks);
}

function isNothing({ repaired, removed, removedSections, added }: Outcome): boolean {
  return [repaired, removedSections, added, ...Object.values(removed)].every(({ length }) => length === 0);
}

function parseResult(policy: PolicyDocument, result: string): PolicyDocument {
  try {
    return readPolicy(result);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { line } = placeOf(policy.text, firstDifference(policy.text, result));
    throw fault(`Tailscale's parser would refuse the result. ${error.message.replaceAll("\n", " ")}`, line);
  }
}

/** A member or entry as it has to stand in the result: one of the old file as it was, or with a value of the stack's. */
interface Expected {
  name?: string | undefined;
  /** Where it stands in the old file. */
  item?: Item;
  value?: unknown;
  /** The section as a list of what it holds. */
  entries?: Expected[];
}

class Verification {
  readonly #policy: PolicyDocument;
  readonly #outcome: Outcome;
  readonly #result: PolicyDocument;

  constructor(policy: PolicyDocument, outcome: Outcome, result: PolicyDocument) {
    this.#policy = policy;
    this.#outcome = outcome;
    this.#result = result;
  }

  verify(stacks: string[]): void {
    this.#compare(this.#expectedMembers(), this.#result.root.items, "the top level");
    const before = countMarks(this.#policy, stacks);
    const after = countMarks(this.#result, stacks);
    for (const [name, count] of before) {
      if (after.get(name) !== count) throw fault(`A mark of ${name} would be lost.`);
    }
  }

  #expectedMembers(): Expected[] {
    const { root, text, sections } = this.#policy;
    const bySection = new Map(Object.values(sections).map((section) => [section.item, section]));
    const gone = new Set(this.#outcome.removedSections.map(({ item }) => item.item));
    const members = root.items.flatMap((item): Expected[] => {
      if (gone.has(item)) return [];
      const section = bySection.get(item);
      const name = nameOf(text, item);
      return [section ? { name, item, entries: this.#expectedEntries(section) } : { name, item }];
    });
    const created = this.#outcome.added.filter(({ section }) => !section);
    return [...members, ...created.map(({ name, claims }) => ({ name, entries: claims.map(toEntry) }))];
  }

  #expectedEntries({ name, entries }: Section): Expected[] {
    const { added, removed, repaired } = this.#outcome;
    const gone = new Set(removed[name].map(({ item }) => item));
    const values = new Map(repaired.map(({ entry, wanted }) => [entry.item, wanted]));
    const kept = entries.flatMap(({ item }): Expected[] => {
      if (gone.has(item)) return [];
      const key = nameOf(this.#policy.text, item);
      return [values.has(item) ? { name: key, value: values.get(item) } : { name: key, item }];
    });
    const claims = added.find((addition) => addition.name === name)?.claims ?? [];
    return [...claims.map(toEntry), ...kept];
  }

  #compare(expected: Expected[], actual: Item[], place: string): void {
    for (const [index, item] of expected.entries()) {
      const found = actual[index];
      if (!found || !this.#isAsExpected(item, found)) throw this.#mismatch(item, place);
    }
    const [extra] = actual.slice(expected.length);
    if (extra) {
      const { line } = placeOf(this.#result.text, extra.start);
      throw fault(`Something would be added to ${place}, on line ${line} of the result.`);
    }
  }

  #isAsExpected(expected: Expected, found: Item): boolean {
    const { text } = this.#result;
    if (nameOf(text, found) !== expected.name) return false;
    if (expected.entries) {
      if (!("items" in found.value) || (expected.item && expected.item.value.kind !== found.value.kind)) return false;
      this.#compare(expected.entries, found.value.items, JSON.stringify(expected.name));
      return true;
    }
    if (expected.item) return sameNode(this.#policy.text, expected.item.value, text, found.value);
    return renderNode(text, found.value) === renderInline(expected.value);
  }

  #mismatch({ item, name }: Expected, place: string): PolicyError {
    if (!item) return fault(`An entry of this stack in ${place} would not be as it should be.`);
    const { line } = placeOf(this.#policy.text, item.start);
    const what = name === undefined ? "The entry" : JSON.stringify(name);
    return fault(`${what} on line ${line}, in ${place}, would be changed or lost.`, line);
  }
}

function toEntry({ section, tag, wanted }: { section: string; tag: string; wanted: unknown }): Expected {
  return section === "tagOwners" ? { name: tag, value: wanted } : { value: wanted };
}

function nameOf(text: string, { name }: Item): string | undefined {
  return name && stringValue(text, name);
}

/** The same structure and values. The same text is: it stands between the same brackets. */
function sameNode(text: string, node: Node, otherText: string, other: Node): boolean {
  if (node.end - node.start === other.end - other.start) {
    if (text.slice(node.start, node.end) === otherText.slice(other.start, other.end)) return true;
  }
  return renderNode(text, node) === renderNode(otherText, other);
}

function countMarks(policy: PolicyDocument, except: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stacks } of listMarks(policy)) {
    for (const name of stacks) if (!except.includes(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

function fault(what: string, line?: number): PolicyError {
  const place = line === undefined ? "the lines around its marks" : `the lines around line ${line}`;
  return new PolicyError(formatMessage(editFault, { what, place }), "");
}
