/** Acts with one central workflow, which the repositories call, and one identity for all of them. */
import { parse } from "yaml";
import { type Job, openPullAs, setCollaborator } from "../github/index.ts";
import type { World } from "../world.ts";
import { type Act, quiet, replaceSettings, update, workflowPath } from "./act.ts";
import {
  countCommits,
  exchange,
  fileText,
  joinsAs,
  listCredentials,
  listFiles,
  type RunnerIdentity,
  secretNames,
} from "./evidence.ts";
import { ownWorkflow, ownWorkflowPath } from "./own-workflow.ts";
import { entriesOf, failedStep, running, runsAfter, showEntries, showRun } from "./runs.ts";
import { explain, show } from "./screen.ts";

const central = "acme/.github";
const callers = ["acme/app", "acme/api", "acme/web"];
const centralPath = ".github/workflows/claude-claude-aperture-rehearsal.scope-organization.yml";

const newPrompt = "Look for missing tests.";

const settings = {
  "github:owner": "acme",
  "claude-aperture:repositories": ["app", "api", "web"],
  "claude-aperture:aperture": { hostname: "ai", device: "tag:aperture" },
  "claude-aperture:delivery": { kind: "central" },
  "claude-aperture:identity": { kind: "federated", scope: "organization" },
};

const up: Act = {
  title: "Central: pulumi up",
  explanation: `The jobs are in ${central}, once; ${callers.length} repositories call them. One identity serves all, and no repository has a secret.`,
  async perform({ project, world }) {
    replaceSettings(project, settings);
    const { exitCode } = await project.pulumi(...update);
    const caller = fileText(world, "acme/app", workflowPath) ?? "";
    explain(`acme/app: ${workflowPath}`);
    show(caller);
    for (const { description, subject, customClaimRules, tags } of listFederated(world)) {
      explain(`${description}: trusts ${subject}, ${tags.join(", ")}, where`);
      for (const [claim, value] of Object.entries(customClaimRules)) explain(`  ${claim} is ${value}`);
    }
    const lines = caller.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")).length;
    const joined = await Promise.all(
      callers.map((repository) => joinsAs(world, calls(repository), "tag:ci", identityIn(world))),
    );
    return [
      ["the update succeeds", exitCode === 0],
      [
        `every repository has the same caller, of ${lines} lines`,
        lines > 0 && lines <= 15 && callers.every((one) => fileText(world, one, workflowPath) === caller),
      ],
      ["no repository has a secret", [central, ...callers].every((one) => secretNames(world, one).length === 0)],
      ["there is one identity", listCredentials(world).length === 1],
      ["a pull request of each repository joins the tailnet as tag:ci", joined.every((one) => one)],
    ];
  },
};

const prompt: Act = {
  title: "Central: another prompt for all",
  explanation: "The preview names what changes, and where; one commit brings it to every repository.",
  async perform({ project, world }) {
    project.configure((config) => {
      config["claude-aperture:workflow"] = { prompt: newPrompt };
    });
    const all = [central, ...callers];
    const counts = all.map((repository) => countCommits(world, repository));
    const { output } = await project.pulumi("preview", ...quiet);
    const { exitCode } = await project.pulumi(...update);
    const made = all.map((repository, index) => countCommits(world, repository) - (counts[index] ?? 0));
    return [
      [
        "the preview shows the new line, and that one of all files changes",
        output.includes(`+          ${newPrompt}`) && /~ 1 to update/.test(output),
      ],
      ["the update succeeds", exitCode === 0],
      [`one commit was made, in ${central}`, made.join() === "1,0,0,0"],
      ["the central file has the prompt", fileText(world, central, centralPath)?.includes(newPrompt) ?? false],
    ];
  },
};

const attack: Act = {
  title: "Central: a pull request that edits its own workflow",
  explanation:
    "Its author writes jobs of their own, which ask for tokens. GitHub says in each token in which file the job stands.",
  async perform({ world }) {
    const identity = identityIn(world);
    const edited = `acme/app/${workflowPath}@refs/pull/1/merge`;
    const { status, message } = await exchange(world, { ...calls("acme/app"), calledFile: edited }, identity);
    explain(`To a job of ${edited} Tailscale answers ${status}: ${message}`);
    const refuses = async (calledFile: string) =>
      (await exchange(world, { ...calls("acme/app"), calledFile }, identity)).status === 403;
    return [
      ["jobs of the edited workflow get no access token", status === 403],
      [
        "nor do those of a workflow that it adds",
        await refuses("acme/app/.github/workflows/mine.yml@refs/pull/1/merge"),
      ],
      [
        `nor those of the central file on another branch of ${central}`,
        await refuses(`${central}/${centralPath}@refs/heads/mine`),
      ],
      ["jobs of the central file still do", await joinsAs(world, calls("acme/app"), "tag:ci", identity)],
    ];
  },
};

const runs: Act = {
  title: "Central: the workflow runs",
  explanation:
    "Three pull requests of acme/app: one as they all are; one that puts jobs of its own in the place of the caller; one that adds them.",
  needsRunner: true,
  async perform({ world }) {
    const repository = world.github.state.repository("acme/app");
    setCollaborator(repository, "ada", "write");
    const { clientId, audience } = identityIn(world);
    const own = ownWorkflow(clientId, audience);
    const open = (head: string, files: Record<string, string>) =>
      openPullAs(repository, { author: "ada", head, files });
    const started = await runsAfter(world, repository, () => {
      open("plain", { "src/plain.ts": "export const plain = true;\n" });
      open("replaces", { [workflowPath]: own });
      open("adds", { [ownWorkflowPath]: own });
    });
    const of = (head: string) => started.filter(({ headBranch }) => headBranch === head);
    for (const run of started) showRun(run);
    const [plain, ...more] = of("plain");
    const refused = [...of("replaces"), ...of("adds").filter(({ path }) => path === ownWorkflowPath)];
    showEntries(entriesOf(world, plain));
    return [
      ["the first is reviewed", more.length === 0 && plain?.conclusion === "success"],
      [
        "Aperture saw tag:ci alone",
        entriesOf(world, plain).some(({ status }) => status === 200) &&
          entriesOf(world, plain).every(({ tags }) => tags.join() === "tag:ci"),
      ],
      [
        "jobs of an author's own do not join the tailnet",
        refused.length === 2 &&
          refused.every((run) => run.conclusion === "failure" && failedStep(run) === "Connect to tailnet"),
      ],
      ["nothing went past Aperture", running(world).runner.bypasses.length === 0],
    ];
  },
};

const destroy: Act = {
  title: "Central: pulumi destroy",
  explanation: "First the callers go, then the central file and its identity.",
  async perform({ project, world, policyBefore }) {
    const { exitCode } = await project.pulumi("destroy", "--yes", "--skip-preview", ...quiet);
    return [
      ["the destroy succeeds", exitCode === 0],
      [
        "no file is left, neither of callers nor in the central repository",
        [central, ...callers].every((one) => listFiles(world, one).join() === "README.md"),
      ],
      ["no credential is left", listCredentials(world).length === 0],
      ["the policy file is the one before, byte for byte", world.tailscale.state.policy === policyBefore],
    ];
  },
};

/** A job of the central file, in a pull request of the repository. */
function calls(repository: string): Job {
  return { repository, event: "pull_request", workflowPath, calledFile: `${central}/${centralPath}@refs/heads/main` };
}

/** What the central file sends to Tailscale to name its identity: it stands there in clear. */
function identityIn(world: World): RunnerIdentity {
  const { jobs } = parse(fileText(world, central, centralPath) ?? "jobs: {}");
  const steps = jobs?.review?.steps ?? [];
  const inputs = steps.find((step: { with?: object }) => step.with && "oauth-client-id" in step.with)?.with ?? {};
  return { clientId: inputs["oauth-client-id"] ?? "", audience: inputs.audience ?? "" };
}

function listFederated(world: World) {
  return listCredentials(world).flatMap((key) => (key.keyType === "federated" ? [key] : []));
}

export const actsOfCentral: Act[] = [up, prompt, attack, runs, destroy];
