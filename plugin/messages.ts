/** What people are told when the policy file is managed elsewhere. */
import type { Entry } from "../policy/edit.ts";
import { sectionNames } from "../policy/fragment.ts";
import type { ManagedElsewhere } from "./api.ts";

/** The setting that the file's owners use to keep others out, and the way out. */
export function managedElsewhereMessage({ link }: ManagedElsewhere): string {
  return (
    `The policy file of this tailnet is managed elsewhere${link ? `: ${link}` : ""}. Nothing was written, because the next ` +
    "run of that tool would undo it.\n" +
    'Set mode "observe" (pulumi config set --path claude-aperture:policy.mode observe): it shows the entries to add there. ' +
    "If the file is not managed there any more, turn off " +
    '"Prevent edits in the admin console": https://login.tailscale.com/admin/settings/policy-file-management'
  );
}

/** What is missing or differs, as HuJSON that can be pasted into the section that it names. */
export function missingMessage(entries: Entry[], elsewhere: ManagedElsewhere | undefined): string {
  const place = elsewhere?.link ? `, ${elsewhere.link}` : "";
  const count = entries.length === 1 ? "An entry is" : `${entries.length} entries are`;
  const sections = sectionNames.flatMap((section) => {
    const own = entries.filter((entry) => entry.section === section);
    return own.length > 0 ? [`In ${JSON.stringify(section)}:`, ...own.map(entryText)] : [];
  });
  return [
    `${count} missing in the tailnet policy file. The mode is "observe", so nothing is written here.`,
    `Add this where the file is managed${place}, then run again:`,
    "",
    ...sections,
  ].join("\n");
}

function entryText({ state, line, found, wanted }: Entry): string {
  const place = line === undefined ? "" : ` on line ${line}`;
  const instead = state === "missing" || found === undefined ? "" : `  // instead of ${found}${place}\n`;
  // Two columns are enough at a terminal.
  const text = (wanted ?? "").replaceAll("\t", "  ").replace(/^/gm, "  ");
  return `${instead}${text},`;
}
