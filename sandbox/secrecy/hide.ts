/** Secrets taken out of plain data before people see it. */
import { encodings } from "./encodings.ts";
import type { KnownSecret } from "./known-secrets.ts";
import { compileSearch } from "./search.ts";

/** `value` with `[name]` in the place of each secret, in every encoding that the search knows. */
export function hideSecrets<T>(value: T, secrets: readonly KnownSecret[]): T {
  const search = compileSearch(secrets);
  const hide = (text: string): string => {
    const found = new Set(search(text).map(({ secret }) => secret));
    return secrets
      .filter(({ name }) => found.has(name))
      .flatMap(({ name, value }) => encodings(value).map(({ text }) => ({ name, text })))
      .toSorted((one, other) => other.text.length - one.text.length)
      .reduce((rest, { name, text }) => rest.replaceAll(text, () => `[${name}]`), text);
  };
  return mapTexts(value, hide) as T;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]));
}
