import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { describeCredential } from "../core/claim/credential-name.ts";
import type { Tag } from "../core/policy/fragment.ts";
import { runnerIdentityType } from "../core/resource-types.ts";
import { componentArguments, credential, fields, forPulumi, slug } from "../core/settings/arguments.ts";
import { githubIssuer } from "../core/settings/fields.ts";
import type { RepositorySlug } from "../core/settings/settings.ts";
import { checkArguments, readStackOwner } from "./arguments.ts";
import { explainErrors } from "./explain-errors.ts";
import { createLeftoverHooks } from "./leftover-credentials.ts";
import { type Placement, placeChild } from "./placement.ts";
import { FederatedIdentity, type FederatedIdentityArgs, OauthClient, type OauthClientArgs } from "./providers.ts";
import { applyTransform, type Transform } from "./transform.ts";

/** What the identity trusts: a GitHub OIDC token, or whoever holds a secret. */
export type RunnerCredential =
  | {
      kind: "federated";
      /** The `sub` of the tokens that are trusted; `*` stands for any characters. */
      subject: pulumi.Input<string>;
      /** Further claims that a token must have, by name. `sub`, `iss` and `aud` are refused by Tailscale. */
      customClaimRules: pulumi.Input<Record<string, string>>;
      /** The token's issuer. Default GitHub's, `https://token.actions.githubusercontent.com`. */
      issuer?: string;
    }
  | {
      kind: "oauth";
      /** Any text; another one makes a new client before the old one goes. */
      rotation?: string;
    };

export interface RunnerIdentityArgs {
  /** The repository whose runners use the identity; it names the identity in the admin console. */
  repository: RepositorySlug;
  /** The one tag of the runners. The policy file must define it first. */
  tag: Tag;
  credential: RunnerCredential;
  /**
   * The id of the stack's `StackClaim`. It stands in the credential's description, and proves which credentials of an
   * interrupted run are to be deleted. Without one nothing is deleted.
   */
  claim?: pulumi.Input<string>;
  /** The stack's name, in the description of a credential without a claim. Default `project/stack`. */
  owner?: string;
  /** What it is for, where the repository has several: two of one description are taken for one that was made twice. */
  purpose?: string;
  transform?: {
    federatedIdentity?: Transform<FederatedIdentityArgs>;
    oauthClient?: Transform<OauthClientArgs>;
  };
}

const argumentsOfIdentity = componentArguments({
  repository: slug,
  tag: fields.tag,
  credential,
  claim: forPulumi,
  owner: fields.owner,
  purpose: fields.purpose,
  transform: forPulumi,
} satisfies Record<keyof RunnerIdentityArgs, z.ZodType>);

/** What a workflow needs of a credential. */
export interface RunnerSecrets {
  /** For the secret `TS_OAUTH_CLIENT_ID`. */
  clientId: pulumi.Output<string>;
  /** What goes with the client ID: the audience of a federated identity, or the secret of an OAuth client. */
  audienceOrSecret:
    | { kind: "audience"; value: pulumi.Output<string> }
    | { kind: "secret"; value: pulumi.Output<string> };
}

/**
 * The credential with which a repository's runners join the tailnet, with the scope `auth_keys` and one tag.
 *
 * A federated identity trusts GitHub's OIDC tokens and has no secret. An OAuth client has one, which stays secret in the state.
 */
export class RunnerIdentity extends pulumi.ComponentResource implements RunnerSecrets {
  readonly clientId: RunnerSecrets["clientId"];
  readonly audienceOrSecret: RunnerSecrets["audienceOrSecret"];

  constructor(name: string, args: RunnerIdentityArgs, options?: pulumi.ComponentResourceOptions) {
    checkArguments({ kind: "RunnerIdentity", name }, argumentsOfIdentity, args);
    super(runnerIdentityType, name, {}, options);
    const { clientId, audienceOrSecret } = createRunnerCredential(name, args, { parent: this });
    this.clientId = clientId;
    this.audienceOrSecret = audienceOrSecret;
    this.registerOutputs({ clientId });
  }
}

/** The resource of a `RunnerIdentity` alone. */
export function createRunnerCredential(name: string, args: RunnerIdentityArgs, placement: Placement): RunnerSecrets {
  if (args.credential.kind === "federated") {
    const identity = createFederatedIdentity(name, args, args.credential, placement);
    return { clientId: identity.id, audienceOrSecret: { kind: "audience", value: identity.audience } };
  }
  const client = createOauthClient(name, args, args.credential, placement);
  return { clientId: client.id, audienceOrSecret: { kind: "secret", value: pulumi.secret(client.key) } };
}

function createFederatedIdentity(
  name: string,
  args: RunnerIdentityArgs,
  credential: RunnerCredential & { kind: "federated" },
  placement: Placement,
): FederatedIdentity {
  return new FederatedIdentity(
    ...applyTransform<FederatedIdentityArgs>(
      args.transform?.federatedIdentity,
      `${name}-federated`,
      {
        issuer: credential.issuer ?? githubIssuer,
        subject: credential.subject,
        customClaimRules: credential.customClaimRules,
        scopes: ["auth_keys"],
        tags: [args.tag],
        description: describe(args),
      },
      { ...placeChild(placement, "-federated"), hooks: hooksOf(args) },
    ),
  );
}

function createOauthClient(
  name: string,
  args: RunnerIdentityArgs,
  { rotation }: RunnerCredential & { kind: "oauth" },
  placement: Placement,
): OauthClient {
  // Another name is another resource: it is created before the old one is deleted, which happens last of all.
  const suffix = rotation === undefined ? "-oauth" : `-oauth-${rotation}`;
  return new OauthClient(
    ...applyTransform<OauthClientArgs>(
      args.transform?.oauthClient,
      `${name}${suffix}`,
      { scopes: ["auth_keys"], tags: [args.tag], description: describe(args, rotation) },
      { ...placeChild(placement, suffix), additionalSecretOutputs: ["key"], hooks: hooksOf(args) },
    ),
  );
}

function describe(args: RunnerIdentityArgs, rotation?: string): pulumi.Input<string> {
  const { repository, claim, purpose } = args;
  const owner = args.owner ?? readStackOwner();
  if (claim === undefined) return describeCredential({ repository, owner, rotation, purpose });
  return pulumi.output(claim).apply((id) => describeCredential({ repository, owner, claim: id, rotation, purpose }));
}

function hooksOf({ claim }: RunnerIdentityArgs): pulumi.ResourceHookBinding {
  return { ...explainErrors(), ...(claim === undefined ? {} : createLeftoverHooks()) };
}
