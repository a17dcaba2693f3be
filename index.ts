/** The program of a stack: settings -> StackClaim -> TailnetAccess -> the resources of each repository -> outputs. */

import { CentralWorkflow } from "./components/central-workflow.ts";
import { createRepositoryResources } from "./components/repository-resources.ts";
import { StackClaim } from "./components/stack-claim.ts";
import { TailnetAccess } from "./components/tailnet-access.ts";
import { WorkflowGate } from "./components/workflow-gate.ts";
import { toResourceName } from "./core/resource-names.ts";
import { findApertureDestinations } from "./stack/aperture-device.ts";
import { callOf, centralArguments } from "./stack/central-arguments.ts";
import { keepAsTheyAre } from "./stack/departed-repositories.ts";
import { findLiveUse, holdsClientId, keepWhatLiveFilesUse } from "./stack/live-uses.ts";
import { showCentralDiffs } from "./stack/show-diffs.ts";
import { listKeptRepositories, readStack } from "./stack/stack.ts";
import { summarise } from "./stack/summary.ts";

const stack = await readStack();
const { aperture, policy, tagOwners, repositories: listed } = stack.settings;

const { owner, takeOver, mode, test, shareTag } = policy;
const runnerTags = listed.map(({ tag }) => tag);
const claim = new StackClaim("stack-claim", { owner, takeOver, ...stack.traces });

const access = new TailnetAccess(
  "tailnet-access",
  {
    tags: Object.fromEntries(listed.map(({ tag, models }) => [tag, { models }])),
    destinations: await findApertureDestinations(aperture, runnerTags),
    tagOwners,
    owner,
    mode,
    test,
    shareTag,
  },
  { dependsOn: claim },
);

const centralWorkflows = new Map(
  stack.central.map((one) => [
    one.name,
    new CentralWorkflow(one.name, centralArguments(stack, one, claim.id), { dependsOn: access }),
  ]),
);

showCentralDiffs(stack.central, centralWorkflows);

const workflowGate = new WorkflowGate();

const deployed = stack.available.map((available) => {
  const { settings: repository, facts, file } = available;
  const { slug, formerly, tag, identity, workflow, delivery } = repository;
  const use = findLiveUse(repository, file, stack.central);
  const central = callOf(stack, available, centralWorkflows);
  const resources = createRepositoryResources(
    toResourceName(slug),
    {
      repository: facts,
      hostname: aperture.hostname,
      tag,
      identity,
      workflow,
      delivery,
      ...(central ? { central } : {}),
      overwrite: file.live !== undefined,
      holdsClientId: holdsClientId(repository, use),
      claim: claim.id,
      owner,
      workflowGate,
    },
    { dependsOn: access, formerly: formerly.map(toResourceName) },
  );
  return { repository, resources, file, use };
});

await keepWhatLiveFilesUse(deployed, stack);
await keepAsTheyAre(listKeptRepositories(stack));

export const { repositories, workflows, waiting, skipped, unremovable, pending, next } = summarise(
  stack,
  deployed,
  centralWorkflows,
);
