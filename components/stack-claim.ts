import * as pulumi from "@pulumi/pulumi";
import { stackClaimType } from "../core/resource-types.ts";

/** Plain values only: they are used before anything is created, and stand in no state but for the name. */
export interface StackClaimArgs {
  /** The name of the stack, as in the marks of the policy file: `claude-aperture/prod`. */
  owner: string;
  /** Create the claim although a stack of this name has left something: once, after a lost state. Default false. */
  takeOver?: boolean;
  /** The repositories of the stack, as `owner/name`: credentials of theirs show that a stack has been here. */
  repositories?: string[];
  /** Those whose workflow file has the name in its header. */
  workflows?: string[];
}

/**
 * A stack's claim to its name: a random id in its state, made before anything else. It is created only where no stack of the name has
 * left marks, workflow files or credentials; so a second backend does not take what the first has made for its own. Once the
 * claim stands, nothing is asked any more, and the next run continues an interrupted one.
 *
 * `TailnetAccess` depends on it (`dependsOn`), and `ClaudeRepository` takes its id.
 */
export class StackClaim extends pulumi.CustomResource {
  declare readonly owner: pulumi.Output<string>;
  /** Names that the stack had before, oldest first; absent when there are none. */
  declare readonly formerly: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: StackClaimArgs, options?: pulumi.CustomResourceOptions) {
    super(stackClaimType, name, { formerly: undefined, ...args }, options);
  }
}
