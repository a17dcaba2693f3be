/**
 * Brings a stack's entries in a policy file to what they should be, as edits of its text:
 *
 *     1. survey  what the file holds of what the fragment wants, and which marked entries are the stack's own
 *     2. decide  what is repaired, removed, added, and which marks change: no text yet
 *     3. cut     the decisions as edits of the text, and what the formatting of a server did because of marks, taken back
 *     4. verify  that the result is what was decided, and everything of others as it was
 *
 * An example: the settings of acme/dev have `tag:new` in place of `tag:old`. In this section
 *
 *     "tagOwners": {
 *         // acme/dev: managed by Pulumi
 *         "tag:old": [],
 *         // acme/dev: managed by Pulumi
 *         "tag:web": ["group:eng"],
 *     },
 *
 * somebody has deleted an entry and left its mark in front of `tag:web`. The survey: `tag:new` is missing, `tag:old` is
 * surplus, `tag:web` is marked wrongly, since no fragment has it and no marked grant or test speaks of it. Decided is:
 * `tag:new` added, `tag:old` removed with its mark, the mark of `tag:web` removed. Cut, all at offsets of the old text:
 * text inserted behind the bracket, two ranges taken out.
 *
 *     "tagOwners": {
 *         // acme/dev: managed by Pulumi
 *         "tag:new": [],
 *         "tag:web": ["group:eng"],
 *     },
 */

import { formatMessage } from "../messages/entry.ts";
import { agreeOnEntry, differentWishes, separateTags } from "../messages/policy-file.ts";
import { type Decisions, type Direction, decide } from "./decide.ts";
import { type PolicyDocument, readPolicy } from "./document.ts";
import type { Fragment } from "./fragment.ts";
import { placeOf } from "./hujson.ts";
import { createSection, insertFirst, insertLast, type Marking, type NewItem, valueText } from "./insertion.ts";
import { layoutOf } from "./layout.ts";
import { markText } from "./marks.ts";
import { type Claim, survey } from "./ownership.ts";
import { PolicyError } from "./policy-error.ts";
import { renderInline } from "./render.ts";
import { restore } from "./restore.ts";
import { Splice } from "./splice.ts";
import { verifyEdit } from "./verify.ts";

export interface Change {
  stack: string;
  direction: Direction;
  /** What the stack's entries are to be; in the direction `remove` it only says which entries are the stack's. */
  fragment: Fragment;
  /** What was inserted before, which also says which entries are the stack's. Default: the fragment. */
  applied?: Fragment | undefined;
}

/**
 * The text with exactly the fragment as the stack's entries; in the direction `remove` without any of them.
 *
 * @throws PolicyError when another stack wants something else for the same tag, and when the edit went wrong
 */
export function change(text: string, { stack, direction, fragment, applied = fragment }: Change): string {
  const policy = readPolicy(text);
  const ownership = survey(policy, fragment, stack, applied);
  if (direction === "insert") refuseConflicts(text, ownership.claims, stack);
  const decisions = decide(policy, ownership, stack, direction);
  const result = restore(cut(policy, decisions, stack), decisions.remembered);
  verifyEdit(policy, decisions, [stack], result);
  return result;
}

function refuseConflicts(text: string, claims: Claim[], stack: string): void {
  for (const { state, section, tag, entry, live, wanted } of claims) {
    if (state !== "conflicting" || !entry?.mark) continue;
    const others = entry.mark.stacks.filter((name) => name !== stack).join(" and ");
    const wishes = {
      others,
      stack,
      tag,
      section: JSON.stringify(section),
      live: renderInline(live),
      wanted: renderInline(wanted),
    };
    throw new PolicyError(
      formatMessage(differentWishes, wishes),
      entry.mark.stacks.includes(stack) ? agreeOnEntry : separateTags,
      placeOf(text, entry.item.start),
    );
  }
}

/** The text with the decisions. The edits may come in any order: each is at offsets of the text as it was. */
function cut(policy: PolicyDocument, decisions: Decisions, stack: string): string {
  const splice = new Splice(policy.tree);
  for (const { mark, from } of decisions.removedMarks) splice.cutMark(mark, from);
  for (const [mark, changes] of decisions.rewritten) {
    const text = markText({ ...mark, ...changes });
    if (text !== policy.text.slice(mark.start, mark.end)) splice.replace(mark.start, mark.end, text);
  }
  repairEntries(splice, policy, decisions);
  addEntries(splice, policy, decisions, stack);
  removeEntries(splice, policy, decisions);
  return splice.apply();
}

function repairEntries(splice: Splice, { text, root }: PolicyDocument, { repaired }: Decisions): void {
  for (const { entry, wanted } of repaired) {
    const { start, end } = entry.item.value;
    splice.replace(start, end, valueText(wanted, layoutOf(text, entry.container, root, entry.item.start)));
  }
}

function addEntries(splice: Splice, policy: PolicyDocument, decisions: Decisions, stack: string): void {
  const { text, root, sections } = policy;
  const created: NewItem[] = [];
  const marking: Marking = { stack, note: decisions.note };
  for (const { name, section, claims } of decisions.added) {
    if (!section) created.push(createSection(name, name === "tagOwners" ? "{}" : "[]", claims.map(newEntry), stack));
  }
  if (created.length > 0) {
    const marks = Object.values(sections).flatMap(({ mark }) => mark ?? []);
    const gone = new Set(decisions.removedSections.map(({ item }) => item.item));
    for (const piece of insertLast(text, root, { items: created, marks, marking }, gone))
      splice.insert(piece.offset, piece.text);
    delete marking.note;
  }
  for (const { section, claims } of decisions.added) {
    if (!section) continue;
    const marks = section.entries.flatMap(({ mark }) => mark ?? []);
    const piece = insertFirst(text, section.container, root, { items: claims.map(newEntry), marks, marking });
    splice.insert(piece.offset, piece.text);
    delete marking.note;
  }
}

function newEntry({ section, tag, wanted }: Claim): NewItem {
  return {
    ...(section === "tagOwners" ? { name: JSON.stringify(tag) } : {}),
    text: (layout) => valueText(wanted, layout),
  };
}

function removeEntries(splice: Splice, { root, sections }: PolicyDocument, decisions: Decisions): void {
  const { added, removed, removedSections } = decisions;
  for (const section of Object.values(sections)) {
    if (removedSections.some(({ name }) => name === section.name)) continue;
    const isRefilled = added.some(({ name }) => name === section.name);
    splice.cutItems(section.container, removed[section.name], { isRefilled });
  }
  splice.cutItems(
    root,
    removedSections.map(({ item }) => item),
    { isRefilled: added.some(({ section }) => !section), withEmptyLines: true },
  );
}
