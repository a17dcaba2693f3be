/** What is told of a repository, and the defaults of what is not. */
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { contentOfRepository } from "../core/delivery/content.ts";
import { deliverRepositoryFile, type FileDelivery } from "../core/delivery/file-delivery.ts";
import { centralMissing } from "../core/messages/central.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { omitUndefined } from "../core/omit-undefined.ts";
import type { Tag } from "../core/policy/fragment.ts";
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
import type { CallerOptions, CentralFile, IdentityScope, StandaloneOptions } from "../core/workflow/file.ts";
import type { PermissionSet } from "../core/workflow/permissions.ts";
import { checkArguments, readStackOwner, refuseIfAny } from "./arguments.ts";
import type { ActionsSecretArgs } from "./providers.ts";
import type { KnownRepository } from "./repository-facts.ts";
import type { RunnerIdentityArgs } from "./runner-identity.ts";
import type { Transform } from "./transform.ts";
import type { WorkflowFileArgs } from "./workflow-file.ts";
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
export interface Complete extends ClaudeRepositoryArgs {
  slug: RepositorySlug;
  identity: IdentitySettings;
  workflow: WorkflowSettings;
  /** What decides the text of the file. */
  content: StandaloneOptions | CallerOptions;
  delivery: FileDelivery;
}

export function completeArguments(component: { kind: string; name: string }, args: ClaudeRepositoryArgs): Complete {
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
