import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { contentOfRepository } from "../core/delivery/content.ts";
import { deliverRepositoryFile, type FileDelivery } from "../core/delivery/file-delivery.ts";
import { renderOnce } from "../core/delivery/rendered.ts";
import { centralMissing } from "../core/messages/central.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { omitUndefined } from "../core/omit-undefined.ts";
import type { Tag } from "../core/policy/fragment.ts";
import { claudeRepositoryType } from "../core/resource-types.ts";
import {
  componentArguments,
  fields,
  forPulumi,
  repository as repositoryArgument,
  workflowArgument,
} from "../core/settings/arguments.ts";
import { defaults } from "../core/settings/fields.ts";
import { propertyPath } from "../core/settings/problem.ts";
import { findExpressions } from "../core/settings/refusals.ts";
import type {
  DeliverySettings,
  IdentitySettings,
  RepositorySlug,
  WorkflowSettings,
} from "../core/settings/settings.ts";
import {
  type CallerOptions,
  type CentralFile,
  type IdentityScope,
  keyOfCall,
  nameCall,
  type StandaloneOptions,
} from "../core/workflow/file.ts";
import { type FederatedSubject, federatedSubject } from "../core/workflow/oidc.ts";
import { nameSecrets } from "../core/workflow/options.ts";
import type { PermissionSet } from "../core/workflow/permissions.ts";
import { createActionsSecret } from "./actions-secret.ts";
import { checkArguments, readStackOwner, refuseIfAny } from "./arguments.ts";
import { explainErrors } from "./explain-errors.ts";
import { nameCredentials } from "./names.ts";
import { type Placement, placeChild } from "./placement.ts";
import type { ActionsSecret, ActionsSecretArgs } from "./providers.ts";
import { checkOwnerOf, type KnownRepository, lookUpRepository } from "./repository-facts.ts";
import {
  createRunnerCredential,
  type RunnerCredential,
  type RunnerIdentityArgs,
  type RunnerSecrets,
} from "./runner-identity.ts";
import { applyTransform, type Transform } from "./transform.ts";
import { WorkflowFile, type WorkflowFileArgs } from "./workflow-file.ts";
import type { WorkflowGate } from "./workflow-gate.ts";

export interface ClaudeRepositoryArgs {
  /**
   * The repository as `owner/name`: its ids and OIDC customization are then read from GitHub, with the credentials that the
   * GitHub provider has in configuration and environment. Or with these facts, and nothing is read.
   */
  repository: RepositorySlug | KnownRepository;
  /** The one tag of the runners; a `TailnetAccess` must define it first (`dependsOn`). */
  tag: Tag;
  /** Aperture's host name in the tailnet. Default `ai`. */
  hostname?: string;
  /** Default `{ kind: "federated" }`. */
  identity?: IdentitySettings;
  /** Each key has the default of the program's settings (docs/settings.md). `model` is named without its provider. */
  workflow?: Partial<WorkflowSettings>;
  /** Default `{ kind: "commit" }`. `central` needs the argument of that name. */
  delivery?: DeliverySettings;
  /** The central workflow that the repository calls: a `CentralWorkflow`, or what is known of one. */
  central?: CentralCall;
  /** Replace a file that exists at the workflow's path. Default false: the provider refuses. */
  overwrite?: boolean;
  /** The id of the stack's `StackClaim`, see `RunnerIdentityArgs`. */
  claim?: pulumi.Input<string>;
  /** The stack's name in the header of the workflow file, and of a credential without a claim. Default `project/stack`. */
  owner?: string;
  /**
   * Leave the secret with the client ID as it is: the live workflow file is one of a federated identity, and the pull request with
   * that of an OAuth client is not merged. Default false.
   */
  holdsClientId?: boolean;
  /** Holds the workflow files of all repositories that have the same gate back until all their secrets are written. */
  workflowGate?: WorkflowGate;
  transform?: RunnerIdentityArgs["transform"] & {
    /** Each repository secret. */
    actionsSecret?: Transform<ActionsSecretArgs>;
    /** The workflow file. */
    workflowFile?: Transform<WorkflowFileArgs>;
  };
}

/** What a caller needs to know of a central workflow. */
export interface CentralCall {
  file: CentralFile;
  /** In `organization` the central file has the identity, and the repository has neither one nor secrets. */
  scope: IdentityScope;
  /** What the caller grants: at least what the central jobs ask for. */
  permissions: PermissionSet;
  /** The central file, which has to be there first. */
  workflowFile?: pulumi.Resource;
}

const argumentsOfRepository = componentArguments({
  repository: repositoryArgument,
  tag: fields.tag,
  hostname: fields.hostname,
  identity: fields.identity,
  workflow: workflowArgument,
  delivery: fields.delivery,
  central: forPulumi,
  overwrite: fields.overwrite,
  claim: forPulumi,
  owner: fields.owner,
  holdsClientId: fields.overwrite,
  workflowGate: forPulumi,
  transform: forPulumi,
} satisfies Record<keyof ClaudeRepositoryArgs, z.ZodType>);

/** The arguments with every default filled in. */
interface Complete extends ClaudeRepositoryArgs {
  slug: RepositorySlug;
  identity: IdentitySettings;
  workflow: WorkflowSettings;
  /** What decides the text of the file. */
  content: StandaloneOptions | CallerOptions;
  delivery: FileDelivery;
}

/** What a repository has, however it is declared. */
export interface RepositoryResources {
  /** Absent where a central file has the identity. */
  readonly credential: RunnerSecrets | undefined;
  /** The text of the workflow file. */
  readonly workflowText: string;
  /** The runs of the workflow. */
  readonly workflowUrl: pulumi.Output<string>;
  readonly workflowFile: WorkflowFile;
  /** The subject that the federated identity trusts; absent for an OAuth client, and where a central file has the identity. */
  readonly subject: pulumi.Output<string> | undefined;
}

/**
 * Claude Code in the pull requests of one repository, through Aperture: the runners' identity, the repository secrets that
 * hold it, and the workflow file, so ordered that the workflow finds a working set at any moment.
 *
 * Throws pulumi.RunError with every missing or wrong argument.
 */
export class ClaudeRepository extends pulumi.ComponentResource implements RepositoryResources {
  readonly credential: RepositoryResources["credential"];
  readonly workflowText: string;
  readonly workflowUrl: RepositoryResources["workflowUrl"];
  readonly workflowFile: WorkflowFile;
  readonly subject: RepositoryResources["subject"];

  constructor(name: string, args: ClaudeRepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    const component = { kind: "ClaudeRepository", name };
    const complete = completeArguments(component, args);
    super(claudeRepositoryType, name, {}, options);
    checkOwnerOf(component, complete.slug, this.getProvider("github:index/actionsSecret:ActionsSecret"));
    const resources = createResources(component, complete, { parent: this });
    this.credential = resources.credential;
    this.workflowText = resources.workflowText;
    this.workflowUrl = resources.workflowUrl;
    this.workflowFile = resources.workflowFile;
    this.subject = resources.subject;
    this.registerOutputs({ workflowUrl: this.workflowUrl, subject: this.subject });
  }
}

/**
 * The same without a component around them. A component is a resource of its own: in a stack of hundreds a third of a first update,
 * and its name in the URN of each child (bench/README.md).
 *
 * @throws pulumi.RunError with every missing or wrong argument.
 */
export function createRepositoryResources(
  name: string,
  args: ClaudeRepositoryArgs,
  placement: Placement,
): RepositoryResources {
  const component = { kind: "ClaudeRepository", name };
  return createResources(component, completeArguments(component, args), placement);
}

function createResources(
  component: { kind: string; name: string },
  complete: Complete,
  placement: Placement,
): RepositoryResources {
  const { name } = component;
  const { repository, slug, workflow, central } = complete;
  const known = pulumi.output(typeof repository === "string" ? lookUpRepository(component, slug) : repository);
  const common = {
    workflowText: renderOnce(complete.content).text,
    workflowUrl: known.apply(({ url }) => `${url}/actions/workflows/${workflow.path.split("/").at(-1)}`),
  };
  const repositoryId = known.apply(({ nodeId }) => nodeId);
  if (central?.scope === "organization") {
    const workflowFile = createWorkflowFile(name, complete, [], repositoryId, placement);
    return { ...common, credential: undefined, subject: undefined, workflowFile };
  }
  const kind = runnerCredential(complete, known);
  // Both of a pair stand while a file is replaced that uses the other one.
  const infix = nameCredentials("", complete.identity.kind, central?.file);
  const credential = createCredential(name, infix, complete, kind, placement);
  return {
    ...common,
    subject: kind.kind === "federated" ? pulumi.output(kind.subject) : undefined,
    credential,
    workflowFile: createSecretsAndWorkflowFile(name, infix, complete, credential, repositoryId, placement),
  };
}

function createCredential(
  name: string,
  infix: string,
  { slug, tag, claim, owner, transform, central }: Complete,
  credential: RunnerCredential,
  placement: Placement,
): RunnerSecrets {
  return createRunnerCredential(
    `${name}${infix}-identity`,
    {
      repository: slug,
      tag,
      credential,
      ...(central ? { purpose: credential.kind === "federated" ? nameCall(central.file) : "caller" } : {}),
      ...(claim === undefined ? {} : { claim }),
      ...(owner === undefined ? {} : { owner }),
      ...(transform ? { transform } : {}),
    },
    { ...placement, formerly: (placement.formerly ?? []).map((former) => `${former}${infix}-identity`) },
  );
}

/**
 * All is written in an order in which the workflow as committed finds a working set after each single write, also while the
 * kind of the identity changes. A federated workflow needs both secrets, so it follows them. An OAuth workflow authenticates
 * with the secret alone (tailscale/github-action ignores the client ID then), so the client ID, which the federated workflow
 * still needs until the file is replaced, follows the file.
 */
function createSecretsAndWorkflowFile(
  name: string,
  infix: string,
  args: Complete,
  { clientId, audienceOrSecret }: RunnerSecrets,
  repositoryId: pulumi.Input<string>,
  placement: Placement,
): WorkflowFile {
  const secretNames = nameSecrets(args.identity.kind, args.central && keyOfCall(args.central.file));
  const isFederated = args.identity.kind === "federated";
  const rows = [
    {
      what: "client-id",
      secretName: secretNames.clientId,
      value: clientId,
      isNeeded: isFederated,
      isHeld: args.holdsClientId,
    },
    {
      what: audienceOrSecret.kind,
      secretName: secretNames.audienceOrSecret,
      value: audienceOrSecret.value,
      isNeeded: true,
      isHeld: false,
    },
  ];
  const create = (row: (typeof rows)[number], dependsOn: pulumi.Resource[]) => {
    const suffix = `${infix}-secret-${row.what}`;
    return createActionsSecret(
      ...applyTransform<ActionsSecretArgs>(
        args.transform?.actionsSecret,
        `${name}${suffix}`,
        { repository: nameOf(args.slug), secretName: row.secretName, value: row.value },
        {
          ...placeChild(placement, suffix),
          dependsOn,
          hooks: explainErrors(),
          ...(row.isHeld ? { ignoreChanges: ["value"] } : {}),
        },
      ),
    );
  };
  const needed = rows.filter(({ isNeeded }) => isNeeded).map((row) => create(row, []));
  const file = createWorkflowFile(name, args, needed, repositoryId, placement);
  for (const row of rows.filter(({ isNeeded }) => !isNeeded)) create(row, [file]);
  return file;
}

function createWorkflowFile(
  name: string,
  { slug, content, delivery, overwrite = false, transform, workflowGate, central }: Complete,
  secrets: ActionsSecret[],
  repositoryId: pulumi.Input<string>,
  placement: Placement,
): WorkflowFile {
  const before = [...secrets, ...(central?.workflowFile ? [central.workflowFile] : [])];
  return new WorkflowFile(
    ...applyTransform<WorkflowFileArgs>(
      transform?.workflowFile,
      `${name}-workflow`,
      { repository: slug, repositoryId, ...content, delivery, adopt: overwrite },
      {
        ...placeChild(placement, "-workflow"),
        dependsOn: secrets.length > 0 && workflowGate ? workflowGate.pass(before) : before,
      },
    ),
  );
}

function completeArguments(component: { kind: string; name: string }, args: ClaudeRepositoryArgs): Complete {
  checkArguments(component, argumentsOfRepository, args);
  const { repository, tag, identity = defaults.identity, delivery = defaults.delivery, central } = args;
  const workflow: WorkflowSettings = { actions: {}, ...defaults.workflow, ...omitUndefined(args.workflow) };
  refuseIfAny(component, findExpressions({ workflow: args.workflow }, propertyPath));
  if (delivery.kind === "central" && !central) {
    refuseIfAny(component, [{ path: "central", message: formatMessage(centralMissing, {}) }]);
  }
  const hostname = args.hostname ?? defaults.hostname;
  const owner = args.owner ?? readStackOwner();
  return {
    ...args,
    slug: typeof repository === "string" ? repository : repository.slug,
    identity,
    workflow,
    content: contentOfRepository({ workflow, identity, tag, hostname, owner }, central),
    delivery: deliverRepositoryFile(delivery),
  };
}

/** The provider takes the name without its owner. */
function nameOf(slug: RepositorySlug): string {
  return slug.slice(slug.indexOf("/") + 1);
}

function runnerCredential(
  { identity, workflow, central }: Complete,
  known: pulumi.Output<KnownRepository>,
): RunnerCredential {
  if (identity.kind === "oauth") {
    return { kind: "oauth", ...(identity.rotation === undefined ? {} : { rotation: identity.rotation }) };
  }
  const trusted = known.apply(
    ({ slug, id, ownerId, oidc }): FederatedSubject =>
      federatedSubject({
        presets: workflow.presets,
        ...(workflow.environment ? { environment: workflow.environment } : {}),
        repository: slug,
        repositoryId: id,
        ownerId,
        workflowPath: workflow.path,
        runsOn: workflow.runsOn,
        oidc,
        ...(central ? { central: central.file } : {}),
      }),
  );
  return {
    kind: "federated",
    subject: trusted.subject,
    customClaimRules: trusted.customClaimRules,
    ...(identity.issuer ? { issuer: identity.issuer } : {}),
  };
}
