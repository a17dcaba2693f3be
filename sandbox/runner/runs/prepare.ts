/** What a job has when it starts: its token, its way to an identity token, its secrets, its limit. */
import { environmentSecrets, type GitHub, slug, type WorkflowJob, type WorkflowRun } from "../../github/index.ts";
import { JobExecution } from "../job/execute.ts";
import type { Needed } from "../job/file.ts";
import { branches, lackedByAct, type RunFacts } from "../rules/context.ts";
import { type Contexts, interpolate, interpolateText } from "../rules/expressions.ts";
import type { Level, PlannedJob } from "../rules/plan.ts";
import { isRecord, type Value } from "../rules/workflow-file.ts";

/** What a job gets from the file that calls its own, or from the repository. */
export interface Scope {
  secrets: Readonly<Record<string, string>>;
  inputs: Readonly<Record<string, unknown>>;
  /** `claude / ` */
  prefix: string;
}

export interface Preparation {
  github: GitHub;
  /** Real time that a minute of `timeout-minutes` takes. */
  minuteMs: number;
  run: WorkflowRun;
  facts: RunFacts;
  level: Level;
  job: PlannedJob;
  record: WorkflowJob;
  scope: Scope;
  contexts: Contexts;
  needs: Record<string, Needed>;
  variables: Record<string, string>;
}

/** GitHub's limit for a job that has none of its own. */
const usualTimeout = 360;

/** The job, or why the sandbox does not run it. */
export function prepareJob(given: Preparation): JobExecution | string {
  const { github, minuteMs, run, facts, level, record, scope, contexts, needs, variables } = given;
  const { id, body, permissions } = given.job;
  for (const key of ["strategy", "container", "services"])
    if (body[key] !== undefined) return `The sandbox runs no job with ${key}.`;
  const minutes = Number(interpolate(body["timeout-minutes"], contexts) ?? usualTimeout);
  const isSelfHosted = [interpolate(body["runs-on"], contexts)].flat().includes("self-hosted");
  const environment = environmentOf(body.environment, contexts);
  const { repository } = facts;
  const idToken = github.issueIdTokenRequest({
    repository: slug(repository),
    permissions,
    event: facts.event,
    workflowPath: run.path,
    calledFile: `${level.place.repository}/${level.place.path}@${level.place.ref}`,
    ref: facts.ref,
    actor: facts.actor,
    ...branches(facts),
    runId: run.id,
    sha: facts.sha,
    runnerEnvironment: isSelfHosted ? "self-hosted" : "github-hosted",
    ...(environment === undefined ? {} : { environment }),
  });
  return new JobExecution(record, {
    run: facts,
    file: {
      workflow: facts.workflow,
      event: facts.event,
      file: level.file,
      id,
      body,
      needs,
      lacked: lackedByAct(facts),
      inputs: scope.inputs,
    },
    token: github.issueJobToken({ repository, permissions, run }),
    idToken,
    secrets: {
      ...scope.secrets,
      ...(environment === undefined ? {} : environmentSecrets(repository, run, environment)),
    },
    variables,
    isSelfHosted,
    timeoutMinutes: minutes,
    minuteMs,
  });
}

function environmentOf(environment: Value | undefined, contexts: Contexts): string | undefined {
  const name = isRecord(environment) ? environment.name : environment;
  return name === undefined || name === null ? undefined : interpolateText(name, contexts);
}
