/** What an edit of a policy file does to the entries in it, whosever they are. */
import { type PolicyEntry, readPolicy } from "./document.ts";
import { type SectionName, sectionNames } from "./fragment.ts";
import { indexLines } from "./lines.ts";
import { renderNode } from "./render.ts";

/** An entry that one of two texts has and the other has not, or has with another value. */
export interface EntryChange {
  kind: "added" | "removed" | "changed";
  section: SectionName;
  /** The key in `tagOwners`; in `grants` and `tests` the sources, with commas between; empty where there are none. */
  key: string;
  /** Where the entry begins, from 1: in the old text, for an added one in the new text. */
  line: number;
  /** The old value on one line. Absent when it is added. */
  before?: string;
  /** The new value on one line. Absent when it is removed. */
  after?: string;
}

/**
 * The entries of `tagOwners`, `grants` and `tests` that differ between two policy files: section by section, in the order
 * of the old text, with the added ones last. Layout, comments and marks make no difference, nor does the order of
 * entries, which means nothing to Tailscale. One that keeps its key is `changed`, not removed and added.
 *
 * @throws PolicyError where a text is no policy file
 */
export function listChanges(before: string, after: string): EntryChange[] {
  const [old, now] = [readPolicy(before), readPolicy(after)];
  const lines = { before: indexLines(before), after: indexLines(after) };
  return sectionNames.flatMap((section) => {
    const unseen = queuesOf(readEntries(after, now.sections[section]?.entries), ({ key, value }) => `${key}\n${value}`);
    const gone = readEntries(before, old.sections[section]?.entries).filter(
      ({ key, value }) => !unseen.get(`${key}\n${value}`)?.pop(),
    );
    const successors = queuesOf(
      [...unseen.values()].flat().toSorted((a, b) => a.start - b.start),
      ({ key }) => key,
    );
    const changes = gone.map(({ key, value, start }): EntryChange => {
      const successor = successors.get(key)?.pop();
      const place = { section, key, line: lines.before(start), before: value };
      return successor ? { kind: "changed", ...place, after: successor.value } : { kind: "removed", ...place };
    });
    const additions = [...successors.values()].flat().toSorted((a, b) => a.start - b.start);
    return [
      ...changes,
      ...additions.map(({ key, value, start }): EntryChange => {
        return { kind: "added", section, key, line: lines.after(start), after: value };
      }),
    ];
  });
}

interface ReadEntry {
  key: string;
  value: string;
  start: number;
}

function readEntries(text: string, entries: PolicyEntry[] = []): ReadEntry[] {
  return entries.map(({ item, sources }) => ({
    key: sources.join(", "),
    value: renderNode(text, item.value),
    start: item.start,
  }));
}

/** Items by a key; `pop` takes the first of each. */
function queuesOf<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items.toReversed(), keyOf);
}
