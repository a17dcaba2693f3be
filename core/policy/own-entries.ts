/**
 * Which marked entries are a stack's own. A mark alone proves nothing: a person may have deleted the entry and left its mark
 * in front of the next one, or copied a mark together with an entry. So an entry is a stack's own if it carries the
 * stack's mark, speaks of one tag alone, gives Aperture's app capability where it is a grant, and
 * - the fragment has or had the tag, and a test accepts a destination of it, of the fragment or of a grant to Aperture;
 * - or, where the tag is unknown, two of these three agree: the form that a fragment gives the entry, and marked entries of
 *   the two other sections that have theirs and speak of the same tag and destination.
 *
 * One more: a grant of a known tag to which a person added sources is the stack's own if nothing else in it was changed.
 */
import { entryJson, isField, type PolicyDocument, type PolicyEntry } from "./document.ts";
import { hasDuplicates } from "./duplicates.ts";
import { apertureCapability, entryValue, type Fragment, type SectionName, sectionNames, type Tag } from "./fragment.ts";
import { stringValue } from "./hujson.ts";
import { isObject, isSameEntry, isStrings } from "./meaning.ts";
import { isTag } from "./rules.ts";

type BySection<K> = Record<SectionName, Map<K, PolicyEntry[]>>;

/** The entries of a file as one stack sees them. */
export interface SortedEntries {
  own: BySection<Tag>;
  /** Entries that carry the stack's mark and are not its own. */
  wronglyMarked: PolicyEntry[];
  /** Entries without the stack's mark that speak of one source alone. */
  foreign: BySection<string>;
}

/** What entries say, each read once. */
export class EntryValues {
  readonly text: string;
  readonly #values = new Map<PolicyEntry, unknown>();

  constructor(text: string) {
    this.text = text;
  }

  of(entry: PolicyEntry): unknown {
    if (!this.#values.has(entry)) this.#values.set(entry, entryJson(this.text, entry));
    return this.#values.get(entry);
  }
}

/** `fragments` are those that the stack wants and had: the tags that it is known to have. */
export function sortEntries(
  policy: PolicyDocument,
  values: EntryValues,
  fragments: Fragment[],
  stack: string,
): SortedEntries {
  return new Sorting(values, fragments).sort(policy, stack);
}

interface Partners {
  sections: Set<SectionName>;
  hosts: Set<unknown>;
}

class Sorting {
  readonly #values: EntryValues;
  readonly #fragments: Fragment[];
  readonly #marked: BySection<Tag> = createMaps();
  readonly #foreign: BySection<string> = createMaps();
  readonly #destinations = new Map<Tag, Set<unknown>>();
  readonly #partners = new Map<Tag, Partners>();
  /** Without one of them, the other would begin to count. */
  readonly #doubledTags = new Set<string>();

  constructor(values: EntryValues, fragments: Fragment[]) {
    this.#values = values;
    this.#fragments = fragments;
  }

  sort(policy: PolicyDocument, stack: string): SortedEntries {
    const wronglyMarked: PolicyEntry[] = [];
    const tags = new Set<string>();
    for (const { sources } of policy.sections.tagOwners?.entries ?? []) {
      for (const tag of sources) (tags.has(tag) ? this.#doubledTags : tags).add(tag);
    }
    for (const section of sectionNames) {
      for (const entry of policy.sections[section]?.entries ?? []) {
        const [source, ...others] = entry.sources;
        if (entry.mark?.stacks.includes(stack)) {
          const tag = this.#tagOf(entry);
          if (tag) append(this.#marked[section], tag, entry);
          else wronglyMarked.push(entry);
        } else if (source !== undefined && others.length === 0) append(this.#foreign[section], source, entry);
      }
    }
    const own: BySection<Tag> = createMaps();
    for (const section of sectionNames) {
      for (const [tag, entries] of this.#marked[section]) {
        for (const entry of entries) {
          if (this.#isOwn(tag, entry)) append(own[section], tag, entry);
          else wronglyMarked.push(entry);
        }
      }
    }
    return { own, wronglyMarked, foreign: this.#foreign };
  }

  /** The tag that a marked entry speaks of, if it can be a stack's own. */
  #tagOf(entry: PolicyEntry): Tag | undefined {
    const [source, ...others] = entry.sources;
    if (source === undefined || (entry.section === "grants" && !givesAperture(this.#values.text, entry))) {
      return undefined;
    }
    if (others.length === 0) return isTag(source) ? source : undefined;
    return entry.section === "grants"
      ? (entry.sources.find((tag) => this.#hasMoreSourcesOnly(tag, entry)) as Tag)
      : undefined;
  }

  #hasMoreSourcesOnly(tag: string, entry: PolicyEntry): boolean {
    const grant = this.#values.of(entry);
    return (
      isObject(grant) &&
      this.#accessOf(tag).some((access) =>
        isSameEntry("grants", { ...grant, src: [tag] }, entryValue("grants", tag as Tag, access)),
      )
    );
  }

  /** What the stack wants or had for a tag; nothing where the tag is unknown. */
  #accessOf(tag: string) {
    return this.#fragments.flatMap((fragment) => (Object.hasOwn(fragment, tag) ? (fragment[tag as Tag] ?? []) : []));
  }

  #isOwn(tag: Tag, entry: PolicyEntry): boolean {
    const { section } = entry;
    const isKnown = this.#accessOf(tag).length > 0;
    const accepts = section === "tests" && this.#acceptsAny(entry, this.#destinationsOf(tag));
    if (isKnown) return section !== "tests" || accepts;
    if (section === "tagOwners" && this.#doubledTags.has(tag)) return false;
    if (section === "tests" && !accepts && this.#marked.grants.has(tag)) return false;
    const partners = sectionNames.filter((name) => name !== section && this.#hasPartner(tag, entry, name));
    return partners.length + (this.#hasOwnForm(tag, entry) ? 1 : 0) >= 2;
  }

  /** Does a marked entry of another section stand by this one: with the form of an own one, and of one destination? */
  #hasPartner(tag: Tag, entry: PolicyEntry, section: SectionName): boolean {
    if (section === "grants" && entry.section === "tests") return this.#acceptsAny(entry, this.#destinationsOf(tag));
    if (section === "tests" && entry.section === "grants") {
      const hosts = this.#partnersOf(tag).hosts;
      return this.#dstOf(entry).some((host) => hosts.has(host));
    }
    return this.#partnersOf(tag).sections.has(section);
  }

  /** The sections with a marked entry of a tag that has the form of an own one, and what those in `tests` accept. */
  #partnersOf(tag: Tag): Partners {
    const known = this.#partners.get(tag);
    if (known) return known;
    const formed = (section: SectionName) =>
      (this.#marked[section].get(tag) ?? []).filter((entry) => this.#hasOwnForm(tag, entry));
    const partners: Partners = {
      sections: new Set(sectionNames.filter((section) => formed(section).length > 0)),
      hosts: new Set(formed("tests").flatMap((test) => acceptedHosts(this.#values.of(test)))),
    };
    this.#partners.set(tag, partners);
    return partners;
  }

  /** Has the entry the form that a fragment gives it, and nothing else? */
  #hasOwnForm(tag: Tag, entry: PolicyEntry): boolean {
    const value = this.#values.of(entry);
    if (entry.section === "tagOwners") return isStrings(value);
    if (hasDuplicates(this.#values.text, entry.item)) return false;
    return entry.section === "grants" ? isPlainGrant(tag, value) : isPlainTest(value);
  }

  /** Aperture's addresses, as the fragments and every grant of the tag say. */
  #destinationsOf(tag: Tag): Set<unknown> {
    const known = this.#destinations.get(tag);
    if (known) return known;
    const adoptable = (this.#foreign.grants.get(tag) ?? []).filter((entry) => givesAperture(this.#values.text, entry));
    const grants = [...(this.#marked.grants.get(tag) ?? []), ...adoptable];
    const destinations = new Set<unknown>(this.#accessOf(tag).flatMap((access) => access.destinations));
    for (const grant of grants) for (const host of this.#dstOf(grant)) destinations.add(host);
    this.#destinations.set(tag, destinations);
    return destinations;
  }

  #dstOf(entry: PolicyEntry): unknown[] {
    const grant = this.#values.of(entry);
    return isObject(grant) && Array.isArray(grant.dst) ? grant.dst : [];
  }

  #acceptsAny(test: PolicyEntry, destinations: Set<unknown>): boolean {
    return acceptedHosts(this.#values.of(test)).some((host) => destinations.has(host));
  }
}

/** Is Aperture's capability in the `app` of a grant? */
export function givesAperture(text: string, { item }: PolicyEntry): boolean {
  if (item.value.kind !== "object") return false;
  return item.value.items.some(({ name, value }) => {
    if (value.kind !== "object" || !isField(text, name, "app")) return false;
    return value.items.some((member) => member.name && stringValue(text, member.name) === apertureCapability);
  });
}

function isPlainGrant(tag: Tag, grant: unknown): boolean {
  if (!isObject(grant) || !hasFields(grant, ["src", "dst", "ip", "app"]) || !isObject(grant.app)) return false;
  const { src, dst, ip, app } = grant;
  const entries = app[apertureCapability];
  return (
    [src].flat().every((source) => source === tag) &&
    [dst, ip].every((list) => isStrings(list) && list.length > 0) &&
    Object.keys(app).length === 1 &&
    Array.isArray(entries) &&
    entries.some((entry) => isObject(entry) && entry.role === "user") &&
    entries.some((entry) => isObject(entry) && typeof entry.models === "string")
  );
}

function isPlainTest(test: unknown): boolean {
  return (
    isObject(test) &&
    test.proto === "tcp" &&
    acceptedHosts(test).length > 0 &&
    hasFields(test, ["src", "proto", "accept", "deny"])
  );
}

function hasFields(value: Record<string, unknown>, fields: string[]): boolean {
  return Object.keys(value).every((name) => fields.includes(name));
}

function acceptedHosts(test: unknown): string[] {
  if (!isObject(test) || !Array.isArray(test.accept)) return [];
  return test.accept.flatMap((target) =>
    typeof target === "string" ? [target.slice(0, target.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1")] : [],
  );
}

function createMaps<K>(): BySection<K> {
  return { tagOwners: new Map(), grants: new Map(), tests: new Map() };
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
