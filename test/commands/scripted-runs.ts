/** Runs of a workflow as GitHub would list them, without a runner. */
import {
  addJob,
  complete,
  type GitHubState,
  openPullAs,
  startRun,
  type WorkflowJob,
  type WorkflowRun,
} from "../../sandbox/github/index.ts";

type Slug = `${string}/${string}`;

/** Of each job of the run. */
export type ScriptedJob = Pick<WorkflowJob, "name"> &
  Partial<Pick<WorkflowJob, "steps" | "annotations">> & {
    conclusion: NonNullable<WorkflowJob["conclusion"]>;
    /** Lines, to which times are added as GitHub does. */
    log?: string[];
  };

/** A run for the last pull request, which is opened where there is none; it has begun. */
export function beginRun(state: GitHubState, slug: Slug, values: Partial<WorkflowRun> = {}): WorkflowRun {
  const repository = state.repository(slug);
  const change = { author: "alice", head: "change", title: "A change", files: { "change.md": "A change.\n" } };
  const { number, head, headSha } = repository.pulls.at(-1) ?? openPullAs(repository, change);
  const run = startRun(state, repository, {
    ...{ path: ".github/workflows/claude.yml", name: "Claude Code", event: "pull_request", action: "opened" },
    ...{ headSha, headBranch: head, pulls: [number], actor: "alice" },
    ...values,
  });
  return Object.assign(run, values);
}

/** One that has ended, by these jobs. */
export function addRun(
  state: GitHubState,
  slug: Slug,
  conclusion: NonNullable<WorkflowRun["conclusion"]>,
  jobs: ScriptedJob[] = [],
  values: Partial<WorkflowRun> = {},
): WorkflowRun {
  const run = beginRun(state, slug, values);
  for (const job of jobs) endJob(addJob(state, run, job.name), job);
  complete(run, conclusion);
  return run;
}

export function endJob(job: WorkflowJob, { conclusion, log = [], steps = [], annotations = [] }: ScriptedJob): void {
  const lines = log.map((line) => `2026-11-26T10:00:00.0000000Z ${line}\n`);
  Object.assign(job, { steps, annotations, log: lines.join("") });
  complete(job, conclusion);
}

/** What a job says that has asked Claude. */
export const greenReview: ScriptedJob = {
  name: "Claude review",
  conclusion: "success",
  log: ["tag:ci asked http://ai for claude-opus-5."],
};
