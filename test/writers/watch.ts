/**
 * Holds every version of a policy file that the server accepts against what its writers may have in it: each stack what it
 * had or what it is just about to have, once and under its mark, and everything else, byte for byte, what the person made.
 */
import { isDeepStrictEqual } from "node:util";
import { entryValue, type Fragment, sectionNames, type Tag } from "../../core/policy/fragment.ts";
import type { TailscaleState } from "../../sandbox/tailscale/index.ts";
import { type MarkedEntry, type Separated, separate } from "./separate.ts";

/** What a writer has in the file, and what it has while it writes and nobody knows yet whether that was accepted. */
interface Holding<T> {
  now: T;
  next?: { value: T };
}

export class Watch {
  /** What was wrong, with the version in which it was first seen. */
  readonly violations: string[] = [];
  versions = 0;
  readonly #stacks = new Map<string, Holding<Fragment | undefined>>();
  readonly #foreign: Holding<string>;

  /** Watches `state` from here on; `owners` are the stacks, which have nothing in the file yet. */
  constructor(state: TailscaleState, owners: string[]) {
    for (const owner of owners) this.#stacks.set(owner, { now: undefined });
    this.#foreign = { now: state.policy };
    let text = state.policy;
    Object.defineProperty(state, "policy", {
      get: () => text,
      set: (accepted: string) => {
        text = accepted;
        this.#see(accepted);
      },
    });
  }

  /** The foreign part, as it must be now. */
  get foreign(): string {
    return this.#foreign.now;
  }

  /** Runs what is to bring a stack to `wanted`. If it fails, the stack may be as it was. */
  async stack(owner: string, wanted: Fragment | undefined, run: () => Promise<void>): Promise<void> {
    const holding = this.#stacks.get(owner);
    if (!holding) throw new Error(`${owner} is not watched`);
    holding.next = { value: wanted };
    await run().finally(() => delete holding.next);
    if (!same(holding.now, wanted)) this.#report(`${owner} is done, and its entries are not in the file`);
    holding.now = wanted;
  }

  /** Runs what is to write the edit of a person. */
  async person(edit: (text: string) => string, run: () => Promise<void>): Promise<void> {
    const edited = edit(this.#foreign.now);
    this.#foreign.next = { value: edited };
    await run();
    if (this.#foreign.now !== edited) this.#report("the person is done, and the edit is not in the file");
    delete this.#foreign.next;
  }

  #see(text: string): void {
    this.versions += 1;
    const separated = this.#separate(text);
    if (!separated) return;
    const { foreign, entries } = separated;
    if (!advance(this.#foreign, (value) => value === foreign)) {
      this.#report(`what is not ours differs:\n${foreign}\nexpected:\n${this.#foreign.now}`);
    }
    for (const [owner, holding] of this.#stacks) {
      const held = entries.filter(({ owners }) => owners.includes(owner));
      if (!advance(holding, (value) => isDeepStrictEqual(sorted(held), sorted(entriesOf(value))))) {
        this.#report(`${owner} has ${JSON.stringify(held)}, expected ${JSON.stringify(holding)}`);
      }
    }
    for (const entry of entries) {
      const isTwice = entries.some((other) => other !== entry && keyOf(other) === keyOf(entry));
      if (isTwice) this.#report(`twice in the file: ${keyOf(entry)}`);
      for (const owner of entry.owners) if (!this.#stacks.has(owner)) this.#report(`a mark of nobody: ${owner}`);
      if (new Set(entry.owners).size < entry.owners.length) this.#report(`twice in a mark: ${entry.owners}`);
    }
  }

  #separate(text: string): Separated | undefined {
    try {
      return separate(text);
    } catch (error) {
      this.#report((error as Error).message);
      return undefined;
    }
  }

  #report(what: string): void {
    // What is wrong once is wrong in every version from then on.
    if (this.violations.length >= 5) return;
    this.violations.push(`version ${this.versions}: ${what}`);
  }
}

/** Whether what was seen is what the writer has, or will have: then it has that from now on. */
function advance<T>(holding: Holding<T>, wasSeen: (value: T) => boolean): boolean {
  if (holding.next && wasSeen(holding.next.value)) {
    holding.now = holding.next.value;
    return true;
  }
  return wasSeen(holding.now);
}

type Entry = Omit<MarkedEntry, "owners">;

/** The entries that a fragment is, as the policy file says them. */
export function entriesOf(fragment: Fragment | undefined): Entry[] {
  return Object.entries(fragment ?? {}).flatMap(([tag, access]) =>
    sectionNames
      .map((section) => ({ section, tag, value: entryValue(section, tag as Tag, access) }))
      .filter(({ value }) => value !== undefined),
  );
}

export const keyOf = ({ section, tag }: Entry): string => `${section} ${tag}`;

function sorted(entries: Entry[]): Entry[] {
  return entries
    .map(({ section, tag, value }) => ({ section, tag, value }))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function same(one: Fragment | undefined, other: Fragment | undefined): boolean {
  return isDeepStrictEqual(sorted(entriesOf(one)), sorted(entriesOf(other)));
}
