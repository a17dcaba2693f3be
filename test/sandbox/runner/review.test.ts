/** The delivered workflow file, run by act: a runner joins a real tailnet, and the review comes through Aperture. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  enqueuePull,
  openPullAs,
  type PullRequest,
  pushToPull,
  type WorkflowRun,
} from "../../../sandbox/github/index.ts";
import { compileSearch } from "../../../sandbox/secrecy/search.ts";
import { commentsOn, deliver, jobOf, type Stage, startStage, stepsOf } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
  deliver(stage);
  await stage.newRuns();
});

afterAll(() => stage?.close());

describe("a pull request from a branch", () => {
  let pull: PullRequest;
  let run: WorkflowRun | undefined;

  beforeAll(async () => {
    pull = openPullAs(stage.repository, { author: "alice", files: { "src/sum.ts": "export const sum = 1 + 1;\n" } });
    [run] = await stage.newRuns();
  });

  test("starts one run, with one green job", () => {
    expect(run).toMatchObject({
      name: "Claude Code",
      event: "pull_request",
      action: "opened",
      status: "completed",
      conclusion: "success",
      actor: "alice",
      headSha: pull.headSha,
      pulls: [pull.number],
    });
    expect(run?.jobs.map(({ name, conclusion }) => [name, conclusion])).toEqual([["Claude review", "success"]]);
    expect(stepsOf(jobOf(run, "Claude review"))).toEqual([
      "Set up job: success",
      "Check the runner: success",
      "Checkout: success",
      "Connect to tailnet: success",
      "Explain the tailnet: skipped",
      "Ask Aperture: success",
      "Collect the pull request: success",
      "Run Claude Code: success",
      "Check that Claude ran: success",
      "Post Connect to tailnet: success",
      "Post Checkout: success",
      "Complete job: success",
    ]);
  });

  test("is reviewed: the comment names the commit and the file", () => {
    expect(commentsOn(stage.repository, pull)).toEqual([
      expect.stringMatching(new RegExp(`Claude's review of ${pull.headSha}:[\\s\\S]*src/sum\\.ts`)),
    ]);
  });

  test("was seen by Aperture as the tag, with repository, run and number", () => {
    const { log } = stage.world.aperture;
    expect(log.length).toBeGreaterThan(0);
    for (const entry of log) {
      expect(entry).toMatchObject({
        login: "tag:ci",
        tags: ["tag:ci"],
        repository: "acme/app",
        run: String(run?.id),
        number: String(pull.number),
        status: 200,
      });
    }
  });

  test("left neither a device nor a bypass nor a secret in its log", () => {
    const { tailnet, runner, github, tailscale, aperture } = stage.world;
    expect(tailnet.nodes().map(({ hostname }) => hostname)).toEqual(["ai"]);
    expect(runner.bypasses).toEqual([]);
    const { log } = jobOf(run, "Claude review");
    expect(log).toContain("Pinging host ai");
    const search = compileSearch([github, tailscale, aperture].flatMap((service) => service.secrets()));
    expect(
      search(`${log} ${Buffer.from(String(github.secretValue("acme/app", "TS_AUDIENCE"))).toString("base64")}`),
    ).not.toEqual([]);
    expect(search(JSON.stringify(stage.repository.runs))).toEqual([]);
    expect(log).not.toMatch(/ghs_|idt_|eyJ/);
  });

  test("asked for nothing that the stand-ins do not know", () => {
    const { github, tailscale, aperture } = stage.world;
    for (const { journal } of [github, tailscale, aperture])
      expect(journal.filter(({ unknown }) => unknown)).toEqual([]);
  });

  test("is not reviewed again in the merge queue: skipped, which satisfies a required check", async () => {
    enqueuePull(stage.repository, pull.number);
    const [queued] = await stage.newRuns();
    expect(queued).toMatchObject({ event: "merge_group", action: "checks_requested", conclusion: "skipped" });
    expect(queued?.jobs.map(({ name, conclusion }) => [name, conclusion])).toEqual([["Claude review", "skipped"]]);
  });

  test("has its review updated in place after a push", async () => {
    const head = pushToPull(stage.repository, pull.number, { files: { "src/product.ts": "export const p = 2;\n" } });
    const [second] = await stage.newRuns();
    expect(second).toMatchObject({ action: "synchronize", conclusion: "success", headSha: head });
    expect(commentsOn(stage.repository, pull)).toEqual([expect.stringContaining(`Claude's review of ${head}`)]);
  });
});
