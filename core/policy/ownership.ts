/** How the entries that a fragment wants stand in a policy file, and which others are the stack's own. */
import { type PolicyDocument, type PolicyEntry, refuseDouble } from "./document.ts";
import { hasDuplicates } from "./duplicates.ts";
import { entryValue, type Fragment, type SectionName, sectionNames, type Tag } from "./fragment.ts";
import type { Mark } from "./marks.ts";
import { isSameEntry } from "./meaning.ts";
import { EntryValues, givesAperture, type SortedEntries, sortEntries } from "./own-entries.ts";

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
  /** A name stands twice in an entry that the stack has or is to share: it is written anew, also where it means the same. */
  isDoubled?: boolean;
}

/** Whether an entry in this state does what is wanted, be it ours or somebody else's. */
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
  /** Entries that carry a copy of an own entry's mark and say something else. They are among the wrongly marked ones. */
  copies: OwnEntry[];
  /** Entries that carry the stack's mark and are not its own: the next edit takes the mark away and leaves the entry. */
  wronglyMarked: { entry: PolicyEntry; mark: Mark }[];
}

/**
 * Looks at every entry of the file once; own-entries.ts has the rule of what is a stack's own. `applied` is what was
 * inserted before: its tags are known like those of the fragment.
 *
 * @throws PolicyError when a tag of the fragment or of `applied` stands twice in `tagOwners`
 */
export function survey(
  policy: PolicyDocument,
  fragment: Fragment,
  stack: string,
  applied: Fragment = fragment,
): Ownership {
  const values = new EntryValues(policy.text);
  const sorted = sortEntries(policy, values, [fragment, applied], stack);
  refuseDoubleTags(policy, new Set([...Object.keys(fragment), ...Object.keys(applied)]));
  return new Survey(values, fragment, sorted, stack).result();
}

/** Other tags may stand twice: Tailscale takes that, and the edit leaves them as they are. */
function refuseDoubleTags({ text, sections }: PolicyDocument, tags: Set<string>): void {
  const seen = new Map<string, PolicyEntry>();
  for (const entry of sections.tagOwners?.entries ?? []) {
    const [tag] = entry.sources;
    if (tag === undefined || !tags.has(tag)) continue;
    const first = seen.get(tag);
    if (first) refuseDouble(text, entry.item, first.item, "Tailscale uses the last one only. Merge the two.");
    seen.set(tag, entry);
  }
}

class Survey {
  readonly #values: EntryValues;
  readonly #fragment: Fragment;
  readonly #sorted: SortedEntries;
  readonly #stack: string;

  constructor(values: EntryValues, fragment: Fragment, sorted: SortedEntries, stack: string) {
    this.#values = values;
    this.#stack = stack;
    this.#fragment = fragment;
    this.#sorted = sorted;
  }

  result(): Ownership {
    const claims: Claim[] = [];
    const surplus: OwnEntry[] = [];
    const copies: OwnEntry[] = [];
    for (const section of sectionNames) {
      const own = new Map(this.#sorted.own[section]);
      for (const [tag, access] of Object.entries(this.#fragment) as [Tag, Fragment[Tag]][]) {
        const wanted = entryValue(section, tag, access);
        if (wanted === undefined) continue;
        const [first, ...others] = this.#bestFirst(own.get(tag) ?? [], wanted);
        own.delete(tag);
        claims.push(first ? this.#ownClaim(section, tag, wanted, first) : this.#foreignClaim(section, tag, wanted));
        for (const entry of others) {
          // A copy that nobody changed is as old as the first one: it goes, also when the settings have changed since.
          const isUnchanged = first !== undefined && this.#means(entry, this.#values.of(first));
          (isUnchanged || this.#means(entry, wanted) ? surplus : copies).push({ tag, entry });
        }
      }
      for (const [tag, entries] of own) for (const entry of entries) surplus.push({ tag, entry });
    }
    const entries = [...this.#sorted.wronglyMarked, ...copies.map(({ entry }) => entry)];
    return {
      claims,
      surplus,
      copies,
      wronglyMarked: entries.flatMap((entry) => (entry.mark ? { entry, mark: entry.mark } : [])),
    };
  }

  #bestFirst(entries: PolicyEntry[], wanted: unknown): PolicyEntry[] {
    if (entries.length < 2) return entries;
    const best = entries.find((entry) => this.#means(entry, wanted)) ?? entries[0];
    return [best, ...entries.filter((entry) => entry !== best)].filter((entry) => entry !== undefined);
  }

  #ownClaim(section: SectionName, tag: Tag, wanted: unknown, entry: PolicyEntry): Claim {
    const live = this.#values.of(entry);
    const isSame = isSameEntry(section, live, wanted);
    const isShared = entry.mark?.stacks.some((name) => name !== this.#stack);
    const isDoubled = this.#isDoubled(entry);
    const state = !isSame && isShared ? "conflicting" : !isSame || isDoubled ? "edited" : "ours";
    return { section, tag, state, wanted, entry, live, isDoubled };
  }

  #foreignClaim(section: SectionName, tag: Tag, wanted: unknown): Claim {
    const entries = this.#sorted.foreign[section].get(tag) ?? [];
    const same = entries.filter((entry) => this.#means(entry, wanted));
    const claim = (state: Claim["state"], entry: PolicyEntry): Claim => {
      return { section, tag, state, wanted, entry, live: this.#values.of(entry) };
    };
    const shared = same.find(({ mark }) => mark);
    if (shared) return { ...claim("shared", shared), isDoubled: this.#isDoubled(shared) };
    if (same[0]) return claim("adopted", same[0]);
    const other = entries.find(
      (entry) => entry.mark && (section !== "grants" || givesAperture(this.#values.text, entry)),
    );
    if (other) return claim("conflicting", other);
    if (section === "tagOwners" && entries[0]) return claim("adopted", entries[0]);
    return { section, tag, state: "missing", wanted };
  }

  #means(entry: PolicyEntry, wanted: unknown): boolean {
    return isSameEntry(entry.section, this.#values.of(entry), wanted);
  }

  #isDoubled({ section, item }: PolicyEntry): boolean {
    return section !== "tagOwners" && hasDuplicates(this.#values.text, item);
  }
}
