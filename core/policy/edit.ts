import { formatMessage } from "../messages/entry.ts";
import { ownerTaken } from "../messages/policy-file.ts";
import { change } from "./change.ts";
import { isField, listMarks, type PolicyDocument, readPolicy } from "./document.ts";
import {
  type Fragment,
  type Mode,
  type ObservedFragment,
  type SectionName,
  sectionNames,
  type Tag,
} from "./fragment.ts";
import { placeOf } from "./hujson.ts";
import { indexLines } from "./lines.ts";
import { checkOwner, type Mark, markText } from "./marks.ts";
import { observeFragment, observeOwner } from "./observe.ts";
import { type Claim, survey } from "./ownership.ts";
import { PolicyError } from "./policy-error.ts";
import { renderLines, renderNode } from "./render.ts";
import { Splice } from "./splice.ts";
import { sameValues, verifyEdit } from "./verify.ts";

export { PolicyError } from "./policy-error.ts";

/** How one entry of a fragment stands in the policy file. */
export interface Entry {
  section: SectionName;
  key: Tag;
  /**
   * - `ours`: it carries the owner's mark and is as wanted.
   * - `adopted`: it exists with the same meaning, or, in `tagOwners`, with other owners; it will not be changed.
   * - `shared`: it is another stack's, as wanted; the owner joins its mark, and the last one out removes the entry.
   * - `missing`: it will be added.
   * - `edited`: it carries the owner's mark and is not as wanted; it will be replaced in place.
   * - `conflicting`: another stack wants something else for the tag; nothing can be written.
   */
  state: Claim["state"];
  /** Line of the entry, from 1. Absent when it is missing. */
  line?: number;
  /** The value that stands in the file, on one line. */
  found?: string;
  /** That value as Tailscale reads it: of a name that stands twice the last, and fields whatever their case. */
  live?: unknown;
  /** The entry as it should stand in its section, indented with tabs, without a comma behind it. Absent when it is ours. */
  wanted?: string;
  /** The stacks in the entry's mark. */
  owners?: string[];
}

/** How each entry that the fragment wants stands in the file. `applied` is what was inserted before, as for `insert`. */
export function plan(policy: string, fragment: Fragment, owner: string, applied?: Fragment): Entry[] {
  checkOwner(owner);
  const lineOf = indexLines(policy);
  const { claims } = survey(readPolicy(policy), fragment, owner, applied);
  return claims.map(({ section, tag, state, wanted, entry, live }) => ({
    section,
    key: tag,
    state,
    ...(state === "ours"
      ? {}
      : { wanted: (section === "tagOwners" ? `${JSON.stringify(tag)}: ` : "") + renderLines(wanted, tabs) }),
    ...(entry ? { line: lineOf(entry.item.start), found: renderNode(policy, entry.item.value), live } : {}),
    ...(entry?.mark ? { owners: entry.mark.stacks } : {}),
  }));
}

const tabs = { eol: "\n", indent: "", unit: "\t" };

/**
 * Brings the owner's entries to exactly the fragment: adds, repairs in place, removes what the fragment no longer has.
 * `applied` is what was inserted before: it proves which entries are the owner's, whatever people deleted beside them.
 */
export function insert(policy: string, fragment: Fragment, owner: string, applied?: Fragment): string {
  checkOwner(owner);
  return change(policy, { stack: owner, direction: "insert", fragment, applied });
}

/** Removes the owner's entries. `fragment` is what was inserted: it proves which entries are the owner's. */
export function remove(policy: string, fragment: Fragment, owner: string): string {
  checkOwner(owner);
  return change(policy, { stack: owner, direction: "remove", fragment });
}

/** The entries with the owner's mark that the file alone proves to be the owner's. */
export function find(policy: string, owner: string): Fragment {
  checkOwner(owner);
  return observeOwner(readPolicy(policy), owner);
}

/**
 * Whether the file says who may reach what. Where it has neither section Tailscale allows everything, and where one is empty
 * nothing (89 policies recorded from the service, juanfont/headscale, hscontrol/policy/v2/testdata).
 */
export function hasRuleSection(policy: string): boolean {
  const { text, root } = readPolicy(policy);
  return root.items.some(({ name }) => isField(text, name, "grants") || isField(text, name, "acls"));
}

/** Where a mark of an owner stands. */
export interface MarkedPlace {
  /** Of the entry behind the mark, or else of the mark; from 1. */
  line: number;
  /** That of the entry; absent for a mark in front of anything else. */
  section?: SectionName;
  /** The tag or other source of the entry. */
  key?: string;
}

/** Every mark that names the owner, in the order of the file: also one that proves nothing. */
export function findMarks(policy: string, owner: string): MarkedPlace[] {
  checkOwner(owner);
  const document = readPolicy(policy);
  const lineOf = indexLines(policy);
  const entries = sectionNames.flatMap((name) => document.sections[name]?.entries ?? []);
  const marked = new Map(entries.map((entry) => [entry.mark, entry]));
  return listMarks(document)
    .filter(({ stacks }) => stacks.includes(owner))
    .toSorted((one, other) => one.start - other.start)
    .map((mark) => {
      const entry = marked.get(mark);
      if (!entry) return { line: lineOf(mark.start) };
      return { line: lineOf(entry.item.start), section: entry.section, key: entry.sources.join(", ") };
    });
}

/**
 * The same entries under another owner. Marks that name the new owner already are an error: two stacks need two names.
 * Where only the new one has marks, an interrupted run may have written them: then in front of entries of `tags`, those
 * that the stack has or had.
 */
export function remark(policy: string, owner: string, newOwner: string, tags?: string[]): string {
  checkOwner(owner);
  checkOwner(newOwner);
  if (owner === newOwner) return policy;
  const document = readPolicy(policy);
  const marks = listMarks(document);
  const own = marks.filter(({ stacks }) => stacks.includes(owner));
  const other =
    own.length > 0
      ? marks.find(({ stacks }) => stacks.includes(newOwner))
      : tags && markOfOthers(document, newOwner, tags);
  if (other) {
    throw new PolicyError(
      formatMessage(ownerTaken, { newOwner, owner }),
      "Choose a name that no other stack of this tailnet has.",
      placeOf(policy, other.start),
    );
  }
  const splice = new Splice(document.tree);
  for (const mark of own) {
    const stacks = mark.stacks.map((name) => (name === owner ? newOwner : name));
    splice.replace(mark.start, mark.end, markText({ ...mark, stacks }));
  }
  const result = splice.apply();
  verifyEdit(document, sameValues, [owner, newOwner], result);
  return result;
}

/** A mark of the owner in front of an entry of another tag. */
function markOfOthers({ sections }: PolicyDocument, owner: string, tags: string[]): Mark | undefined {
  return sectionNames
    .flatMap((name) => sections[name]?.entries ?? [])
    .find(({ mark, sources }) => mark?.stacks.includes(owner) && !sources.some((tag) => tags.includes(tag)))?.mark;
}

/**
 * How the fragment stands in the live file, for a comparison with what is wanted: values of own entries are the live ones,
 * adopted entries are as wanted, what is missing is absent. Own entries of tags that the fragment does not have are there,
 * too, since the next insert removes them. Nothing there: `{}`.
 *
 * An entry that only other stacks have in their marks is missing: it goes when they go. Not in the mode `observe`, where
 * nobody writes a mark.
 */
export function observe(
  policy: string,
  fragment: Fragment,
  owner: string,
  mode: Mode = "write",
): { fragment: ObservedFragment } {
  checkOwner(owner);
  return { fragment: observeFragment(readPolicy(policy), fragment, owner, mode) };
}
