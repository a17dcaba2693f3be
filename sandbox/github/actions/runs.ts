/** Starting, filling and finding runs; what a runner does. */
import { timestamp } from "../answers.ts";
import type { Repository } from "../model.ts";
import type { GitHubState } from "../state.ts";
import type { Conclusion, WorkflowJob, WorkflowRun } from "./model.ts";

type NewRun = Pick<WorkflowRun, "path" | "name" | "event" | "headSha" | "headBranch" | "actor"> &
  Partial<Pick<WorkflowRun, "action" | "pulls">>;

/** A run that waits for its jobs. Runs are listed from now on. */
export function startRun(state: GitHubState, repository: Repository, asked: NewRun): WorkflowRun {
  const now = timestamp();
  const number = repository.runs.filter(({ path }) => path === asked.path).length + 1;
  const times = { createdAt: now, startedAt: now, updatedAt: now };
  const run: WorkflowRun = {
    ...asked,
    id: state.nextRunId(),
    number,
    attempt: 1,
    pulls: asked.pulls ?? [],
    status: "queued",
    conclusion: null,
    ...times,
    jobs: [],
  };
  repository.runs.push(run);
  return run;
}

export function addJob(state: GitHubState, run: WorkflowRun, name: string): WorkflowJob {
  const empty = { startedAt: null, completedAt: null, steps: [], log: "", summary: "", annotations: [] };
  const job: WorkflowJob = { id: state.nextRunId(), name, status: "queued", conclusion: null, ...empty };
  run.jobs.push(job);
  return job;
}

/** Runs it once more, whole: id and number stay, and what the jobs of the last attempt left is gone. */
export function startAttempt(run: WorkflowRun): void {
  const now = timestamp();
  const attempt = run.attempt + 1;
  Object.assign(run, { attempt, status: "queued", conclusion: null, startedAt: now, updatedAt: now, jobs: [] });
}

/** Ends a run or a job. */
export function complete(one: WorkflowRun | WorkflowJob, conclusion: Conclusion): void {
  const now = timestamp();
  Object.assign(one, { status: "completed", conclusion }, "jobs" in one ? { updatedAt: now } : { completedAt: now });
}

export const findRun = ({ runs }: Repository, id: number): WorkflowRun | undefined => runs.find((run) => run.id === id);

export function findJob({ runs }: Repository, id: number): { run: WorkflowRun; job: WorkflowJob } | undefined {
  for (const run of runs) {
    const job = run.jobs.find((one) => one.id === id);
    if (job) return { run, job };
  }
  return undefined;
}
