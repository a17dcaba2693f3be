/** Runs of a workflow, as GitHub's REST API has them. https://docs.github.com/en/rest/actions/workflow-runs */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { GitHubConnection } from "./connection.ts";
import { type Seen, see } from "./seen.ts";

/** GitHub's words; a newer server may have others. */
export type RunStatus = "queued" | "in_progress" | "completed" | "waiting" | "requested" | "pending" | (string & {});
export type RunConclusion =
  | "success"
  | "failure"
  | "cancelled"
  | "skipped"
  | "timed_out"
  | "startup_failure"
  | "action_required"
  | "neutral"
  | "stale"
  | (string & {});

export interface WorkflowRun {
  id: number;
  /** As people see it: `#12`. */
  number: number;
  attempt: number;
  /** `.github/workflows/claude.yml`, without the ref that GitHub may put behind it. */
  path: string;
  event: string;
  status: RunStatus;
  /** Absent until it is completed. */
  conclusion?: RunConclusion;
  headSha: string;
  /** Absent where GitHub does not say. */
  headBranch?: string;
  /** The page for people. */
  url: string;
  createdAt: string;
  /** When its last attempt began. */
  startedAt: string;
  updatedAt: string;
  /** Of the pull request or issue that it is about, or of its commit. */
  title: string;
  /** Numbers of the pull requests of this repository whose head it is; none for a fork's. */
  pulls: number[];
}

export interface JobStep {
  number: number;
  name: string;
  status: RunStatus;
  conclusion?: RunConclusion;
}

export interface WorkflowJob {
  id: number;
  /** Whose annotations are the job's. */
  checkRunId: number;
  name: string;
  status: RunStatus;
  conclusion?: RunConclusion;
  url: string;
  steps: JobStep[];
}

/** What is shown at the top of a run: `failure` is a step's `::error::`. */
export interface Annotation {
  level: "failure" | "warning" | "notice" | (string & {});
  title?: string;
  message: string;
}

export interface RunFilter {
  /** The workflow file's path. Absent: runs of all workflows. */
  workflowPath?: string;
  event?: string;
  branch?: string;
  headSha?: string;
  /** How many of the newest, at most 100. Default 10. */
  count?: number;
}

const conclusion = z.string().nullish();
const runShape = z.looseObject({
  id: z.number(),
  run_number: z.number(),
  run_attempt: z.number().optional(),
  path: z.string(),
  event: z.string(),
  status: z.string().nullable(),
  conclusion,
  head_sha: z.string(),
  head_branch: z.string().nullable(),
  html_url: z.string(),
  created_at: z.string(),
  run_started_at: z.string().nullish(),
  updated_at: z.string(),
  display_title: z.string().nullish(),
  pull_requests: z.array(z.looseObject({ number: z.number() })).nullish(),
});
const runsShape = z.looseObject({ workflow_runs: z.array(runShape) });
const jobsShape = z.looseObject({
  total_count: z.number(),
  jobs: z.array(
    z.looseObject({
      id: z.number(),
      check_run_url: z.string().optional(),
      name: z.string(),
      status: z.string(),
      conclusion,
      html_url: z.string().nullable(),
      steps: z
        .array(z.looseObject({ number: z.number(), name: z.string(), status: z.string(), conclusion }))
        .optional(),
    }),
  ),
});
const annotationsShape = z.array(
  z.looseObject({
    annotation_level: z.string().nullable(),
    title: z.string().nullish(),
    message: z.string().nullable(),
  }),
);

/** The newest first. A workflow that GitHub does not know yet is refused with its 404. @throws RequestError */
export async function listRuns(
  github: GitHubConnection,
  repository: RepositorySlug,
  { workflowPath, event, branch, headSha, count = 10 }: RunFilter,
): Promise<Seen<WorkflowRun[]>> {
  const file = workflowPath?.split("/").at(-1);
  const place = file === undefined ? "runs" : `workflows/${encodeURIComponent(file)}/runs`;
  const query = new URLSearchParams({
    per_page: String(count),
    ...(event === undefined ? {} : { event }),
    ...(branch === undefined ? {} : { branch }),
    ...(headSha === undefined ? {} : { head_sha: headSha }),
  });
  const answer = await see(github, `GET /repos/${repository}/actions/${place}?${query}`, runsShape);
  return answer.kind === "refused" ? answer : { kind: "seen", value: answer.value.workflow_runs.map(toRun) };
}

/** @throws RequestError */
export async function readRun(
  github: GitHubConnection,
  repository: RepositorySlug,
  id: number,
): Promise<Seen<WorkflowRun>> {
  const answer = await see(github, `GET /repos/${repository}/actions/runs/${id}`, runShape);
  return answer.kind === "refused" ? answer : { kind: "seen", value: toRun(answer.value) };
}

/** Of the last attempt; the first hundred, since a workflow of ours has three at most. @throws RequestError */
export async function listJobs(
  github: GitHubConnection,
  repository: RepositorySlug,
  run: number,
): Promise<Seen<WorkflowJob[]>> {
  const answer = await see(github, `GET /repos/${repository}/actions/runs/${run}/jobs?per_page=100`, jobsShape);
  if (answer.kind === "refused") return answer;
  const value = answer.value.jobs.map(({ id, check_run_url, name, status, conclusion, html_url, steps }) => ({
    id,
    // The two are one number so far, but documented as two.
    checkRunId: Number(/\/check-runs\/(\d+)$/.exec(check_run_url ?? "")?.[1] ?? id),
    ...{ name, status },
    ...(conclusion ? { conclusion } : {}),
    url: html_url ?? "",
    steps: (steps ?? []).map(({ number, name, status, conclusion }) => ({
      ...{ number, name, status },
      ...(conclusion ? { conclusion } : {}),
    })),
  }));
  return { kind: "seen", value };
}

/** At most fifty, which is as many as GitHub shows of a run's step and more than a run of ours has. @throws RequestError */
export async function listAnnotations(
  github: GitHubConnection,
  repository: RepositorySlug,
  checkRun: number,
): Promise<Seen<Annotation[]>> {
  const request = `GET /repos/${repository}/check-runs/${checkRun}/annotations?per_page=50`;
  const answer = await see(github, request, annotationsShape);
  if (answer.kind === "refused") return answer;
  const value = answer.value.map(({ annotation_level, title, message }) => ({
    level: annotation_level ?? "notice",
    ...(title ? { title } : {}),
    message: message ?? "",
  }));
  return { kind: "seen", value };
}

function toRun(run: z.infer<typeof runShape>): WorkflowRun {
  return {
    id: run.id,
    number: run.run_number,
    attempt: run.run_attempt ?? 1,
    // Of a reusable workflow's caller GitHub has been seen to add `@refs/heads/main`.
    path: run.path.split("@")[0] ?? run.path,
    event: run.event,
    status: run.status ?? "queued",
    ...(run.conclusion ? { conclusion: run.conclusion } : {}),
    headSha: run.head_sha,
    ...(run.head_branch === null ? {} : { headBranch: run.head_branch }),
    url: run.html_url,
    createdAt: run.created_at,
    startedAt: run.run_started_at ?? run.created_at,
    updatedAt: run.updated_at,
    title: run.display_title ?? "",
    pulls: (run.pull_requests ?? []).map(({ number }) => number),
  };
}
