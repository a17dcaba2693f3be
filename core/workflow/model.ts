/** Typed model of a GitHub Actions workflow file, in camelCase; render.ts alone knows the YAML spelling. */

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax */
export interface Workflow {
  /** The stack that owns the file, written into the header: `<project>/<stack>`. */
  readonly owner: string;
  readonly name: string;
  readonly on: Triggers | WorkflowCall;
  /** What a job gets that names no permissions: nothing. */
  readonly permissions: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** A workflow without jobs of its own: they are in a reusable one. */
export interface CallerWorkflow extends Omit<Workflow, "on" | "jobs"> {
  readonly on: Triggers;
  readonly jobs: Readonly<Record<string, CallingJob>>;
}

/** Called by other workflows, and started by no event. */
export interface WorkflowCall {
  /** Names of the secrets that a caller passes. */
  readonly secrets: readonly string[];
}

/** Event -> activity types, https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows */
export type Triggers = Readonly<Partial<Record<EventName, readonly string[]>>>;

export type EventName =
  | "pull_request"
  | "issue_comment"
  | "pull_request_review_comment"
  | "pull_request_review"
  | "issues"
  | "merge_group";

/** Rights of `GITHUB_TOKEN`. A scope that is not named is `none` as soon as one is named. */
export interface Permissions {
  readonly actions?: "read";
  readonly contents?: "read" | "write";
  readonly idToken?: "write";
  readonly issues?: "write";
  readonly pullRequests?: "write";
}

export interface Job {
  readonly name: string;
  /** The job whose outputs this one reads. */
  readonly needs?: string;
  /** Expression without `${{ }}`; one condition a line. */
  readonly if: string;
  readonly runsOn: string | readonly string[];
  /** Required: a job without permissions of its own would get those that the repository's settings happen to give. */
  readonly permissions: Permissions;
  readonly environment?: string;
  readonly concurrency?: Concurrency;
  readonly timeoutMinutes: number;
  /** For jobs that need this one. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** A job that is another file's jobs. Without an `if`: a calling job that is skipped never reports the checks of those. */
export interface CallingJob {
  /** At least what any of the called jobs asks for; less, and the run fails before it starts. */
  readonly permissions: Permissions;
  /** `<owner>/<repository>/<path>@<branch>` */
  readonly uses: string;
  /** Each by name, since `inherit` would pass all that the repository has. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: boolean;
}

export type Step = ActionStep | RunStep;

interface StepCommon {
  /** Lines above the step: the reason for it, for those who read the file in their repository. */
  readonly comment?: string;
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMinutes?: number;
}

export interface ActionStep extends StepCommon {
  readonly kind: "action";
  /** `owner/repository@<commit SHA>`. */
  readonly uses: string;
  /** The release that the commit is, written behind it as a comment. */
  readonly version?: string;
  readonly with: Readonly<Record<string, string>>;
}

export interface RunStep extends StepCommon {
  readonly kind: "run";
  /** Bash text without any `${{ }}`: values reach it through `env`. */
  readonly run: string;
}
