/** The properties of a `claude-aperture:index:StackClaim`. */
import type { Fields } from "../fields.ts";
import type { PropertyMap } from "../structs.ts";

const slugs = { kind: "list", items: { kind: "string" }, optional: true } as const;

/** What stands in state of them. */
const owner = {
  kind: "string",
  whenEmpty: "It is empty. Name the stack, such as claude-aperture/prod.",
  description: "The name of the stack, as in the marks of the policy file: `claude-aperture/prod`.",
} as const;

/** What a program gives. All but the name is used once, before the claim is created, and stands in no state. */
export const fields: Fields = {
  owner,
  takeOver: {
    kind: "boolean",
    default: false,
    description: "Create the claim although a stack of this name has left something. Once, after a lost state.",
  },
  repositories: {
    ...slugs,
    description:
      "The repositories of the stack, as `owner/name`: credentials of theirs show that a stack has been here.",
  },
  workflows: {
    ...slugs,
    description: "Those whose workflow file has the name in its header.",
  },
};

/** What stands in state. */
export const outputFields: Fields = {
  owner,
  formerly: { ...slugs, description: "Names that the stack had before." },
};

/** The inputs as a program gives them. */
export interface Inputs {
  owner: string;
  takeOver: boolean;
  repositories?: string[];
  workflows?: string[];
}

/** The inputs as they stand in state. */
export interface Kept {
  owner: string;
  /** Oldest first; without the present one. */
  formerly: string[];
}

/** The claim in state; undefined where there is none. */
export function fromState({ owner, formerly }: PropertyMap): Kept | undefined {
  if (typeof owner !== "string" || owner === "") return undefined;
  const names = Array.isArray(formerly) ? formerly : [];
  return { owner, formerly: names.filter((name) => typeof name === "string") };
}

/** The claim under a name, which may be another one than before. */
export function keepName(owner: string, kept: Kept | undefined): Kept {
  const names = new Set(kept ? [...kept.formerly, kept.owner] : []);
  names.delete(owner);
  return { owner, formerly: [...names] };
}

/** The property values; a list without names is absent. */
export function toProperties({ owner, formerly }: Kept): PropertyMap {
  return { owner, ...(formerly.length > 0 ? { formerly } : {}) };
}
