/** The inputs of a `claude-aperture:index:PolicyFragment`, from property values and back. */
import type { Fragment, Mode, ObservedFragment, Tag } from "../core/policy/fragment.ts";
import type { Problem } from "../core/policy/rules.ts";
import { childPath } from "./diff.ts";
import { type PropertyMap, type PropertyValue, unknown } from "./structs.ts";

export interface Inputs {
  /** What the policy file is to hold, keyed by tag. */
  access: Fragment;
  /** Name in the marks of the entries, such as `claude-aperture/prod`. */
  owner: string;
  mode: Mode;
}

/** How a fragment stands in the policy file: what is missing there is absent. */
export type ObservedInputs = Omit<Inputs, "access"> & { access: ObservedFragment };

export type Parsed =
  | { kind: "known"; inputs: Inputs }
  /** Well formed as far as it is known. */
  | { kind: "unknown" }
  | { kind: "invalid"; problems: Problem[] };

const tests = ["accept", "strict", "none"];
const modes = ["write", "observe"];

/** Checks types and names; what the values mean is for `core/policy/rules.ts`. An absent mode is `write`. */
export function parseInputs(properties: PropertyMap): Parsed {
  const reader = new Reader();
  reader.names("", properties, ["access", "owner", "mode"]);
  reader.string("owner", properties.owner);
  if (properties.owner === "") reader.problem("owner", "It is empty. Name the stack, such as claude-aperture/prod.");
  reader.oneOf("mode", properties.mode ?? "write", modes);
  const access = properties.access;
  if (reader.map("access", access)) {
    for (const [tag, value] of Object.entries(access)) reader.tagAccess(tag, value);
  }
  if (reader.problems.length > 0) return { kind: "invalid", problems: reader.problems };
  if (reader.unknowns) return { kind: "unknown" };
  return { kind: "known", inputs: toInputs(properties) };
}

/**
 * What this plugin wrote, from a resource's outputs in state. Undefined when they hold no owner: an import.
 * `access` there is how the entries stood at the last refresh; what was written proves which entries are the owner's, and
 * stands beside it.
 */
export function fromState(outputs: PropertyMap): Inputs | undefined {
  if (typeof outputs.owner !== "string" || outputs.owner === "") return undefined;
  const parsed = parseInputs({ access: outputs[appliedKey] ?? outputs.access ?? null, owner: outputs.owner });
  const access = parsed.kind === "known" ? parsed.inputs.access : {};
  return { access, owner: outputs.owner, mode: outputs.mode === "observe" ? "observe" : "write" };
}

/**
 * The output that holds the `access` that was written. Two underscores keep it out of every display
 * (pulumi/pulumi, IsInternalPropertyKey).
 */
export const appliedKey = "__applied";

/** The property values of inputs, or of how they stand in the policy file. */
export function toProperties({ access, owner, mode }: Inputs | ObservedInputs): PropertyMap {
  // A fragment holds JSON values only; its interfaces lack the index signature that PropertyMap asks for.
  return { access: structuredClone(access) as unknown as PropertyMap, owner, mode };
}

function toInputs(properties: PropertyMap): Inputs {
  return {
    access: properties.access as unknown as Fragment,
    owner: properties.owner as string,
    mode: (properties.mode ?? "write") as Mode,
  };
}

/** Collects problems, and whether anything is unknown. */
class Reader {
  readonly problems: Problem[] = [];
  unknowns = false;

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  map(path: string, value: PropertyValue | undefined): value is PropertyMap {
    if (value === unknown) this.unknowns = true;
    else if (isMap(value)) return true;
    else this.problem(path, `It is ${describe(value)}. Expected an object.`);
    return false;
  }

  string(path: string, value: PropertyValue | undefined): void {
    if (value === unknown) this.unknowns = true;
    else if (typeof value !== "string") this.problem(path, `It is ${describe(value)}. Expected a string.`);
  }

  strings(path: string, value: PropertyValue | undefined): void {
    if (value === unknown) this.unknowns = true;
    else if (!Array.isArray(value)) this.problem(path, `It is ${describe(value)}. Expected a list of strings.`);
    else for (const [index, item] of value.entries()) this.string(`${path}[${index}]`, item);
  }

  oneOf(path: string, value: PropertyValue | undefined, allowed: string[]): void {
    if (value === unknown) this.unknowns = true;
    else if (typeof value !== "string" || !allowed.includes(value)) {
      this.problem(path, `It is ${describe(value)}. Expected ${allowed.join(", ")}.`);
    }
  }

  names(path: string, map: PropertyMap, allowed: string[]): void {
    for (const name of Object.keys(map)) {
      if (!allowed.includes(name))
        this.problem(childPath(path, name), `It is unknown. There are ${allowed.join(", ")}.`);
    }
  }

  tagAccess(tag: string | Tag, value: PropertyValue): void {
    const path = childPath("access", tag);
    if (!this.map(path, value)) return;
    this.names(path, value, ["owners", "destinations", "ports", "models", "test", "capabilities"]);
    this.strings(`${path}.owners`, value.owners);
    this.strings(`${path}.destinations`, value.destinations);
    this.strings(`${path}.ports`, value.ports);
    this.strings(`${path}.models`, value.models);
    this.oneOf(`${path}.test`, value.test, tests);
    this.capabilities(`${path}.capabilities`, value.capabilities);
  }

  capabilities(path: string, value: PropertyValue | undefined): void {
    if (value === undefined || value === null) return;
    if (holdsUnknown(value)) this.unknowns = true;
    else if (!Array.isArray(value)) this.problem(path, `It is ${describe(value)}. Expected a list of objects.`);
    else for (const [index, item] of value.entries()) this.map(`${path}[${index}]`, item);
  }
}

function holdsUnknown(value: PropertyValue): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return value === unknown || (isMap(value) && Object.values(value).some(holdsUnknown));
}

function describe(value: PropertyValue | undefined): string {
  if (value === undefined || value === null) return "missing";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : String(value);
}

function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
