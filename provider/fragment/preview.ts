/** What a preview says of the policy file, and what people are told when it is managed elsewhere. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/policy-file.ts";
import { type EntryChange, listChanges } from "../../core/policy/changes.ts";
import type { Entry } from "../../core/policy/edit.ts";
import { describeEdit } from "../../core/policy/field-changes.ts";
import { entryValue, type Fragment, type SectionName, type TagAccess } from "../../core/policy/fragment.ts";
import { renderInline } from "../../core/policy/render.ts";
import type { ManagedElsewhere } from "../../services/tailscale/policy-file.ts";

/** The setting that the file's owners use to keep others out, and the way out. */
export function describeManagedElsewhere({ link }: ManagedElsewhere): string {
  return formatMessage(texts.managedElsewhere, { where: link ? `: ${link}` : "." });
}

/** What a write does to the policy file, as its text shows it. */
export interface Edit {
  /** The file as it stands. Line numbers are its own. */
  before: string;
  after: string;
  /** How the entries that are wanted stand in the file, and those of tags that the fragment no longer has. */
  wanted: Entry[];
  dropped: Entry[];
  /** Whose marks say that an entry is this stack's. */
  owner: string;
}

/**
 * An entry a line, for whoever judges a preview: `+` is added, `~` changed, `-` taken out, whosever it is, and `=` stays as
 * it is. Empty: the write changes nothing.
 */
export function describePreview({ before, after, wanted, dropped, owner }: Edit, access: Fragment): string {
  const changes = new PendingChanges(listChanges(before, after));
  const lines = wanted.flatMap((entry) => {
    const { section, key, state, line, found = "", live, owners } = entry;
    const value = renderInline(entryValue(section, key, access[key] ?? emptyAccess));
    if (state === "missing") return [`+ ${named(section, key, value)}`];
    if (state === "edited") {
      changes.take(entry);
      const fields = describeEdit(section, key, live, access[key] ?? emptyAccess);
      if (fields.length === 0) return [`~ ${named(section, key, `${found} => ${value}`)} (line ${line})`];
      return fields.map((field) => `~ ${key} ${field} (line ${line})`);
    }
    if (state === "shared") {
      const sharing = `will be shared with ${owners?.join(" and ")}`;
      // A name that stands twice in it goes.
      if (!changes.takeSame(entry)) return [stays(entry, sharing)];
      return [`~ ${named(section, key, `${found} => ${value}`)} ${sharing} (line ${line})`];
    }
    return state === "adopted" ? [stays(entry, "stays as it is")] : [];
  });
  const left = dropped.flatMap((entry) => {
    const others = entry.owners?.filter((name) => name !== owner) ?? [];
    if (entry.state === "adopted") return [stays(entry, "stays: it is not this stack's")];
    return others.length > 0 && entry.owners?.includes(owner)
      ? [stays(entry, `stays, for ${others.join(" and ")}`)]
      : [];
  });
  const values = new Set(
    wanted.map(({ section, key }) => renderInline(entryValue(section, key, access[key] ?? emptyAccess))),
  );
  const removed = changes.rest().flatMap((change) => {
    const { section, key, after: value } = change;
    return [
      removalLine(change),
      ...(value === undefined || values.has(value) ? [] : [`+ ${named(section, key, value)}`]),
    ];
  });
  return [...lines, ...left, ...removed].join("\n");
}

/** What was taken out of the policy file, an entry a line. */
export function describeRemoval(before: string, after: string): string {
  return new PendingChanges(listChanges(before, after)).rest().map(removalLine).join("\n");
}

function stays({ section, key, found = "", line }: Entry, why: string): string {
  return `= ${named(section, key, found)} ${why} (line ${line})`;
}

function named(section: SectionName, key: string, value: string): string {
  return section === "tagOwners" ? `${section} ${JSON.stringify(key)}: ${value}` : `${section} ${value}`;
}

function removalLine({ section, key, before = "", line }: EntryChange): string {
  return `- ${named(section, key, before)} (line ${line})`;
}

/** The changes that no line of the list speaks of yet. */
class PendingChanges {
  readonly #changes: Set<EntryChange>;

  constructor(changes: EntryChange[]) {
    // What is added is in the list as an entry that is wanted.
    this.#changes = new Set(changes.filter(({ kind }) => kind !== "added"));
  }

  /** Several entries may stand on one line: the one with the same value first. */
  take(entry: Entry): void {
    if (this.takeSame(entry)) return;
    const change = this.#onLineOf(entry)[0];
    if (change) this.#changes.delete(change);
  }

  /** Whether an entry with this value is among the changes. */
  takeSame(entry: Entry): boolean {
    const change = this.#onLineOf(entry).find(({ before }) => before === entry.found);
    return change !== undefined && this.#changes.delete(change);
  }

  #onLineOf({ section, line }: Entry): EntryChange[] {
    return [...this.#changes].filter((change) => change.section === section && change.line === line);
  }

  rest(): EntryChange[] {
    return [...this.#changes];
  }
}

const emptyAccess: TagAccess = { owners: [], destinations: [], ports: [], models: [], test: "none" };
