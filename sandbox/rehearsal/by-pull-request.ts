/** Acts in a repository whose default branch takes no commits: workflow files come and go by pull request. */
import { mergePull, pullOf, type WorkflowRun } from "../github/index.ts";
import type { World } from "../world.ts";
import { type Act, type Check, quiet, replaceSettings, update, workflowPath } from "./act.ts";
import {
  changedFiles,
  countWrites,
  fileText,
  isDisabled,
  joins,
  listCredentials,
  names,
  secretNames,
} from "./evidence.ts";
import { showRun } from "./runs.ts";
import { explain, show, showDiff } from "./screen.ts";

const shop = "acme/shop";

const settings = {
  "github:owner": "acme",
  "claude-aperture:repositories": ["shop"],
  "claude-aperture:aperture": { hostname: "ai", device: "tag:aperture" },
  "claude-aperture:delivery": { kind: "pull-request", labels: ["ci"] },
};

const preview: Act = {
  title: "Pull request: preview",
  explanation: `The default branch of ${shop} takes no commits. So the settings say delivery: { kind: pull-request }.`,
  async perform({ project, world }) {
    replaceSettings(project, settings);
    const count = countWrites(world);
    const { exitCode, output } = await project.pulumi("preview", ...quiet);
    return [
      ["the preview succeeds", exitCode === 0],
      ["it says which pull request will be opened", names(output, [`opens a pull request to main of ${shop}`])],
      ["nothing was written", countWrites(world) === count],
    ];
  },
};

const up: Act = {
  title: "Pull request: pulumi up",
  explanation: "Policy, credential and secrets are made at once; the workflow file is proposed.",
  async perform({ project, world }) {
    const { exitCode, output } = await project.pulumi(...update);
    await world.runner?.idle();
    const { pulls, runs } = world.github.state.repository(shop);
    showPull(world, 1);
    runs.forEach(showRun);
    return [
      ["the update succeeds", exitCode === 0],
      ["one pull request is open, and adds the workflow file alone", pulls.length === 1 && proposes(world, 1, "added")],
      ...claimsOfRuns(runs),
      ["the default branch is as it was", fileText(world, shop, workflowPath) === undefined],
      [
        "identity and secrets are there, so that merging is all that is left",
        listCredentials(world).length === 1 && secretNames(world, shop).join() === "TS_AUDIENCE,TS_OAUTH_CLIENT_ID",
      ],
      [`the outputs say what waits: waiting for ${shop}#1`, names(output, [`waiting for ${shop}#1`])],
    ];
  },
};

const merge: Act = {
  title: "Pull request: somebody merges it",
  explanation:
    "A person reviews and merges. Nothing else is to do; the next `pulumi up` takes it off the list of what waits.",
  async perform({ project, world }) {
    mergePull(world.github.state.repository(shop), 1, { method: "squash", deleteBranch: true });
    const { exitCode } = await project.pulumi("preview", "--expect-no-changes", ...quiet);
    return [
      ["the workflow file is on the default branch", fileText(world, shop, workflowPath) !== undefined],
      ["a preview has no changes", exitCode === 0],
      [`a pull request of ${shop} joins the tailnet as tag:ci`, await joins(world, shop, "tag:ci", shop)],
    ];
  },
};

const destroy: Act = {
  title: "Pull request: pulumi destroy",
  explanation: "What came by pull request goes by pull request. Until somebody merges it, the workflow is disabled.",
  async perform({ project, world, policyBefore }) {
    const { exitCode } = await project.pulumi("destroy", "--yes", "--skip-preview", ...quiet);
    showPull(world, 2);
    return [
      ["the destroy succeeds", exitCode === 0],
      ["the workflow is disabled", isDisabled(world, shop, workflowPath)],
      ["a second pull request is open, and removes the workflow file alone", proposes(world, 2, "removed")],
      [
        "no secret, no credential and no policy entry is left",
        secretNames(world, shop).length === 0 &&
          listCredentials(world).length === 0 &&
          world.tailscale.state.policy === policyBefore,
      ],
    ];
  },
};

/** Of those that the new pull request starts, where workflows run at all. */
const claimsOfRuns = (runs: WorkflowRun[]): Check[] =>
  runs.length === 0
    ? []
    : [["it is its own trial: the workflow has reviewed it", runs.every(({ conclusion }) => conclusion === "success")]];

/** Whether the pull request is open, and this is all that it would change. */
function proposes(world: World, number: number, status: "added" | "removed"): boolean {
  const { state } = pullOf(world.github.state.repository(shop), number);
  const files = changedFiles(world, shop, number);
  return state === "open" && files.length === 1 && files[0]?.path === workflowPath && files[0].status === status;
}

/** As its page would show it, with the beginning of each diff. */
function showPull(world: World, number: number): void {
  const { title, labels, head, base, body } = pullOf(world.github.state.repository(shop), number);
  const labelled = labels.length > 0 ? `, labelled ${labels.join(", ")}` : "";
  explain(`The pull request ${shop}#${number}, from ${head} to ${base}${labelled}:`);
  show(`${title}\n\n${body?.trimEnd() ?? ""}\n`);
  for (const { path, before, after } of changedFiles(world, shop, number)) showDiff(path, before, after, { most: 12 });
}

export const actsByPullRequest: Act[] = [preview, up, merge, destroy];
