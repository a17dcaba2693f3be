/** Which properties differ, by Pulumi's property paths. */
import { isMap, type PropertyMap, type PropertyValue, unknown } from "./structs.ts";

export type Change = "add" | "delete" | "update";

/** `access`, then `["tag:ci"]`: the path of a property inside the one at `path`. */
export function childPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}["${key.replaceAll('"', '\\"')}"]`;
  return path === "" ? key : `${path}.${key}`;
}

/**
 * The changes that turn `before` into `after`, keyed by property path, such as `access["tag:ci"].models[0]`.
 * Each names the smallest part that differs; an unknown value counts as changed.
 */
export function findChanges(before: PropertyMap, after: PropertyMap): Map<string, Change> {
  const found = new Map<string, Change>();
  compareMaps("", before, after, found);
  return found;
}

function compare(path: string, before: PropertyValue, after: PropertyValue, found: Map<string, Change>): void {
  if (isMap(before) && isMap(after)) compareMaps(path, before, after, found);
  else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compareItems(`${path}[${index}]`, before[index], after[index], found);
    }
  } else if (before !== after || after === unknown) found.set(path, "update");
}

function compareMaps(path: string, before: PropertyMap, after: PropertyMap, found: Map<string, Change>): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compareItems(childPath(path, key), before[key], after[key], found);
  }
}

function compareItems(
  path: string,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  found: Map<string, Change>,
): void {
  // The engine drops nulls on its way to state, so absent and null are one thing.
  const absent = (value: PropertyValue | undefined): value is null | undefined => value === undefined || value === null;
  if (absent(before) && absent(after)) return;
  if (absent(before)) found.set(path, "add");
  else if (absent(after)) found.set(path, "delete");
  else compare(path, before, after, found);
}
