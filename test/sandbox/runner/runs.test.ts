/** Which events start what, and in what order the jobs of a run go on. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePull, commentOn, openPullAs, pushCommit, pushToPull } from "../../../sandbox/github/index.ts";
import { linesOf, oneJob, path, resultsOf, type Small, startSmall } from "./small.ts";

let small: Small;

beforeAll(async () => {
  small = await startSmall({
    repositories: [
      "acme/app",
      { name: "acme/.github", actionsAccess: "organization" },
      { name: "acme/closed" },
      { name: "other/public", visibility: "public" },
    ],
  });
});

afterAll(() => small?.close());

const quick = [{ run: "true" }];

describe("filters", () => {
  const withFilter = (on: unknown) => pushCommit(small.repository, "main", { [path]: oneJob(quick, { on }) });

  test("types: an activity that is not named starts nothing", async () => {
    await small.runsOf(() => withFilter({ pull_request: { types: ["synchronize"] } }));
    let number = 0;
    const opened = await small.runsOf(() => {
      number = openPullAs(small.repository, { author: "alice", head: "types" }).number;
    });
    const pushed = await small.runsOf(() => pushToPull(small.repository, number, { files: { a: "b" } }));
    expect([opened.length, pushed.map(({ action }) => action)]).toEqual([0, ["synchronize"]]);
  });

  test("without types a pull request starts runs when it opens, moves and reopens, and not when it closes", async () => {
    await small.runsOf(() => withFilter({ pull_request: null }));
    const runs = await small.runsOf(() => {
      closePull(openPullAs(small.repository, { author: "alice", head: "usual" }));
    });
    expect(runs.map(({ action }) => action)).toEqual(["opened"]);
  });

  test("branches: the base of a pull request, and what was pushed", async () => {
    await small.runsOf(() =>
      withFilter({ pull_request: { branches: ["release/**"] }, push: { branches: ["release/**"] } }),
    );
    const onMain = await small.runsOf(() => openPullAs(small.repository, { author: "alice", head: "branches" }));
    const onRelease = await small.runsOf(() => {
      pushCommit(small.repository, "release/1", {
        [path]: oneJob(quick, { on: { push: { branches: ["release/**"] } } }),
      });
    });
    expect([onMain.length, onRelease.map(({ headBranch }) => headBranch)]).toEqual([0, ["release/1"]]);
  });

  test("paths: files that a pull request changes", async () => {
    await small.runsOf(() => withFilter({ pull_request: { paths: ["src/**", "!src/**.md"] } }));
    const open = (head: string, files: Record<string, string>) =>
      small.runsOf(() => openPullAs(small.repository, { author: "alice", head, files }));
    expect(await open("words", { "src/a.md": "words" })).toHaveLength(0);
    expect(await open("code", { "src/a.ts": "1", "docs/a.md": "words" })).toHaveLength(1);
  });

  test("a mark in the commit, a switched-off file and switched-off Actions start nothing", async () => {
    const push = (message = "A commit") =>
      small.runsOf(() => pushCommit(small.repository, "main", { [path]: oneJob(quick), x: message }, message));
    expect(await push("Words [skip ci]")).toHaveLength(0);
    expect(await push()).toHaveLength(1);
    const { actions, workflows } = small.repository;
    actions.enabled = false;
    expect(await push("off")).toHaveLength(0);
    actions.enabled = true;
    for (const workflow of workflows) workflow.isDisabled = true;
    expect(await push("disabled")).toHaveLength(0);
    for (const workflow of workflows) workflow.isDisabled = false;
    expect(await push("on")).toHaveLength(1);
  });

  test("a comment runs the file of the default branch, whatever the pull request makes of it", async () => {
    const on = { issue_comment: null, pull_request: null };
    await small.runsOf(() =>
      pushCommit(small.repository, "main", { [path]: oneJob([{ run: "echo of main" }], { on }) }),
    );
    const files = { [path]: oneJob([{ run: "echo of the head" }], { on }) };
    let number = 0;
    const [opened] = await small.runsOf(() => {
      number = openPullAs(small.repository, { author: "alice", head: "edits", files }).number;
    });
    const [commented] = await small.runsOf(() => commentOn(small.repository, number, { author: "alice", body: "?" }));
    expect(linesOf(opened?.jobs[0]?.log ?? "")).toContain("of the head");
    expect(linesOf(commented?.jobs[0]?.log ?? "")).toContain("of main");
  });

  test("pull_request_target runs the base branch's file, with secrets, also for a fork", async () => {
    small.repository.secrets.set("OF_BASE", "made-up-secret-of-the-base");
    const say = (where: string) => ({
      run: `echo of ${where} \${#KEY} $GITHUB_REF $GITHUB_SHA`,
      env: { KEY: "${{ secrets.OF_BASE }}" },
    });
    const file = (where: string) => oneJob([say(where)], { on: { pull_request_target: null } });
    const base = pushCommit(small.repository, "main", { [path]: file("main") });
    const [run] = await small.runsOf(() =>
      openPullAs(small.repository, { author: "forker", fork: true, files: { [path]: file("the head") } }),
    );
    expect(run).toMatchObject({ event: "pull_request_target", conclusion: "success" });
    expect(linesOf(run?.jobs[0]?.log ?? "")).toContain(`of main 26 refs/heads/main ${base}`);
  });

  test("a file that is none fails at its push", async () => {
    const [run] = await small.runsOf(() => pushCommit(small.repository, "main", { [path]: "on: push\njobs: [\n" }));
    expect(run).toMatchObject({ name: path, conclusion: "failure", jobs: [] });
  });
});

describe("jobs", () => {
  const job = (rest: object, command = "true") => ({ "runs-on": "ubuntu-latest", steps: [{ run: command }], ...rest });

  test("wait for those that they need, get their outputs, and are skipped after a failure", async () => {
    const run = await small.runPushed(
      JSON.stringify({
        on: "push",
        jobs: {
          first: {
            "runs-on": "ubuntu-latest",
            outputs: { word: "${{ steps.say.outputs.word }}" },
            steps: [{ id: "say", run: "echo word=it''s >> $GITHUB_OUTPUT" }],
          },
          second: job({ needs: "first" }, "echo ${{ needs.first.outputs.word }} ${{ needs.first.result }}"),
          red: job({ needs: ["first"] }, "exit 1"),
          after: job({ needs: "red" }),
          afterwards: job({ needs: ["red", "after"], if: "always()" }),
          onFailure: job({ needs: "red", if: "failure()" }),
          afterSkipped: job({ needs: "never" }),
          never: job({ if: "github.event_name == 'issues'" }),
        },
      }),
    );
    expect(run.conclusion).toBe("failure");
    expect(resultsOf(run)).toEqual({
      first: "success",
      second: "success",
      red: "failure",
      after: "skipped",
      afterwards: "success",
      onFailure: "success",
      afterSkipped: "skipped",
      never: "skipped",
    });
    expect(linesOf(run.jobs.find(({ name }) => name === "second")?.log ?? "")).toContain("its success");
  });

  test("of one group: the newer run takes the place of the older", async () => {
    const text = oneJob([{ run: "sleep 30" }], {
      job: { concurrency: { group: "g-${{ github.ref }}", "cancel-in-progress": true } },
    });
    const quickly = text.replace("sleep 30", "sleep 0");
    const runs = await small.runsOf(async () => {
      pushCommit(small.repository, "main", { [path]: text });
      await expect.poll(() => small.repository.runs.at(-1)?.jobs[0]?.status).toBe("in_progress");
      pushCommit(small.repository, "main", { [path]: quickly });
    });
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(["cancelled", "success"]);
    expect(runs[0]?.jobs[0]?.annotations[0]?.message).toMatch(
      /^Canceling since a higher priority waiting request for g-/,
    );
  });
});

describe("a run", () => {
  test("goes once more with the same commit and what is set by then", async () => {
    const show = { run: 'test -n "$KEY"', env: { KEY: "${{ secrets.LATER }}" } };
    const run = await small.runPushed(oneJob([show]));
    expect([run.attempt, run.conclusion]).toEqual([1, "failure"]);
    small.repository.secrets.set("LATER", "made-up-secret-of-later");
    await small.runsOf(() => small.runner.rerun(run));
    expect([run.attempt, run.conclusion, run.jobs.length]).toEqual([2, "success", 1]);
  });

  test("ends with an expression that has no value, and says so", async () => {
    const run = await small.runPushed(oneJob([{ run: "true" }], { job: { if: "fromJSON('{')" } }));
    expect([run.conclusion, resultsOf(run)]).toEqual(["failure", { work: "failure" }]);
    expect(run.jobs[0]?.annotations[0]?.message).toMatch(/JSON/);
  });

  test("whose job loses its place in a group goes on with the others", async () => {
    const steps = (command: string) => ({ "runs-on": "ubuntu-latest", steps: [{ run: command }] });
    const text = (command: string) =>
      JSON.stringify({ on: "push", jobs: { held: { ...steps(command), concurrency: "place" }, free: steps("true") } });
    const runs = await small.runsOf(async () => {
      pushCommit(small.repository, "main", { [path]: text("sleep 3") });
      await expect.poll(() => small.repository.runs.at(-1)?.jobs[0]?.status).toBe("in_progress");
      for (const command of ["echo second", "echo third"])
        pushCommit(small.repository, "main", { [path]: text(command) });
    });
    expect(runs.map(resultsOf)).toEqual([
      { held: "success", free: "success" },
      { held: "cancelled", free: "success" },
      { held: "success", free: "success" },
    ]);
  });
});

describe("called files", () => {
  const central = () => small.github.state.repository("acme/.github");
  const callee = (jobs: object, call: object | null = null, rest: object = {}) =>
    JSON.stringify({ on: { workflow_call: call }, ...rest, jobs });
  const uses = "acme/.github/.github/workflows/shared.yml@main";
  const identify = {
    uses: "actions/github-script@v8",
    with: {
      script:
        "core.info('id: ' + await core.getIDToken('aud').catch((e) => e.message).then((t) => Buffer.from(t).toString('hex')))",
    },
  };
  const caller = (job: object, rest: object = {}) =>
    JSON.stringify({ on: "push", ...rest, jobs: { claude: { uses, ...job } } });
  const share = (text: string) =>
    small.runsOf(() => pushCommit(central(), "main", { ".github/workflows/shared.yml": text }));

  test("run in the caller's name: token, secrets and claims", async () => {
    small.repository.secrets.set("OWN", "made-up-secret-of-the-caller");
    small.repository.secrets.set("OTHER", "made-up-secret-that-is-not-passed");
    await share(
      callee(
        {
          job: {
            name: "Shared",
            "runs-on": "ubuntu-latest",
            steps: [
              identify,
              {
                run: "echo passed ${#PASSED} other ${#OTHER} for $WHO in $GITHUB_REPOSITORY",
                env: { PASSED: "${{ secrets.PASSED }}", OTHER: "${{ secrets.OTHER }}", WHO: "${{ inputs.who }}" },
              },
            ],
          },
        },
        { secrets: { PASSED: { required: false } }, inputs: { who: { type: "string", default: "nobody" } } },
      ),
    );
    const run = await small.runPushed(
      caller(
        { permissions: { "id-token": "write" }, secrets: { PASSED: "${{ secrets.OWN }}" }, with: { who: "alice" } },
        { permissions: {} },
      ),
    );
    expect(resultsOf(run)).toEqual({ "claude / Shared": "success" });
    const lines = linesOf(run.jobs[0]?.log ?? "");
    expect(lines).toContain("passed 28 other 0 for alice in acme/app");
    const hex = lines.find((line) => line.startsWith("id: "))?.slice(4) ?? "";
    expect(decodeJwt(Buffer.from(hex, "hex").toString())).toMatchObject({
      repository: "acme/app",
      workflow_ref: `acme/app/${path}@refs/heads/main`,
      job_workflow_ref: "acme/.github/.github/workflows/shared.yml@refs/heads/main",
    });
  });

  test("are skipped as one when the caller is", async () => {
    const run = await small.runPushed(caller({ if: "false" }));
    expect([run.conclusion, resultsOf(run)]).toEqual(["skipped", { claude: "skipped" }]);
  });

  test.each([
    [
      "that asks for more than its caller grants",
      {},
      { job: { permissions: { contents: "write" } } },
      /requesting 'contents: write', but is only allowed 'contents: read'/,
    ],
    ["with a secret that it does not declare", { secrets: { NONE: "x" } }, {}, /NONE is not defined/],
    ["that is nowhere", { uses: "acme/.github/.github/workflows/none.yml@main" }, {}, /workflow was not found/],
    [
      "in a repository that shares nothing",
      { uses: "acme/closed/.github/workflows/shared.yml@main" },
      {},
      /workflow was not found/,
    ],
  ])("keep a run from starting: one %s", async (_, job, { job: change = {} }: { job?: object }, reason) => {
    const text = callee({ job: { "runs-on": "ubuntu-latest", steps: quick, ...change } });
    await share(text);
    await small.runsOf(() =>
      pushCommit(small.github.state.repository("acme/closed"), "main", { ".github/workflows/shared.yml": text }),
    );
    const run = await small.runPushed(caller(job, { permissions: { contents: "read" } }));
    expect(run).toMatchObject({ conclusion: "startup_failure", jobs: [] });
    expect(run.startupFailure).toMatch(reason);
  });

  test("and actions that the settings refuse keep it from starting as well", async () => {
    small.repository.actions.allowedActions = "local_only";
    const run = await small.runPushed(oneJob([identify]));
    small.repository.actions.allowedActions = "all";
    expect(run.conclusion).toBe("startup_failure");
    expect(run.startupFailure).toMatch(/The action actions\/github-script@v8 is not allowed in acme\/app/);
  });
});
