/**
 * Edits that people make by hand in the policy file, by the tag whose entries are meant: text to text, nothing judged.
 * Each throws an Error where the file has nothing to edit.
 */
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  type JSONPath,
  modify,
  type Node,
  parseTree,
} from "jsonc-parser";

const capability = "tailscale.com/cap/aperture";

/** Takes `{"role": ...}` out of the tag's grant. */
export const removeRole = (text: string, tag: string): string => removeCapability(text, tag, "role");

/** Takes every `{"models": ...}` out of the tag's grant. */
export const removeModels = (text: string, tag: string): string => removeCapability(text, tag, "models");

/** Puts these models in the place of those of the tag's grant. */
export function setModels(text: string, tag: string, models: string[]): string {
  const { path, value } = capabilitiesOf(text, tag);
  const others = value.filter((entry) => !Object.hasOwn(entry, "models"));
  return put(text, path, [...others, ...models.map((one) => ({ models: one }))]);
}

/** Puts this role in the place of that of the tag's grant. */
export function setRole(text: string, tag: string, role: string): string {
  const { path, value } = capabilitiesOf(text, tag);
  return put(text, path, [{ role }, ...value.filter((entry) => !Object.hasOwn(entry, "role"))]);
}

/** Takes the port out of `ip` of the tag's grants; a grant without a port left loses the field. */
export function removePort(text: string, tag: string, port: number): string {
  const names = [`${port}`, `tcp:${port}`, `udp:${port}`];
  const found = grantsOf(text, tag)
    .map(({ path, value }) => ({ path, kept: value.ip?.filter((one) => !names.includes(one)), ip: value.ip }))
    .filter(({ kept, ip }) => kept?.length !== ip?.length);
  if (found.length === 0) throw new Error(`No grant with ${tag} as its source has the port ${port}.`);
  return found.reduce(
    (edited, { path, kept = [] }) =>
      kept.length === 0 ? cut(edited, [...path, "ip"]) : put(edited, [...path, "ip"], kept),
    text,
  );
}

/** Gives the tag's grant one more destination. */
export function addDestination(text: string, tag: string, destination: string): string {
  const { path, value } = apertureGrantOf(text, tag);
  return put(text, [...path, "dst"], [...(value.dst ?? []), destination]);
}

/** Puts these destinations in the place of those of the tag's grant. */
export function setDestinations(text: string, tag: string, destinations: string[]): string {
  return put(text, [...apertureGrantOf(text, tag).path, "dst"], destinations);
}

/** Takes out every grant whose only source is the tag. */
export function removeGrant(text: string, tag: string): string {
  const found = grantsOf(text, tag).filter(({ value }) => value.src?.length === 1);
  if (found.length === 0) throw new Error(`No grant has ${tag} as its only source.`);
  // From the last on, so that the places of the others stay.
  return found.reduceRight((edited, { path }) => cut(edited, path), text);
}

/** Takes out every test whose source is the tag. */
export function removeTest(text: string, tag: string): string {
  const found = entriesOf(text, "tests").filter(({ value }) => value.src === tag);
  if (found.length === 0) throw new Error(`No test has ${tag} as its source.`);
  return found.reduceRight((edited, { path }) => cut(edited, path), text);
}

/** Says who may put the tag on a device; adds the tag where it is not there. */
export const setOwners = (text: string, tag: string, owners: string[]): string => put(text, ["tagOwners", tag], owners);

/** Takes the tag out of `tagOwners`. */
export function removeTag(text: string, tag: string): string {
  if (valueAt(text, ["tagOwners", tag]) === undefined) throw new Error(`tagOwners does not have ${tag}.`);
  return cut(text, ["tagOwners", tag]);
}

interface Grant {
  /** Of a test one source, a text. */
  src?: string[] | string;
  dst?: string[];
  ip?: string[];
  app?: Record<string, object[]>;
}

function removeCapability(text: string, tag: string, key: string): string {
  const { path, value } = capabilitiesOf(text, tag);
  const places = value.flatMap((entry, index) => (Object.hasOwn(entry, key) ? [index] : []));
  if (places.length === 0) throw new Error(`The grant of ${tag} has no ${key}.`);
  return places.reduceRight((edited, index) => cut(edited, [...path, index]), text);
}

function capabilitiesOf(text: string, tag: string): { path: JSONPath; value: object[] } {
  const { path, value } = apertureGrantOf(text, tag);
  return { path: [...path, "app", capability], value: value.app?.[capability] ?? [] };
}

/** The first, which is where people look. */
function apertureGrantOf(text: string, tag: string): { path: JSONPath; value: Grant } {
  const found = grantsOf(text, tag).find(({ value }) => value.app?.[capability] !== undefined);
  if (!found) throw new Error(`No grant gives ${tag} ${capability}.`);
  return found;
}

const grantsOf = (text: string, tag: string): { path: JSONPath; value: Grant }[] =>
  entriesOf(text, "grants").filter(({ value }) => Array.isArray(value.src) && value.src.includes(tag));

function entriesOf(text: string, section: string): { path: JSONPath; value: Grant }[] {
  const value = valueAt(text, [section]);
  return Array.isArray(value) ? value.map((entry, index) => ({ path: [section, index], value: entry })) : [];
}

const nodeAt = (text: string, path: JSONPath): Node | undefined => {
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root && findNodeAtLocation(root, path);
};

function valueAt(text: string, path: JSONPath): unknown {
  const node = nodeAt(text, path);
  return node && getNodeValue(node);
}

/** Writes a value over the one that stands there, on one line, as people type it; adds a member that is not there. */
function put(text: string, path: JSONPath, value: unknown): string {
  const node = nodeAt(text, path);
  if (node && typed(getNodeValue(node)) === typed(value)) return text;
  if (node) return text.slice(0, node.offset) + typed(value) + text.slice(node.offset + node.length);
  return applyEdits(text, modify(text, path, value, { formattingOptions: { insertSpaces: false, eol: "\n" } }));
}

function typed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(typed).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${typed(member)}`)
    .join(", ")}}`;
}

/**
 * Cuts an entry with its comma, the comment behind it and those right above it, as somebody who marks lines and deletes them. A
 * comma that is left in front of a bracket is no mistake in HuJSON.
 */
function cut(text: string, path: JSONPath): string {
  const value = nodeAt(text, path);
  if (!value) throw new Error(`${path.join(".")} is not there`);
  const node = value.parent?.type === "property" ? value.parent : value;
  const end = node.offset + node.length;
  const behind = /^\s*,/.exec(text.slice(end))?.[0] ?? "";
  const before = text.slice(0, node.offset);
  const after = text.slice(end + behind.length);
  const restOfLine = /^[ \t]*(?:\/\/[^\n]*)?(?=\r?\n)/.exec(after)?.[0];
  const lead = /(?:\n[ \t]*\/\/[^\n]*)*\n[ \t]*$/.exec(before)?.[0];
  if (restOfLine === undefined || lead === undefined) return before + after.replace(/^[ \t]*/, "");
  return before.slice(0, before.length - lead.length) + after.slice(restOfLine.length);
}
