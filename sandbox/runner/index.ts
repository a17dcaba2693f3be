/**
 * GitHub's side of running workflows: hears what happens in the stand-in's repositories, decides which files it starts, and runs
 * their jobs with nektos/act on this machine. What a run did is in `repository.runs`.
 *
 * Not modelled: matrices, containers, services, artifacts and caches, `workflow_dispatch`, schedules, required reviewers of an
 * environment, approval of runs of first-time contributors.
 */
import { availableParallelism } from "node:os";
import type { Log } from "../engine/progress.ts";
import { type GitHub, type RepositoryEvent, slug, startAttempt, startRun, type WorkflowRun } from "../github/index.ts";
import type { Tailnet } from "../tailnet/index.ts";
import { findAct } from "./job/program.ts";
import type { Bypass } from "./network/network.ts";
import { ConcurrencyGroups } from "./rules/concurrency.ts";
import type { RunFacts } from "./rules/context.ts";
import type { WorkflowFile } from "./rules/workflow-file.ts";
import { RunExecution, type RunMeans } from "./runs/run.ts";
import { captureMoment, findTriggered, type Moment, type Triggered } from "./runs/triggers.ts";
import { createTurns } from "./runs/turns.ts";

export interface RunnerOptions {
  github: GitHub;
  /** Without it the step that joins fails. */
  tailnet?: Tailnet;
  /** Where Tailscale's API is. Default: behind the tailnet's control server. */
  tailscaleUrl?: string;
  /** First label of the name that Aperture has in the tailnet. Default `ai`. */
  aperture?: string;
  /** For the progress of a build. */
  log?: Log;
  /** Path of a real Claude CLI that the Claude action starts. Default: a client that makes the same requests. */
  claude?: string;
  /** Real time that a minute of a job's `timeout-minutes` takes. Default: a minute. */
  minuteMs?: number;
}

/** A connection that led past Aperture, and the step that made it. */
export interface StepBypass extends Bypass {
  /** `owner/name` */
  repository: string;
  run: number;
  step: string;
}

export interface Runner {
  /** Resolves when all that came so far has been dealt with. */
  idle(): Promise<void>;
  bypasses: StepBypass[];
  /** "Re-run all jobs": of the same commit, with the secrets of now. Throws for a run that this runner did not start. */
  rerun(run: WorkflowRun): void;
  close(): Promise<void>;
}

/**
 * Starts listening; builds act first where there is none.
 *
 * @throws GoMissing
 */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { github, tailnet, log, minuteMs = 60_000 } = options;
  const act = await findAct(log);
  const bypasses: StepBypass[] = [];
  const means: RunMeans = {
    github,
    act,
    groups: new ConcurrencyGroups(),
    minuteMs,
    inTurn: createTurns(availableParallelism()),
    network: {
      github: github.url,
      tailscale: options.tailscaleUrl ?? tailnet?.controlUrl,
      aperture: options.aperture ?? "ai",
      tailnet: tailnet && {
        controlUrl: tailnet.controlUrl,
        programs: tailnet.programs,
        environment: tailnet.environment,
      },
    },
    ...(options.claude === undefined ? {} : { claude: options.claude }),
    onBypass: (bypass) => bypasses.push(bypass),
  };
  const pending = new Set<Promise<void>>();
  const atWork = new Set<RunExecution>();
  const failures: unknown[] = [];
  const started = new Map<WorkflowRun, { facts: RunFacts; file: WorkflowFile }>();
  const { onEvent } = github.state;
  let queue: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  function keep(work: Promise<unknown>): void {
    const kept = work
      .then(
        () => {},
        (error) => void failures.push(error),
      )
      .finally(() => pending.delete(kept));
    pending.add(kept);
  }

  function hear(event: RepositoryEvent): void {
    onEvent?.(event);
    const moment = captureMoment(event);
    if (!moment || isClosed) return;
    // One after the other: runs get their numbers in the order of the events.
    queue = queue.then(() => start(moment));
    keep(queue);
  }

  async function start(moment: Moment): Promise<void> {
    for (const triggered of await findTriggered(moment)) {
      const { run, facts } = createRun(github, triggered);
      if (!triggered.file) {
        Object.assign(run, { status: "completed", conclusion: "failure" });
        continue;
      }
      started.set(run, { facts, file: triggered.file });
      execute(run, facts, triggered.file);
    }
  }

  function execute(run: WorkflowRun, facts: RunFacts, file: WorkflowFile): void {
    const execution = new RunExecution(means, run, facts, file);
    atWork.add(execution);
    keep(execution.execute().finally(() => atWork.delete(execution)));
  }

  function rerun(run: WorkflowRun): void {
    const { facts, file } = started.get(run) ?? {};
    if (!facts || !file || run.status !== "completed") throw new Error(`run ${run.id} cannot be run once more`);
    startAttempt(run);
    execute(run, { ...facts, attempt: run.attempt }, file);
  }

  async function idle(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending);
    if (failures.length > 0) throw new AggregateError(failures.splice(0), "The runner failed.");
  }

  github.state.onEvent = hear;
  return {
    idle,
    bypasses,
    rerun,
    async close() {
      isClosed = true;
      if (onEvent) github.state.onEvent = onEvent;
      else delete github.state.onEvent;
      for (const execution of atWork) execution.cancel("The runner has received a shutdown signal.");
      await idle();
    },
  };
}

function createRun({ state, url }: GitHub, triggered: Triggered): { run: WorkflowRun; facts: RunFacts } {
  const { event, path, file, name, ref, sha, headSha, headBranch, pulls } = triggered;
  const { repository, action, actor, payload } = event;
  const run = startRun(state, repository, {
    path,
    name: file?.name ?? path,
    event: name,
    action,
    headSha,
    headBranch,
    pulls,
    actor,
  });
  const { id, number, attempt } = run;
  return {
    run,
    facts: {
      repository,
      id,
      number,
      attempt,
      event: name,
      payload,
      ref,
      sha,
      actor,
      actorId: state.person(actor).id,
      workflow: run.name,
      workflowRef: `${slug(repository)}/${path}@${ref}`,
      serverUrl: url,
    },
  };
}
