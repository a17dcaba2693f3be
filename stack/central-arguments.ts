/** From the central workflows of a run to the arguments of their components. */
import type * as pulumi from "@pulumi/pulumi";
import type { CentralWorkflow, CentralWorkflowArgs } from "../components/central-workflow.ts";
import { deliverFiles } from "../components/deliver-files.ts";
import type { CentralCall } from "../components/repository-arguments.ts";
import type { WorkflowFileArgs } from "../components/workflow-file.ts";
import { contentOfRepository } from "../core/delivery/content.ts";
import { deliverCentralFile, deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import { nameCall } from "../core/workflow/file.ts";
import { readCall } from "../core/workflow/permissions.ts";
import type { CentralWorkflowState } from "./central-workflows.ts";
import type { AvailableRepository } from "./repository-checks.ts";
import type { Stack } from "./stack.ts";
import { findCentralCall } from "./workflow-files.ts";

export function centralArguments(
  stack: Stack,
  one: CentralWorkflowState,
  claim: pulumi.Input<string>,
): CentralWorkflowArgs {
  const { aperture, policy } = stack.settings;
  const { file, facts, settings, live, order } = one;
  const { path: _, adopt: __, ...workflow } = settings.workflow;
  return {
    file,
    repositoryId: facts.nodeId,
    ownerId: facts.ownerId,
    tag: settings.tag,
    hostname: aperture.hostname,
    identity: settings.identity,
    workflow,
    admitted: one.admitted,
    delivery: deliverCentralFile(settings.delivery),
    overwrite: live !== undefined,
    claim,
    owner: policy.owner,
    isHeld: order !== undefined && order.centralWaitsFor.length > 0,
    ...(order?.callersFirst ? { beforeUpdate: () => deliverFiles(listWidenedCallers(stack, one)) } : {}),
  };
}

/** What the caller of a repository needs to know; undefined where its jobs are its own. */
export function callOf(
  stack: Stack,
  { settings }: AvailableRepository,
  components: ReadonlyMap<string, CentralWorkflow>,
): CentralCall | undefined {
  const central = findCentralCall(stack.central, settings);
  const component = central && components.get(central.name);
  if (!component) return undefined;
  const { file, scope, workflowFile } = component;
  return { file, scope, permissions: central.grants, workflowFile };
}

function callersOf({ available }: Stack, { callers }: CentralWorkflowState): AvailableRepository[] {
  return available.filter(({ settings }) => callers.includes(settings.slug));
}

/** The callers that are live, and go by commit, with the wider permissions. */
function listWidenedCallers(stack: Stack, one: CentralWorkflowState): WorkflowFileArgs[] {
  const { aperture, policy } = stack.settings;
  return callersOf(stack, one).flatMap(({ settings, facts, file }) => {
    const delivery = deliverRepositoryFile(settings.delivery);
    const isLive = file.live !== undefined && readCall(file.live.text)?.uses === nameCall(one.file);
    if (!isLive || delivery.kind !== "commit") return [];
    const { workflow, identity, tag, slug } = settings;
    const content = contentOfRepository(
      { workflow, identity, tag, hostname: aperture.hostname, owner: policy.owner },
      { file: one.file, scope: scopeOf(identity), permissions: one.grants },
    );
    return [{ repository: slug, repositoryId: facts.nodeId, ...content, delivery }];
  });
}
