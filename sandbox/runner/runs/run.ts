/** One run: its jobs in the order that `needs` gives, those of called files among them, and what becomes of it all. */
import {
  addJob,
  complete,
  type GitHub,
  jobSecrets,
  slug,
  type WorkflowJob,
  type WorkflowRun,
} from "../../github/index.ts";
import type { JobExecution, JobMeans } from "../job/execute.ts";
import type { Needed } from "../job/file.ts";
import { findRefusedActions } from "../rules/allowed-actions.ts";
import type { ConcurrencyGroups } from "../rules/concurrency.ts";
import { githubContext, type RunFacts } from "../rules/context.ts";
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
import { conclude, end, nameOf, outputsOf, refuse } from "./outcomes.ts";
import { prepareJob, type Scope } from "./prepare.ts";

export interface RunMeans extends JobMeans {
  github: GitHub;
  groups: ConcurrencyGroups;
  /** Real time that a minute of `timeout-minutes` takes. */
  minuteMs: number;
  /** Begins a job's work when the machine has room for it. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

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
    try {
      return await (job.kind === "call"
        ? this.#runCall(job, name, scope, contexts, needs)
        : this.#runJob(level, job, name, { scope, contexts, needs }));
    } catch (error) {
      // An expression that has no value.
      return refuse(this.#record(name), error instanceof Error ? error.message : String(error));
    }
  }

  /** The job as people see it; made once. */
  #record(name: string): WorkflowJob {
    const { state } = this.#means.github;
    return (
      this.#run.jobs.find((job) => job.name === name && job.status !== "completed") ?? addJob(state, this.#run, name)
    );
  }

  async #runJob(
    level: Level,
    job: PlannedJob,
    name: string,
    given: { scope: Scope; contexts: Contexts; needs: Record<string, Needed> },
  ): Promise<Needed> {
    const { body } = job;
    const { contexts, needs } = given;
    const record = this.#record(name);
    let execution: JobExecution | undefined;
    let isCancelled = false;
    // GitHub was seen to reserve the group before it reads the job's `if`.
    const group = await this.#enter(body.concurrency, contexts, (reason) => {
      isCancelled = true;
      execution?.cancel(reason);
    });
    if (group === "replaced") return end(record, "cancelled");
    try {
      if (isCancelled || this.#cancelled !== undefined) return end(record, "cancelled");
      if (!isTrue(body.if, contexts, this.#before(needs))) return end(record, "skipped");
      const { github, minuteMs } = this.#means;
      const own = { run: this.#run, facts: this.#facts, level, job, record, ...given, variables: this.#variables() };
      const prepared = prepareJob({ github, minuteMs, ...own });
      if (typeof prepared === "string") return refuse(record, prepared);
      execution = prepared;
      this.#atWork.add(prepared);
      const outcome = await this.#means.inTurn(() => prepared.run(this.#means));
      this.#atWork.delete(prepared);
      this.#run.updatedAt = record.completedAt ?? this.#run.updatedAt;
      const outputs = outputsOf(body.outputs, { ...contexts, steps: outcome.steps }, outcome);
      return { result: outcome.conclusion, outputs };
    } finally {
      group?.leave();
    }
  }

  async #runCall(
    { body, level }: PlannedCall,
    name: string,
    scope: Scope,
    contexts: Contexts,
    needs: Record<string, Needed>,
  ): Promise<Needed> {
    if (this.#cancelled !== undefined || !isTrue(body.if, contexts, this.#before(needs))) {
      return end(this.#record(name), "skipped");
    }
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
    const outcomes = await this.#runLevel(level, { secrets, inputs, prefix: `${name} / ` });
    return { result: conclude([...outcomes.values()].map(({ result }) => result)), outputs: {} };
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
