/** Runs, jobs and check runs as the REST API shows them. */
import { nodeId, personJson } from "../accounts.ts";
import { type Asked, apiUrl, origin } from "../answers.ts";
import { type Repository, slug } from "../model.ts";
import { headRepository } from "../pull-requests.ts";
import { minimalRepositoryJson } from "../repositories.ts";
import { worldOf } from "../state.ts";
import { knownWorkflow } from "../workflows.ts";
import type { Annotation, WorkflowJob, WorkflowRun } from "./model.ts";
import { isOfFork } from "./trust.ts";

/** A check suite has its run's id here. */
export function runJson(c: Asked, repository: Repository, run: WorkflowRun) {
  const api = `${apiUrl(c)}/repos/${slug(repository)}`;
  const html = `${origin(c)}/${slug(repository)}/actions/runs/${run.id}`;
  const actor = personJson(c, worldOf(repository).person(run.actor));
  const pulls = repository.pulls.filter(({ number }) => run.pulls.includes(number));
  const commit = repository.git.commits.get(run.headSha);
  const workflow = knownWorkflow(repository, run.path);
  const head = (pulls[0] && headRepository(repository, pulls[0])) ?? repository;
  return {
    id: run.id,
    node_id: nodeId("WFR", run.id),
    name: run.name,
    path: run.path,
    display_title: pulls[0]?.title ?? commit?.message.split("\n")[0] ?? run.name,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflow.id,
    workflow_url: `${api}/actions/workflows/${workflow.id}`,
    check_suite_id: run.id,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    // Those of forks are not named: https://docs.github.com/rest/actions/workflow-runs
    pull_requests: pulls
      .filter((pull) => !isOfFork(repository, pull))
      .map((pull) => ({
        id: pull.number,
        number: pull.number,
        url: `${api}/pulls/${pull.number}`,
        head: { ref: pull.head, sha: run.headSha, repo: { id: head.id, name: head.name } },
        base: { ref: pull.base, sha: repository.git.branches.get(pull.base) },
      })),
    actor,
    triggering_actor: actor,
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.startedAt,
    url: `${api}/actions/runs/${run.id}`,
    html_url: html,
    jobs_url: `${api}/actions/runs/${run.id}/jobs`,
    logs_url: `${api}/actions/runs/${run.id}/logs`,
    head_commit: commit ? headCommitJson() : null,
    repository: minimalRepositoryJson(c, repository),
    head_repository: minimalRepositoryJson(c, head),
  };

  function headCommitJson() {
    const { sha, treeSha, message, author, committer } = commit as NonNullable<typeof commit>;
    return { id: sha, tree_id: treeSha, message, timestamp: committer.date, author, committer };
  }
}

export function jobJson(c: Asked, repository: Repository, run: WorkflowRun, job: WorkflowJob) {
  const api = `${apiUrl(c)}/repos/${slug(repository)}`;
  return {
    id: job.id,
    node_id: nodeId("CR", job.id),
    run_id: run.id,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    workflow_name: run.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    name: job.name,
    status: job.status,
    conclusion: job.conclusion,
    created_at: run.createdAt,
    started_at: job.startedAt ?? run.startedAt,
    completed_at: job.completedAt,
    steps: job.steps,
    labels: ["ubuntu-latest"],
    runner_id: null,
    runner_name: null,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${origin(c)}/${slug(repository)}/actions/runs/${run.id}/job/${job.id}`,
    check_run_url: `${api}/check-runs/${job.id}`,
  };
}

/** A job as the check that it is. A job's summary is on the run's page alone. */
export function checkRunJson(c: Asked, repository: Repository, run: WorkflowRun, job: WorkflowJob) {
  const { id, node_id, name, status, conclusion, head_sha, started_at, completed_at, html_url, check_run_url } =
    jobJson(c, repository, run, job);
  return {
    id,
    node_id,
    name,
    head_sha,
    status,
    conclusion,
    started_at,
    completed_at,
    external_id: "",
    url: check_run_url,
    html_url,
    details_url: html_url,
    check_suite: { id: run.id },
    app: { id: 15368, slug: "github-actions", name: "GitHub Actions" },
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: job.annotations.length,
      annotations_url: `${check_run_url}/annotations`,
    },
    pull_requests: runJson(c, repository, run).pull_requests,
  };
}

export const annotationJson = ({ level, title = "", message }: Annotation) => ({
  path: ".github",
  start_line: 1,
  end_line: 1,
  start_column: null,
  end_column: null,
  annotation_level: level,
  title,
  message,
  raw_details: "",
});
