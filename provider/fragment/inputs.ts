/** The properties of a `claude-aperture:index:PolicyFragment`, from property values and back. */
import type { Fragment, Mode, ObservedFragment } from "../../core/policy/fragment.ts";
import type { Problem } from "../../core/problem.ts";
import { checkFields, type Fields, readValues } from "../fields.ts";
import { isMap, type PropertyMap } from "../structs.ts";

export interface Inputs {
  /** What the policy file is to hold, keyed by tag. */
  access: Fragment;
  /** Name in the marks of the entries, such as `claude-aperture/prod`. */
  owner: string;
  mode: Mode;
  /** Whether a tag that is in use already may be taken. */
  shareTag: boolean;
}

/** How a fragment stands in the policy file: what is missing there is absent. */
export type ObservedInputs = Omit<Inputs, "access"> & { access: ObservedFragment };

export type Parsed =
  | { kind: "known"; inputs: Inputs }
  /** Well formed as far as it is known. */
  | { kind: "unknown" }
  | { kind: "invalid"; problems: Problem[] };

const strings = { kind: "list", items: { kind: "string" } } as const;

/** `TagAccess` of core/policy/fragment.ts. */
export const accessFields: Fields = {
  owners: {
    ...strings,
    description: "Who may assign the tag (`tagOwners`). Empty: Owners, Admins and Network admins.",
  },
  destinations: {
    ...strings,
    description: "The Aperture device, as grant destinations: a tag, or Tailscale addresses.",
  },
  ports: { ...strings, description: "Ports in grant form, `tcp:80`." },
  models: { ...strings, description: "Model patterns in Aperture's form, `provider/pattern`." },
  test: {
    kind: "string",
    allowed: ["accept", "strict", "none"],
    description:
      "The entry in `tests`: `accept` = the ports are reachable, `strict` = and port 22 is not, `none` = no entry.",
  },
  capabilities: {
    kind: "list",
    items: { kind: "any object" },
    optional: true,
    description: "Further objects for the `tailscale.com/cap/aperture` array of the grant.",
  },
};

export const accessType = "claude-aperture:index:TagAccess";

/** The inputs of a fragment, which are its outputs, too. */
export const fields: Fields = {
  owner: {
    kind: "string",
    whenEmpty: "It is empty. Name the stack, such as claude-aperture/prod.",
    description: "The name in the comment in front of every entry, such as `claude-aperture/prod`.",
  },
  mode: {
    kind: "string",
    allowed: ["write", "observe"],
    default: "write",
    description:
      "`write` edits the policy file. `observe` writes nothing: a preview shows what is missing as ready-to-paste HuJSON, " +
      "and an update fails until it is there.",
  },
  shareTag: {
    kind: "boolean",
    default: false,
    description:
      "Take a tag that rules of others name already: runners get what these give, and devices with the tag get the models. " +
      "Without it the first preview of such a tag fails, and lists them.",
  },
  access: {
    kind: "map",
    items: { kind: "object", type: accessType, fields: accessFields },
    description: "What the policy file is to hold, keyed by tag, such as `tag:ci`.",
  },
};

/** Checks types and names; what the values mean is for `core/policy/rules.ts`. */
export function parseInputs(properties: PropertyMap): Parsed {
  const { problems, hasUnknown } = checkFields(properties, fields);
  if (problems.length > 0) return { kind: "invalid", problems };
  if (hasUnknown) return { kind: "unknown" };
  // The table is that of the interface.
  return { kind: "known", inputs: readValues(properties, fields) as unknown as Inputs };
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
  return {
    access,
    owner: outputs.owner,
    mode: outputs.mode === "observe" ? "observe" : "write",
    shareTag: outputs.shareTag === true,
  };
}

/** The tags in a resource's properties, also where what stands beside them is not known or not whole. */
export function listTags({ access }: PropertyMap): string[] {
  return isMap(access) ? Object.keys(access) : [];
}

/**
 * The output that holds the `access` that was written. Two underscores keep it out of every display
 * (pulumi/pulumi, IsInternalPropertyKey).
 */
export const appliedKey = "__applied";

/** The property values of inputs, or of how they stand in the policy file. */
export function toProperties({ access, owner, mode, shareTag }: Inputs | ObservedInputs): PropertyMap {
  // A fragment holds JSON values only; its interfaces lack the index signature that PropertyMap asks for.
  return { access: structuredClone(access) as unknown as PropertyMap, owner, mode, shareTag };
}
