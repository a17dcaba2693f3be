/** What all settings have in common: objects that know each other's keys, and messages that show what a person wrote. */
import leven from "leven";
import { z } from "zod";
import { formatMessage } from "../messages/entry.ts";
import { unknownKeySettings } from "../messages/settings.ts";
import { namespace, show } from "./problem.ts";

/** Where an object stands: at the top, in an entry of `repositories`, or under a key of that name in one of them. */
export type Level = "stack" | "repository" | (string & {});

const keysByLevel = new Map<Level, Set<string>>();

/** An object that refuses keys it does not know and says where they belong or which one is meant: one line for each key. */
export function settingsObject<Shape extends z.ZodRawShape>(level: Level, shape: Shape) {
  // The kinds of an identity are objects of one level.
  keysByLevel.set(level, new Set([...(keysByLevel.get(level) ?? []), ...Object.keys(shape)]));
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => describeUnknownKey(key, Object.keys(shape), level)).join("\n")
        : issue.code === "invalid_type"
          ? `Expected an object with the keys ${Object.keys(shape).join(", ")}.`
          : undefined,
  });
}

/** The sentence about a key that does not exist: where it belongs (if its level is given), the nearest one, else the list. */
export function describeUnknownKey(key: string, known: string[], level?: Level): string {
  const meant = [...(level === undefined ? [] : elsewhere(key, level)), ...findNearest(key, known)].map(
    (name) => `"${name}"`,
  );
  const advice = meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : `Known keys: ${known.join(", ")}.`;
  return formatMessage(unknownKeySettings, { key: show(key), advice });
}

/** The key that is so near that it was probably meant. */
export function findNearest(key: string, known: string[]): string[] {
  // A distance takes the product of both lengths.
  if (key.length > 40) return [];
  const distance = (name: string) => leven(key.toLowerCase(), name.toLowerCase());
  const [first] = known.toSorted((a, b) => distance(a) - distance(b));
  return first !== undefined && distance(first) <= Math.max(2, Math.floor(first.length / 3)) ? [first] : [];
}

/** The paths under which the key exists on another level, as they are written on this one. */
function elsewhere(key: string, level: Level): string[] {
  return [...keysByLevel].flatMap(([other, keys]) => {
    if (other === level || !keys.has(key)) return [];
    const isNested = other !== "stack" && other !== "repository";
    if (level === "stack") return isNested && keysByLevel.get("stack")?.has(other) ? [`${other}.${key}`] : [];
    if (other === "repository" || key === "kind") return [];
    const isHere = level === "repository" && keysByLevel.get("repository")?.has(other);
    return [isHere ? `${other}.${key}` : `${namespace}:${isNested ? `${other}.` : ""}${key}`];
  });
}

/** A string, or a message that says what was expected. */
export function text(expected: string) {
  return z.string({
    error: ({ input }) =>
      typeof input === "number" || typeof input === "boolean"
        ? `Expected ${expected}, and YAML reads ${input} as a ${typeof input}: write "${input}" in quotes.`
        : `Expected ${expected}.`,
  });
}

/** The value of an issue as a person wrote it. */
export function quoteInput(issue: { input?: unknown }): string {
  return show(issue.input);
}
