/** In runs of the workflow: what its last step, the actions and GitHub say. */
import {
  addJob,
  type Conclusion,
  complete,
  openPullAs,
  pushCommit,
  startRun,
  type WorkflowJob,
  type WorkflowRun,
} from "../../../../sandbox/github/index.ts";
import type { Break, Site } from "./break.ts";

const path = ".github/workflows/claude.yml";

interface Ending {
  conclusion?: Conclusion;
  /** The step that failed. */
  step?: string;
  /** By which Aperture's log knows the runner of a green run; null: it has nothing of it. Default: the tag. */
  login?: string | null;
  /** At the top of the run's page. */
  error?: string;
  log?: string[];
}

/** A run of a pull request, from its start. */
function start({ world, repository }: Site): WorkflowRun {
  const [pull = openPullAs(repository, { author: "somebody" })] = repository.pulls.filter(
    ({ state }) => state === "open",
  );
  const { headSha, head: headBranch, number } = pull;
  return startRun(world.github.state, repository, {
    ...{ path, name: "Claude Code", event: "pull_request", action: "opened" },
    ...{ headSha, headBranch, actor: "somebody", pulls: [number] },
  });
}

/** Runs the workflow to its end. */
export function endRun(
  site: Site,
  { login = site.tag, conclusion = "failure", step = "Check that Claude ran", error, log = [] }: Ending,
): void {
  const run = start(site);
  if (conclusion !== "startup_failure") {
    const job = addJob(site.world.github.state, run, "Claude review");
    const steps = ["Connect to tailnet", "Ask Aperture", "Run Claude Code", "Check that Claude ran"];
    job.steps = steps.map((name, index): WorkflowJob["steps"][number] => ({
      ...{ number: index + 1, name, status: "completed" },
      conclusion: conclusion !== "success" && name === step ? "failure" : "success",
    }));
    job.log = [...log, ...(error === undefined ? [] : [`##[error]${error}`])].join("\n");
    job.annotations = error === undefined ? [] : [{ level: "failure", message: error }];
    complete(job, conclusion);
  }
  complete(run, conclusion);
  if (conclusion !== "success" || login === null) return;
  site.world.aperture.log.push({
    ...{ time: run.createdAt, login, tags: login.split(","), node: "github-runner", repository: site.slug },
    ...{ run: String(run.id), provider: "anthropic", model: "claude-opus-5", status: 200 },
  });
}

const runAgain = (site: Site) => endRun(site, { conclusion: "success" });

/** A red run, and another one after what is printed was done. */
const red = (title: string, howTo: number[], ending: Ending, says: string, advice: string): Break => ({
  title,
  howTo,
  check: "last-run",
  says,
  break: (site) => endRun(site, ending),
  mend: { advice, by: runAgain },
});

export const runBreaks: readonly Break[] = [
  red(
    "the runner does not join, since the identity is refused",
    [1],
    {
      step: "Connect to tailnet",
      error: "Tailscale refuses the identity: it was deleted, or it does not fit the claims in this log.",
    },
    "is red: Tailscale refuses the identity",
    "pulumi up --refresh --stack test",
  ),
  red(
    "the runner does not join, since the coordination server cannot be reached",
    [1],
    { step: "Connect to tailnet", error: "The runner does not reach api.tailscale.com." },
    "is red: The runner does not reach api.tailscale.com.",
    "controlplane.tailscale.com",
  ),
  red(
    "the action has no secrets",
    [],
    {
      step: "Connect to tailnet",
      log: [
        "##[error]Please provide either an auth key, OAuth secret and tags, or federated identity client ID and audience with tags.",
      ],
    },
    "Please provide either an auth key",
    "pulumi up --refresh --stack test",
  ),
  red(
    "the ping times out",
    [4],
    { step: "Connect to tailnet", error: "The runner joined, but no grant shows it Aperture, or Aperture is off." },
    "is red: The runner joined, but no grant shows it Aperture",
    "dst and ip of the grant",
  ),
  red(
    "port 80 cannot be reached, though the ping passes",
    [4],
    {
      step: "Ask Aperture",
      error: "Port 80 of Aperture cannot be reached: the grant lacks tcp:80, or Aperture is down.",
    },
    "is red: Port 80 of Aperture cannot be reached",
    "ip and dst of the grant",
  ),
  red(
    "Aperture answers 403",
    [2],
    {
      error: "The grant lacks the role user, or a pattern for the model.",
      log: ["Reason: API Error: 403 access denied: no role granted"],
    },
    "is red: The grant lacks the role user, or a pattern for the model. API Error: 403 access denied: no role granted",
    "role",
  ),
  red(
    "Aperture answers 404",
    [],
    { error: "No pattern of the grant, or no provider, has the model.", log: ["Reason: API Error: 404 not found"] },
    "is red: No pattern of the grant, or no provider, has the model.",
    "provider",
  ),
  red(
    "Claude Code reports an API key error",
    [3],
    {
      step: "Run Claude Code",
      error: "Claude ended without a result: its log says why, or its time was up.",
      log: [
        "##[error]Environment variable validation failed:",
        "  - Either ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, or workload identity federation (ANTHROPIC_FEDERATION_RULE_ID and ANTHROPIC_ORGANIZATION_ID) is required when using direct Anthropic API.",
      ],
    },
    "Either ANTHROPIC_API_KEY",
    "Restore the file",
  ),
  red(
    "an outsider has started it",
    [],
    {
      step: "Run Claude Code",
      error: "Claude ended without a result: its log says why, or its time was up.",
      log: ["##[error]Actor does not have write permissions to the repository"],
    },
    "Actor does not have write permissions",
    "Somebody else starts it",
  ),
  red(
    "a quota is used up",
    [],
    { error: "A quota in Aperture or the limit of the provider is used up.", log: ["Reason: API Error: 429"] },
    "is red: A quota in Aperture",
    "quota",
  ),
  red(
    "GitHub cannot start it",
    [],
    { conclusion: "startup_failure" },
    "is red: GitHub could not start it",
    "allow the four",
  ),
  {
    title: "a workflow without a prompt is green and asks nothing",
    check: "last-run-asked",
    says: "is green, and idle",
    along: ["inside-log", "workflow-as-delivered"],
    break(site) {
      const { repository } = site;
      const tip = repository.git.tip("main");
      const text = (tip && repository.git.read(tip, path)?.toString()) ?? "";
      pushCommit(repository, "main", { [path]: text.replace(/ *github_token: .*\n/, "") });
      endRun(site, { conclusion: "success", login: null, log: ["No trigger found, skipping remaining steps"] });
    },
    mend: { advice: /^pulumi up --stack test$/, by: runAgain },
  },
  {
    title: "no runner takes the job",
    check: "run-is-taken",
    says: "has waited for 60 minutes: no runner with the labels ubuntu-latest takes it.",
    break(site) {
      const hourAgo = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, "");
      Object.assign(start(site), { createdAt: hourAgo, startedAt: hourAgo });
    },
    mend: {
      advice: "Start such a runner, or correct workflow.runsOn.",
      by(site) {
        for (const run of site.repository.runs) complete(run, "cancelled");
        runAgain(site);
      },
    },
  },
];
