/**
 * Which entries of a policy file are a stack's own. A mark alone proves nothing: an entry may have been deleted and its mark
 * left in front of the next one, or a mark copied together with an entry. So an entry is a stack's own if it carries the
 * stack's mark and
 * - in `grants`: it names a tag in `src` and gives Aperture's app capability;
 * - in `tagOwners`: the fragment has or had the tag, or a marked grant or test of the same tag stands beside it;
 * - in `tests`: its `src` is the tag and it accepts a destination of the fragment or of a grant to Aperture.
 * Any other mark of the stack is a stray one: the next edit takes the mark away and leaves the entry as it is.
 */
import { entryJson, field, type PolicyDocument, type PolicyEntry } from "./document.ts";
import { apertureCapability, entryValue, type Fragment, type SectionName, sectionNames, type Tag } from "./fragment.ts";
import { stringValue } from "./hujson.ts";
import type { Mark } from "./marks.ts";
import { isObject, sameEntry } from "./meaning.ts";
import { isTag } from "./rules.ts";

/** How an entry that a fragment wants stands in the file. */
export interface Claim {
  section: SectionName;
  tag: Tag;
  /**
   * - `ours`: marked, and as wanted. `edited`: marked, and different: by a human, or because the settings changed.
   * - `adopted`: it means the same but carries no mark, or it is a tag that has other owners already.
   * - `shared`: another stack's mark stands in front of it and not ours, and it is as wanted: we join the mark.
   * - `conflicting`: another stack's mark stands in front of it, and it is not as wanted.
   */
  state: "ours" | "adopted" | "shared" | "missing" | "edited" | "conflicting";
  wanted: unknown;
  /** Absent when the entry is missing. */
  entry?: PolicyEntry;
  live?: unknown;
}

/** Whether an entry in this state does what is wanted of it, whosever it is. */
export function isAsWanted(state: Claim["state"]): boolean {
  return state === "ours" || state === "adopted" || state === "shared";
}

export interface OwnEntry {
  tag: Tag;
  entry: PolicyEntry;
}

export interface Ownership {
  /** What the fragment wants, section by section. */
  claims: Claim[];
  /** Own entries that the fragment does not want, or wants once only. */
  surplus: OwnEntry[];
  /** Entries that carry a copy of an own entry's mark and say something else. Their marks are among the stray ones. */
  copies: OwnEntry[];
  /** Entries whose mark is a stray one. */
  strays: { entry: PolicyEntry; mark: Mark }[];
}

/** Looks at every entry of the file once. `applied` is what was inserted before, and proves entries like the fragment. */
export function survey(
  policy: PolicyDocument,
  fragment: Fragment,
  owner: string,
  applied: Fragment = fragment,
): Ownership {
  return new Survey(policy, fragment, owner, applied).result();
}

class Survey {
  readonly #policy: PolicyDocument;
  readonly #fragment: Fragment;
  readonly #applied: Fragment;
  readonly #owner: string;
  /** Entries with the owner's mark. */
  readonly #marked: Record<SectionName, Map<Tag, PolicyEntry[]>>;
  /** All others, by their only source. */
  readonly #foreign: Record<SectionName, Map<string, PolicyEntry[]>>;
  readonly #strays: Ownership["strays"] = [];
  /** What entries say, each read once. */
  readonly #values = new Map<PolicyEntry, unknown>();

  constructor(policy: PolicyDocument, fragment: Fragment, owner: string, applied: Fragment) {
    this.#policy = policy;
    this.#fragment = fragment;
    this.#applied = applied;
    this.#owner = owner;
    this.#marked = { tagOwners: new Map(), grants: new Map(), tests: new Map() };
    this.#foreign = { tagOwners: new Map(), grants: new Map(), tests: new Map() };
    for (const name of sectionNames) {
      for (const entry of policy.sections[name]?.entries ?? []) this.#sort(entry);
    }
  }

  result(): Ownership {
    const claims: Claim[] = [];
    const surplus: OwnEntry[] = [];
    const copies: OwnEntry[] = [];
    for (const section of sectionNames) {
      const own = this.#ownEntries(section);
      for (const [tag, access] of Object.entries(this.#fragment) as [Tag, Fragment[Tag]][]) {
        const wanted = entryValue(section, tag, access);
        if (wanted === undefined) continue;
        const [first, ...others] = this.#bestFirst(own.get(tag) ?? [], wanted);
        own.delete(tag);
        claims.push(first ? this.#ownClaim(section, tag, wanted, first) : this.#foreignClaim(section, tag, wanted));
        for (const entry of others) {
          // A copy that nobody changed is as old as the first one: it goes, also when the settings have changed since.
          const isUnchanged = first !== undefined && this.#means(entry, this.#json(first));
          (isUnchanged || this.#means(entry, wanted) ? surplus : copies).push({ tag, entry });
        }
      }
      for (const [tag, entries] of own) surplus.push(...entries.map((entry) => ({ tag, entry })));
    }
    for (const { entry } of copies) this.#stray(entry);
    return { claims, surplus, copies, strays: this.#strays };
  }

  #sort(entry: PolicyEntry): void {
    const { section, sources, mark } = entry;
    if (!mark?.owners.includes(this.#owner)) {
      if (sources.length === 1) append(this.#foreign[section], sources[0] as string, entry);
      return;
    }
    const tag = sources.length === 1 ? sources[0] : (sources.find((source) => this.#knows(source)) ?? sources[0]);
    const isPossible = section !== "grants" || givesAperture(this.#policy.text, entry);
    if (tag !== undefined && isTag(tag) && isPossible) append(this.#marked[section], tag, entry);
    else this.#stray(entry);
  }

  #stray(entry: PolicyEntry): void {
    if (entry.mark) this.#strays.push({ entry, mark: entry.mark });
  }

  /** A tag of the owner's, now or before. */
  #knows(source: string): boolean {
    return Object.hasOwn(this.#fragment, source) || Object.hasOwn(this.#applied, source);
  }

  /** The marked entries of a section that are proven; marks of the others are stray ones. */
  #ownEntries(section: SectionName): Map<Tag, PolicyEntry[]> {
    const own = new Map<Tag, PolicyEntry[]>();
    for (const [tag, entries] of this.#marked[section]) {
      for (const entry of entries) {
        if (this.#isProven(section, tag, entry)) append(own, tag, entry);
        else this.#stray(entry);
      }
    }
    return own;
  }

  #isProven(section: SectionName, tag: Tag, entry: PolicyEntry): boolean {
    if (section === "grants") return true;
    const hasGrant = this.#marked.grants.has(tag);
    if (section === "tagOwners") {
      return (
        this.#knows(tag) || hasGrant || (this.#marked.tests.get(tag) ?? []).some((test) => this.#isPlainTest(test))
      );
    }
    const hosts = acceptedHosts(this.#json(entry));
    if (hosts.some((host) => this.#destinations(tag).has(host))) return true;
    return !this.#knows(tag) && !hasGrant && this.#marked.tagOwners.has(tag) && this.#isPlainTest(entry);
  }

  /** Aperture's addresses, as the fragment and every grant of the tag say. */
  #destinations(tag: Tag): Set<unknown> {
    const known = [this.#fragment, this.#applied].flatMap((fragment) =>
      Object.hasOwn(fragment, tag) ? (fragment[tag]?.destinations ?? []) : [],
    );
    const adoptable = (this.#foreign.grants.get(tag) ?? []).filter((entry) => givesAperture(this.#policy.text, entry));
    const live = [...(this.#marked.grants.get(tag) ?? []), ...adoptable].flatMap((entry) => {
      const grant = this.#json(entry);
      return isObject(grant) && Array.isArray(grant.dst) ? (grant.dst as unknown[]) : [];
    });
    return new Set<unknown>([...known, ...live]);
  }

  /** Has the test the form that a fragment gives it, and nothing else? */
  #isPlainTest(entry: PolicyEntry): boolean {
    const test = this.#json(entry);
    return (
      isObject(test) &&
      test.proto === "tcp" &&
      acceptedHosts(test).length > 0 &&
      Object.keys(test).every((name) => ["src", "proto", "accept", "deny"].includes(name))
    );
  }

  #bestFirst(entries: PolicyEntry[], wanted: unknown): PolicyEntry[] {
    if (entries.length < 2) return entries;
    const best = entries.find((entry) => this.#means(entry, wanted)) ?? entries[0];
    return [best, ...entries.filter((entry) => entry !== best)].filter((entry) => entry !== undefined);
  }

  #ownClaim(section: SectionName, tag: Tag, wanted: unknown, entry: PolicyEntry): Claim {
    const live = this.#json(entry);
    const isShared = entry.mark !== undefined && entry.mark.owners.length > 1;
    const state = sameEntry(section, live, wanted) ? "ours" : isShared ? "conflicting" : "edited";
    return { section, tag, state, wanted, entry, live };
  }

  #foreignClaim(section: SectionName, tag: Tag, wanted: unknown): Claim {
    const entries = this.#foreign[section].get(tag) ?? [];
    const same = entries.filter((entry) => this.#means(entry, wanted));
    const claim = (state: Claim["state"], entry: PolicyEntry): Claim => ({
      section,
      tag,
      state,
      wanted,
      entry,
      live: this.#json(entry),
    });
    const shared = same.find(({ mark }) => mark);
    if (shared) return claim("shared", shared);
    if (same[0]) return claim("adopted", same[0]);
    const other = entries.find(
      (entry) => entry.mark && (section !== "grants" || givesAperture(this.#policy.text, entry)),
    );
    if (other) return claim("conflicting", other);
    if (section === "tagOwners" && entries[0]) return claim("adopted", entries[0]);
    return { section, tag, state: "missing", wanted };
  }

  #json(entry: PolicyEntry): unknown {
    if (!this.#values.has(entry)) this.#values.set(entry, entryJson(this.#policy.text, entry));
    return this.#values.get(entry);
  }

  #means(entry: PolicyEntry, wanted: unknown): boolean {
    return sameEntry(entry.section, this.#json(entry), wanted);
  }
}

function givesAperture(text: string, { item }: PolicyEntry): boolean {
  const app = item.value.kind === "object" ? field(text, item.value, "app")?.value : undefined;
  return app?.kind === "object" && app.items.some(({ name }) => name && stringValue(text, name) === apertureCapability);
}

function acceptedHosts(test: unknown): string[] {
  if (!isObject(test) || !Array.isArray(test.accept)) return [];
  return test.accept.flatMap((target) =>
    typeof target === "string" ? [target.slice(0, target.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1")] : [],
  );
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
