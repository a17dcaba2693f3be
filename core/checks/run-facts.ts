/** What was read of the runs of a workflow, in the terms of the checks. */
import type { Fact } from "./facts.ts";

/** A run of the workflow. */
export interface WorkflowRun {
  id: number;
  number: number;
  url: string;
  event: string;
  /** GitHub's words: `queued`, `in_progress`, `waiting`, `completed` and so on. */
  status: string;
  /** Absent until it is completed. */
  conclusion?: string;
  headSha: string;
  /** When its last attempt began, in milliseconds since 1970: a run that is run again keeps its number and when it was made. */
  startedAt: number;
  /** What it did; absent where nobody asked. */
  jobs?: Fact<readonly WorkflowJob[]>;
}

/** What became of a run that was waited for. */
export type Followed =
  | { kind: "ended"; run: WorkflowRun; seconds: number }
  | { kind: "no run"; minutes: number }
  | { kind: "not ended"; run: WorkflowRun; minutes: number };

export interface WorkflowJob {
  /** Absent where GitHub does not say. */
  id?: number;
  name: string;
  conclusion?: string;
  steps: readonly { name: string; conclusion?: string }[];
  /** What the run shows at its top; absent where nobody asked. */
  annotations?: Fact<readonly { level: string; message: string }[]>;
  /** Of its end, line by line; absent where nobody asked. */
  log?: Fact<readonly string[]>;
}
