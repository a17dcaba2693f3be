/**
 * What a policy file must hold after a stack's `up` or `destroy`, by the rules of docs/policy-file.md. Shares with the
 * product what an entry looks like (`entryValue`), and nothing of how it decides.
 */
import { isDeepStrictEqual } from "node:util";
import type { Fragment } from "../../../core/policy/fragment.ts";
import type { MarkedEntry } from "../../writers/separate.ts";
import { entriesOf, keyOf } from "../../writers/watch.ts";

/** A policy file as far as it counts. */
export interface PolicyModel {
  /** All that carries no mark, byte for byte. */
  foreign: string;
  /** The marked entries; where they stand does not matter. */
  entries: MarkedEntry[];
}

/** An entry without a mark. */
export type ForeignEntry = Omit<MarkedEntry, "owners">;

/** The entries after an `up` with `wanted`, or undefined where another stack's wish stands against it. */
export function afterUp(
  entries: MarkedEntry[],
  foreign: ForeignEntry[],
  owner: string,
  wanted: Fragment,
): MarkedEntry[] | undefined {
  const claims = entriesOf(wanted);
  const own = entries.filter(({ owners }) => owners.includes(owner));
  const result = entries.filter(({ owners }) => !owners.includes(owner));
  for (const claim of claims) {
    const mine = own.filter((entry) => keyOf(entry) === keyOf(claim));
    const kept = mine.find((entry) => means(entry, claim)) ?? mine[0];
    if (kept) {
      if (!means(kept, claim) && kept.owners.length > 1) return undefined;
      result.push(means(kept, claim) ? kept : { ...kept, value: claim.value });
      // Of a copy of a shared entry the others know nothing yet: it stays theirs.
      result.push(...mine.filter((entry) => entry !== kept).flatMap((entry) => withoutOwner(entry, owner)));
      continue;
    }
    const others = result.filter((entry) => keyOf(entry) === keyOf(claim));
    const shared = others.find((entry) => means(entry, claim));
    const unmarked = foreign.filter((entry) => keyOf(entry) === keyOf(claim));
    if (shared) result.splice(result.indexOf(shared), 1, { ...shared, owners: [...shared.owners, owner] });
    else if (unmarked.some((entry) => means(entry, claim))) continue;
    else if (others.length > 0) return undefined;
    else if (claim.section !== "tagOwners" || unmarked.length === 0) result.push({ ...claim, owners: [owner] });
  }
  const unwanted = own.filter((entry) => !claims.some((claim) => keyOf(claim) === keyOf(entry)));
  return [...result, ...unwanted.flatMap((entry) => withoutOwner(entry, owner))];
}

/** The entries after a `destroy`: the last one out removes an entry. */
export function afterDestroy(entries: MarkedEntry[], owner: string): MarkedEntry[] {
  return entries.flatMap((entry) => withoutOwner(entry, owner));
}

/** Whether two lists hold the same entries, in any order. */
export function sameEntries(one: MarkedEntry[], other: MarkedEntry[]): boolean {
  return isDeepStrictEqual(one.map(fingerprint).toSorted(), other.map(fingerprint).toSorted());
}

/** One file that holds the foreign part and these entries, for a judgement of it. */
export function compose({ foreign, entries }: PolicyModel): string {
  const sections = { tagOwners: "{", grants: "[", tests: "[" };
  return Object.entries(sections).reduce((text, [section, bracket]) => {
    const lines = entries
      .filter((entry) => entry.section === section)
      .map((entry) => (section === "tagOwners" ? `"${entry.tag}": ` : "") + JSON.stringify(entry.value));
    return text.replace(
      `\t"${section}": ${bracket}`,
      (start) => start + lines.map((line) => `\n\t\t${line},`).join(""),
    );
  }, foreign);
}

function withoutOwner(entry: MarkedEntry, owner: string): MarkedEntry[] {
  const owners = entry.owners.filter((name) => name !== owner);
  if (owners.length === entry.owners.length) return [entry];
  return owners.length > 0 ? [{ ...entry, owners }] : [];
}

function means(one: ForeignEntry, other: ForeignEntry): boolean {
  return canonical(one.value) === canonical(other.value);
}

function fingerprint(entry: MarkedEntry): string {
  return `${keyOf(entry)} ${canonical(entry.value)} ${entry.owners.toSorted()}`;
}

/** Order means nothing, in lists no more than in objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.toSorted().join()}}`;
}
