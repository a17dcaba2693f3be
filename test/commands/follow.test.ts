/** `--watch` and `--open-pull-request`: what is followed, what comes of it, and that nothing is left. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { followRun, type RunQuestion } from "../../commands/verify/follow/follow-run.ts";
import { verify } from "../../commands/verify/run.ts";
import { noConnection } from "../../core/messages/aperture.ts";
import { toPlainText } from "../../core/messages/entry.ts";
import {
  addJob,
  closePull,
  complete,
  openPullAs,
  pushCommit,
  type Repository,
  type RepositoryEvent,
  type WorkflowRun,
} from "../../sandbox/github/index.ts";
import type { PullRequest } from "../../sandbox/github/model.ts";
import { openPull } from "../../sandbox/github/pull-requests.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { createFolder, type Report } from "./run-verify.ts";
import { addRun, beginRun, endJob, greenReview, type ScriptedJob } from "./scripted-runs.ts";

const path = ".github/workflows/claude.yml";
const slug = "acme/app";
const jobToken = "ghs_exampleOfAJobsToken";

let world: World;
let repository: Repository;
beforeAll(async () => {
  world = await startWorld({
    repositories: [slug, "acme/empty"],
    tokens: [{ token: "ghp_exampleOfATokenWithEveryScope" }, { token: jobToken, kind: "integration" }],
  });
  repository = world.github.state.repository(slug);
  pushCommit(repository, "main", { [path]: "on: pull_request\njobs: {}\n" });
});
afterAll(async () => {
  const unknown = world.github.journal.filter((entry) => entry.unknown);
  await world.close();
  expect(unknown).toEqual([]);
});

/** Pull requests and branches of others. */
let before: object;
const seen = () => ({
  branches: [...repository.git.branches],
  open: repository.pulls.filter(({ state }) => state === "open").map(({ number, headSha }) => ({ number, headSha })),
});
beforeEach(() => {
  repository.runs.splice(0);
  if (repository.pulls.length === 0) openPullAs(repository, { author: "alice", head: "claude-aperture-verify/other" });
  before = seen();
  onTestFinished(() => {
    delete world.github.state.onEvent;
    delete world.github.faults.choose;
    delete world.github.observer.afterRequest;
  });
});

/** Has a run begin for each event of the name, go on while somebody looks, and end so. */
function script(job: ScriptedJob, name: RepositoryEvent["name"] = "pull_request") {
  world.github.state.onEvent = (event) => {
    if (event.name !== name || !["opened", "created"].includes(event.action ?? "")) return;
    const pull = repository.pulls.at(-1);
    const of = name === "pull_request" ? { headSha: pull?.headSha ?? "", pulls: [pull?.number ?? 0] } : {};
    setTimeout(() => void advance(beginRun(world.github.state, slug, { event: name, ...of }), job), 50);
  };
}

async function advance(run: WorkflowRun, job: ScriptedJob): Promise<void> {
  const steps = ["Connect to tailnet", "Run Claude Code"];
  const running = addJob(world.github.state, run, job.name);
  for (const [index, name] of steps.entries()) {
    Object.assign(run, { status: "in_progress" });
    Object.assign(running, {
      status: "in_progress",
      steps: [{ number: index + 1, name, status: "in_progress", conclusion: null }],
    });
    await isLookedAt(run);
  }
  endJob(running, job);
  complete(run, job.conclusion);
}

/** A step goes on until somebody has seen it. */
function isLookedAt({ id }: WorkflowRun): Promise<void> {
  return new Promise((resolve) => {
    world.github.observer.afterRequest = ({ path: asked }) => asked.endsWith(`/runs/${id}/jobs`) && resolve();
  });
}

/** Waits a moment for what a person does, when a text was shown. */
type Onlooker = (shown: string, interrupt: () => void) => void;

/** What it says, and the result of the check of the run that was followed. */
async function follow(args: string[], { settings = {}, environment = {}, onShown = (() => {}) as Onlooker } = {}) {
  const repositories = { "github:owner": "acme", "claude-aperture:repositories": ["app", "empty"] };
  let [stdout, stderr] = ["", ""];
  let interrupt = () => {};
  const exitCode = await verify(["--stack", "test", "--json", ...args], {
    directory: createFolder({ ...repositories, ...settings }),
    environment: { ...world.environment, PATH: "", ...environment },
    pauseMs: 20,
    onInterrupt(listener) {
      interrupt = listener;
      return () => {};
    },
    stdout: { write: (text) => (stdout += text) },
    stderr: {
      write(text) {
        stderr += text;
        onShown(text, interrupt);
      },
    },
  });
  const report = stdout === "" ? undefined : (JSON.parse(stdout) as Report);
  const run = report?.checks.find((check) => check.id === "followed-run" && check.repository === slug);
  return { exitCode, stderr, run, report };
}

const green: ScriptedJob = { ...greenReview, name: "Claude review" };
const cause = toPlainText(noConnection.says);
const red: ScriptedJob = {
  ...{ name: "Claude review", conclusion: "failure", log: [`##[error]${cause}`] },
  annotations: [{ level: "failure", message: cause }],
};
const open = ["--open-pull-request", "app"];

describe("a pull request that is opened for it", () => {
  it("is reviewed: the run is followed and judged, and nothing is left", async () => {
    script(green);
    const { stderr, run } = await follow(open);
    expect(run).toMatchObject({ status: "ok" });
    expect(stderr).toMatch(
      /^Checking stack test ...\nOpened http.*\/pull\/\d+\nwaiting for a run in acme\/app\nrun #1: Claude review, Connect to tailnet\nrun #1: Claude review, Run Claude Code\nrun #1: success\nClosed it, and deleted its branch.\n$/,
    );
    expect(seen()).toEqual(before);
    // It is the newest pull request, and closed without a merge.
    expect(repository.pulls.at(-1)).toMatchObject({ state: "closed", merged: false, draft: false });
  });

  it("is red, with the reason", async () => {
    script(red);
    const { run, exitCode } = await follow(open);
    expect(run).toMatchObject({ status: "broken", reason: expect.stringContaining(cause) });
    expect(exitCode).toBe(1);
    expect(seen()).toEqual(before);
  });

  it("is green and idle", async () => {
    script({ ...green, log: ["No trigger found, skipping remaining steps"] });
    expect((await follow(open)).run).toMatchObject({ status: "broken", reason: expect.stringContaining("idle") });
    script({ ...green, log: ["Nothing was reviewed: the pull request has a label of skipLabels."] });
    expect((await follow(open)).run).toMatchObject({ status: "unknown" });
  });

  it("is skipped, or cancelled by somebody", async () => {
    for (const conclusion of ["skipped", "cancelled"] as const) {
      script({ ...green, conclusion });
      expect((await follow(open)).run).toMatchObject({ status: "broken", reason: expect.stringContaining(conclusion) });
      expect(seen()).toEqual(before);
    }
  });

  it("has a file that the settings let a review see", async () => {
    script(green);
    const settings = { "claude-aperture:workflow": { paths: ["src/**"] } };
    expect((await follow(open, { settings })).run).toMatchObject({ status: "ok" });
    const files = repository.git.commits.get(repository.pulls.at(-1)?.headSha ?? "")?.files;
    expect([...(files?.keys() ?? [])].filter((name) => name.startsWith("src/claude-aperture-verify-"))).toHaveLength(1);
    const closed = { "claude-aperture:workflow": { paths: ["src/**"], skipPaths: ["src/**"] } };
    expect(await follow(open, { settings: closed })).toMatchObject({ exitCode: 2, report: undefined });
    expect(seen()).toEqual(before);
  });

  it("is asked in a comment where only mentions are answered", async () => {
    script({ ...green, name: "Claude mention" }, "issue_comment");
    const settings = { "claude-aperture:workflow": { presets: ["mention"] } };
    expect((await follow(open, { settings })).run).toMatchObject({ status: "ok" });
    expect(repository.pulls.at(-1)?.comments[0]?.body).toMatch(/^@claude /);
    expect(seen()).toEqual(before);
  });

  it("is answered by a run of its own, and not by that of another comment at the same time", async () => {
    const settings = { "claude-aperture:workflow": { presets: ["mention"] } };
    const other = repository.pulls.find(({ state }) => state === "open");
    world.github.state.onEvent = ({ name, action }) => {
      if (name !== "issue_comment" || action !== "created") return;
      const theirs = beginRun(world.github.state, slug, { event: name, pulls: [other?.number ?? 0] });
      complete(theirs, "failure");
      const ours = { event: name, pulls: [repository.pulls.at(-1)?.number ?? 0] };
      world.github.observer.afterRequest = ({ path: asked }) => {
        if (!asked.endsWith("/runs")) return;
        delete world.github.observer.afterRequest;
        addRun(world.github.state, slug, "success", [{ ...green, name: "Claude mention" }], ours);
      };
    };
    expect((await follow(open, { settings })).run).toMatchObject({ status: "ok" });
    expect(seen()).toEqual(before);
  });

  it("is answered by the only new run where runs have a name of their own", async () => {
    const settings = { "claude-aperture:workflow": { presets: ["mention"] } };
    world.github.state.onEvent = ({ name, action }) => {
      if (name !== "issue_comment" || action !== "created") return;
      addRun(world.github.state, slug, "success", [{ ...green, name: "Claude mention" }], { event: name, pulls: [] });
    };
    expect((await follow(open, { settings })).run).toMatchObject({ status: "ok" });
    expect(seen()).toEqual(before);
  });
});

describe("whatever happens in between", () => {
  it.each(["Opened", "Connect to tailnet"])("an interrupt after %j closes it and deletes its branch", async (text) => {
    script(green);
    const onShown: Onlooker = (shown, interrupt) => shown.includes(text) && interrupt();
    const { exitCode, stderr, report } = await follow(open, { onShown });
    expect({ exitCode, report }).toEqual({ exitCode: 2, report: undefined });
    expect(stderr).toMatch(/Closed it, and deleted its branch.\nInterrupted.\n$/);
    expect(seen()).toEqual(before);
  });

  it("a signal to the process does the same", async () => {
    const directory = createFolder({ "github:owner": "acme", "claude-aperture:repositories": ["app"] });
    const command = join(import.meta.dirname, "..", "..", "commands", "verify.ts");
    const child = spawn(process.execPath, [command, "--stack", "test", ...open], {
      ...{ cwd: directory, env: { ...world.environment, PATH: "" } },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let shown = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (!shown.includes("Opened") && (shown + text).includes("Opened")) child.kill("SIGINT");
      shown += text;
    });
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect({ exitCode, shown }).toEqual({ exitCode: 2, shown: expect.stringMatching(/Closed it.*\nInterrupted.\n$/s) });
    expect(seen()).toEqual(before);
  });

  it("a run that was killed has left one: the next one says so, and leaves it to people", async () => {
    script(green);
    const left = openPullAs(repository, { author: "alice", head: "claude-aperture-verify/0123abcd" });
    const { stderr } = await follow(open);
    expect(stderr).toContain(
      `Still open from a run that was killed: ${world.github.url}/${slug}/pull/${left.number}\n`,
    );
    expect(left.state).toBe("open");
    closePull(left);
    repository.git.branches.delete(left.head);
  });

  it("the answer to its opening gets lost", async () => {
    let lost = 0;
    world.github.faults.choose = ({ operations }) =>
      operations.includes("createPullRequest") && lost++ === 0 ? { kind: "drop after" } : undefined;
    const { exitCode, stderr } = await follow(open);
    expect(lost).toBeGreaterThan(0);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("Closed it, and deleted") });
    expect(seen()).toEqual(before);
  });

  it("GitHub does not let it be opened", async () => {
    world.github.faults.choose = ({ operations }) =>
      operations.includes("createPullRequest")
        ? { kind: "answer", status: 403, body: { message: "Resource not accessible by personal access token" } }
        : undefined;
    const { exitCode, stderr } = await follow(open);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining("not accessible") });
    expect(seen()).toEqual(before);
  });

  it("GitHub fails while the run is read", async () => {
    script(green);
    world.github.faults.choose = ({ path: asked }) =>
      /\/actions\/runs\/\d+$/.test(asked) ? { kind: "answer", status: 403, body: { message: "No" } } : undefined;
    expect((await follow(open)).stderr).toContain("Closed it, and deleted its branch.");
    expect(seen()).toEqual(before);
  });

  it("somebody pushes to its branch: that is left, and said", async () => {
    script(green);
    const onShown: Onlooker = (shown) => {
      const pull = repository.pulls.at(-1);
      if (shown.includes("Connect to tailnet") && pull) pushCommit(repository, pull.head, { "mine.md": "Mine.\n" });
    };
    const { stderr } = await follow(open, { onShown });
    const { head = "", state } = repository.pulls.at(-1) ?? {};
    expect(stderr).toContain(`Left: somebody pushed to the branch ${head}`);
    expect(state).toBe("closed");
    expect(repository.git.branches.delete(head)).toBe(true);
    expect(seen()).toEqual(before);
  });

  it("somebody pushes while the answer to its opening is lost: that is left, and said", async () => {
    let tries = 0;
    world.github.faults.choose = ({ operations }) => {
      if (!operations.includes("createPullRequest")) return undefined;
      if (tries++ === 0) return { kind: "drop after" };
      if (tries === 2) pushCommit(repository, repository.pulls.at(-1)?.head ?? "", { "mine.md": "Mine.\n" });
      return undefined;
    };
    const { stderr } = await follow(open);
    const { head = "", state } = repository.pulls.at(-1) ?? {};
    expect(stderr).toContain(`Left: somebody pushed to the branch ${head}`);
    expect(state).toBe("closed");
    expect(repository.git.branches.delete(head)).toBe(true);
    expect(seen()).toEqual(before);
  });

  it("somebody opens one of theirs from its branch: that is left, and said", async () => {
    script(green);
    repository.git.branches.set("release", repository.git.branches.get("main") ?? "");
    let theirs: PullRequest | undefined;
    const onShown: Onlooker = (shown) => {
      const { head } = repository.pulls.at(-1) ?? {};
      if (theirs || !head || !shown.includes("Connect to tailnet")) return;
      const { login, id } = world.github.state.person("alice");
      // No run begins for it: the script plays one at a time.
      delete world.github.state.onEvent;
      const opened = openPull(repository, { head, base: "release", title: "Mine", author: { login, id } });
      if ("number" in opened) theirs = opened;
    };
    const { stderr } = await follow(open, { onShown });
    expect(theirs).toMatchObject({ state: "open" });
    expect(stderr).toMatch(/Left: somebody opened http.* from the branch claude-aperture-verify/);
    expect(repository.git.branches.delete(theirs?.head ?? "")).toBe(true);
    if (theirs) closePull(theirs);
    repository.git.branches.delete("release");
    expect(seen()).toEqual(before);
  });

  it("an interrupt while it is closed ends the program as well", async () => {
    script(green);
    const onShown: Onlooker = (shown, interrupt) => shown.includes("Closed it") && interrupt();
    expect(await follow(open, { onShown })).toMatchObject({ exitCode: 2, report: undefined });
    expect(seen()).toEqual(before);
  });

  it("GitHub's limit is reached: that is said, and no right is asked for", async () => {
    const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800" };
    world.github.faults.choose = ({ path: asked }) =>
      asked.includes("/pulls")
        ? { kind: "answer", status: 403, headers, body: { message: "API rate limit exceeded for user ID 1." } }
        : undefined;
    const { exitCode, stderr } = await follow(open);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.not.stringContaining("scopes") });
    expect(stderr).toContain("00:00 UTC");
  });

  it("a proxy's page is no word that its branch is gone", async () => {
    script(green);
    world.github.faults.choose = ({ path: asked }) =>
      asked.includes("/git/ref/heads/claude-aperture-verify")
        ? { kind: "text", status: 404, text: "<html>Not here</html>", type: "text/html" }
        : undefined;
    const { stderr } = await follow(open);
    expect(stderr).toMatch(/It could not be closed; .*HTML page/);
    delete world.github.faults.choose;
    expect(repository.git.branches.delete(repository.pulls.at(-1)?.head ?? "")).toBe(true);
    expect(seen()).toEqual(before);
  });

  it("it cannot be closed: that is said", async () => {
    script(green);
    world.github.faults.choose = ({ operations }) =>
      operations.includes("closePullRequest")
        ? { kind: "answer", status: 403, body: { message: "Not today" } }
        : undefined;
    const { stderr } = await follow(open);
    expect(stderr).toMatch(
      /It could not be closed; close it by hand, and delete its branch, claude-aperture-verify\/[0-9a-f]{8}\..*Not today/,
    );
    delete world.github.faults.choose;
    const pull = repository.pulls.at(-1);
    if (pull) Object.assign(pull, { state: "closed" });
    repository.git.branches.delete(pull?.head ?? "");
  });
});

it("nothing is opened where no review would start", async () => {
  for (const [args, environment, said] of [
    [["--open-pull-request", "empty"], {}, "no .github/workflows/claude.yml on its default branch"],
    [open, { GITHUB_TOKEN: jobToken }, "Use a token of a person"],
    [["--open-pull-request"], {}, "for one repository"],
    [["--open-pull-request", "app", "empty"], {}, "for one repository"],
    [["--watch", ...open], {}, "leave --watch out"],
    [["--before", ...open], {}, "Choose one"],
  ] as const) {
    const { exitCode, stderr } = await follow([...args], { environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(said) });
  }
  expect(seen()).toEqual(before);
});

describe("--watch", () => {
  it("follows the run that goes on", async () => {
    void advance(beginRun(world.github.state, slug), red);
    const { run, stderr } = await follow(["--watch", "app"]);
    expect(run).toMatchObject({ status: "broken", reason: expect.stringContaining(cause) });
    expect(stderr).toContain("run #1: failure\n");
  });

  it("follows the next run, and not the one that has ended", async () => {
    addRun(world.github.state, slug, "failure", [red]);
    const onShown: Onlooker = (shown) => {
      if (shown.includes("waiting for a run"))
        setTimeout(() => addRun(world.github.state, slug, "success", [green]), 100);
    };
    const { run, stderr } = await follow(["--watch", "app"], { onShown });
    expect(run).toMatchObject({ status: "ok" });
    expect(stderr).toContain("run #2: success\n");
  });

  it("ends when it is interrupted", async () => {
    const onShown: Onlooker = (shown, interrupt) => shown.includes("waiting for a run") && setTimeout(interrupt, 50);
    expect(await follow(["--watch", "app"], { onShown })).toMatchObject({ exitCode: 2, report: undefined });
  });
});

describe("waiting", () => {
  /** A clock that goes on by a minute with each look. */
  const wait = (question: Partial<RunQuestion>) => {
    let minutes = 0;
    return followRun(
      connectToGitHub({}, world.environment),
      { slug, filter: { workflowPath: path }, choose: ([run]) => run, ...question },
      {
        ...{ toBegin: 5, toEnd: 30, now: () => minutes * 60_000, tell: vi.fn() },
        pause: async () => {
          minutes += 1;
        },
      },
    );
  };

  it("has an end where no run begins", async () => {
    expect(await wait({})).toEqual({ kind: "no run", minutes: 5 });
    // A workflow of which GitHub knows nothing yet.
    expect(await wait({ slug: "acme/empty" })).toEqual({ kind: "no run", minutes: 5 });
  });

  it("has an end where a run has none", async () => {
    beginRun(world.github.state, slug);
    expect(await wait({})).toMatchObject({ kind: "not ended", minutes: 30, run: { status: "queued" } });
  });
});
