/** What a run of more than half a minute asks and says, on a stand-in GitHub. */
import * as pulumi from "@pulumi/pulumi";
import { expect, it, onTestFinished, vi } from "vitest";
import { parseSettings } from "../../core/settings/settings.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { watchLimit } from "../../stack/limit-watch.ts";
import { type Client, github } from "../sandbox/github-client.ts";

const { settings } = parseSettings({
  config: {
    "github:owner": "acme",
    "claude-aperture:repositories": '["app"]',
    "claude-aperture:aperture": '{"device":"tag:aperture"}',
  },
  project: "claude-aperture",
  stack: "test",
  environment: {},
});

/** Watches without a pause until there is nothing more to tell; what it told. */
async function watch(client: Client): Promise<string[]> {
  const told: string[] = [];
  for (const kind of ["warn", "error"] as const) {
    vi.spyOn(pulumi.log, kind).mockImplementation(async (message) => void told.push(`${kind}: ${message}`));
  }
  onTestFinished(() => void vi.restoreAllMocks());
  await watchLimit(connectToGitHub({ baseUrl: client.url, token: client.token }, {}), settings, 1);
  return told;
}

const what = "GitHub's hourly limit of this credential was used up during this run, perhaps by another program";

it("an Enterprise Server without limits is asked once, and nothing is told", async () => {
  const client = await github({ rateLimits: "off" });
  expect(await watch(client)).toEqual([]);
  expect(client.journal).toMatchObject([{ method: "GET", path: "/api/v3/rate_limit", status: 404 }]);
});

it("a limit that ends while the provider waits is a warning, once", async () => {
  const client = await github({ limitSpeed: 6 });
  for (const { rateLimits } of client.state.viewers.values()) rateLimits.core.limit = 0;
  expect(await watch(client)).toEqual([
    expect.stringMatching(
      `^warn: ${what}. This run waits for its end and goes on by itself: Go on after \\d\\d:\\d\\d UTC.$`,
    ),
  ]);
});

it("a limit that ends later than the provider waits is an error", async () => {
  const client = await github();
  for (const { rateLimits } of client.state.viewers.values()) rateLimits.core.limit = 0;
  expect(await watch(client)).toEqual([
    expect.stringMatching(
      `^error: ${what}. Go on after \\d\\d:\\d\\d UTC.\n  What is being written waits for up to 20 minutes`,
    ),
  ]);
});

it("while there is something left it asks again, and pays nothing for it", async () => {
  const client = await github();
  const asked = watch(client);
  await expect.poll(() => client.journal.length).toBeGreaterThan(2);
  const [viewer] = client.state.viewers.values();
  expect(viewer?.rateLimits.core.used).toBe(0);
  for (const { rateLimits } of client.state.viewers.values()) rateLimits.core.limit = 0;
  expect(await asked).toHaveLength(1);
});
