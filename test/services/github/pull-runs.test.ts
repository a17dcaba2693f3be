import { describe, expect, it, onTestFinished } from "vitest";
import { addJob, complete, startRun } from "../../../sandbox/github/actions/runs.ts";
import { setWorkflowDisabled } from "../../../sandbox/github/administrators.ts";
import { openPullAs, pushToPull } from "../../../sandbox/github/authors.ts";
import { type GitHub, type Repository, startGitHub } from "../../../sandbox/github/index.ts";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { RepositoryNodes } from "../../../services/github/nodes.ts";
import { findPullRuns } from "../../../services/github/pull-runs.ts";

const path = ".github/workflows/claude.yml";
const check = "Claude review";

async function start(): Promise<{ github: GitHub; repository: Repository }> {
  const files = { [path]: "name: Claude Code\non: pull_request\njobs: {}\n" };
  const github = await startGitHub({ repositories: [{ name: "acme/app", files }, "acme/api"] });
  onTestFinished(() => github.close());
  return { github, repository: github.state.repository("acme/app") };
}

function run({ github, repository }: Awaited<ReturnType<typeof start>>, headSha: string, name = check, file = path) {
  const event = { event: "pull_request", headSha, headBranch: "feature", actor: "alice", name: "Claude Code" };
  const started = startRun(github.state, repository, { ...event, path: file });
  const job = addJob(github.state, started, name);
  return { run: started, job };
}

async function look({ github, repository }: Awaited<ReturnType<typeof start>>) {
  const nodes = new RepositoryNodes(async () =>
    connectToGitHub({ baseUrl: github.url, token: github.token }, {}, { retryPause: 1 }),
  );
  const ids = new Map((await ids4(github)).map((one) => [one.name, one.id]));
  return findPullRuns(nodes, { repositoryId: ids.get(repository.name) ?? "", workflowPath: path, check });
}

async function ids4({ url, token }: GitHub): Promise<{ name: string; id: string }[]> {
  const query = `{ app: repository(owner: "acme", name: "app") { name id } api: repository(owner: "acme", name: "api") { name id } }`;
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  return Object.values(((await response.json()) as { data: Record<string, { name: string; id: string }> }).data);
}

describe("the newest runs for pull requests", () => {
  it("are none before the first pull request", async () => {
    expect(await look(await start())).toEqual({ pulls: 0, runs: [], isCurrent: false });
  });

  it("begin anew where they are run again", async () => {
    const world = await start();
    const { run: started, job } = run(world, openPullAs(world.repository, { author: "alice" }).headSha);
    job.startedAt = "2030-01-01T00:00:00Z";
    complete(started, "failure");
    const [found] = (await look(world))?.runs ?? [];
    expect(found).toMatchObject({ createdAt: started.createdAt, startedAt: "2030-01-01T00:00:00Z" });
  });

  it("say what each job did, and whether the workflow is enabled", async () => {
    const world = await start();
    const pull = openPullAs(world.repository, { author: "alice" });
    const { run: started, job } = run(world, pull.headSha);
    job.steps.push({ number: 1, name: "Run Claude Code", status: "completed", conclusion: "failure" });
    job.annotations.push({ level: "failure", title: "No review", message: "Aperture answered 403." });
    complete(job, "failure");
    complete(started, "failure");
    setWorkflowDisabled(world.repository, "claude.yml", true);
    expect(await look(world)).toEqual({
      pulls: 1,
      isCurrent: true,
      workflowState: "disabled_manually",
      runs: [
        {
          id: started.id,
          number: 1,
          event: "pull_request",
          status: "completed",
          conclusion: "failure",
          headSha: pull.headSha,
          url: `${world.github.url}/acme/app/actions/runs/${started.id}`,
          createdAt: started.createdAt,
          startedAt: started.createdAt,
          jobs: [
            {
              id: job.id,
              name: check,
              conclusion: "failure",
              steps: [{ name: "Run Claude Code", conclusion: "failure" }],
              annotations: [{ level: "failure", title: "No review", message: "Aperture answered 403." }],
            },
          ],
        },
      ],
    });
  });

  it("are those of the heads, the newest first, and of no other workflow", async () => {
    const world = await start();
    const first = openPullAs(world.repository, { author: "alice", head: "one" });
    run(world, first.headSha);
    const second = openPullAs(world.repository, { author: "bob", head: "two" });
    run(world, second.headSha, "Test", ".github/workflows/test.yml");
    run(world, second.headSha, check, ".github/workflows/other.yml");
    const last = run(world, second.headSha);
    last.run.createdAt = "2030-01-01T00:00:00Z";
    second.updatedAt = "2030-01-01T00:00:00Z";
    const found = await look(world);
    expect(found?.isCurrent).toBe(true);
    expect(found?.runs.map(({ number, headSha }) => [number, headSha])).toEqual([
      [2, second.headSha],
      [1, first.headSha],
    ]);
    pushToPull(world.repository, second.number, { files: { "more.md": "More.\n" } });
    const after = await look(world);
    expect(after).toMatchObject({ isCurrent: false, pulls: 2, runs: [{ headSha: first.headSha }] });
  });

  it("are not those of pull requests that were only talked about since another one's run", async () => {
    const world = await start();
    const day = (number: number) => `2030-01-0${number}T00:00:00Z`;
    const open = (head: string, of: { run: number; changed: number }) => {
      const pull = openPullAs(world.repository, { author: "alice", head });
      run(world, pull.headSha).run.createdAt = day(of.run);
      pull.updatedAt = day(of.changed);
    };
    open("one", { run: 1, changed: 8 });
    open("two", { run: 2, changed: 7 });
    expect(await look(world)).toMatchObject({ isCurrent: true, runs: [{ number: 2 }, { number: 1 }] });
    open("three", { run: 5, changed: 6 });
    expect(await look(world)).toMatchObject({ isCurrent: false, runs: [] });
    open("four", { run: 9, changed: 9 });
    expect(await look(world)).toMatchObject({ isCurrent: true, runs: [{ number: 4 }] });
  });
});
