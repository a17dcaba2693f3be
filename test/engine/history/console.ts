/** What somebody does to the policy file in the admin console, in our entries and beside them. */
import type { Tag } from "../../../core/policy/fragment.ts";
import { type Belongings, nextEdit } from "../../writers/person.ts";
import type { Random } from "../../writers/random.ts";
import { type PlacedEntry, separate } from "../../writers/separate.ts";

export interface ConsoleEdit {
  what: string;
  text: string;
  /** What is the person's afterwards. */
  belongings: Belongings;
}

/** A random edit of a file; `id` names what is new. */
export function consoleEdit(random: Random, text: string, belongings: Belongings, id: number): ConsoleEdit {
  const { entries } = separate(text);
  if (entries.length === 0 || random.chance(0.4)) {
    const step = nextEdit(random, belongings, id);
    return { what: `lab: ${step.what}`, text: step.edit(text), belongings: step.after };
  }
  const entry = random.pick(entries);
  // The edit of a copy is for test/engine/drift.test.ts: the copy stays as an entry of nobody.
  const isCopied = entries.filter(({ section, tag }) => section === entry.section && tag === entry.tag).length > 1;
  const edits = Object.entries(inOurs).flatMap(([kind, edit]) => {
    if (isCopied && kind.startsWith("change")) return [];
    const edited = edit(text, entry, id);
    return edited === undefined ? [] : [{ what: `${kind}: ${entry.section} ${entry.tag}`, text: edited, belongings }];
  });
  return random.pick(edits);
}

/** Undefined where the edit makes no sense. */
type EditOfOurs = (text: string, entry: PlacedEntry, id: number) => string | undefined;

const inOurs = {
  "change the models": (text, { section, tag, place, value }) => {
    if (section !== "grants") return undefined;
    const app = { "tailscale.com/cap/aperture": [{ role: "user" }, { models: `openai/${tag.slice(4)}` }] };
    return text.slice(0, place.value) + JSON.stringify({ ...(value as object), app }) + text.slice(place.valueEnd);
  },
  "change the owners": (text, { section, place }) =>
    section === "tagOwners"
      ? `${text.slice(0, place.value)}["group:engineering", "group:platform"]${text.slice(place.valueEnd)}`
      : undefined,
  "delete the entry": (text, { place }) => text.slice(0, place.mark) + text.slice(place.end),
  "delete the mark": (text, { place }) => text.slice(0, place.mark) + text.slice(place.entry),
  "move the entry": (text, { section, place }) =>
    section === "grants"
      ? atEndOfGrants(text.slice(0, place.mark) + text.slice(place.end), text.slice(place.mark, place.end))
      : undefined,
  "copy the entry": (text, { section, place, owners }) =>
    section === "grants" && owners.length === 1 ? atEndOfGrants(text, text.slice(place.mark, place.end)) : undefined,
  "use the tag in a rule": (text, { section, tag }, id) =>
    section === "tagOwners" ? atEndOfGrants(text, ruleFor(tag as Tag, id)) : undefined,
  "delete the rules that use tags": (text) =>
    text.includes(usesTag) ? text.replaceAll(new RegExp(`^.*${usesTag} \\d+\n`, "gm"), "") : undefined,
} satisfies Record<string, EditOfOurs>;

const usesTag = "// uses a tag of a stack,";
const ruleFor = (tag: Tag, id: number) =>
  `\t\t{"src": ["${tag}"], "dst": ["tag:web"], "ip": ["tcp:8080"]}, ${usesTag} ${id}\n`;

function atEndOfGrants(text: string, lines: string): string {
  const end = '\t],\n\n\t"ssh"';
  if (!text.includes(end)) throw new Error(`no end of grants: ${text}`);
  return text.replace(end, () => lines + end);
}
