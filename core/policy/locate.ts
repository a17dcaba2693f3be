/** Where something stands in a policy file, by line, for messages. */
import { entryJson, type PolicyEntry, readPolicy } from "./document.ts";
import { type Literal, type Node, placeOf, stringValue } from "./hujson.ts";
import { isObject } from "./meaning.ts";
import { PolicyError } from "./policy-error.ts";

/** A test of the policy file. Files of earlier years say `user` and `allow`. */
export interface LocatedTest {
  /** From 1. */
  line: number;
  /** Carries the owner's mark. */
  isOwn: boolean;
}

/** What failed in a test: the address, and the field that names it. */
export interface Assertion {
  address: string;
  field: "accept" | "deny";
}

/**
 * The test of `subject` with one of these assertions, or else the first test of `subject`; undefined when there is none,
 * or the file does not parse.
 */
export function locateTest(text: string, subject: string, failed: Assertion[], owner: string): LocatedTest | undefined {
  const tests = (parsed(text)?.sections.tests?.entries ?? []).flatMap((entry) => {
    const value = entryJson(text, entry);
    return isObject(value) && (value.src ?? value.user) === subject ? [{ entry, value }] : [];
  });
  const asserts = (value: Record<string, unknown>) =>
    failed.some(({ address, field }) => [value[field], field === "accept" ? value.allow : []].flat().includes(address));
  const found = tests.find(({ value }) => asserts(value)) ?? tests[0];
  return found && { line: placeOf(text, found.entry.item.start).line, isOwn: isOwn(found.entry, owner) };
}

/** Lines on which something that is not the owner's uses `tag`. */
export function findUsesOfTag(text: string, tag: string, owner: string): number[] {
  const policy = parsed(text);
  if (!policy) return [];
  const own = Object.values(policy.sections)
    .flatMap(({ entries }) => entries)
    .filter((entry) => isOwn(entry, owner));
  const isForeign = (offset: number) => !own.some(({ item }) => item.start <= offset && offset < item.value.end);
  const offsets = stringsIn(policy.root)
    .filter((literal) => {
      const value = stringValue(text, literal);
      return (value === tag || value.startsWith(`${tag}:`)) && isForeign(literal.start);
    })
    .map(({ start }) => placeOf(text, start).line);
  return [...new Set(offsets)].sort((a, b) => a - b);
}

/** Does `tagOwners` have the tag? */
export function definesTag(text: string, tag: string): boolean {
  return (parsed(text)?.sections.tagOwners?.entries ?? []).some(({ sources }) => sources.includes(tag));
}

function isOwn({ mark }: PolicyEntry, owner: string): boolean {
  return mark?.stacks.includes(owner) ?? false;
}

function stringsIn(root: Node): Literal[] {
  const found: Literal[] = [];
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (!("items" in node)) {
      if (node.kind === "string") found.push(node);
      continue;
    }
    for (const { name, value } of node.items) {
      if (name) found.push(name);
      open.push(value);
    }
  }
  return found;
}

/** A message must not fail because the file that it is about is broken. */
function parsed(text: string) {
  try {
    return readPolicy(text);
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}
