/** Who may assign a tag, and which tags its devices may assign, by `tagOwners`. */
import { field, type PolicyDocument } from "../document.ts";
import { type Item, stringValue } from "../hujson.ts";
import { itemText, strings } from "./foreign-rules.ts";

/** Where a tag is defined, or a group that owns one. */
export interface Definition {
  section: string;
  /** `"tag:ci": ["group:developers"]` */
  text: string;
  start: number;
}

interface TagDefinition extends Definition {
  owners: string[];
  isOwn: boolean;
  /** Another stack of this program made it: it carries a mark, and so does a grant of the tag. */
  isOfAnotherStack: boolean;
}

export interface Definitions {
  tags: Map<string, TagDefinition>;
  /** Owner -> the tags that name it. */
  owned: Map<string, string[]>;
  groups: Map<string, Definition>;
}

/** Of equal names the last one counts, as for Tailscale. `owner` is the name in this stack's marks. */
export function readDefinitions(policy: PolicyDocument, own: ReadonlySet<Item>, owner: string): Definitions {
  const { text, root, sections } = policy;
  const granted = new Set(
    (sections.grants?.entries ?? []).flatMap(({ mark, sources }) =>
      (mark?.stacks ?? []).map((name) => `${name} ${sources.join()}`),
    ),
  );
  const tags: Definitions["tags"] = new Map();
  for (const { item, sources, mark } of sections.tagOwners?.entries ?? []) {
    const [tag = ""] = sources;
    tags.set(tag, {
      section: "tagOwners",
      text: itemText(text, item),
      start: item.start,
      owners: strings(text, item.value),
      isOwn: own.has(item),
      isOfAnotherStack: mark?.stacks.some((name) => name !== owner && granted.has(`${name} ${tag}`)) ?? false,
    });
  }
  const pairs = [...tags].flatMap(([tag, { owners }]) => owners.map((name) => ({ name, tag })));
  const owned = Map.groupBy(pairs, ({ name }) => name);
  const groups: Definitions["groups"] = new Map();
  const section = field(text, root, "groups")?.value;
  for (const { name, value, start } of section?.kind === "object" ? section.items : []) {
    if (!name) continue;
    const key = stringValue(text, name);
    groups.set(key, { section: "groups", text: `${JSON.stringify(key)}: ${shortList(strings(text, value))}`, start });
  }
  return { tags, owned: new Map([...owned].map(([name, found]) => [name, found.map(({ tag }) => tag)])), groups };
}

/** The first members of a group: who it is, in one line. */
function shortList(members: string[]): string {
  const shown = members.slice(0, 5).map((member) => JSON.stringify(member));
  const others = members.length - shown.length;
  return `[${[...shown, ...(others > 0 ? [`and ${others} more`] : [])].join(", ")}]`;
}

/**
 * `rights`: definitions by which a device with the tag may take other tags, and further ones with these. `assigners`:
 * definitions by which somebody may assign the tag whom `wanted` does not name: at once, by way of other tags, or as a
 * member of a group.
 */
export function listAssignments(definitions: Definitions, tag: string, wanted: string[]) {
  const { tags, owned, groups } = definitions;
  const rights = closure([tag], (name) => owned.get(name) ?? [])
    .flatMap((name) => tags.get(name) ?? [])
    .filter(({ isOwn }) => !isOwn);
  const direct = tags.get(tag);
  const owners = direct && !direct.isOwn ? direct.owners : wanted;
  const chain = closure([tag, ...owners.filter((name) => name.startsWith("tag:"))], (name) =>
    (name === tag ? [] : (tags.get(name)?.owners ?? [])).filter((owner) => owner.startsWith("tag:")),
  );
  const assigners = [
    ...(direct && !direct.isOwn && direct.owners.some((name) => !wanted.includes(name)) ? [direct] : []),
    ...[...owners.filter((name) => name.startsWith("tag:") && name !== tag), ...chain]
      .flatMap((name) => tags.get(name) ?? [])
      .filter((definition) => !definition.isOwn && definition.owners.length > 0),
  ];
  const members = assigners
    .flatMap((definition) => definition.owners)
    .flatMap((name) => (wanted.includes(name) ? [] : (groups.get(name) ?? [])));
  return { rights, assigners: [...new Set<Definition>([...assigners, ...members])] };
}

/** What can be reached from some names, these left out. */
function closure(from: string[], next: (name: string) => string[]): string[] {
  const seen = new Set(from);
  const found: string[] = [];
  const pending = [...from];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    for (const other of next(name)) {
      if (seen.has(other)) continue;
      seen.add(other);
      found.push(other);
      pending.push(other);
    }
  }
  return found;
}
