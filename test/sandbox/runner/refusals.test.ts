/** What breaks on the way to Aperture makes the run red, in the step where it is seen, and says why. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openPullAs, type PullRequest, pushToPull } from "../../../sandbox/github/index.ts";
import { deleteKey, savePolicy } from "../../../sandbox/tailscale/index.ts";
import { deliver, jobOf, policyText, type Stage, startStage, stepsOf } from "./stage.ts";

let stage: Stage;
let pull: PullRequest;
let commits = 0;

beforeAll(async () => {
  stage = await startStage();
  deliver(stage, { model: "claude-sonnet-4-6", joinTimeoutSeconds: 5 });
  pull = openPullAs(stage.repository, { author: "alice", files: { "src/a.ts": "1\n" } });
  await stage.newRuns();
});

beforeEach(() => savePolicy(stage.world.tailscale.state, policyText()));

afterAll(() => stage?.close());

async function review() {
  commits += 1;
  pushToPull(stage.repository, pull.number, { files: { "src/b.ts": `${commits}\n` } });
  const [run] = await stage.newRuns();
  const job = jobOf(run, "Claude review");
  return {
    conclusion: run?.conclusion,
    failed: stepsOf(job)
      .filter((step) => step.endsWith(": failure"))
      .map((step) => step.replace(": failure", "")),
    reasons: job.annotations.map(({ message }) => message),
    job,
  };
}

test("a model outside of the grant: the message names the grant", async () => {
  savePolicy(stage.world.tailscale.state, policyText({ models: ["anthropic/claude-haiku-*"] }));
  const { conclusion, failed, reasons, job } = await review();
  expect(conclusion).toBe("failure");
  expect(failed).toEqual(["Run Claude Code", "Check that Claude ran"]);
  expect(reasons.join("\n")).toMatch(/grant/);
  expect(job.summary).toContain("Claude did not succeed");
  expect(stage.world.aperture.log.at(-1)).toMatchObject({ status: 404, model: "claude-sonnet-4-6" });
});

test("port 80 is not in the grant: the request step says so", async () => {
  savePolicy(stage.world.tailscale.state, policyText({ ports: ["tcp:443"] }));
  const { conclusion, failed, reasons } = await review();
  expect(conclusion).toBe("failure");
  expect(failed).toEqual(["Ask Aperture", "Check that Claude ran"]);
  expect(reasons.join("\n")).toMatch(/Port 80 of Aperture cannot be reached/);
});

test("the role is missing", async () => {
  const text = policyText().replace('{"role":"user"},', "");
  savePolicy(stage.world.tailscale.state, text);
  const { conclusion, failed, reasons } = await review();
  expect(conclusion).toBe("failure");
  expect(failed).toEqual(["Ask Aperture", "Check that Claude ran"]);
  expect(reasons.join("\n")).toMatch(/Aperture refuses the tag/);
});

test("no grant at all: the runner joins and sees no Aperture", async () => {
  const { grants: _, ...rest } = JSON.parse(policyText());
  savePolicy(stage.world.tailscale.state, JSON.stringify({ ...rest, grants: [] }));
  const { conclusion, failed, reasons } = await review();
  expect(conclusion).toBe("failure");
  expect(failed).toEqual(["Connect to tailnet", "Check that Claude ran"]);
  expect(reasons.join("\n")).toMatch(/no grant shows it Aperture/);
});

test("the identity was deleted", async () => {
  const { state } = stage.world.tailscale;
  deleteKey(state, stage.world.github.secretValue("acme/app", "TS_OAUTH_CLIENT_ID") ?? "");
  const { conclusion, failed, reasons, job } = await review();
  expect(conclusion).toBe("failure");
  expect(failed).toEqual(["Connect to tailnet", "Check that Claude ran"]);
  expect(job.log).toContain("token exchange failed with status");
  expect(reasons.join("\n")).toMatch(/Tailscale refuses the identity/);
  expect(stage.world.tailnet.nodes().map(({ hostname }) => hostname)).toEqual(["ai"]);
});
