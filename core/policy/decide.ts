/** What an edit does to a policy file, before any text is cut or written. */
import { gapsIn, lineIndent, spansLines } from "./containers.ts";
import { type LooseMark, listMarks, type PolicyDocument, type PolicyEntry, type Section } from "./document.ts";
import { type SectionName, sectionNames } from "./fragment.ts";
import { commentsIn } from "./hujson.ts";
import { isBesideItem } from "./insertion.ts";
import type { Mark, Note } from "./marks.ts";
import type { Claim, Ownership } from "./ownership.ts";
import type { Remembered } from "./restore.ts";
import type { MarkedItem } from "./splice.ts";

export interface Decisions {
  /** Entries whose value is replaced in place. */
  repaired: { entry: PolicyEntry; wanted: unknown }[];
  /** Entries that go with their marks, by section. */
  removed: Record<SectionName, MarkedItem[]>;
  /** Sections that go, because they were made for entries that are gone. */
  removedSections: { name: SectionName; item: MarkedItem }[];
  /** What comes, by section. A section that the file lacks is made for it. */
  added: { name: SectionName; section?: Section; claims: Claim[] }[];
  /** Marks that stay and name other stacks than before, or carry another note. */
  rewritten: Map<Mark, Pick<Mark, "stacks" | "note">>;
  /** Marks that go, without what they stand in front of. */
  removedMarks: LooseMark[];
  /** What the first new mark has to say about the file as it was. */
  note?: Note;
  remembered: Remembered;
}

/** Whether an edit brings the stack's entries or takes them away. */
export type Direction = "insert" | "remove";

export function decide(policy: PolicyDocument, ownership: Ownership, stack: string, direction: Direction): Decisions {
  return new Deciding(policy, ownership, stack, direction).decide();
}

class Deciding {
  readonly #policy: PolicyDocument;
  readonly #ownership: Ownership;
  readonly #stack: string;
  /** What the fragment wants; nothing when the stack leaves the file. */
  readonly #wanted: Claim[];
  readonly #decisions: Decisions = {
    repaired: [],
    removed: { tagOwners: [], grants: [], tests: [] },
    removedSections: [],
    added: [],
    rewritten: new Map(),
    removedMarks: [],
    remembered: { sections: new Set(), moved: new Set(), oneLine: false, plainJson: false },
  };

  constructor(policy: PolicyDocument, ownership: Ownership, stack: string, direction: Direction) {
    this.#policy = policy;
    this.#ownership = ownership;
    this.#stack = stack;
    this.#wanted = direction === "insert" ? ownership.claims : [];
  }

  decide(): Decisions {
    for (const { entry, mark } of this.#ownership.wronglyMarked) this.#leave({ mark, from: entry.item.from });
    for (const loose of this.#policy.looseMarks) if (this.#isIn(loose.mark)) this.#leave(loose);
    for (const claim of this.#wanted) this.#keep(claim);
    for (const name of sectionNames) this.#add(name);
    for (const name of sectionNames) this.#removeFrom(name);
    for (const name of sectionNames) this.#rememberMoved(name);
    this.#noteFile();
    return this.#decisions;
  }

  /** An entry that stays: repaired where it was edited, and with the stack in the mark where another one has it. */
  #keep({ state, wanted, entry, isDoubled }: Claim): void {
    if (!entry) return;
    if (state === "edited" || isDoubled) this.#decisions.repaired.push({ entry, wanted });
    if (!entry.mark) return;
    this.#join(entry.mark);
    this.#joinSection(this.#policy.sections[entry.section]);
  }

  #add(name: SectionName): void {
    const claims = this.#wanted.filter((claim) => claim.section === name && claim.state === "missing");
    if (claims.length === 0) return;
    const section = this.#policy.sections[name];
    this.#joinSection(section);
    this.#decisions.added.push({ name, claims, ...(section ? { section } : {}) });
  }

  /** Takes out of a section what the stack no longer has there, and the section with its last entry. */
  #removeFrom(name: SectionName): void {
    const section = this.#policy.sections[name];
    if (!section) return;
    const { surplus, claims } = this.#ownership;
    const unwanted = surplus.map(({ entry }) => entry);
    if (this.#wanted.length === 0) unwanted.push(...claims.flatMap(({ entry }) => entry ?? []));
    const removed = this.#decisions.removed[name];
    const isOpen = spansLines(this.#policy.text, section.container);
    for (const { section: place, item, mark } of unwanted) {
      if (place !== name || !mark || !this.#isIn(mark)) continue;
      if (this.#isShared(mark)) this.#leave({ mark, from: item.from });
      else {
        removed.push({ item, mark });
        this.#remember(mark, isOpen ? section : undefined);
      }
    }
    const { mark, item } = section;
    if (!mark || !this.#isIn(mark) || this.#decisions.rewritten.has(mark)) return;
    if (this.#isShared(mark) || !this.#isEmptyWithout(section, removed)) this.#leave({ mark, from: item.from });
    else {
      this.#remember(mark);
      this.#decisions.removedSections.push({ name, item: { item, mark } });
    }
  }

  /** Would the section hold nothing, not even somebody's comment? */
  #isEmptyWithout({ container }: Section, removed: MarkedItem[]): boolean {
    if (removed.length !== container.items.length) return false;
    const own = new Set(removed.map(({ mark }) => mark.start));
    for (const { mark } of this.#decisions.removedMarks) own.add(mark.start);
    return gapsIn(container).every(({ from, to }) =>
      commentsIn(this.#policy.text, from, to).every(({ start }) => own.has(start)),
    );
  }

  /** Keeps the stack in a mark that stays, or puts it there. */
  #join(mark: Mark): void {
    const stacks = this.#isIn(mark) ? mark.stacks : [...mark.stacks, this.#stack];
    this.#decisions.rewritten.set(mark, { stacks, note: mark.note });
  }

  #joinSection(section: Section | undefined): void {
    if (section?.mark) this.#join(section.mark);
  }

  /** Takes the stack out of a mark, and away the mark that would name nobody. */
  #leave({ mark, from }: LooseMark): void {
    const stacks = mark.stacks.filter((name) => name !== this.#stack);
    if (stacks.length > 0) this.#decisions.rewritten.set(mark, { stacks, note: mark.note });
    else {
      this.#remember(mark);
      this.#decisions.removedMarks.push({ mark, from });
    }
  }

  /** What a mark that goes says about the file as it was; `section` is the one that it leaves, if that has lines. */
  #remember(mark: Mark, section?: Section): void {
    const { remembered } = this.#decisions;
    remembered.oneLine ||= mark.note.oneLine;
    remembered.plainJson ||= mark.note.plainJson;
    if (section && mark.isBlock && isBesideItem(this.#policy.text, mark)) remembered.sections.add(section.name);
  }

  /** Whether the first item that stays is one that `insertFirst` moved, by its indentation. */
  #rememberMoved(name: SectionName): void {
    const { text, sections } = this.#policy;
    const removed = this.#decisions.removed[name];
    const gone = new Set(removed.map(({ item }) => item));
    const first = sections[name]?.container.items.find((item) => !gone.has(item));
    if (!first) return;
    const indent = lineIndent(text, first.start);
    if (removed.some(({ mark }) => lineIndent(text, mark.start) !== indent)) this.#decisions.remembered.moved.add(name);
  }

  /** Makes sure that one of the stack's marks says how the file looked before. */
  #noteFile(): void {
    const { added, rewritten } = this.#decisions;
    const note = noteOn(this.#policy);
    const own = [...rewritten].filter(([, { stacks }]) => stacks.includes(this.#stack));
    const isKnown =
      (!note.plainJson || own.some(([, mark]) => mark.note.plainJson)) &&
      (!note.oneLine || own.some(([, mark]) => mark.note.oneLine));
    if (isKnown) return;
    const [first] = own;
    if (added.length > 0) this.#decisions.note = note;
    else if (first) rewritten.set(first[0], { ...first[1], note });
  }

  #isIn(mark: Mark): boolean {
    return mark.stacks.includes(this.#stack);
  }

  #isShared(mark: Mark): boolean {
    return mark.stacks.some((name) => name !== this.#stack);
  }
}

/** What new marks have to say about the file, see restore.ts: what is so before the first mark, or what the others say. */
function noteOn(policy: PolicyDocument): Note {
  const { tree, text, root } = policy;
  const marks = listMarks(policy);
  if (marks.length > 0) {
    return { plainJson: marks.some(({ note }) => note.plainJson), oneLine: marks.some(({ note }) => note.oneLine) };
  }
  const isPlain = tree.commentCount === 0 && tree.trailingCommaCount === 0;
  return {
    plainJson: isPlain && text.slice(root.start, root.end).includes("\n"),
    oneLine: text.slice(root.start + 1, root.end - 1).trim() !== "" && !spansLines(text, root),
  };
}
