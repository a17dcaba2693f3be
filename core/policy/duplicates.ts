/** Members whose name stands twice in an entry. Tailscale's decoder, Go's encoding/json, takes them and reads the last. */
import { fieldName } from "./document.ts";
import { type Item, jsonValue, type Literal, type Node, setField, stringValue } from "./hujson.ts";
import { renderNode } from "./render.ts";

/**
 * The fields of an entry that hold a doubled name: every value of a field that stands twice itself, in the order of the
 * file; where the doubled name is deeper inside, the text of the field on one line. Case does not count in the names of
 * fields, and does in those below them.
 */
export function readDuplicates(text: string, { value }: Item): Record<string, unknown> {
  const duplicates: Record<string, unknown> = {};
  if (value.kind !== "object") return duplicates;
  const fields = Map.groupBy(value.items, ({ name }) => fieldName(stringValue(text, name as Literal)));
  for (const [name, [first, ...others]] of fields) {
    if (!first) continue;
    if (others.length > 0) {
      setField(
        duplicates,
        name,
        [first, ...others].map((member) => jsonValue(text, member.value)),
      );
    } else if (holdsDuplicate(text, first.value)) setField(duplicates, name, renderNode(text, first.value));
  }
  return duplicates;
}

/** Whether `readDuplicates` would find any. */
export function hasDuplicates(text: string, { value }: Item): boolean {
  return value.kind === "object" && (holdsDouble(text, value.items, fieldName) || holdsDuplicate(text, value));
}

/** A doubled name anywhere in a value. */
function holdsDuplicate(text: string, root: Node): boolean {
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (!("items" in node)) continue;
    if (node.kind === "object" && holdsDouble(text, node.items)) return true;
    for (const { value } of node.items) if ("items" in value) open.push(value);
  }
  return false;
}

function holdsDouble(text: string, items: Item[], nameOf = (name: string) => name): boolean {
  if (items.length < 2) return false;
  return new Set(items.map(({ name }) => nameOf(stringValue(text, name as Literal)))).size < items.length;
}
