import * as pulumi from "@pulumi/pulumi";
import type { Tag } from "../core/policy/fragment.ts";
import type {
  DeliverySettings,
  IdentitySettings,
  RepositorySlug,
  WorkflowSettings,
} from "../core/settings/settings.ts";
import { federatedSubject, type OidcCustomization } from "../core/workflow/oidc.ts";
import { secretsOf } from "../core/workflow/options.ts";
import { claudeWorkflow } from "../core/workflow/presets.ts";
import { render } from "../core/workflow/render.ts";
import { actionsSecret } from "./actions-secret.ts";
import { explained } from "./explained.ts";
import { type ActionsSecret, type ActionsSecretArgs, RepositoryFile, type RepositoryFileArgs } from "./providers.ts";
import {
  createRunnerCredential,
  type RunnerCredential,
  type RunnerIdentityArgs,
  type RunnerSecrets,
} from "./runner-identity.ts";
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
  /** The id of the stack's `StackClaim`, see `RunnerIdentityArgs`. */
  claim?: pulumi.Input<string>;
  /** The stack's name in the header of the workflow file, and of a credential without a claim. Default `project/stack`. */
  owner?: string;
  /**
   * What the workflow file waits for besides its own repository. A program with many repositories passes a promise that all
   * credentials stand: no repository gets a workflow in a run that fails before, and the engine, which writes the whole
   * state after each step, has the long texts in it for the last steps only.
   */
  workflowAfter?: Promise<unknown>;
  transform?: RunnerIdentityArgs["transform"] & {
    /** Each repository secret. */
    actionsSecret?: Transform<ActionsSecretArgs>;
    /** The workflow file. */
    repositoryFile?: Transform<RepositoryFileArgs>;
  };
}

/**
 * Claude Code in the pull requests of one repository, through Aperture: the runners' identity, the repository secrets that
 * hold it, and the workflow file, so ordered that the workflow finds a working set at any moment.
 */
export class ClaudeRepository extends pulumi.ComponentResource {
  readonly credential: RunnerSecrets;
  /** Resolves when the secrets on which the workflow depends are written, or one of them failed; also in a preview. */
  readonly secretsSettled: Promise<unknown>;
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

    this.credential = this.createCredential(name, args, credential);
    this.secretsSettled = Promise.allSettled(this.createSecretsAndWorkflowFile(name, args).map(registered));
    this.registerOutputs({ workflowUrl: this.workflowUrl, subject: this.subject });
  }

  private createCredential(name: string, args: ClaudeRepositoryArgs, credential: RunnerCredential): RunnerSecrets {
    return createRunnerCredential(
      `${name}-identity`,
      {
        repository: args.repository.slug,
        tag: args.tag,
        credential,
        ...(args.claim === undefined ? {} : { claim: args.claim }),
        ...(args.owner === undefined ? {} : { owner: args.owner }),
        ...(args.transform ? { transform: args.transform } : {}),
      },
      this,
    );
  }

  /**
   * Returns the secrets on which the workflow depends. All is written in an order in which the workflow as committed finds a working set after each single write, also while the kind of the
   * identity changes. A federated workflow needs both secrets, so it follows them. An OAuth workflow authenticates with the
   * secret alone (tailscale/github-action ignores the client ID then), so the client ID, which the federated workflow still
   * needs until the file is replaced, follows the file.
   */
  private createSecretsAndWorkflowFile(name: string, args: ClaudeRepositoryArgs): ActionsSecret[] {
    const isCommitted = (args.delivery?.kind ?? "commit") === "commit";
    const proof = this.createProofSecret(name, args);
    if (args.identity.kind === "federated") {
      const clientId = this.createClientIdSecret(name, args, []);
      if (isCommitted) this.createWorkflowFile(name, args, [clientId, proof]);
      return [clientId, proof];
    }
    const file = isCommitted ? [this.createWorkflowFile(name, args, [proof])] : [];
    this.createClientIdSecret(name, args, file);
    return [proof];
  }

  private createProofSecret(name: string, args: ClaudeRepositoryArgs): ActionsSecret {
    const { proof } = this.credential;
    return this.createSecret(
      `${name}-secret-${proof.kind}`,
      args,
      secretsOf(args.identity.kind).proof,
      proof.value,
      [],
    );
  }

  private createClientIdSecret(name: string, args: ClaudeRepositoryArgs, dependsOn: pulumi.Resource[]): ActionsSecret {
    const { clientId } = this.credential;
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
  ): ActionsSecret {
    return actionsSecret(
      ...transformed<ActionsSecretArgs>(
        args.transform?.actionsSecret,
        name,
        { repository: repositoryName(args), secretName, value },
        { parent: this, dependsOn, hooks: explained() },
      ),
    );
  }

  private createWorkflowFile(name: string, args: ClaudeRepositoryArgs, dependsOn: ActionsSecret[]): RepositoryFile {
    const ready: pulumi.Input<pulumi.Resource[]> = args.workflowAfter?.then(() => dependsOn) ?? dependsOn;
    const message = args.delivery?.kind === "commit" ? args.delivery.message : undefined;
    return new RepositoryFile(
      ...transformed<RepositoryFileArgs>(
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
          dependsOn: ready,
          hooks: explained(),
          // A new message alone would be an empty commit in every repository (terraform-provider-github#689), and
          // overwriteOnCreate matters only once.
          ignoreChanges: ["commitMessage", "overwriteOnCreate"],
        },
      ),
    );
  }
}

/** An output has no public way to tell that it failed; its promise does (@pulumi/pulumi, output.ts). */
function registered({ urn }: pulumi.Resource): Promise<unknown> {
  return (urn as unknown as { promise(): Promise<unknown> }).promise();
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
      runsOn: workflow.runsOn,
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
