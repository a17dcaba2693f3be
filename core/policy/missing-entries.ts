/** What of a stack's entries a policy file lacks that somebody else keeps. */
import { formatMessage } from "../messages/entry.ts";
import { entriesMissing } from "../messages/policy-file.ts";
import type { Entry } from "./edit.ts";
import { sectionNames } from "./fragment.ts";

/** What is missing or differs, as HuJSON that can be pasted into the section that it names. `elsewhere`: where the file is kept. */
export function describeMissing(entries: Entry[], elsewhere: { link: string } | undefined): string {
  const where = elsewhere?.link ? ` (${elsewhere.link})` : "";
  const count = entries.length === 1 ? "1 entry is" : `${entries.length} entries are`;
  const sections = sectionNames.flatMap((section) => {
    const own = entries.filter((entry) => entry.section === section);
    return own.length > 0 ? [`In ${JSON.stringify(section)}:`, ...own.map(entryText)] : [];
  });
  return formatMessage(entriesMissing, { count, where, entries: sections.join("\n") });
}

function entryText({ state, line, owners, wanted }: Entry): string {
  const other = state === "conflicting" ? `; agree with ${owners?.join(", ") ?? "its owner"} first` : "";
  const instead = line === undefined ? "" : `  // in place of the entry on line ${line}${other}\n`;
  // Two columns are enough at a terminal.
  const text = (wanted ?? "").replaceAll("\t", "  ").replace(/^/gm, "  ");
  return `${instead}${text},`;
}
