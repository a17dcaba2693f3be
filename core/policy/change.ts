/** Brings a stack's entries in a policy file to what they should be, as edits of its text. */
import { allMarks, lastOffset, type PolicyDocument, type PolicyEntry, readPolicy, type Section } from "./document.ts";
import { type Fragment, type SectionName, sectionNames } from "./fragment.ts";
import { commentsIn, placeOf } from "./hujson.ts";
import {
  type Insertion,
  insertionInto,
  insertionText,
  isBesideItem,
  layoutOf,
  type NewItem,
  spansLines,
  valueText,
} from "./layout.ts";
import { type Mark, markText, type Note } from "./marks.ts";
import { type Claim, type Ownership, survey } from "./ownership.ts";
import { PolicyError } from "./policy-error.ts";
import { inline } from "./render.ts";
import { type Remembered, restore } from "./restore.ts";
import { Splice } from "./splice.ts";

/**
 * The text with exactly `fragment` as the owner's entries; with `isGone` without any of them, where `fragment` only says
 * which entries are the owner's, as `applied` does, which was inserted before.
 *
 * @throws PolicyError when another stack wants something else for the same tag
 */
export function change(
  text: string,
  fragment: Fragment,
  owner: string,
  isGone: boolean,
  applied: Fragment = fragment,
): string {
  const policy = readPolicy(text);
  const ownership = survey(policy, fragment, owner, applied);
  if (!isGone) refuseConflicts(text, ownership.claims, owner);
  return new Change(policy, ownership, owner, isGone).result();
}

function refuseConflicts(text: string, claims: Claim[], owner: string): void {
  for (const { state, section, tag, entry, live, wanted } of claims) {
    if (state !== "conflicting" || !entry?.mark) continue;
    const others = entry.mark.owners.filter((name) => name !== owner).join(" and ");
    throw new PolicyError(
      `${others} and ${owner} want different things for ${tag} in "${section}".\n` +
        `  found:  ${inline(live)}\n  wanted: ${inline(wanted)}`,
      entry.mark.owners.includes(owner)
        ? "They share the entry. Give one of them a tag of its own, or write into the entry what both shall want and change the settings of both."
        : "Give one of them a tag of its own, or both the same settings for this tag.",
      placeOf(text, entry.item.start),
    );
  }
}

class Change {
  readonly #policy: PolicyDocument;
  readonly #ownership: Ownership;
  readonly #owner: string;
  /** What the fragment wants; nothing when the owner leaves. */
  readonly #wanted: Claim[];
  readonly #splice: Splice;
  readonly #rewritten = new Map<Mark, Pick<Mark, "owners" | "note">>();
  readonly #remembered: Remembered = { sections: new Set(), oneLine: false, plainJson: false };

  constructor(policy: PolicyDocument, ownership: Ownership, owner: string, isGone: boolean) {
    this.#policy = policy;
    this.#ownership = ownership;
    this.#owner = owner;
    this.#wanted = isGone ? [] : ownership.claims;
    this.#splice = new Splice(policy.text);
  }

  result(): string {
    const { text, root, sections, looseMarks } = this.#policy;
    for (const { entry, mark } of this.#ownership.strays) this.#leave(mark, entry.item.from);
    for (const { mark, from } of looseMarks) if (this.#isIn(mark)) this.#leave(mark, from);
    for (const claim of this.#wanted) this.#keep(claim);
    this.#add();
    const emptySections = sectionNames.flatMap((name) => {
      const section = sections[name];
      return section?.mark && this.#removeFrom(section) ? [{ item: section.item, mark: section.mark }] : [];
    });
    for (const name of sectionNames) if (sections[name] && !sections[name].mark) this.#removeFrom(sections[name]);
    this.#splice.cutItems(root, emptySections);
    for (const [mark, changes] of this.#rewritten) {
      const rewritten = markText({ ...mark, ...changes });
      if (rewritten !== text.slice(mark.start, mark.end)) this.#splice.replace(mark.start, mark.end, rewritten);
    }
    return restore(this.#splice.apply(), this.#remembered);
  }

  /** An entry that stays: repaired where it was edited, and with the owner in the mark where another stack has it. */
  #keep({ state, wanted, entry }: Claim): void {
    if (!entry) return;
    const { text, root } = this.#policy;
    if (state === "edited") {
      const { start, end } = entry.item.value;
      const layout = layoutOf(text, entry.container, root, entry.item.start);
      this.#splice.replace(start, end, valueText(wanted, layout));
    }
    if (entry.mark) this.#join(entry.mark);
    const section = this.#policy.sections[entry.section];
    if (entry.mark && section?.mark) this.#join(section.mark);
  }

  /** Adds what is missing, and makes sure that one of the owner's marks says how the file looked before. */
  #add(): void {
    const { text, root, sections } = this.#policy;
    const insertions: { insertion: Insertion; items: NewItem[] }[] = [];
    const newSections: NewItem[] = [];
    for (const name of sectionNames) {
      const section = sections[name];
      const missing = this.#wanted.filter((claim) => claim.section === name && claim.state === "missing");
      if (missing.length === 0) continue;
      if (section) {
        const marks = section.entries.flatMap(({ mark }) => mark ?? []);
        const insertion = insertionInto(text, section.container, root, marks);
        insertions.push({ insertion, items: missing.map(newEntry) });
        if (section.mark) this.#join(section.mark);
      } else newSections.push(this.#newSection(name, missing));
    }
    if (newSections.length > 0) {
      const marks = sectionNames.flatMap((name) => sections[name]?.mark ?? []);
      insertions.unshift({ insertion: insertionInto(text, root, root, marks), items: newSections });
    }
    let note = this.#missingNote();
    for (const { insertion, items } of insertions) {
      this.#splice.insert(insertion.offset, insertionText(insertion, items, [this.#owner], note));
      note = undefined;
    }
    const [first] = this.#rewritten;
    if (note && first) this.#rewritten.set(first[0], { ...first[1], note });
  }

  /** What none of the owner's marks says yet about the file as it was. */
  #missingNote(): Note | undefined {
    const note = noteOn(this.#policy);
    const own = [...this.#rewritten.values()]
      .filter(({ owners }) => owners.includes(this.#owner))
      .map(({ note }) => note);
    const isKnown =
      (!note.plainJson || own.some(({ plainJson }) => plainJson)) &&
      (!note.oneLine || own.some(({ oneLine }) => oneLine));
    return isKnown ? undefined : note;
  }

  /** Takes out of a section what the owner no longer has there. True if nothing remains and the section is to go. */
  #removeFrom(section: Section): boolean {
    const { name, container, mark } = section;
    const { surplus, claims } = this.#ownership;
    const leaving = surplus.map(({ entry }) => entry);
    if (this.#wanted.length === 0)
      leaving.push(...claims.flatMap(({ entry }) => (entry && this.#isIn(entry.mark) ? entry : [])));
    const removed: { item: PolicyEntry["item"]; mark: Mark }[] = [];
    for (const { section: place, item, mark } of leaving) {
      if (place !== name || !mark) continue;
      if (mark.owners.length > 1) this.#leave(mark, item.from);
      else removed.push({ item, mark });
    }
    for (const { mark } of removed) this.#remember(mark, section);
    if (mark && this.#isIn(mark) && !this.#rewritten.has(mark)) {
      if (mark.owners.length === 1 && this.#isEmptyWithout(section, removed)) {
        this.#remember(mark);
        return true;
      }
      this.#leave(mark, section.item.from);
    }
    this.#splice.cutItems(container, removed);
    return false;
  }

  #isIn(mark: Mark | undefined): boolean {
    return mark?.owners.includes(this.#owner) ?? false;
  }

  /** Would the section hold nothing, not even somebody's comment? */
  #isEmptyWithout({ container }: Section, removed: { mark: Mark }[]): boolean {
    const { text, looseMarks } = this.#policy;
    if (removed.length !== container.items.length) return false;
    const own = new Set(removed.map(({ mark }) => mark.start));
    for (const { mark } of looseMarks) if (mark.owners.every((name) => name === this.#owner)) own.add(mark.start);
    const comments = [
      ...container.items.flatMap(({ from, start, value, comma }) => [
        ...commentsIn(text, from, start),
        ...commentsIn(text, value.end, comma ?? value.end),
      ]),
      ...commentsIn(text, lastOffset(container), container.end - 1),
    ];
    return comments.every(({ start }) => own.has(start));
  }

  /** Keeps the owner in a mark that stays, or puts it there. */
  #join(mark: Mark): void {
    const owners = this.#isIn(mark) ? mark.owners : [...mark.owners, this.#owner];
    this.#rewritten.set(mark, { owners, note: mark.note });
  }

  /** Takes the owner out of a mark, and away the mark that would name nobody. */
  #leave(mark: Mark, from: number): void {
    const owners = mark.owners.filter((name) => name !== this.#owner);
    if (owners.length > 0) this.#rewritten.set(mark, { owners, note: mark.note });
    else {
      this.#remember(mark);
      this.#splice.cutMark(mark, from);
    }
  }

  #remember(mark: Mark, section?: Section): void {
    const { text } = this.#policy;
    this.#remembered.oneLine ||= mark.note.oneLine;
    this.#remembered.plainJson ||= mark.note.plainJson;
    if (section && mark.isBlock && spansLines(text, section.container) && isBesideItem(text, mark)) {
      this.#remembered.sections.add(section.name);
    }
  }

  #newSection(name: SectionName, claims: Claim[]): NewItem {
    const items = claims.map(newEntry);
    const [open, close] = name === "tagOwners" ? "{}" : "[]";
    const entries = (insertion: Insertion) => insertionText(insertion, items, [this.#owner], undefined);
    return {
      name: JSON.stringify(name),
      text: (layout) => {
        if (!layout) return `${open}${entries({ kind: "inline", offset: 0, isEmpty: true })}${close}`;
        const inner = { ...layout, indent: layout.indent + layout.unit };
        const closing = layout.eol + layout.indent;
        const lines = { kind: "lines", offset: 0, layout: inner, isBlock: false, isBeside: false, closing } as const;
        return `${open}${entries(lines)}${close}`;
      },
    };
  }
}

function newEntry({ section, tag, wanted }: Claim): NewItem {
  return {
    ...(section === "tagOwners" ? { name: JSON.stringify(tag) } : {}),
    text: (layout) => valueText(wanted, layout),
  };
}

/** What new marks have to say about the file, see restore.ts: what is so before the first mark, or what the others say. */
function noteOn(policy: PolicyDocument): Note {
  const { tree, text, root } = policy;
  const marks = allMarks(policy);
  if (marks.length > 0) {
    return { plainJson: marks.some(({ note }) => note.plainJson), oneLine: marks.some(({ note }) => note.oneLine) };
  }
  const isPlain = tree.commentCount === 0 && tree.trailingCommaCount === 0;
  return {
    plainJson: isPlain && text.slice(root.start, root.end).includes("\n"),
    oneLine: text.slice(root.start + 1, root.end - 1).trim() !== "" && !spansLines(text, root),
  };
}
