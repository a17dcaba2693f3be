/** Runs, their jobs, and the checks that jobs are. https://docs.github.com/en/rest/actions/workflow-runs, .../checks/runs */
import { type Context, Hono } from "hono";
import { notFound, page, Refusal } from "../answers.ts";
import type { Env } from "../authentication.ts";
import type { Repository } from "../model.ts";
import { mayUseActions, workflowOf } from "../workflows.ts";
import type { Logs } from "./logs.ts";
import type { WorkflowJob, WorkflowRun } from "./model.ts";
import { annotationJson, checkRunJson, jobJson, runJson } from "./run-json.ts";
import { findJob, findRun } from "./runs.ts";

/** Below `/repos/:owner/:repo/actions`. */
export function runRoutes({ link }: Pick<Logs, "link">): Hono<Env> {
  return new Hono<Env>()
    .use("/runs/*", mayUseActions("rest/actions/workflow-runs"))
    .use("/jobs/*", mayUseActions("rest/actions/workflow-jobs"))
    .get("/runs", (c) => c.json(runsPage(c, c.var.repository.runs)))
    .get("/workflows/:workflow/runs", (c) => {
      const { path } = workflowOf(c);
      const runs = c.var.repository.runs.filter((run) => run.path === path);
      return c.json(runsPage(c, runs));
    })
    .get("/runs/:id{[0-9]+}", (c) => c.json(runJson(c, c.var.repository, existingRun(c))))
    .get("/runs/:id{[0-9]+}/jobs", (c) => {
      const run = existingRun(c);
      const jobs = page(c, run.jobs).map((job) => jobJson(c, c.var.repository, run, job));
      return c.json({ total_count: run.jobs.length, jobs });
    })
    .get("/jobs/:id{[0-9]+}", (c) => {
      const { run, job } = existingJob(c);
      return c.json(jobJson(c, c.var.repository, run, job));
    })
    .get("/jobs/:id{[0-9]+}/logs", (c) => {
      const { job } = existingJob(c);
      if (job.status !== "completed") throw notFound();
      return c.redirect(link(c, job), 302);
    });
}

/** Below `/repos/:owner/:repo/check-runs`. */
export function checkRunRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/:id{[0-9]+}", (c) => {
      const { run, job } = existingJob(c);
      return c.json(checkRunJson(c, c.var.repository, run, job));
    })
    .get("/:id{[0-9]+}/annotations", (c) => c.json(page(c, existingJob(c).job.annotations).map(annotationJson)));
}

/** `/repos/:owner/:repo/commits/:ref/check-runs`: those of the last run of each workflow and event. */
export function commitCheckRuns(c: Context<Env>): Response {
  const { repository } = c.var;
  const ref = c.req.param("ref") ?? "";
  const commit = repository.git.resolve(ref);
  if (!commit) throw new Refusal(422, `No commit found for SHA: ${ref}`, "rest/checks/runs");
  const { check_name: name, status } = c.req.query();
  const checks = latestRuns(repository, commit.sha).flatMap((run) =>
    run.jobs.map((job) => checkRunJson(c, repository, run, job)),
  );
  const found = checks.filter((check) => (!name || check.name === name) && (!status || check.status === status));
  return c.json({ total_count: found.length, check_runs: page(c, found) });
}

/** Of a commit: the last run of each workflow and event, newest first. */
function latestRuns({ runs }: Repository, sha: string): WorkflowRun[] {
  const byKind = new Map<string, WorkflowRun>();
  for (const run of runs) if (run.headSha === sha) byKind.set(`${run.path} ${run.event}`, run);
  return [...byKind.values()].reverse();
}

/** Newest first. `status` takes conclusions as well. */
function runsPage(c: Context<Env>, runs: WorkflowRun[]): object {
  const { event, branch, head_sha: sha, status, actor } = c.req.query();
  const found = runs.filter(
    (run) =>
      (!event || run.event === event) &&
      (!branch || run.headBranch === branch) &&
      (!sha || run.headSha === sha) &&
      (!actor || run.actor.toLowerCase() === actor.toLowerCase()) &&
      (!status || run.status === status || run.conclusion === status),
  );
  const shown = page(c, found.reverse());
  return { total_count: found.length, workflow_runs: shown.map((run) => runJson(c, c.var.repository, run)) };
}

function existingRun(c: Context<Env>): WorkflowRun {
  const run = findRun(c.var.repository, Number(c.req.param("id")));
  if (!run) throw notFound();
  return run;
}

function existingJob(c: Context<Env>): { run: WorkflowRun; job: WorkflowJob } {
  const found = findJob(c.var.repository, Number(c.req.param("id")));
  if (!found) throw notFound();
  return found;
}
