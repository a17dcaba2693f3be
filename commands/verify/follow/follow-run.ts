/** Waits for a run of a workflow to begin, and then for its end. */
import type { Followed, WorkflowRun } from "../../../core/checks/run-facts.ts";
import type { RepositorySlug } from "../../../core/settings/settings.ts";
import type { GitHubConnection } from "../../../services/github/connection.ts";
import { listJobs, listRuns, type RunFilter, readRun, type WorkflowJob } from "../../../services/github/runs.ts";
import { readJobs, toRun } from "../read-runs.ts";

/** It cannot be followed, or cannot be opened: why, for people. */
export class FollowError extends Error {}

type SeenRun = WorkflowRun & { title: string };

/** Which run is waited for. */
export interface RunQuestion {
  slug: RepositorySlug;
  filter: RunFilter;
  /** Of what the filter finds, newest first; undefined: it has not begun. */
  choose(runs: readonly SeenRun[]): SeenRun | undefined;
}

export interface Waiting {
  /** At most, in minutes. */
  toBegin: number;
  toEnd: number;
  /** Between two looks. Throws when it is interrupted. */
  pause(): Promise<void>;
  now(): number;
  /** What happens, as often as it changes. */
  tell(line: string): void;
}

const minute = 60_000;

/** @throws FollowError where GitHub does not show it. RequestError, and what the pause throws. */
export async function followRun(github: GitHubConnection, question: RunQuestion, waiting: Waiting): Promise<Followed> {
  const { pause, now, toBegin, toEnd } = waiting;
  const tell = onlyChanges(waiting.tell);
  tell(`waiting for a run in ${question.slug}`);
  const begun = await findRun(github, question, () => now(), now() + toBegin * minute, pause);
  if (!begun) return { kind: "no run", minutes: toBegin };
  const started = now();
  let run: WorkflowRun = begun;
  for (;;) {
    const seen = await readRun(github, question.slug, run.id);
    if (seen.kind === "refused") throw new FollowError(`GitHub does not show run #${run.number}: ${seen.said}`);
    run = toRun(seen.value);
    if (run.status === "completed") break;
    const jobs = await listJobs(github, question.slug, run.id);
    tell(describeProgress(run, jobs.kind === "seen" ? jobs.value : []));
    if (now() - started > toEnd * minute) return { kind: "not ended", run, minutes: toEnd };
    await pause();
  }
  tell(`run #${run.number}: ${run.conclusion}`);
  const seconds = Math.round((now() - started) / 1000);
  return { kind: "ended", run: { ...run, jobs: await readJobs(github, question.slug, run) }, seconds };
}

async function findRun(
  github: GitHubConnection,
  { slug, filter, choose }: RunQuestion,
  now: () => number,
  until: number,
  pause: () => Promise<void>,
): Promise<SeenRun | undefined> {
  for (;;) {
    const found = await listRuns(github, slug, filter);
    // A workflow that came a moment ago is not known yet.
    if (found.kind === "refused" && found.status !== 404)
      throw new FollowError(`GitHub does not show the runs of ${slug}: ${found.said}`);
    const run =
      found.kind === "seen" ? choose(found.value.map((one) => ({ ...toRun(one), title: one.title }))) : undefined;
    if (run || now() >= until) return run;
    await pause();
  }
}

/** `run #12: Claude review, Ask Aperture` */
function describeProgress(run: WorkflowRun, jobs: readonly WorkflowJob[]): string {
  const job = jobs.find(({ status }) => status === "in_progress") ?? jobs.find(({ status }) => status !== "completed");
  const step = job?.steps.find(({ status }) => status === "in_progress");
  const where = [job?.name, step?.name].filter((one) => one !== undefined).join(", ");
  return `run #${run.number}: ${where === "" ? run.status.replaceAll("_", " ") : where}`;
}

function onlyChanges(tell: (line: string) => void): (line: string) => void {
  let last = "";
  return (line) => {
    if (line !== last) tell(line);
    last = line;
  };
}
