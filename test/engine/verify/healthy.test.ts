/** `npm run verify` after one `pulumi up` of a stack in which everything works, by each delivery and each kind of identity. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { table } from "../../../core/checks/table.ts";
import { runVerify } from "../../commands/run-verify.ts";
import { addRun, greenReview } from "../../commands/scripted-runs.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { sharedStage } from "../shared-stage.ts";
import { succeed } from "../support.ts";
import { findFaults, verifyIn } from "./verified.ts";

const stage = sharedStage({
  inline: claudeAperture,
  repositories: [
    "acme/app",
    "acme/api",
    "acme/web",
    "acme/all",
    { name: "acme/.github", actionsAccess: "organization" },
  ],
  config: {
    "github:owner": "acme",
    "claude-aperture:aperture": { device: "tag:aperture" },
    "claude-aperture:repositories": [
      "app",
      { name: "api", tag: "tag:ci-api", identity: { kind: "oauth" } },
      { name: "web", tag: "tag:ci-web", delivery: { kind: "central" } },
      {
        name: "all",
        tag: "tag:ci-all",
        delivery: { kind: "central" },
        identity: { kind: "federated", scope: "organization" },
      },
    ],
  },
});

beforeAll(async () => {
  await succeed(stage.project, "up");
  const { state } = stage.world.github;
  for (const name of ["app", "api", "web", "all"]) addRun(state, `acme/${name}`, "success", [greenReview]);
});

/** Its output is searched for secrets at the end, as what the engine prints. */
async function print(...args: string[]) {
  const { project } = stage;
  const printed = await runVerify(project.directory, project.environment, "--stack", "test", ...args);
  project.outputs.push({ command: "verify", output: printed.stdout + printed.stderr });
  return printed;
}

describe("a stack in which everything works", () => {
  it("is said to work, and every check was made that applies", async () => {
    const verified = await verifyIn(stage.project, "--stack", "test");
    expect(findFaults(verified)).toEqual([]);
    expect(verified).toMatchObject({ answer: "4 repositories: 4 work", exitCode: 0 });
    const ok = new Set(verified.checks.filter(({ status }) => status === "ok").map(({ id }) => id));
    const never = table
      .filter(({ id, phase }) => (phase === "after" || phase === "run") && !ok.has(id))
      .map(({ id }) => id);
    expect(never).toEqual(["secrets-environment", "followed-run"]);
  });

  it("is a table that ends with the answer", async () => {
    const { stdout, stderr, exitCode } = await print();
    expect(stdout).toBe(
      [
        "          machine  policy  device  repository  credential  secrets  workflow  redirects  runs",
        "acme/app  ok       ok      ok      ok          ok          ok       ok        ok         ok",
        "acme/api  ok       ok      ok      ok          ok          ok       ok        ok         ok",
        "acme/web  ok       ok      ok      ok          ok          ok       ok        ok         ok",
        "acme/all  ok       ok      ok      ok          ok          -        ok        ok         ok",
        "",
        "4 repositories: 4 work",
        "",
      ].join("\n"),
    );
    expect(stderr).toBe("Checking stack test ...\n");
    expect(exitCode).toBe(0);
  });

  it("is one line a repository with --short", async () => {
    expect((await print("--short", "app", "acme/web")).stdout).toBe(
      "acme/app: works\nacme/web: works\n2 repositories: 2 work\n",
    );
  });

  it("is the summary of a job with --markdown", async () => {
    expect((await print("--markdown", "app")).stdout).toBe(
      [
        "### 1 repository: 1 works",
        "",
        "<details><summary>Repositories</summary>",
        "",
        "- acme/app: works",
        "",
        "</details>",
        "",
        "Stack `test`, by `npm run verify`.",
        "",
      ].join("\n"),
    );
  });

  it("can be checked without an engine, by a file of its state", async () => {
    const { project } = stage;
    await project.pulumi("stack", "export", "--file", "state.json");
    const environment = { ...project.environment, PATH: "/nowhere" };
    const args = ["--stack", "test", "--short", "--state", `${project.directory}/state.json`];
    const { stdout, exitCode } = await runVerify(project.directory, environment, ...args);
    expect({ last: stdout.trim().split("\n").at(-1), exitCode }).toEqual({
      last: "4 repositories: 4 work",
      exitCode: 0,
    });
  });

  it("waits where the last run is red and is older than the last change", async () => {
    const { state } = stage.world.github;
    const old = { createdAt: "2026-01-01T00:00:00Z", startedAt: "2026-01-01T00:00:00Z" };
    state.repository("acme/app").runs.splice(0);
    addRun(state, "acme/app", "failure", [{ name: "Claude review", conclusion: "failure" }], old);
    const { checks, answer } = await verifyIn(stage.project, "--stack", "test");
    expect(checks.find(({ id, status }) => id === "last-run" && status !== "ok")).toMatchObject({ waits: true });
    expect(answer).toBe("4 repositories: 3 work, 1 waits for a merge or a first run");
    addRun(state, "acme/app", "success", [greenReview]);
  });

  it("is so for the program that npm starts", async () => {
    const { directory, environment } = stage.project;
    const program = join(import.meta.dirname, "..", "..", "..", "commands", "verify.ts");
    const run = await promisify(execFile)(process.execPath, [program, "--short", "app"], {
      cwd: directory,
      env: environment,
    });
    stage.project.outputs.push({ command: "verify", output: run.stdout + run.stderr });
    expect(run.stdout.trim().split("\n").at(-1)).toMatch(/^1 repository: /);
    expect(run.stderr).toBe("Checking stack test ...\n");
  });

  it("cannot be told where a service does not accept the credential", async () => {
    const { project } = stage;
    const environment = { ...project.environment, GITHUB_TOKEN: "ghp_example_of_a_token_that_is_over" };
    const { stdout, exitCode } = await runVerify(project.directory, environment, "--stack", "test", "--short");
    expect(stdout).toContain("acme/app: cannot be told.");
    expect(stdout).toContain("GitHub answered 401");
    expect(stdout.trim().split("\n").at(-1)).toBe("4 repositories: 0 work, 4 cannot be told from here");
    expect(exitCode).toBe(2);
  });

  it("says how it is used where it cannot be understood", async () => {
    for (const [args, said] of [
      [["--sort"], "Unknown option '--sort'"],
      [["--json", "--short"], "two forms of one output"],
      [["nobody"], "nobody is not a repository of this stack."],
    ] as const) {
      const { stdout, stderr, exitCode } = await print(...args);
      expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
      expect(stderr).toContain(said);
    }
  });
});
