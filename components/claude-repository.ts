import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { Tag } from "../policy/fragment.ts";
import type { DeliverySettings, IdentitySettings, RepositorySlug, WorkflowSettings } from "../settings/settings.ts";
import { federatedSubject, type OidcCustomization } from "../workflow/oidc.ts";
import { secretsOf } from "../workflow/options.ts";
import { claudeWorkflow } from "../workflow/presets.ts";
import { render } from "../workflow/render.ts";
import { actionsSecret } from "./actions-secret.ts";
import { type RunnerCredential, RunnerIdentity, type RunnerIdentityArgs } from "./runner-identity.ts";
import { type Transform, transformed } from "./transform.ts";

export interface ClaudeRepositoryArgs {
  /** The repository as GitHub spells it, with what the OIDC subject depends on. */
  repository: {
    slug: RepositorySlug;
    id: number;
    ownerId: number;
    /** The page for people, such as `https://github.com/acme/app`. */
    url: string;
    /** The repository's OIDC customization as its API reports it. */
    oidc: OidcCustomization;
  };
  /** Aperture's host name in the tailnet, such as `ai`. */
  hostname: string;
  /** The one tag of the runners; a `TailnetAccess` must define it first (`dependsOn`). */
  tag: Tag;
  identity: IdentitySettings;
  workflow: Omit<WorkflowSettings, "adopt">;
  /** Default `{ kind: "commit" }`. */
  delivery?: DeliverySettings;
  /** Replace a file that exists at the workflow's path. Default false: the provider refuses. */
  overwrite?: boolean;
  /** The stack's name in the header of the workflow file. Default `project/stack`. */
  owner?: string;
  transform?: RunnerIdentityArgs["transform"] & {
    /** Each repository secret. */
    actionsSecret?: Transform<github.ActionsSecretArgs>;
    /** The workflow file. */
    repositoryFile?: Transform<github.RepositoryFileArgs>;
  };
}

/**
 * Claude Code in the pull requests of one repository, through Aperture: the runners' identity, the repository secrets that
 * hold it, and the workflow file, so ordered that the workflow finds a working set at any moment.
 */
export class ClaudeRepository extends pulumi.ComponentResource {
  readonly identity: RunnerIdentity;
  /** The text of the workflow file. */
  readonly workflowText: string;
  /** The runs of the workflow. */
  readonly workflowUrl: string;
  /** The subject that the federated identity trusts; absent for an OAuth client. */
  readonly subject: string | undefined;

  constructor(name: string, args: ClaudeRepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    super("claude-aperture:index:ClaudeRepository", name, {}, options);
    const credential = runnerCredential(args);
    this.subject = credential.kind === "federated" ? credential.subject : undefined;
    this.workflowText = render(claudeWorkflow(workflowOptions(args)));
    this.workflowUrl = `${args.repository.url}/actions/workflows/${args.workflow.path.split("/").at(-1)}`;

    this.identity = this.createIdentity(name, args, credential);
    this.createSecretsAndWorkflowFile(name, args);
    this.registerOutputs({ workflowUrl: this.workflowUrl, subject: this.subject });
  }

  private createIdentity(name: string, args: ClaudeRepositoryArgs, credential: RunnerCredential): RunnerIdentity {
    return new RunnerIdentity(
      `${name}-identity`,
      {
        repository: args.repository.slug,
        tag: args.tag,
        credential,
        ...(args.owner === undefined ? {} : { owner: args.owner }),
        ...(args.transform ? { transform: args.transform } : {}),
      },
      { parent: this },
    );
  }

  /**
   * In an order in which the workflow as committed finds a working set after each single write, also while the kind of the
   * identity changes. A federated workflow needs both secrets, so it follows them. An OAuth workflow authenticates with the
   * secret alone (tailscale/github-action ignores the client ID then), so the client ID, which the federated workflow still
   * needs until the file is replaced, follows the file.
   */
  private createSecretsAndWorkflowFile(name: string, args: ClaudeRepositoryArgs): void {
    const isCommitted = (args.delivery?.kind ?? "commit") === "commit";
    const proof = this.createProofSecret(name, args);
    if (args.identity.kind === "federated") {
      const clientId = this.createClientIdSecret(name, args, []);
      if (isCommitted) this.createWorkflowFile(name, args, [clientId, proof]);
    } else {
      const file = isCommitted ? [this.createWorkflowFile(name, args, [proof])] : [];
      this.createClientIdSecret(name, args, file);
    }
  }

  private createProofSecret(name: string, args: ClaudeRepositoryArgs): github.ActionsSecret {
    const { proof } = this.identity;
    return this.createSecret(
      `${name}-secret-${proof.kind}`,
      args,
      secretsOf(args.identity.kind).proof,
      proof.value,
      [],
    );
  }

  private createClientIdSecret(
    name: string,
    args: ClaudeRepositoryArgs,
    dependsOn: pulumi.Resource[],
  ): github.ActionsSecret {
    const { clientId } = this.identity;
    return this.createSecret(
      `${name}-secret-client-id`,
      args,
      secretsOf(args.identity.kind).clientId,
      clientId,
      dependsOn,
    );
  }

  private createSecret(
    name: string,
    args: ClaudeRepositoryArgs,
    secretName: string,
    value: pulumi.Output<string>,
    dependsOn: pulumi.Resource[],
  ): github.ActionsSecret {
    return actionsSecret(
      ...transformed<github.ActionsSecretArgs>(
        args.transform?.actionsSecret,
        name,
        { repository: repositoryName(args), secretName, value },
        { parent: this, dependsOn },
      ),
    );
  }

  private createWorkflowFile(
    name: string,
    args: ClaudeRepositoryArgs,
    dependsOn: github.ActionsSecret[],
  ): github.RepositoryFile {
    const message = args.delivery?.kind === "commit" ? args.delivery.message : undefined;
    return new github.RepositoryFile(
      ...transformed<github.RepositoryFileArgs>(
        args.transform?.repositoryFile,
        `${name}-workflow`,
        {
          repository: repositoryName(args),
          file: args.workflow.path,
          content: this.workflowText,
          commitMessage: message ?? "ci: let Claude Code review through Aperture",
          overwriteOnCreate: args.overwrite ?? false,
        },
        {
          parent: this,
          dependsOn,
          // A new message alone would be an empty commit in every repository (terraform-provider-github#689), and
          // overwriteOnCreate matters only once.
          ignoreChanges: ["commitMessage", "overwriteOnCreate"],
        },
      ),
    );
  }
}

/** The provider takes the name without its owner. */
function repositoryName({ repository }: ClaudeRepositoryArgs): string {
  return repository.slug.slice(repository.slug.indexOf("/") + 1);
}

function runnerCredential(args: ClaudeRepositoryArgs): RunnerCredential {
  const { repository, workflow, identity } = args;
  if (identity.kind === "oauth") {
    return { kind: "oauth", ...(identity.rotation === undefined ? {} : { rotation: identity.rotation }) };
  }
  return {
    kind: "federated",
    ...federatedSubject({
      presets: workflow.presets,
      ...(workflow.environment ? { environment: workflow.environment } : {}),
      repository: repository.slug,
      repositoryId: repository.id,
      ownerId: repository.ownerId,
      workflowPath: workflow.path,
      oidc: repository.oidc,
    }),
    ...(identity.issuer ? { issuer: identity.issuer } : {}),
  };
}

function workflowOptions({ workflow, identity, hostname, tag, owner }: ClaudeRepositoryArgs) {
  return {
    ...workflow,
    identity: identity.kind,
    hostname,
    tag,
    owner: owner ?? `${pulumi.getProject()}/${pulumi.getStack()}`,
  };
}
