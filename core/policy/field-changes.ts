/** How an entry of ours differs from the wanted one, field by field and in the terms of a fragment, for people. */
import { entryValue, type SectionName, type Tag, type TagAccess } from "./fragment.ts";
import { isObject, isSameJson, readGrant } from "./meaning.ts";
import { renderInline } from "./render.ts";

/**
 * A line for each field: `models: "anthropic/**" => "anthropic/claude-sonnet-4-6"`, `owners: + "group:ops"`,
 * `via: - "tag:router"`. Of lists only the items that differ. Empty where the two mean the same.
 */
export function describeEdit(section: SectionName, tag: Tag, live: unknown, access: TagAccess): string[] {
  const wanted = entryValue(section, tag, access);
  if (section === "tagOwners") return compareValues("owners", live, wanted);
  if (section === "tests") return compareFields("test.", live, wanted);
  const observed = readGrant(tag, live, access);
  return [
    ...grantFields.flatMap((name) => compareValues(name, observed[name] ?? [], access[name] ?? [])),
    ...Object.entries(observed.unexpected ?? {}).flatMap(([name, value]) => unexpectedField(name, value, wanted)),
  ];
}

const grantFields = ["destinations", "ports", "models", "capabilities"] as const;

/** What somebody wrote into a grant that `TagAccess` cannot say: it goes. */
function unexpectedField(name: string, value: unknown, wanted: unknown): string[] {
  const isMissing = value === "missing";
  if (name === "grants.role") return compareValues("role", isMissing ? [] : value, ["user"]);
  if (name === "grants.src") return compareValues("src", value, isObject(wanted) ? wanted.src : undefined);
  return isMissing ? [] : [`${name.replace(/^grants\./, "")}: - ${renderInline(value)}`];
}

function compareFields(prefix: string, live: unknown, wanted: unknown): string[] {
  if (!isObject(live) || !isObject(wanted)) return compareValues(prefix.slice(0, -1), live, wanted);
  const names = new Set([...Object.keys(wanted), ...Object.keys(live)]);
  return [...names].flatMap((name) => compareValues(prefix + name, live[name], wanted[name]));
}

function compareValues(name: string, live: unknown, wanted: unknown): string[] {
  if (isSameJson(live, wanted)) return [];
  const isList = [live, wanted].every((value) => value === undefined || Array.isArray(value));
  const [before, after] = isList ? differing(asList(live), asList(wanted)) : [shown(live), shown(wanted)];
  if (before === "" && after === "") return [];
  if (before === "") return [`${name}: + ${after}`];
  return [after === "" ? `${name}: - ${before}` : `${name}: ${before} => ${after}`];
}

function differing(live: unknown[], wanted: unknown[]): [string, string] {
  const without = (items: unknown[], others: unknown[]) => {
    return items
      .filter((item) => !others.some((other) => isSameJson(item, other)))
      .map(renderInline)
      .join(", ");
  };
  return [without(live, wanted), without(wanted, live)];
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function shown(value: unknown): string {
  return value === undefined ? "" : renderInline(value);
}
