/** The delivered workflow file, run as in test/sandbox/runner/, with the real Claude Code: through tailnet and Aperture, and nowhere else. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPullAs, type WorkflowRun } from "../../sandbox/github/index.ts";
import { readArguments } from "../../sandbox/runner/actions/claude/arguments.ts";
import { savePolicy } from "../../sandbox/tailscale/index.ts";
import { jobOf, options, stepOf } from "../core/workflow/workflows.ts";
import { commentsOn, deliver, policyText, type Stage, startStage } from "../sandbox/runner/stage.ts";
import { flagsOf } from "./arguments.ts";
import { claudeCodeInCache, version } from "./claude-code.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ runner: { claude: (await claudeCodeInCache()).executable } });
});

afterAll(() => stage?.close());

test("the stand-in of the action reads arguments as the action does", async () => {
  const { split } = await claudeCodeInCache();
  for (const preset of ["review", "mention"] as const) {
    const { claude_args } = stepOf(jobOf(preset, options), "Run Claude Code").with ?? {};
    const text = String(claude_args).replaceAll("${{ runner.temp }}", "/tmp/x");
    const read = [...readArguments(text, "").flags].map(([flag, value]) => [flag, value === true ? null : value]);
    expect(new Map(read as [string, string | null][])).toEqual(flagsOf(text, split));
  }
});

describe("a review", () => {
  let run: WorkflowRun | undefined;

  beforeAll(async () => {
    deliver(stage, { model: "claude-sonnet-4-6" });
    await stage.newRuns();
    openPullAs(stage.repository, { author: "alice", files: { "src/sum.ts": "export const sum = 1 + 1;\n" } });
    [run] = await stage.newRuns();
  });

  test("is green, and the comment names the file that Claude Code read", () => {
    expect(run?.jobs.flatMap(({ annotations }) => annotations)).toEqual([]);
    expect(run?.conclusion).toBe("success");
    const [pull] = stage.repository.pulls;
    expect(pull && commentsOn(stage.repository, pull)).toEqual([expect.stringContaining("src/sum.ts")]);
  });

  test("came from the tag, with repository and run, and went nowhere else", () => {
    const { aperture, runner } = stage.world;
    expect(aperture.log.length).toBeGreaterThan(1);
    for (const entry of aperture.log) {
      expect(entry).toMatchObject({ tags: ["tag:ci"], status: 200, repository: "acme/app", run: String(run?.id) });
    }
    expect(runner.bypasses).toEqual([]);
  });

  test(`was asked for by Claude Code ${version}`, () => {
    const [first] = stage.world.aperture.state.providerRequests;
    expect(JSON.stringify(first?.body)).toMatch(/Claude Code|Claude agent/);
  });
});

test("a model outside of the grant is red, with the grant in the message", async () => {
  savePolicy(stage.world.tailscale.state, policyText({ models: ["anthropic/claude-haiku-*"] }));
  openPullAs(stage.repository, { author: "alice", head: "other-model", files: { "src/b.ts": "2\n" } });
  const [run] = await stage.newRuns();
  expect(run?.conclusion).toBe("failure");
  expect(run?.jobs[0]?.annotations.map(({ message }) => message).join("\n")).toMatch(/grant/);
  expect(stage.world.runner.bypasses).toEqual([]);
});
