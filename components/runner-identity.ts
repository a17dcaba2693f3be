import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import type { Tag } from "../policy/fragment.ts";
import { githubIssuer } from "../settings/fields.ts";
import type { RepositorySlug } from "../settings/settings.ts";
import { type Transform, transformed } from "./transform.ts";

/** What the identity trusts: a GitHub OIDC token, or whoever holds a secret. */
export type RunnerCredential =
  | {
      kind: "federated";
      /** The `sub` of the tokens that are trusted; `*` stands for any characters. */
      subject: string;
      /** Further claims that a token must have, by name. `sub`, `iss` and `aud` are refused by Tailscale. */
      customClaimRules: Record<string, string>;
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
  transform?: {
    federatedIdentity?: Transform<tailscale.FederatedIdentityArgs>;
    oauthClient?: Transform<tailscale.OauthClientArgs>;
  };
}

/**
 * The credential with which a repository's runners join the tailnet, with the scope `auth_keys` and one tag.
 *
 * A federated identity trusts GitHub's OIDC tokens and has no secret. An OAuth client has one, which stays secret in the state.
 */
export class RunnerIdentity extends pulumi.ComponentResource {
  /** For the secret `TS_OAUTH_CLIENT_ID`. */
  readonly clientId: pulumi.Output<string>;
  /** The second half of the credential, and the repository secret that holds it. */
  readonly proof: { kind: "audience"; value: pulumi.Output<string> } | { kind: "secret"; value: pulumi.Output<string> };

  constructor(name: string, args: RunnerIdentityArgs, options?: pulumi.ComponentResourceOptions) {
    super("claude-aperture:index:RunnerIdentity", name, {}, options);
    if (args.credential.kind === "federated") {
      const identity = this.createFederatedIdentity(name, args, args.credential);
      this.clientId = identity.id;
      this.proof = { kind: "audience", value: identity.audience };
    } else {
      const client = this.createOauthClient(name, args, args.credential);
      this.clientId = client.id;
      this.proof = { kind: "secret", value: pulumi.secret(client.key) };
    }
    this.registerOutputs({ clientId: this.clientId });
  }

  private createFederatedIdentity(
    name: string,
    args: RunnerIdentityArgs,
    credential: RunnerCredential & { kind: "federated" },
  ): tailscale.FederatedIdentity {
    return new tailscale.FederatedIdentity(
      ...transformed<tailscale.FederatedIdentityArgs>(
        args.transform?.federatedIdentity,
        `${name}-federated`,
        {
          issuer: credential.issuer ?? githubIssuer,
          subject: credential.subject,
          customClaimRules: credential.customClaimRules,
          scopes: ["auth_keys"],
          tags: [args.tag],
          description: identityDescription(args.repository),
        },
        { parent: this },
      ),
    );
  }

  private createOauthClient(
    name: string,
    args: RunnerIdentityArgs,
    { rotation }: RunnerCredential & { kind: "oauth" },
  ): tailscale.OauthClient {
    return new tailscale.OauthClient(
      ...transformed<tailscale.OauthClientArgs>(
        args.transform?.oauthClient,
        // Another name is another resource: it is created before the old one is deleted, which happens last of all.
        rotation === undefined ? `${name}-oauth` : `${name}-oauth-${rotation}`,
        { scopes: ["auth_keys"], tags: [args.tag], description: identityDescription(args.repository) },
        { parent: this, additionalSecretOutputs: ["key"] },
      ),
    );
  }
}

/** Tailscale allows 50 characters (API document of `POST /keys`). */
const descriptionLimit = 50;

/**
 * The name of a repository's identity in the admin console: letters, digits and hyphens only, at most 50 of them. Where
 * something had to be replaced or cut, eight digits of a hash keep it apart from its neighbours.
 */
export function identityDescription(repository: RepositorySlug): string {
  const wanted = `claude ${repository}`;
  const safe = wanted.replaceAll(/[^A-Za-z0-9]+/g, "-");
  const reversible = /^claude [A-Za-z0-9-]+\/[A-Za-z0-9]+$/.test(wanted) && safe.length <= descriptionLimit;
  if (reversible) return safe;
  const hash = createHash("sha256").update(repository.toLowerCase()).digest("hex").slice(0, 8);
  return `${safe.slice(0, descriptionLimit - 9).replace(/-+$/, "")}-${hash}`;
}
