/** What people are told when the policy file is managed elsewhere. */
import { say } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/policy-file.ts";
import type { Entry } from "../../core/policy/edit.ts";
import { entryValue, type Fragment, sectionNames, type TagAccess } from "../../core/policy/fragment.ts";
import { inline } from "../../core/policy/render.ts";
import type { ManagedElsewhere } from "../../services/tailscale/policy-file.ts";

/** The setting that the file's owners use to keep others out, and the way out. */
export function managedElsewhereMessage({ link }: ManagedElsewhere): string {
  return say(texts.managedElsewhere, { where: link ? `: ${link}` : "." });
}

/** What a write will do to the policy file, an entry a line, for whoever judges a preview. Empty: nothing. */
export function previewMessage(entries: Entry[], access: Fragment, leavingTags: string[]): string {
  const lines = entries.flatMap(({ section, key, state, line, found, owners }) => {
    const wanted = inline(entryValue(section, key, access[key] ?? emptyAccess));
    const name = section === "tagOwners" ? `${section} ${JSON.stringify(key)}:` : section;
    if (state === "missing") return [`+ ${name} ${wanted}`];
    if (state === "edited") return [`~ ${name} line ${line}: ${found} => ${wanted}`];
    if (state === "shared") return [`= ${name} line ${line} will be shared with ${owners?.join(" and ")}: ${found}`];
    return state === "adopted" ? [`= ${name} line ${line} stays as it is: ${found}`] : [];
  });
  return [...lines, ...leavingTags.map((tag) => `- every entry of ${tag}`)].join("\n");
}

const emptyAccess: TagAccess = { owners: [], destinations: [], ports: [], models: [], test: "none" };

/** What is missing or differs, as HuJSON that can be pasted into the section that it names. */
export function missingMessage(entries: Entry[], elsewhere: ManagedElsewhere | undefined): string {
  const where = elsewhere?.link ? ` (${elsewhere.link})` : "";
  const count = entries.length === 1 ? "1 entry is" : `${entries.length} entries are`;
  const sections = sectionNames.flatMap((section) => {
    const own = entries.filter((entry) => entry.section === section);
    return own.length > 0 ? [`In ${JSON.stringify(section)}:`, ...own.map(entryText)] : [];
  });
  return say(texts.entriesMissing, { count, where, entries: sections.join("\n") });
}

function entryText({ state, line, owners, wanted }: Entry): string {
  const other = state === "conflicting" ? `; agree with ${owners?.join(", ") ?? "its owner"} first` : "";
  const instead = line === undefined ? "" : `  // in place of the entry on line ${line}${other}\n`;
  // Two columns are enough at a terminal.
  const text = (wanted ?? "").replaceAll("\t", "  ").replace(/^/gm, "  ");
  return `${instead}${text},`;
}
