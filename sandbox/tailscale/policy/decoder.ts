/**
 * Tree -> values of known types, as Go's `encoding/json` decodes into structs: what is absent or null is the zero value,
 * member names match whatever their case (policies of earlier years say `TagOwners`, tailscale/tailscale#5551), a repeated
 * member replaces the one before. A name that is not known is refused (tailscale/tailscale#19339). Wording is ours.
 */
import { getNodeValue, type Node } from "jsonc-parser";
import { type Document, invalidAt } from "./document.ts";

export type Decoder<T> = (node: Node | undefined, document: Document) => T;

export const string: Decoder<string> = (node, document) => scalar(node, document, "string") ?? "";
export const boolean: Decoder<boolean> = (node, document) => scalar(node, document, "boolean") ?? false;
/** Any JSON value; `undefined` when absent. */
export const anything: Decoder<unknown> = (node) => (node ? getNodeValue(node) : undefined);

export function list<T>(item: Decoder<T>): Decoder<T[]> {
  return (node, document) => (present(node, document, "array")?.children ?? []).map((child) => item(child, document));
}

/** `undefined` instead of the zero value for what is absent or null. */
export function optional<T>(decode: Decoder<T>): Decoder<T | undefined> {
  return (node, document) => (node && node.type !== "null" ? decode(node, document) : undefined);
}

export function map<T>(value: Decoder<T>): Decoder<Map<string, T>> {
  return (node, document) => new Map(members(node, document).map(([name, child]) => [name, value(child, document)]));
}

type Fields = Record<string, Decoder<unknown>>;
type Decoded<F extends Fields> = { [Name in keyof F]: ReturnType<F[Name]> };

export function fields<F extends Fields>(known: F): Decoder<Decoded<F>> {
  const names = new Map(Object.keys(known).map((name) => [name.toLowerCase(), name]));
  return (node, document) => {
    const found = new Map<string, Node | undefined>();
    for (const [name, child, place] of members(node, document)) {
      const canonical = names.get(name.toLowerCase());
      if (!canonical) throw invalidAt(document.text, place.offset, `unknown field ${JSON.stringify(name)}`);
      found.set(canonical, child);
    }
    const decoded = Object.entries(known).map(([name, decode]) => [name, decode(found.get(name), document)]);
    return Object.fromEntries(decoded) as Decoded<F>;
  };
}

function members(node: Node | undefined, document: Document): [name: string, value: Node | undefined, place: Node][] {
  return (present(node, document, "object")?.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    return name ? [[String(name.value), value, name]] : [];
  });
}

function scalar<T extends string | boolean>(
  node: Node | undefined,
  document: Document,
  type: Node["type"],
): T | undefined {
  return present(node, document, type)?.value as T | undefined;
}

/** The node when it is of `type`; nothing when it is absent or null. */
function present(node: Node | undefined, document: Document, type: Node["type"]): Node | undefined {
  if (!node || node.type === "null") return undefined;
  if (node.type !== type)
    throw invalidAt(document.text, node.offset, `cannot use ${withArticle(node.type)} as ${withArticle(type)}`);
  return node;
}

const withArticle = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);
