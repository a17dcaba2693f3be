import * as pulumi from "@pulumi/pulumi";
import type { Fragment, Tag, TagAccess } from "../core/policy/fragment.ts";
import { policyFragmentType } from "../core/resource-types.ts";

/** `TagAccess` whose values may be outputs of other resources. */
export type TagAccessArgs = { [Key in keyof TagAccess]: pulumi.Input<TagAccess[Key]> };

export interface PolicyFragmentArgs {
  /**
   * What the tailnet policy file is to hold, keyed by tag: the tag's owners, one grant with the models as app
   * capabilities, and one test. The rest of the file is never touched.
   */
  access: pulumi.Input<Record<Tag, pulumi.Input<TagAccessArgs>>>;
  /**
   * The name in the comment in front of every entry, such as `claude-aperture/prod`. Two fragments of one tailnet need
   * two names. A changed one is written into the marks in place.
   */
  owner: pulumi.Input<string>;
  /**
   * `write` (default) edits the policy file. `observe` writes nothing: the file is managed elsewhere, a preview shows
   * what is missing there as ready-to-paste HuJSON, and an update fails until it is there.
   */
  mode?: pulumi.Input<"write" | "observe">;
  /**
   * Take a tag that rules of others name already, for more than Aperture. Default false: the first preview of such a tag
   * fails, and lists them. Once the tag is taken, the value has no effect.
   */
  shareTag?: pulumi.Input<boolean>;
}

/**
 * The entries of one stack in the tailnet policy file, as one resource: they are valid only together, and the file is
 * one document with one ETag.
 *
 * A preview has Tailscale validate the whole resulting file, and shows what somebody changed in the admin console since.
 * Credentials come from the environment variables of the Tailscale provider (`TAILSCALE_API_KEY`,
 * `TAILSCALE_OAUTH_CLIENT_ID` and so on). Served by the plugin in `provider/`, which `plugins.providers` of Pulumi.yaml
 * has to name.
 *
 * Import what carries a stack's mark with `pulumi import claude-aperture:index:PolicyFragment NAME OWNER`.
 */
export class PolicyFragment extends pulumi.CustomResource {
  /** The entries as they are in the policy file. */
  declare readonly access: pulumi.Output<Fragment>;
  declare readonly owner: pulumi.Output<string>;
  declare readonly mode: pulumi.Output<"write" | "observe">;

  constructor(name: string, args: PolicyFragmentArgs, options?: pulumi.CustomResourceOptions) {
    const { access, owner, mode, shareTag } = args;
    super(policyFragmentType, name, { access, owner, mode, shareTag }, options);
  }

  /** The fragment that carries `owner` in its marks, managed by another stack. */
  static get(name: string, owner: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): PolicyFragment {
    const read: PolicyFragmentArgs = { access: {}, owner };
    return new PolicyFragment(name, read, { ...options, id: owner });
  }
}
