import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Fragment, Tag, TagAccess } from "../core/policy/fragment.ts";
import { check } from "../core/policy/rules.ts";
import type { Problem } from "../core/problem.ts";
import { tailnetAccessType } from "../core/resource-types.ts";
import { componentArguments, fields, forPulumi } from "../core/settings/arguments.ts";
import { defaults } from "../core/settings/fields.ts";
import { checkArguments, readStackOwner, refuseIfAny } from "./arguments.ts";
import { PolicyFragment, type PolicyFragmentArgs } from "./policy-fragment.ts";
import { applyTransform, type Transform } from "./transform.ts";

export interface TailnetAccessArgs {
  /** The tags that runners carry, and the model patterns that each may use. */
  tags: Record<Tag, { models: string[] }>;
  /** The Aperture device as grant destinations: its tag (`tag:aperture`), or its Tailscale addresses. */
  destinations: string[];
  /** Ports of Aperture in grant form. Default `["tcp:80"]`: runners call `http://`, WireGuard encrypts. */
  ports?: string[];
  /** Who else may assign the tags. Default none: Owners, Admins and Network admins. */
  tagOwners?: string[];
  /** The entry in the policy's `tests`. Default `accept`. */
  test?: TagAccess["test"];
  /** `write` (default) edits the policy file; `observe` only checks it and shows what is missing. */
  mode?: "write" | "observe";
  /**
   * Take tags that rules of others name already, for more than Aperture: runners get what these give, and what carries such
   * a tag today gets the models. Default false: the first preview fails, and lists the rules.
   */
  shareTag?: boolean;
  /** The name in the marks. Default `project/stack`. */
  owner?: string;
  transform?: {
    /** The policy entries. */
    policyFragment?: Transform<PolicyFragmentArgs>;
  };
}

const argumentsOfAccess = componentArguments({
  tags: fields.tags,
  destinations: fields.destinations,
  ports: fields.ports,
  tagOwners: fields.tagOwners,
  test: fields.test,
  mode: fields.mode,
  shareTag: fields.shareTag,
  owner: fields.owner,
  transform: forPulumi,
} satisfies Record<keyof TailnetAccessArgs, z.ZodType>);

/**
 * The right of runners to reach Aperture: for each tag its owners, a grant and a test in the tailnet policy file.
 *
 * Everything else in the file stays as it is, byte for byte.
 */
export class TailnetAccess extends pulumi.ComponentResource {
  readonly policyFragment: PolicyFragment;

  constructor(name: string, args: TailnetAccessArgs, options?: pulumi.ComponentResourceOptions) {
    const component = { kind: "TailnetAccess", name };
    checkArguments(component, argumentsOfAccess, args);
    const access = accessOf(args);
    refuseIfAny(component, check(access).map(asArgument));
    super(tailnetAccessType, name, {}, options);
    this.policyFragment = this.createPolicyFragment(name, args, access);
    this.registerOutputs({});
  }

  private createPolicyFragment(name: string, args: TailnetAccessArgs, access: Fragment): PolicyFragment {
    return new PolicyFragment(
      ...applyTransform<PolicyFragmentArgs>(
        args.transform?.policyFragment,
        `${name}-policy`,
        {
          access,
          owner: args.owner ?? readStackOwner(),
          mode: args.mode ?? defaults.policy.mode,
          shareTag: args.shareTag ?? defaults.policy.shareTag,
        },
        { parent: this },
      ),
    );
  }
}

function accessOf(args: TailnetAccessArgs): Fragment {
  return Object.fromEntries(
    Object.entries(args.tags).map(([tag, { models }]): [string, TagAccess] => [
      tag,
      {
        owners: args.tagOwners ?? defaults.tagOwners,
        destinations: args.destinations,
        ports: args.ports ?? ["tcp:80"],
        models,
        test: args.test ?? defaults.policy.test,
      },
    ]),
  );
}

/** `access["tag:ci"].models[0]` of the fragment is `tags["tag:ci"].models[0]` of the arguments; the rest they have in common. */
function asArgument({ path, message }: Problem): Problem {
  const [, tag, rest] = /^access(\["[^"]*"\])(.*)$/.exec(path) ?? [];
  const argument = rest?.startsWith(".owners") ? `tagOwners${rest.slice(".owners".length)}` : rest?.slice(1);
  return { path: !argument || rest?.startsWith(".models") ? `tags${tag}${rest}` : argument, message };
}
