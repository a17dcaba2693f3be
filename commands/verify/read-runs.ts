/** Reads the last runs of a workflow: one request at most, and of a red or doubtful run what says why. */
import { type Fact, isUnread } from "../../core/checks/facts.ts";
import { isRed, isTelling } from "../../core/checks/rows/runs.ts";
import type { WorkflowJob, WorkflowRun } from "../../core/checks/run-facts.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { GitHubConnection } from "../../services/github/connection.ts";
import { readJobLog } from "../../services/github/job-logs.ts";
import * as api from "../../services/github/runs.ts";
import type { Seen } from "../../services/github/seen.ts";
import { readFact } from "./connections.ts";

/** So many of the newest: drafts, forks and newer commits make runs that say nothing. */
const newest = 10;

export interface RunsQuestion {
  slug: RepositorySlug;
  /** The workflow file's path. */
  path: string;
  /** The file is the one that the stack delivers: its own last step is red where Claude was not asked. */
  isAsDelivered: boolean;
}

/** @param known the newest that a query for many repositories has shown, where those are all that count. */
export async function readRuns(
  github: GitHubConnection,
  question: RunsQuestion,
  known: Fact<readonly WorkflowRun[]>,
): Promise<Fact<readonly WorkflowRun[]>> {
  const isEnough = !isUnread(known) && (known.length === 0 || known.some(isTelling));
  const runs = isEnough ? known : await listRuns(github, question);
  const telling = isUnread(runs) ? undefined : runs.find(isTelling);
  if (isUnread(runs) || !telling) return runs;
  if (!isRed(telling) && question.isAsDelivered) return runs;
  const shown = telling.jobs;
  const jobs = await (shown === undefined || isUnread(shown)
    ? readJobs(github, question.slug, telling)
    : readLogOf(github, question.slug, telling, shown));
  return runs.map((run) => (run === telling ? { ...run, jobs } : run));
}

async function listRuns(github: GitHubConnection, { slug, path }: RunsQuestion): Promise<Fact<readonly WorkflowRun[]>> {
  const found = await readFact(() => api.listRuns(github, slug, { workflowPath: path, count: newest }));
  if (isUnread(found)) return found;
  // A workflow of which GitHub knows nothing has no runs.
  if (found.kind === "refused") return found.status === 404 ? [] : { unread: found.said };
  return found.value.map(toRun);
}

/** The jobs as the query for many has shown them, with the log of the one that tells. */
async function readLogOf(
  github: GitHubConnection,
  slug: RepositorySlug,
  run: WorkflowRun,
  jobs: readonly WorkflowJob[],
): Promise<readonly WorkflowJob[]> {
  const telling = findTelling(run, jobs);
  if (telling?.id === undefined) return jobs;
  const log = await readLog(github, slug, telling.id);
  return jobs.map((job) => (job === telling ? { ...job, log } : job));
}

/** A red one, or the last that was not skipped. */
function findTelling<Job extends Pick<WorkflowJob, "conclusion">>(
  run: Pick<WorkflowRun, "conclusion">,
  jobs: readonly Job[],
): Job | undefined {
  return jobs.findLast((job) => (isRed(run) ? isRed(job) : job.conclusion === "success"));
}

async function readLog(github: GitHubConnection, slug: RepositorySlug, id: number): Promise<Fact<readonly string[]>> {
  const log = await readFact(async () => toFact(await readJobLog(github, slug, id)));
  return isUnread(log) ? log : log.lines;
}

/** The jobs of a run, with the annotations and the log of the one that tells: a red one, or the last that was not skipped. */
export async function readJobs(
  github: GitHubConnection,
  slug: RepositorySlug,
  run: Pick<WorkflowRun, "id" | "conclusion">,
): Promise<Fact<readonly WorkflowJob[]>> {
  return readFact(async () => {
    const seen = await api.listJobs(github, slug, run.id);
    if (seen.kind === "refused") return { unread: seen.said };
    const telling = findTelling(run, seen.value);
    return Promise.all(seen.value.map((job) => readJob(github, slug, job, job === telling)));
  });
}

async function readJob(
  github: GitHubConnection,
  slug: RepositorySlug,
  { id, checkRunId, name, conclusion, steps }: api.WorkflowJob,
  isTelling: boolean,
): Promise<WorkflowJob> {
  const job = { name, ...(conclusion === undefined ? {} : { conclusion }), steps };
  if (!isTelling) return job;
  const [annotations, log] = await Promise.all([
    readFact(async () => toFact(await api.listAnnotations(github, slug, checkRunId))),
    readLog(github, slug, id),
  ]);
  return { ...job, annotations, log };
}

function toFact<T>(answer: Seen<T>): Fact<T> {
  return answer.kind === "seen" ? answer.value : { unread: answer.said };
}

export const toRun = ({
  id,
  number,
  url,
  event,
  status,
  conclusion,
  headSha,
  startedAt,
}: api.WorkflowRun): WorkflowRun => ({
  ...{ id, number, url, event, status, headSha, startedAt: Date.parse(startedAt) },
  ...(conclusion === undefined ? {} : { conclusion }),
});
