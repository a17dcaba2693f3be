/** Grants of others to Aperture: whether one gives anything else, and whether it gives more of Aperture than is wanted. */
import { isField } from "../document.ts";
import { apertureCapability, type TagAccess } from "../fragment.ts";
import { jsonValue, type Node, stringValue } from "../hujson.ts";
import { isSameJson } from "../meaning.ts";
import { parsePort } from "../ports.ts";
import { renderInline } from "../render.ts";
import { coversPattern, isDestination } from "../rules.ts";
import { type ForeignRule, lastFields, words } from "./foreign-rules.ts";
import type { Selectors } from "./selectors.ts";

/** What a grant gives of Aperture beyond what is wanted. */
export interface Surplus {
  /** Model patterns that no wanted one covers. */
  models: string[];
  /** In words: `role "admin"`, `mcp_tools`. */
  others: string[];
  /** Absent: it surely applies at Aperture. Otherwise the destination that may be Aperture's. */
  maybe?: string;
}

/** What the rule gives of Aperture beyond `access`; undefined when that is nothing. */
export function findSurplus(
  text: string,
  rule: ForeignRule,
  access: TagAccess,
  selectors: Selectors,
): Surplus | undefined {
  if (rule.form !== "grants") return undefined;
  const capability = apps(text, rule).get(apertureCapability);
  if (!capability) return undefined;
  const targets = words(text, rule.value, "dst").map((word) => ({
    word,
    ...selectors.target(word, access.destinations),
  }));
  const target = targets.find(({ reaches }) => reaches === "yes") ?? targets.find(({ reaches }) => reaches === "maybe");
  if (!target) return undefined;
  const surplus = readCapability(text, capability, access);
  if (surplus.models.length === 0 && surplus.others.length === 0) return undefined;
  return target.reaches === "maybe" ? { ...surplus, maybe: target.word } : surplus;
}

function readCapability(text: string, capability: Node, access: TagAccess): Surplus {
  const models: string[] = [];
  const others: string[] = [];
  for (const entry of capability.kind === "array" ? capability.items : [{ value: capability }]) {
    const isWanted = access.capabilities?.some((wanted) => isSameJson(wanted, jsonValue(text, entry.value)));
    for (const [name, { value }] of isWanted ? [] : lastFields(text, entry.value)) {
      const found = [jsonValue(text, value)].flat();
      if (name === "models")
        models.push(...found.map((pattern) => (typeof pattern === "string" ? pattern : renderInline(pattern))));
      else if (name === "role")
        others.push(...found.filter((role) => role !== "user").map((role) => `role ${JSON.stringify(role)}`));
      // Quotas only limit.
      else if (name !== "quotas") others.push(name);
    }
  }
  const isCovered = (pattern: string) => access.models.some((wanted) => coversPattern(wanted, pattern));
  return { models: [...new Set(models)].filter((pattern) => !isCovered(pattern)), others: [...new Set(others)] };
}

/**
 * Does the rule give the tag nothing but Aperture, be it more of it than wanted? Then it is the one of the how-to, or one
 * like it, and does not make the tag one that is in use for something else.
 */
export function givesOnlyAperture(text: string, rule: ForeignRule, access: TagAccess, selectors: Selectors): boolean {
  const targets = words(text, rule.value, "dst", ...(rule.form === "acls" ? ["ports"] : []));
  const isAperture = (word: string, mayBe: boolean) => {
    const { reaches, isOnlyAperture } = selectors.target(word, access.destinations);
    return isOnlyAperture && (reaches === "yes" || (mayBe && reaches === "maybe"));
  };
  if (targets.length === 0) return false;
  if (rule.form === "acls") {
    return targets.every((target) => {
      const at = target.lastIndexOf(":");
      const ports = target.slice(at + 1).split(",");
      const host = target.slice(0, at).replace(/^\[(.*)\]$/, "$1");
      return isAperture(host, false) && ports.every((port) => isPort(port.trim(), access));
    });
  }
  if (rule.form !== "grants") return false;
  const given = [...apps(text, rule).keys()];
  return (
    [...lastFields(text, rule.value).keys()].every((name) => grantFields.includes(name)) &&
    given.every((name) => name === apertureCapability) &&
    words(text, rule.value, "ip").every((port) => isPort(port, access)) &&
    // Only Aperture reads its capability: a device of another name that has it is most likely the same.
    targets.every((word) => isAperture(word, given.length > 0))
  );
}

const grantFields = ["src", "dst", "ip", "app", "srcposture"];

/** Is the grant one that this program makes for another stack, by its mark and what it gives? A person may have widened it. */
export function isOfAnotherStack(text: string, rule: ForeignRule, owner: string): boolean {
  const isMarked = rule.entry?.mark?.stacks.some((name) => name !== owner) ?? false;
  return (
    isMarked &&
    rule.entry?.sources.length === 1 &&
    [...lastFields(text, rule.value).keys()].every((name) => ["src", "dst", "ip", "app"].includes(name)) &&
    [...apps(text, rule).keys()].join() === apertureCapability &&
    words(text, rule.value, "dst").every(isDestination) &&
    words(text, rule.value, "ip").every((port) => parsePort(port) !== undefined)
  );
}

/** What the documentation of Aperture opens, and what is wanted: tailscale.com/docs/aperture, "Control model access". */
function isPort(port: string, { ports }: TagAccess): boolean {
  return /^((tcp:)?(80|443)|icmp:\*)$/.test(port) || ports.includes(port) || ports.includes(`tcp:${port}`);
}

/** Does the rule give Aperture's capability, whatever else? */
export function givesAperture(text: string, rule: ForeignRule): boolean {
  return rule.form === "grants" && apps(text, rule).has(apertureCapability);
}

/** The app capabilities. Go merges the members of several `app`, and case counts in names of capabilities. */
function apps(text: string, { value }: ForeignRule): Map<string, Node> {
  if (value.kind !== "object") return new Map();
  const found = value.items.filter(({ name }) => isField(text, name, "app"));
  return new Map(
    found.flatMap(({ value: app }) =>
      app.kind === "object"
        ? app.items.flatMap((item) => (item.name ? [[stringValue(text, item.name), item.value] as const] : []))
        : [],
    ),
  );
}
