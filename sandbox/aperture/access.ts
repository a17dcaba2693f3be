/** What a caller may do: everything that the policy file and Aperture's own configuration give it, taken together. */
import { apertureCapability } from "../../core/policy/fragment.ts";
import { type Caller, identityOf } from "./caller.ts";
import type { Configuration } from "./configuration.ts";
import { compareSpecificity, covers } from "./globs.ts";

export interface Access {
  role: "admin" | "user" | undefined;
  /** All entries, of both places. */
  entries: Record<string, unknown>[];
}

/** Of a request for one model. */
export interface ModelAccess {
  /** The pattern that decides: of those that cover the model the most specific. */
  pattern: string;
  /** Values of `quotas` that hold for it; not looked at yet. */
  quotas: unknown[];
}

/** Entries that are not objects, unknown roles, and `models` that is not one string give nothing. */
export function accessOf(caller: Caller, { grants }: Configuration): Access {
  const identity = identityOf(caller);
  const configured = grants
    .filter(({ src }) => src.some((one) => one === "*" || one === identity))
    .flatMap(({ app }) => app[apertureCapability] ?? []);
  const entries = [...caller.capabilities, ...configured].filter(isObject);
  const roles = new Set(entries.map(({ role }) => role));
  return { role: roles.has("admin") ? "admin" : roles.has("user") ? "user" : undefined, entries };
}

/** What covers `provider/model`; undefined: nothing does. */
export function modelAccessOf({ entries }: Access, name: string): ModelAccess | undefined {
  const patterns = entries.flatMap(({ models }) =>
    typeof models === "string" && covers(models, name) ? [models] : [],
  );
  const [pattern] = patterns.toSorted((one, other) => compareSpecificity(other, one));
  if (pattern === undefined) return undefined;
  const holding = entries.filter(({ models }) => models === undefined || models === pattern);
  return { pattern, quotas: holding.flatMap(({ quotas }) => (quotas === undefined ? [] : [quotas])) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
