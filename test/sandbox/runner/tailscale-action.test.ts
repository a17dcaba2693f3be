/** The stand-in of the Tailscale action: credentials of each kind, what it refuses, and that it leaves no device behind. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPullAs, pushCommit, type WorkflowRun } from "../../../sandbox/github/index.ts";
import { oneJob } from "./small.ts";
import { giveIdentity, type Stage, startStage, workflowPath } from "./stage.ts";

let stage: Stage;
let pulls = 0;

beforeAll(async () => {
  stage = await startStage({ runner: { minuteMs: 1000 } });
  giveIdentity(stage.world, stage.repository, { presets: ["review"], runsOn: "ubuntu-latest", workflowPath });
  stage.repository.secrets.set("TS_OAUTH_SECRET", await createClient());
});

afterAll(() => stage?.close());

/** The secret of an OAuth client, made through the API. */
async function createClient(): Promise<string> {
  const { tailscale, environment } = stage.world;
  const answer = await fetch(`${tailscale.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { Authorization: `Bearer ${environment.TAILSCALE_API_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ keyType: "client", scopes: ["auth_keys"], tags: ["tag:ci"] }),
  });
  return ((await answer.json()) as { key: string }).key;
}

const federated = { "oauth-client-id": "${{ secrets.TS_OAUTH_CLIENT_ID }}", audience: "${{ secrets.TS_AUDIENCE }}" };

async function join(inputs: object, steps: object[] = [], { job = {}, idToken = true } = {}): Promise<WorkflowRun> {
  const text = oneJob(
    [{ name: "Join", uses: "tailscale/github-action@v4", with: { retry: "2", ...inputs } }, ...steps],
    {
      on: { pull_request: null },
      permissions: idToken ? { "id-token": "write" } : {},
      job,
    },
  );
  pushCommit(stage.repository, "main", { [workflowPath]: text });
  await stage.newRuns();
  pulls += 1;
  openPullAs(stage.repository, { author: "alice", head: `join-${pulls}` });
  const [run] = await stage.newRuns();
  if (!run) throw new Error("nothing started");
  return run;
}

const hostnames = () => stage.world.tailnet.nodes().map(({ hostname }) => hostname);
const messagesOf = (run: WorkflowRun) =>
  run.jobs.flatMap(({ annotations }) => annotations.map(({ message }) => message)).join("\n");

test("no name of the tailnet resolves where MagicDNS is off, and addresses lead on", async () => {
  const { state } = stage.world.tailscale;
  state.magicDns = false;
  const ask = { run: "curl -sS http://100.64.0.5/v1/models; curl -sS http://ai/v1/models" };
  const run = await join({ ...federated, tags: "tag:ci" }, [ask]);
  state.magicDns = true;
  expect(run.conclusion).toBe("failure");
  expect(run.jobs[0]?.log).toMatch(/claude(.|\n)*Could not resolve host: ai/);
});

test.each([
  ["a federated identity", { ...federated, tags: "tag:ci", ping: "ai" }],
  ["an OAuth client's secret", { "oauth-secret": "${{ secrets.TS_OAUTH_SECRET }}", tags: "tag:ci", ping: "ai" }],
])("joins with %s, and is gone at the end", async (_, inputs) => {
  const look = { run: "tailscale status --json | jq -r '.Self.Tags[0], .BackendState'; curl -sS http://ai/v1/models" };
  const run = await join(inputs, [look]);
  expect([run.conclusion, messagesOf(run)]).toEqual(["success", ""]);
  expect(run.jobs[0]?.log).toMatch(/ tag:ci\n.* Running\n.*claude/);
  expect(hostnames()).toEqual(["ai"]);
});

test("reaches only what the policy opens to the tag, however Aperture is called", async () => {
  const ask = (url: string) => ({
    run: `curl -sS --connect-timeout 2 -o /dev/null -w '%{http_code}' ${url} || echo "exit $?"`,
  });
  const run = await join({ ...federated, tags: "tag:ci", ping: "ai" }, [
    ask("http://ai.acme.ts.net/v1/models"),
    ask("http://100.64.0.5/v1/models"),
    ask("http://ai:8080/"),
  ]);
  expect(run.conclusion).toBe("success");
  const lines = (run.jobs[0]?.log ?? "").split("\n").filter((line) => /Z (\d{3}|\d{3}exit \d+)$/.test(line));
  expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual(["200", "200", "000exit 28"]);
});

test("another host of the tailnet is past Aperture", async () => {
  const run = await join({ ...federated, tags: "tag:ci" }, [
    { name: "Look around", run: "curl -sS http://db:5432 || true" },
  ]);
  expect(run.conclusion).toBe("failure");
  expect(stage.world.runner.bypasses).toEqual([
    expect.objectContaining({ host: "db", port: 5432, step: "Look around" }),
  ]);
});

test.each([
  [
    "nothing",
    {},
    /Please provide either an auth key, OAuth secret and tags, or federated identity client ID and audience with tags\./,
  ],
  [
    "an OAuth secret without tags",
    { "oauth-secret": "${{ secrets.TS_OAUTH_SECRET }}" },
    /the tags parameter is required when using an OAuth client/,
  ],
  ["another tag", { ...federated, tags: "tag:other" }, /sudo failed with exit code 1/],
  ["an empty audience", { ...federated, audience: "", tags: "tag:ci" }, /Please provide either/],
  ["a name that nobody has", { ...federated, tags: "tag:ci", ping: "nohost" }, /❌ Ping host nohost did not respond/],
])("is red with %s, and leaves no device", async (_, inputs, message) => {
  const run = await join(inputs);
  expect(run.conclusion).toBe("failure");
  expect(messagesOf(run)).toMatch(message);
  expect(hostnames()).toEqual(["ai"]);
});

test("is red without id-token: write", async () => {
  const run = await join({ ...federated, tags: "tag:ci" }, [], { idToken: false });
  expect(messagesOf(run)).toContain("Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable");
});

test("logs out of a job that is cancelled", async () => {
  const run = await join({ ...federated, tags: "tag:ci" }, [{ run: "sleep 60" }], { job: { "timeout-minutes": 4 } });
  expect(run.conclusion).toBe("cancelled");
  expect(run.jobs[0]?.log).toContain("Successfully logged out of Tailscale");
  expect(hostnames()).toEqual(["ai"]);
});
