/** Runs, their jobs and logs, read as `verify` reads them: services/github on the stand-in. */
import { describe, expect, it, test } from "vitest";
import {
  addJob,
  complete,
  environmentSecrets,
  type GitHub,
  openPullAs,
  type Repository,
  setCollaborator,
  startAttempt,
  startRun,
  type WorkflowRun,
} from "../../sandbox/github/index.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { readEnvironment } from "../../services/github/environments.ts";
import { readJobLog } from "../../services/github/job-logs.ts";
import { listAnnotations, listJobs, listRuns, readRun } from "../../services/github/runs.ts";
import { listSecrets } from "../../services/github/secrets.ts";
import { as, type Client, github, seal } from "./github-client.ts";

const slug = "acme/app";
const path = ".github/workflows/claude.yml";

/** A pull request with a run that failed in its second step, and a run on `main` that is still at work. */
function play({ state }: GitHub, repository: Repository) {
  const pull = openPullAs(repository, { author: "alice", head: "change" });
  const main = repository.git.branches.get("main") ?? "";
  const of = { path, name: "Claude", event: "pull_request", headSha: pull.headSha, headBranch: "change" };
  const failed = startRun(state, repository, { ...of, actor: "alice", pulls: [1], action: "opened" });
  const job = addJob(state, failed, "review");
  job.steps.push({ number: 1, name: "Set up job", status: "completed", conclusion: "success" });
  job.steps.push({ number: 2, name: "Ask Aperture", status: "completed", conclusion: "failure" });
  job.annotations.push({ level: "failure", title: "Aperture", message: "HTTP 403" }, { level: "notice", message: "N" });
  job.log = "2026-11-26T04:00:00.0000000Z Run curl\n2026-11-26T04:00:01.0000000Z ##[error]HTTP 403\n";
  complete(job, "failure");
  complete(failed, "failure");
  const other = {
    path: ".github/workflows/other.yml",
    name: "Other",
    event: "push",
    headSha: main,
    headBranch: "main",
  };
  const atWork = startRun(state, repository, { ...other, actor: "bob" });
  const waiting = addJob(state, atWork, "build");
  return { pull, failed, job, atWork, waiting };
}

async function world() {
  const client = await github({
    repositories: [
      { name: slug, files: { "a.md": "1", [path]: "on: push" }, environments: ["review", environment] },
      "acme/other",
    ],
  });
  const repository = client.state.repository(slug);
  return { client, repository, connection: connect(client), ...play(client, repository) };
}

const environment = { name: "guarded", rules: ["required_reviewers" as const] };

const connect = ({ url, token }: Client) => connectToGitHub({ baseUrl: url, token }, {});

function value<T>(seen: { kind: "seen"; value: T } | { kind: "refused" }): T {
  if (seen.kind === "refused") throw new Error("refused");
  return seen.value;
}

describe("runs", () => {
  it("are listed with the newest first, by workflow, event, branch and commit", async () => {
    const { connection, pull, failed, atWork } = await world();
    const list = async (filter: object) => value(await listRuns(connection, slug, filter)).map(({ id }) => id);
    expect(await list({})).toEqual([atWork.id, failed.id]);
    expect(await list({ workflowPath: path })).toEqual([failed.id]);
    expect(await list({ event: "push" })).toEqual([atWork.id]);
    expect(await list({ branch: "change" })).toEqual([failed.id]);
    expect(await list({ headSha: pull.headSha })).toEqual([failed.id]);
    expect(await list({ count: 1 })).toEqual([atWork.id]);
    expect(await listRuns(connection, slug, { workflowPath: "none.yml" })).toMatchObject({ status: 404 });
  });

  it("say what they are for and how they ended", async () => {
    const { client, connection, pull, failed, atWork } = await world();
    expect(value(await readRun(connection, slug, failed.id))).toMatchObject({
      number: 1,
      attempt: 1,
      path,
      event: "pull_request",
      status: "completed",
      conclusion: "failure",
      headSha: pull.headSha,
      headBranch: "change",
      pulls: [1],
      url: `${client.url}/acme/app/actions/runs/${failed.id}`,
    });
    const running = value(await readRun(connection, slug, atWork.id));
    expect(running).toMatchObject({ status: "queued", pulls: [] });
    expect(running).not.toHaveProperty("conclusion");
  });

  it("have no pull request when it is a fork's", async () => {
    const { client, connection, repository } = await world();
    const pull = openPullAs(repository, { author: "bob", fork: true });
    const of = { path, name: "Claude", event: "pull_request", headSha: pull.headSha, headBranch: pull.head };
    const { id } = startRun(client.state, repository, { ...of, actor: "bob", pulls: [pull.number] });
    expect(value(await readRun(connection, slug, id)).pulls).toEqual([]);
    const { body } = await client.rest("GET", `/repos/${slug}/actions/runs/${id}`);
    expect(body).toMatchObject({ head_repository: { full_name: "bob/app" }, repository: { full_name: slug } });
  });

  it("are nobody else's", async () => {
    const { connection, failed, job } = await world();
    expect(await readRun(connection, "acme/other", failed.id)).toMatchObject({ kind: "refused", status: 404 });
    expect(await listJobs(connection, "acme/other", failed.id)).toMatchObject({ kind: "refused", status: 404 });
    expect(await readJobLog(connection, "acme/other", job.id)).toMatchObject({ kind: "refused", status: 404 });
    expect(await readRun(connection, slug, 1)).toMatchObject({ kind: "refused", status: 404 });
    expect(await readRun(connection, slug, job.id)).toMatchObject({ kind: "refused", status: 404 });
  });
});

test("jobs have their steps, and what they said in annotations", async () => {
  const { connection, failed, job } = await world();
  const [found] = value(await listJobs(connection, slug, failed.id));
  expect(found).toMatchObject({
    id: job.id,
    checkRunId: job.id,
    name: "review",
    conclusion: "failure",
    steps: [
      { number: 1, conclusion: "success" },
      { number: 2, name: "Ask Aperture", conclusion: "failure" },
    ],
  });
  expect(value(await listAnnotations(connection, slug, job.id))).toEqual([
    { level: "failure", title: "Aperture", message: "HTTP 403" },
    { level: "notice", message: "N" },
  ]);
});

describe("a job's log", () => {
  it("is read through a redirect", async () => {
    const { connection, job } = await world();
    expect(value(await readJobLog(connection, slug, job.id)).lines).toEqual(["Run curl", "##[error]HTTP 403"]);
  });

  it("is not there before the job has ended", async () => {
    const { connection, waiting } = await world();
    expect(await readJobLog(connection, slug, waiting.id)).toMatchObject({ kind: "refused", status: 404 });
  });

  it("is at an address that needs no token, and is good for a minute", async () => {
    const { client, job } = await world();
    const { status, headers } = await client.rest("GET", `/repos/${slug}/actions/jobs/${job.id}/logs`);
    const address = headers.get("location") ?? "";
    expect(status).toBe(302);
    expect(await (await fetch(address)).text()).toBe(job.log);
    expect((await fetch(`${address}0`)).status).toBe(404);
    client.state.clock.advance(61);
    expect((await fetch(address)).status).toBe(403);
  });
});

test("the checks of a commit are the jobs of the last run of each workflow and event", async () => {
  const { client, repository, pull, failed, job } = await world();
  const again = startRun(client.state, repository, { ...failed });
  const second = addJob(client.state, again, "review");
  const checks = `/repos/${slug}/commits/${pull.headSha}/check-runs`;
  expect((await client.rest("GET", checks)).body).toMatchObject({ total_count: 1, check_runs: [{ id: second.id }] });
  expect((await client.rest("GET", `/repos/${slug}/commits/heads/change/check-runs`)).status).toBe(422);
  expect((await client.rest("GET", `/repos/${slug}/commits/change/check-runs?status=queued`)).body).toMatchObject({
    check_runs: [{ id: second.id, status: "queued", app: { slug: "github-actions" } }],
  });
  expect((await client.rest("GET", `/repos/${slug}/check-runs/${job.id}`)).body).toMatchObject({
    head_sha: pull.headSha,
    conclusion: "failure",
    output: { annotations_count: 2 },
  });
});

test("a run that goes once more is the same run with another attempt", async () => {
  const { client, connection, repository, failed, job } = await world();
  startAttempt(failed);
  expect(value(await readRun(connection, slug, failed.id))).toMatchObject({ number: 1, attempt: 2, status: "queued" });
  expect(value(await readRun(connection, slug, failed.id))).not.toHaveProperty("conclusion");
  expect(value(await listJobs(connection, slug, failed.id))).toEqual([]);
  expect(await readJobLog(connection, slug, job.id)).toMatchObject({ kind: "refused", status: 404 });
  const second = addJob(client.state, failed, "review");
  complete(second, "success");
  complete(failed, "success");
  const { body } = await client.rest("GET", `/repos/${slug}/actions/runs/${failed.id}/jobs`);
  expect(body).toMatchObject({ total_count: 1, jobs: [{ id: second.id, run_attempt: 2, conclusion: "success" }] });
  expect(repository.runs).toHaveLength(2);
});

test("what is not modelled of runs is unknown", async () => {
  const { client, failed } = await world();
  const runs = `/repos/${slug}/actions/runs`;
  for (const [method, at] of [
    ["POST", `${runs}/${failed.id}/rerun`],
    ["POST", `${runs}/${failed.id}/cancel`],
    ["GET", `${runs}/${failed.id}/attempts/1`],
    ["DELETE", `${runs}/${failed.id}`],
  ] as const)
    expect((await client.rest(method, at)).status).toBe(501);
});

test("who may not use the Actions API sees no run", async () => {
  const client = await github({ tokens: [{ token: "ghp_exampleOfNone", actions: "none" }] });
  for (const at of ["runs", "runs/1", "runs/1/jobs", "jobs/1", "jobs/1/logs"])
    expect((await client.rest("GET", `/repos/${slug}/actions/${at}`)).status).toBe(403);
});

test("environments say what their jobs wait for", async () => {
  const { client, connection } = await world();
  expect(value(await readEnvironment(connection, slug, "Review"))).toEqual({ rules: [] });
  expect(value(await readEnvironment(connection, slug, "guarded"))).toEqual({ rules: ["required_reviewers"] });
  expect(await readEnvironment(connection, slug, "none")).toMatchObject({ kind: "refused", status: 404 });
  expect((await client.rest("GET", `/repos/${slug}/environments`)).body).toMatchObject({ total_count: 2 });
});

test("an environment has secrets of its own, which are read and written as the repository's", async () => {
  const { client, connection, repository } = await world();
  const at = `/repos/${slug}/environments/guarded/secrets`;
  const { key_id, key } = (await client.rest("GET", `${at}/public-key`)).body as { key_id: string; key: string };
  const sealed = { key_id, encrypted_value: await seal("made-up-value", key) };
  expect((await client.rest("PUT", `${at}/TS_A`, sealed)).status).toBe(201);
  const place = { kind: "environment", name: "guarded" } as const;
  expect(value(await listSecrets(connection, slug, place))).toMatchObject([{ name: "TS_A" }]);
  expect(value(await listSecrets(connection, slug))).toEqual([]);
  expect(await listSecrets(connection, slug, { ...place, name: "none" })).toMatchObject({ status: 404 });
  const run = repository.runs[0] as WorkflowRun;
  expect(environmentSecrets(repository, run, "GUARDED")).toEqual({ TS_A: "made-up-value" });
  expect(environmentSecrets(repository, run, "review")).toEqual({});
  expect(environmentSecrets(repository, { ...run, pulls: [99] }, "guarded")).toEqual({});
  const state = (await client.controlAnswers())["/_sandbox/state"] ?? "";
  expect(state).toContain("TS_A");
  expect(state).not.toContain("made-up-value");
});

test("the organization's secrets are named to those who may write, as far as the repository gets them", async () => {
  const { client, repository } = await world();
  const secret = { value: "made-up", createdAt: "2026-11-01T00:00:00Z", updatedAt: "2026-11-02T00:00:00Z" };
  repository.owner.secrets.push(
    { ...secret, name: "TS_B", visibility: "all", selected: [] },
    { ...secret, name: "TS_A", visibility: "selected", selected: [repository.id] },
    { ...secret, name: "TS_C", visibility: "selected", selected: [] },
  );
  const { body } = await client.rest("GET", `/repos/${slug}/actions/organization-secrets`);
  expect(body).toMatchObject({ total_count: 2, secrets: [{ name: "TS_A" }, { name: "TS_B" }] });
  expect(JSON.stringify(body)).not.toContain("made-up");
});

test("people are who they are, and what they may do", async () => {
  const { client, repository } = await world();
  setCollaborator(repository, "carol", "maintain");
  expect((await client.rest("GET", "/users/dependabot[bot]")).body).toMatchObject({ type: "Bot" });
  expect((await client.rest("GET", "/users/carol")).body).toMatchObject({ login: "carol", type: "User" });
  expect((await client.rest("GET", "/users/nobody")).status).toBe(404);
  const { body } = await client.rest("GET", `/repos/${slug}/collaborators/carol/permission`);
  expect(body).toMatchObject({ permission: "write", role_name: "maintain" });
  const { token } = client.issueJobToken({ repository, permissions: {}, run: repository.runs[0] as never });
  expect((await client.rest("GET", "/user", undefined, as(token))).status).toBe(403);
});
