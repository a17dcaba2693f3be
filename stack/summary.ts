/** What a run says at its end: the stack's outputs. */
import * as pulumi from "@pulumi/pulumi";
import type { CentralWorkflow } from "../components/central-workflow.ts";
import type { RepositoryResources } from "../components/repository-resources.ts";
import type { WorkflowFile } from "../components/workflow-file.ts";
import { deliverCentralFile, deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import type { SkippedRepository } from "./repository-checks.ts";
import type { Stack } from "./stack.ts";

/** A repository that was set up. */
export interface DeployedRepository {
  repository: Stack["available"][number]["settings"];
  resources: RepositoryResources;
}

export function summarise(
  stack: Stack,
  deployed: DeployedRepository[],
  centralWorkflows: ReadonlyMap<string, CentralWorkflow>,
) {
  const { skipped, unremovable, pending } = stack;
  const repositories = Object.fromEntries(
    deployed.map(({ repository: { slug, tag }, resources: { workflowUrl, subject } }) => [
      slug,
      { workflow: workflowUrl, tag, ...(subject ? { subject } : {}) },
    ]),
  );
  const undelivered = deployed.filter(({ repository }) => repository.delivery.kind === "output");
  const waiting = listWaits(stack, deployed, centralWorkflows);
  return {
    repositories,
    workflows: Object.fromEntries(
      undelivered.map(({ repository, resources }) => [
        repository.slug,
        { [repository.workflow.path]: resources.workflowText },
      ]),
    ),
    waiting,
    skipped: reasons(skipped),
    unremovable: reasons(unremovable),
    pending: pending ?? {},
    next: waiting.apply((waits) => listNextSteps(stack, deployed, waits)),
  };
}

/** What people have to do before a repository is in step: by repository, in words. */
function listWaits(
  { waiting, central }: Stack,
  deployed: DeployedRepository[],
  centralWorkflows: ReadonlyMap<string, CentralWorkflow>,
): pulumi.Output<Record<string, string>> {
  const ofCentral = central.flatMap(({ name, file, settings }) => {
    const component = centralWorkflows.get(name);
    const isByPull = deliverCentralFile(settings.delivery).kind === "pull-request";
    return component && isByPull ? [statusOf(`${file.repository}/${file.path}`, component.workflowFile)] : [];
  });
  const ofRepositories = deployed
    .filter(({ repository }) => deliverRepositoryFile(repository.delivery).kind === "pull-request")
    .map(({ repository, resources }) => statusOf(repository.slug, resources.workflowFile));
  const held = waiting.map(({ slug, central: { file } }): [string, string] => [
    slug,
    `waiting for ${file.path} in ${file.repository}`,
  ]);
  return pulumi.all([...ofCentral, ...ofRepositories]).apply((all): Record<string, string> => {
    const said = all.flatMap(({ place, status }): [string, string][] =>
      status === undefined ? [] : [[place, status]],
    );
    return Object.fromEntries([...said, ...held]);
  });
}

const statusOf = (place: string, { status }: WorkflowFile) => status.apply((said) => ({ place, status: said }));

function listNextSteps(
  { settings, pending }: Stack,
  deployed: DeployedRepository[],
  waits: Record<string, string>,
): string[] {
  const tags = [...new Set(deployed.map(({ repository }) => repository.tag))].join(" or ");
  const hasOutputs = deployed.some(({ repository }) => repository.delivery.kind === "output");
  return [
    ...(pending
      ? [`Run \`pulumi up\` again after ${pending.after} for the ${pending.repositories.length} others.`]
      : []),
    ...(Object.keys(waits).length > 0
      ? ["Merge the pull requests of the output `waiting`, then run `pulumi up` again."]
      : []),
    ...(hasOutputs
      ? ["Commit the files of the output `workflows`: they do nothing before they are on the default branch."]
      : []),
    "Run `npm run verify`: it names each link that does not work, with the fix. With `-- --open-pull-request REPOSITORY` it tries them all.",
    `Look in Aperture: http://${settings.aperture.hostname}/ui/ > Logs shows the request with the caller ${tags}.`,
  ];
}

function reasons(repositories: SkippedRepository[]): Record<string, string> {
  return Object.fromEntries(repositories.map(({ slug, reason }) => [slug, reason]));
}
