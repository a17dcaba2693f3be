/**
 * What a tag can do by rules of the live file that are not this stack's, and who can assign it. Rules add up, and there is
 * no deny: whoever gets the tag gets all of it.
 */

import { type PolicyDocument, readPolicy } from "./document.ts";
import type { Fragment, Tag, TagAccess } from "./fragment.ts";
import type { Item } from "./hujson.ts";
import { indexLines } from "./lines.ts";
import { checkOwner } from "./marks.ts";
import { type Claim, survey } from "./ownership.ts";
import {
  findSurplus,
  givesAperture,
  givesOnlyAperture,
  isOfAnotherStack,
  type Surplus,
} from "./reach/aperture-grants.ts";
import { listAssignments, readDefinitions } from "./reach/assignments.ts";
import { type ForeignRule, type Meaning, readForeignRules } from "./reach/foreign-rules.ts";
import { Selectors } from "./reach/selectors.ts";

/** A rule of the live file, not this stack's. */
export interface Rule {
  /** From 1. */
  line: number;
  /** As the file spells it. */
  section: string;
  /** On one line: a value, or `"name": value`. */
  text: string;
  /** As in `ForeignRule`; `assignment`: it says who may assign the tag. */
  meaning: Meaning | "assignment";
  /** It names the tag for more than Aperture: devices of others carry it already, or are meant to. */
  isUse: boolean;
}

/** A rule that gives the tag more of Aperture than the fragment wants. */
export interface WiderGrant extends Surplus {
  line: number;
  text: string;
}

export interface TagReach {
  tag: Tag;
  wider: WiderGrant[];
  /** Rules that name the tag, in the order of the file, and then what says who may assign it. */
  rules: Rule[];
  /** An entry of the tag carries the owner's mark: an earlier run has taken the tag. */
  isTaken: boolean;
}

export interface Reach {
  /** In the order of the fragment. */
  tags: TagReach[];
  /** Rules that cover every device, or a range of addresses that a runner may get. */
  everyone: Rule[];
}

/**
 * Looks for the fragment's tags in all sections of the file but tests, which give no rights. `owner` is the name in this
 * stack's marks; `applied` is what was inserted before, and helps to tell which entries are its own.
 *
 * @throws PolicyError for a text that is no policy file
 */
export function findReach(text: string, fragment: Fragment, owner: string, applied: Fragment = fragment): Reach {
  checkOwner(owner);
  const policy = readPolicy(text);
  const { claims, surplus } = survey(policy, fragment, owner, applied);
  const own = new Set<Item>([
    ...claims.flatMap(({ entry, ...claim }) => (entry && !isForeign({ entry, ...claim }, owner) ? [entry.item] : [])),
    ...surplus.map(({ entry }) => entry.item),
  ]);
  const taken = new Set(claims.filter(({ entry }) => entry?.mark?.stacks.includes(owner)).map(({ tag }) => tag));
  return new Search(policy, owner, own).result(fragment, taken);
}

/** What a grant that means the same gives is what this stack gives. A tag's owners are looked at by themselves. */
function isForeign({ section, state, entry }: Claim, owner: string): boolean {
  if (entry?.mark?.stacks.includes(owner)) return false;
  return section === "tagOwners" || state === "conflicting";
}

class Search {
  readonly #policy: PolicyDocument;
  readonly #owner: string;
  readonly #own: ReadonlySet<Item>;
  readonly #selectors: Selectors;
  readonly #rules: ForeignRule[];
  readonly #lineOf: (offset: number) => number;

  constructor(policy: PolicyDocument, owner: string, own: ReadonlySet<Item>) {
    this.#policy = policy;
    this.#owner = owner;
    this.#own = own;
    this.#selectors = new Selectors(policy);
    this.#rules = readForeignRules(policy, this.#selectors, own);
    this.#lineOf = indexLines(policy.text);
  }

  result(fragment: Fragment, taken: ReadonlySet<Tag>): Reach {
    const named = Map.groupBy(
      this.#rules.flatMap((rule) => [...rule.tags.keys()].map((tag) => ({ tag, rule }))),
      ({ tag }) => tag,
    );
    const everyone = this.#rules.filter(({ coversEveryone }) => coversEveryone);
    const openAperture = everyone.filter((rule) => givesAperture(this.#policy.text, rule));
    const definitions = readDefinitions(this.#policy, this.#own, this.#owner);
    const tags = (Object.entries(fragment) as [Tag, TagAccess][]).map(([tag, access]): TagReach => {
      const rules = (named.get(tag) ?? []).map(({ rule }) => rule);
      const { rights, assigners } = listAssignments(definitions, tag, access.owners);
      return {
        tag,
        wider: [...new Set([...rules, ...openAperture])].flatMap((rule) => this.#wider(rule, tag, access)),
        rules: [
          ...rules.map((rule) => this.#rule(rule, rule.tags.get(tag) ?? "right", !this.#isHarmless(rule, access))),
          ...rights.map((rule) => this.#rule(rule, "right", !rule.isOfAnotherStack)),
          ...assigners.map((rule) => this.#rule(rule, "assignment", false)),
        ],
        isTaken: taken.has(tag),
      };
    });
    // One that names a tag of the fragment stands there already, for a fragment of one.
    const isListed = (rule: ForeignRule) => tags.every(({ tag }) => rule.tags.has(tag));
    return {
      tags,
      everyone: everyone.filter((rule) => !isListed(rule)).map((rule) => this.#rule(rule, "everyone", false)),
    };
  }

  #isHarmless(rule: ForeignRule, access: TagAccess): boolean {
    const { text } = this.#policy;
    return givesOnlyAperture(text, rule, access, this.#selectors) || isOfAnotherStack(text, rule, this.#owner);
  }

  #wider(rule: ForeignRule, tag: Tag, access: TagAccess): WiderGrant[] {
    if (rule.tags.get(tag) === "target" && !rule.coversEveryone) return [];
    const surplus = findSurplus(this.#policy.text, rule, access, this.#selectors);
    return surplus ? [{ line: this.#lineOf(rule.start), text: rule.text, ...surplus }] : [];
  }

  #rule(
    { section, text, start }: Pick<ForeignRule, "section" | "text" | "start">,
    meaning: Rule["meaning"],
    isUse: boolean,
  ): Rule {
    return { line: this.#lineOf(start), section, text, meaning, isUse };
  }
}
