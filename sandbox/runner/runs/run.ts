/** One run: its jobs in the order that `needs` gives, those of called files among them, and what becomes of it all. */
import {
  addJob,
  complete,
  environmentSecrets,
  type GitHub,
  jobSecrets,
  slug,
  type WorkflowJob,
  type WorkflowRun,
} from "../../github/index.ts";
import { JobExecution, type JobMeans, type JobOutcome } from "../job/execute.ts";
import type { Needed } from "../job/file.ts";
import { findRefusedActions } from "../rules/allowed-actions.ts";
import type { ConcurrencyGroups } from "../rules/concurrency.ts";
import { branches, githubContext, lackedByAct, type RunFacts } from "../rules/context.ts";
import { type Before, type Contexts, interpolate, interpolateText, isTrue } from "../rules/expressions.ts";
import {
  allUses,
  type Level,
  type Place,
  type PlannedCall,
  type PlannedJob,
  planRun,
  StartupFailure,
} from "../rules/plan.ts";
import { isRecord, type Value, type WorkflowFile } from "../rules/workflow-file.ts";
import { findCalledFile } from "./called-files.ts";

export interface RunMeans extends JobMeans {
  github: GitHub;
  groups: ConcurrencyGroups;
  /** Real time that a minute of `timeout-minutes` takes. */
  minuteMs: number;
  /** Begins a job's work when the machine has room for it. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

type Result = Needed["result"];

/** What a job gets from the file that calls its own, or from the repository. */
interface Scope {
  secrets: Readonly<Record<string, string>>;
  inputs: Readonly<Record<string, unknown>>;
  /** `claude / ` */
  prefix: string;
}

/** GitHub's limit for a job that has none of its own. */
const usualTimeout = 360;

export class RunExecution {
  readonly #means: RunMeans;
  readonly #run: WorkflowRun;
  readonly #facts: RunFacts;
  readonly #file: WorkflowFile;
  readonly #atWork = new Set<JobExecution>();
  #cancelled: string | undefined;

  constructor(means: RunMeans, run: WorkflowRun, facts: RunFacts, file: WorkflowFile) {
    this.#means = means;
    this.#run = run;
    this.#facts = facts;
    this.#file = file;
  }

  cancel(reason: string): void {
    this.#cancelled ??= reason;
    for (const job of this.#atWork) job.cancel(reason);
  }

  /** Resolves when the run has its conclusion. */
  async execute(): Promise<void> {
    const run = this.#run;
    const level = await this.#plan();
    if (typeof level === "string") {
      // GitHub shows the reason on the run's page; its API has no place for it.
      run.startupFailure = level;
      return complete(run, "startup_failure");
    }
    const base = { github: githubContext(this.#facts), vars: this.#variables(), inputs: {} };
    const group = await this.#enter(this.#file.concurrency, base, (reason) => this.cancel(reason));
    if (group === "replaced") return complete(run, "cancelled");
    run.status = "in_progress";
    try {
      const secrets = jobSecrets(this.#facts.repository, run);
      const outcomes = await this.#runLevel(level, { secrets, inputs: {}, prefix: "" });
      complete(run, conclude([...outcomes.values()].map(({ result }) => result)));
    } finally {
      group?.leave();
    }
  }

  async #plan(): Promise<Level | string> {
    const { repository, sha, ref } = this.#facts;
    const place: Place = { repository: slug(repository), path: this.#file.path, ref, sha };
    try {
      const level = await planRun(this.#file, place, findCalledFile(this.#means.github.state));
      return findRefusedActions(repository.actions, slug(repository), allUses(level)) ?? level;
    } catch (error) {
      if (error instanceof StartupFailure) return error.message;
      throw error;
    }
  }

  async #runLevel(level: Level, scope: Scope): Promise<Map<string, Needed>> {
    const started = new Map<string, Promise<Needed>>();
    const outcomeOf = (id: string): Promise<Needed> => {
      const known = started.get(id);
      if (known) return known;
      const job = level.jobs.get(id);
      if (!job) throw new Error(`no job ${id}`);
      const outcome = this.#runOne(level, job, scope, outcomeOf);
      started.set(id, outcome);
      return outcome;
    };
    const entries = [...level.jobs.keys()].map(async (id) => [id, await outcomeOf(id)] as const);
    return new Map(await Promise.all(entries));
  }

  async #runOne(
    level: Level,
    job: PlannedJob | PlannedCall,
    scope: Scope,
    outcomeOf: (id: string) => Promise<Needed>,
  ): Promise<Needed> {
    const { body, id } = job;
    const ids = [body.needs ?? []].flat();
    const needs = Object.fromEntries(await Promise.all(ids.map(async (one) => [one, await outcomeOf(one)] as const)));
    const contexts: Contexts = {
      github: githubContext(this.#facts),
      needs,
      vars: this.#variables(),
      inputs: scope.inputs,
    };
    const name = scope.prefix + nameOf(body.name, id, contexts);
    if (job.kind === "call") {
      if (this.#cancelled !== undefined || !isTrue(body.if, contexts, this.#before(needs))) return this.#skip(name);
      return this.#call(job.level, body, { ...scope, prefix: `${name} / ` }, contexts);
    }
    const record = addJob(this.#means.github.state, this.#run, name);
    // GitHub was seen to reserve the group before it reads the job's `if`.
    let cancel = (reason: string): void => {
      this.#cancelled ??= reason;
    };
    const group = await this.#enter(body.concurrency, contexts, (reason) => cancel(reason));
    if (group === "replaced") return end(record, "cancelled");
    try {
      if (this.#cancelled !== undefined) return end(record, "cancelled");
      if (!isTrue(body.if, contexts, this.#before(needs))) return end(record, "skipped");
      const execution = this.#prepare(level, job, record, { scope, contexts, needs });
      if (typeof execution === "string") return refuse(record, execution);
      cancel = (reason) => execution.cancel(reason);
      this.#atWork.add(execution);
      const outcome = await this.#means.inTurn(() => execution.run(this.#means));
      this.#atWork.delete(execution);
      this.#run.updatedAt = record.completedAt ?? this.#run.updatedAt;
      return {
        result: outcome.conclusion,
        outputs: outputsOf(body.outputs, { ...contexts, steps: outcome.steps }, outcome),
      };
    } finally {
      group?.leave();
    }
  }

  #prepare(
    level: Level,
    { id, body, permissions }: PlannedJob,
    record: WorkflowJob,
    { scope, contexts, needs }: { scope: Scope; contexts: Contexts; needs: Record<string, Needed> },
  ): JobExecution | string {
    const { github, minuteMs } = this.#means;
    const run = this.#facts;
    if (body.strategy !== undefined) return "The sandbox runs no job with a strategy.";
    for (const key of ["container", "services"]) if (body[key] !== undefined) return `The sandbox runs no ${key}.`;
    const minutes = Number(interpolate(body["timeout-minutes"], contexts) ?? usualTimeout);
    const labels = interpolate(body["runs-on"], contexts);
    const isSelfHosted = [labels].flat().includes("self-hosted");
    const environment = environmentOf(body.environment, contexts);
    const { repository } = run;
    const token = github.issueJobToken({ repository, permissions, run: this.#run });
    const idToken = github.issueIdTokenRequest({
      repository: slug(repository),
      permissions,
      event: run.event,
      workflowPath: this.#run.path,
      calledFile: `${level.place.repository}/${level.place.path}@${level.place.ref}`,
      ref: run.ref,
      actor: run.actor,
      ...branches(run),
      runId: run.id,
      sha: run.sha,
      runnerEnvironment: isSelfHosted ? "self-hosted" : "github-hosted",
      ...(environment === undefined ? {} : { environment }),
    });
    const file = {
      workflow: run.workflow,
      event: run.event,
      file: level.file,
      id,
      body,
      needs,
      lacked: lackedByAct(run),
      inputs: scope.inputs,
    };
    return new JobExecution(record, {
      run,
      file,
      token,
      idToken,
      secrets: {
        ...scope.secrets,
        ...(environment === undefined ? {} : environmentSecrets(repository, this.#run, environment)),
      },
      variables: this.#variables(),
      isSelfHosted,
      timeoutMs: minutes * minuteMs,
      timeout: minutes === 1 ? "1 minute" : `${minutes} minutes`,
    });
  }

  async #call(level: Level, body: PlannedCall["body"], scope: Scope, contexts: Contexts): Promise<Needed> {
    const own = { ...contexts, secrets: scope.secrets };
    const given = body.secrets ?? {};
    const secrets =
      given === "inherit"
        ? scope.secrets
        : Object.fromEntries(Object.entries(given).map(([name, value]) => [name, interpolateText(value, own)]));
    const declared = [...(level.file.call?.inputs ?? [])];
    const inputs = Object.fromEntries(
      declared.map(([name, input]) => [name, interpolate(body.with?.[name] ?? input.default, contexts)]),
    );
    const outcomes = await this.#runLevel(level, { secrets, inputs, prefix: scope.prefix });
    return { result: conclude([...outcomes.values()].map(({ result }) => result)), outputs: {} };
  }

  #skip(name: string): Needed {
    return end(addJob(this.#means.github.state, this.#run, name), "skipped");
  }

  #before(needs: Record<string, Needed>): Before {
    if (this.#cancelled !== undefined) return "cancelled";
    const results = Object.values(needs).map(({ result }) => result);
    for (const result of ["cancelled", "failure", "skipped"] as const) if (results.includes(result)) return result;
    return "success";
  }

  async #enter(concurrency: Value | undefined, contexts: Contexts, cancel: (reason: string) => void) {
    if (concurrency === undefined || concurrency === null) return undefined;
    const asked = isRecord(concurrency) ? concurrency : { group: concurrency };
    const { group, "cancel-in-progress": cancels = false } = asked;
    const name = interpolateText(group, contexts);
    const isCancelling = String(interpolate(cancels, contexts)) === "true";
    // Groups are of one repository.
    const key = `${this.#facts.repository.id} ${name}`;
    return (await this.#means.groups.enter(key, name, isCancelling, cancel)) ?? ("replaced" as const);
  }

  #variables(): Record<string, string> {
    return Object.fromEntries([...this.#facts.repository.variables.values()].map(({ name, value }) => [name, value]));
  }
}

function end(record: WorkflowJob, conclusion: "cancelled" | "skipped" | "failure"): Needed {
  complete(record, conclusion);
  return { result: conclusion, outputs: {} };
}

function refuse(record: WorkflowJob, message: string): Needed {
  record.annotations.push({ level: "failure", message });
  return end(record, "failure");
}

/** A run of skipped jobs alone is skipped. */
function conclude(results: Result[]): "cancelled" | "failure" | "skipped" | "success" {
  for (const worst of ["failure", "cancelled"] as const) if (results.includes(worst)) return worst;
  return results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** A name whose expression cannot be evaluated yet stays as it is written. */
function nameOf(name: Value | undefined, id: string, contexts: Contexts): string {
  try {
    return name === undefined || name === null ? id : interpolateText(name, contexts);
  } catch {
    return String(name);
  }
}

function environmentOf(environment: Value | undefined, contexts: Contexts): string | undefined {
  const name = isRecord(environment) ? environment.name : environment;
  return name === undefined || name === null ? undefined : interpolateText(name, contexts);
}

/** GitHub drops an output in which a secret is. */
function outputsOf(
  outputs: Record<string, Value> | undefined,
  contexts: Contexts,
  { masks }: JobOutcome,
): Record<string, string> {
  const values = Object.entries(outputs ?? {}).map(
    ([name, value]) => [name, interpolateText(value, contexts)] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => !masks.isIn(value)));
}
