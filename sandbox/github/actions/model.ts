/** Runs of workflows: plain data. A runner fills it; REST and GraphQL show it. */
import type { Sha } from "../git.ts";

type Status = "queued" | "in_progress" | "completed";

export type Conclusion =
  | "success"
  | "failure"
  | "cancelled"
  | "skipped"
  | "timed_out"
  | "startup_failure"
  | "action_required";

export interface WorkflowRun {
  id: number;
  /** Counts the runs of one workflow. */
  number: number;
  attempt: number;
  /** `.github/workflows/claude.yml` */
  path: string;
  /** The workflow's `name`, or its path. */
  name: string;
  event: string;
  /** The event's activity: `opened`. */
  action?: string | undefined;
  /** The head of the pull request, else the commit that the event is about; not the merge commit. */
  headSha: Sha;
  headBranch: string;
  /** Numbers of the pull requests that it is for. */
  pulls: number[];
  /** Login of who caused the event. */
  actor: string;
  status: Status;
  conclusion: Conclusion | null;
  createdAt: string;
  startedAt: string;
  updatedAt: string;
  /** Why it has no jobs, as its page says it. The API does not. */
  startupFailure?: string;
  jobs: WorkflowJob[];
}

export interface WorkflowJob {
  /** Also the id of its check run. */
  id: number;
  name: string;
  status: Status;
  conclusion: Conclusion | null;
  startedAt: string | null;
  completedAt: string | null;
  steps: WorkflowStep[];
  /** As GitHub shows it: masked, one line after the other. */
  log: string;
  /** Markdown. */
  summary: string;
  annotations: Annotation[];
}

export interface WorkflowStep {
  number: number;
  name: string;
  status: Status;
  conclusion: Conclusion | null;
}

export interface Annotation {
  level: "failure" | "warning" | "notice";
  title?: string;
  message: string;
}
