import * as pulumi from "@pulumi/pulumi";
import type { Tag, TagAccess } from "../core/policy/fragment.ts";
import { PolicyFragment, type PolicyFragmentArgs } from "./policy-fragment.ts";
import { type Transform, transformed } from "./transform.ts";

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

/**
 * The right of runners to reach Aperture: for each tag its owners, a grant and a test in the tailnet policy file.
 *
 * Everything else in the file stays as it is, byte for byte.
 */
export class TailnetAccess extends pulumi.ComponentResource {
  readonly policyFragment: PolicyFragment;

  constructor(name: string, args: TailnetAccessArgs, options?: pulumi.ComponentResourceOptions) {
    super("claude-aperture:index:TailnetAccess", name, {}, options);
    this.policyFragment = this.createPolicyFragment(name, args);
    this.registerOutputs({});
  }

  private createPolicyFragment(name: string, args: TailnetAccessArgs): PolicyFragment {
    const access = Object.fromEntries(
      Object.entries(args.tags).map(([tag, { models }]): [string, TagAccess] => [
        tag,
        {
          owners: args.tagOwners ?? [],
          destinations: args.destinations,
          ports: args.ports ?? ["tcp:80"],
          models,
          test: args.test ?? "accept",
        },
      ]),
    );
    return new PolicyFragment(
      ...transformed<PolicyFragmentArgs>(
        args.transform?.policyFragment,
        `${name}-policy`,
        {
          access,
          owner: args.owner ?? `${pulumi.getProject()}/${pulumi.getStack()}`,
          mode: args.mode ?? "write",
          shareTag: args.shareTag ?? false,
        },
        { parent: this },
      ),
    );
  }
}
