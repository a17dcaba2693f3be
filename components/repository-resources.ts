/** What a repository gets: credential, secrets and workflow file, with a component around them or without one. */
import * as pulumi from "@pulumi/pulumi";
import { renderOnce } from "../core/delivery/rendered.ts";
import { nameCredentials } from "../core/resource-names.ts";
import type { RepositorySlug } from "../core/settings/settings.ts";
import { keyOfCall, nameCall } from "../core/workflow/file.ts";
import { type FederatedSubject, federatedSubject } from "../core/workflow/oidc.ts";
import { nameSecrets } from "../core/workflow/options.ts";
import { createActionsSecret } from "./actions-secret.ts";
import { explainErrors } from "./explain-errors.ts";
import { type Placement, placeChild } from "./placement.ts";
import type { ActionsSecret, ActionsSecretArgs } from "./providers.ts";
import { type ClaudeRepositoryArgs, type Complete, completeArguments } from "./repository-arguments.ts";
import { type KnownRepository, lookUpRepository } from "./repository-facts.ts";
import { createRunnerCredential, type RunnerCredential, type RunnerSecrets } from "./runner-identity.ts";
import { applyTransform } from "./transform.ts";
import { WorkflowFile, type WorkflowFileArgs } from "./workflow-file.ts";

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

export function createResources(
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
