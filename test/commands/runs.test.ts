/** The last runs of a workflow, read from the stand-in GitHub: what is asked for, and what comes of it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunsQuestion, readRuns } from "../../commands/verify/read-runs.ts";
import { isUnread, type RepositoryFacts } from "../../core/checks/facts.ts";
import { judge } from "../../core/checks/judge.ts";
import { runRows } from "../../core/checks/rows/runs.ts";
import { noConnection } from "../../core/messages/aperture.ts";
import { toPlainText } from "../../core/messages/entry.ts";
import { startAttempt } from "../../sandbox/github/actions/runs.ts";
import { addJob, complete, pushCommit } from "../../sandbox/github/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { addRun, beginRun, endJob, greenReview, type ScriptedJob } from "./scripted-runs.ts";

const path = ".github/workflows/claude.yml";
const names = ["green", "red", "hand", "none", "new", "again", "hostile"] as const;

const notKnown = { unread: "no query has shown any" };

let world: World;
beforeAll(async () => {
  world = await startWorld({ repositories: names.map((name) => `acme/${name}` as const) });
  for (const name of names) {
    if (name !== "none")
      pushCommit(world.github.state.repository(`acme/${name}`), "main", { [path]: "on: push\njobs: {}\n" });
  }
});
afterAll(async () => {
  const unknown = world.github.journal.filter((entry) => entry.unknown);
  await world.close();
  expect(unknown).toEqual([]);
});

/** What is read, how it is judged, and the paths of the requests for it. */
async function look(name: (typeof names)[number], question: Partial<RunsQuestion> = {}, values: object = {}) {
  world.github.journal.splice(0);
  const github = connectToGitHub({}, world.environment);
  const runs = await readRuns(github, { slug: `acme/${name}`, path, isAsDelivered: true, ...question }, notKnown);
  const facts = {
    stack: { stack: "prod", now: Date.now(), setup: { unread: "none" } },
    ...{ settings: { slug: `acme/${name}`, workflow: { runsOn: "ubuntu-latest" } }, setup: { unread: "none" }, runs },
    ...values,
  } as unknown as RepositoryFacts;
  const verdicts = judge(runRows, facts.stack, [facts]).map(({ id, verdict }) => [id, verdict]);
  return { runs, requests: world.github.journal.length, verdicts: Object.fromEntries(verdicts) };
}

const cause = toPlainText(noConnection.says);
const redReview: ScriptedJob = {
  ...{ name: "Claude review", conclusion: "failure" },
  log: ["GET http://ai/api/providers: 28 000 0.000000", `##[error]${cause}`, `##[error]${cause}`],
  annotations: [{ level: "failure", message: cause }],
  steps: [{ number: 1, name: "Ask Aperture", status: "completed", conclusion: "failure" }],
};

it("of a green run that has the file of the stack the list is enough", async () => {
  addRun(world.github.state, "acme/green", "success", [greenReview]);
  const { requests, verdicts } = await look("green");
  expect(requests).toBe(1);
  expect(verdicts["last-run"]).toMatchObject({ status: "ok" });
  expect(verdicts["last-run-asked"]).toMatchObject({ status: "ok" });
});

it("of a red run four more requests say why", async () => {
  addRun(world.github.state, "acme/red", "failure", [{ name: "Claude mention", conclusion: "skipped" }, redReview]);
  addRun(world.github.state, "acme/red", "skipped");
  const { requests, verdicts } = await look("red");
  // The log is behind a redirect.
  expect(requests).toBe(5);
  expect(verdicts["last-run"]).toMatchObject({ status: "broken", reason: expect.stringContaining(cause) });
});

it("of a green run with another file the log says whether Claude was asked", async () => {
  const idle = { ...greenReview, log: ["No trigger found, skipping remaining steps"] };
  addRun(world.github.state, "acme/hand", "success", [idle]);
  const { verdicts } = await look("hand", { isAsDelivered: false });
  expect(verdicts["last-run-asked"]).toMatchObject({ status: "broken" });
  addRun(world.github.state, "acme/hand", "success", [greenReview]);
  expect((await look("hand", { isAsDelivered: false })).verdicts["last-run-asked"]).toMatchObject({ status: "ok" });
});

it("what a query for many repositories has shown is not asked again", async () => {
  world.github.journal.splice(0);
  const github = connectToGitHub({}, world.environment);
  const question = { slug: "acme/red", path, isAsDelivered: true } as const;
  const shown = { id: 1, number: 1, url: "", event: "pull_request", status: "completed", headSha: "", startedAt: 0 };
  expect(await readRuns(github, question, [])).toEqual([]);
  const green = [{ ...shown, conclusion: "success" }];
  expect(await readRuns(github, question, green)).toEqual(green);
  expect(world.github.journal).toEqual([]);
  // None of them tells anything.
  expect(await readRuns(github, question, [{ ...shown, conclusion: "skipped" }])).toHaveLength(2);
});

it("a workflow that GitHub does not know, and one that has not run, have no runs", async () => {
  for (const name of ["none", "new"] as const) {
    const { runs, verdicts } = await look(name);
    expect(runs).toEqual([]);
    expect(verdicts["workflow-has-run"]).toMatchObject({ waits: true });
  }
});

it("a run that goes on, and one that waits since an hour", async () => {
  const { state } = world.github;
  beginRun(state, "acme/new", { status: "in_progress" });
  expect((await look("new")).verdicts["workflow-has-run"]).toMatchObject({ waits: true });
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  beginRun(state, "acme/new", { createdAt: hourAgo, startedAt: hourAgo });
  const { verdicts } = await look("new");
  expect(verdicts["run-is-taken"]).toMatchObject({
    status: "broken",
    reason: expect.stringContaining("ubuntu-latest"),
  });
});

it("a run that is run again counts from then on", async () => {
  const { state } = world.github;
  const old = { createdAt: "2026-01-01T00:00:00Z", startedAt: "2026-01-01T00:00:00Z" };
  const run = addRun(state, "acme/again", "failure", [redReview], old);
  const setup = { changedAt: Date.parse("2026-06-01T00:00:00Z") };
  expect((await look("again", {}, { setup })).verdicts["last-run"]).toMatchObject({ waits: true });
  startAttempt(run);
  expect((await look("again", {}, { setup })).verdicts["run-is-taken"]).toMatchObject({ status: "ok" });
  endJob(addJob(state, run, redReview.name), redReview);
  complete(run, "failure");
  expect((await look("again", {}, { setup })).verdicts["last-run"]).toMatchObject({ status: "broken" });
});

it("a log that shows a credential and acts on terminals does neither in a report", async () => {
  const token = `ghp_${"a1b2c3d4".repeat(4)}`;
  const coloured = `ghp_\u001b[1m${token.slice(4)}`;
  const log = [`Reason: \u001b[2J\u001b]0;x\u0007 ${token} ${coloured}`, "##[error]Claude ended with an error."];
  addRun(world.github.state, "acme/hostile", "failure", [{ name: "Claude review", conclusion: "failure", log }]);
  const text = JSON.stringify((await look("hostile")).verdicts);
  expect(text).toContain("Claude ended with an error.");
  expect(text).not.toContain(token);
  expect(JSON.parse(text)["last-run"].reason).not.toMatch(/\p{Cc}/u);
});

it("a GitHub that refuses, and one that fails, are no reason to call it broken", async () => {
  const { faults } = world.github;
  faults.choose = ({ path: asked }) =>
    asked.endsWith("/jobs") ? { kind: "answer", status: 500, body: { message: "Server Error" } } : undefined;
  const github = connectToGitHub({}, world.environment, { retryPause: 1 });
  const runs = await readRuns(github, { slug: "acme/red", path, isAsDelivered: true }, notKnown);
  delete faults.choose;
  if (isUnread(runs)) throw new Error(runs.unread);
  const told = runs.find(({ conclusion }) => conclusion === "failure");
  expect(told?.jobs).toHaveProperty("unread");
});
