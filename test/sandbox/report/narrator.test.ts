/** The narrator writes down what happens, in order, without help of the acts. */
import { expect, it, onTestFinished, vi } from "vitest";
import { commentOn, openPullAs } from "../../../sandbox/github/index.ts";
import type { Project } from "../../../sandbox/project.ts";
import { isWrite } from "../../../sandbox/rehearsal/evidence.ts";
import { Narrator } from "../../../sandbox/rehearsal/report/narrator.ts";
import { audience, diff, explain, log, show, showDiff } from "../../../sandbox/rehearsal/screen.ts";
import { startWorld } from "../../../sandbox/world.ts";
import { run } from "./story.ts";

async function begin() {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const world = await startWorld();
  const narrator = new Narrator(world, ["Pulumi 3.259.0"]);
  onTestFinished(async () => {
    narrator.finish([]);
    await world.close();
  });
  return { world, narrator };
}

const act = { title: "An act", explanation: "It acts." };

it("what is printed and attached comes in its order, each in the act in which it was", async () => {
  const { narrator } = await begin();
  const project = { pulumi: async () => ({ exitCode: 0, output: "done\n" }) } as Pick<Project, "pulumi">;
  narrator.listenTo(project);
  explain("before the first act");
  narrator.begin(act);
  explain("one");
  expect(await project.pulumi("up", "--yes")).toEqual({ exitCode: 0, output: "done\n" });
  show("two");
  showDiff("three", "a\n", "b\n", { most: 1 });
  log("four", "text");
  diff("five", "-a\n+b");
  narrator.end({ checks: [["it holds", true]] });
  explain("between acts");
  narrator.begin({ ...act, title: "Another" });
  narrator.end({ error: new Error("no engine") });
  const { acts, closing } = narrator.finish([["all is well", true]]);
  expect(acts).toMatchObject([
    { ...act, checks: [["it holds", true]] },
    { title: "Another", error: "no engine", events: [] },
  ]);
  expect(acts[0]?.events).toEqual([
    { kind: "explanation", text: "one" },
    { kind: "command", command: "pulumi up --yes", output: "done\n", exitCode: 0, seconds: expect.any(Number) },
    { kind: "text", text: "two" },
    { kind: "diff", title: "three", text: expect.stringContaining("@@ -1,1 +1,1 @@\n-a\n+b\n") },
    { kind: "text", title: "four", text: "text" },
    { kind: "diff", title: "five", text: "-a\n+b" },
  ]);
  expect(closing).toEqual([["all is well", true]]);
  expect(audience.size).toBe(0);
});

it("requests to all services are in the order of their answers, whoever else looks", async () => {
  const { world, narrator } = await begin();
  const { tailscale, github, aperture } = world;
  await fetch(`${github.url}/before`);
  narrator.begin(act);
  await fetch(`${aperture.url}/v1/models`);
  await fetch(`${github.url}/api/v3/user`);
  await fetch(`${tailscale.url}/api/v2/tailnet/-/acl`, { method: "POST", body: "{}" });
  github.faults.choose = () => ({ kind: "answer", status: 500, body: {} });
  await fetch(`${github.url}/api/graphql`, { method: "POST", body: '{"query": "{ viewer { login } }"}' });
  narrator.end({ checks: [] });
  const [{ requests = [] } = {}] = narrator.finish([]).acts;
  expect(requests.map(({ service, method, path, isWrite }) => [service, method, path, isWrite])).toEqual([
    ["Aperture", "GET", "/v1/models", false],
    ["GitHub", "GET", "/api/v3/user", false],
    ["Tailscale", "POST", "/api/v2/tailnet/-/acl", true],
    ["GitHub", "POST", "/api/graphql", false],
  ]);
  expect(requests.map(({ status }) => status).slice(0, 3)).toEqual([200, 401, 401]);
  expect(requests[3]?.operations).toEqual(["viewer"]);
  expect(requests[3]?.fault).toBe("answer");
  const times = requests.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

it("what somebody looks at already is still looked at", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const world = await startWorld();
  onTestFinished(() => world.close());
  const seen: string[] = [];
  world.github.observer.afterRequest = ({ path }) => seen.push(path);
  const narrator = new Narrator(world, []);
  narrator.begin(act);
  await fetch(`${world.github.url}/x`);
  narrator.end({ checks: [] });
  expect(seen).toEqual(["/x"]);
  expect(narrator.finish([]).acts[0]?.requests).toHaveLength(1);
});

it("what an act changes in the world is told as diffs", async () => {
  const { world, narrator } = await begin();
  const repository = world.github.state.repository("acme/app");
  narrator.begin(act);
  world.tailscale.state.policy += "// ours\n";
  repository.secrets.set("TS_OAUTH_SECRET", "a made up value");
  const pull = openPullAs(repository, { author: "octocat", title: "Mend it", files: { "notes.md": "new\n" } });
  commentOn(repository, pull.number, { author: "hubot", body: "Looks good." });
  narrator.end({ checks: [] });
  narrator.begin(act);
  narrator.end({ checks: [] });
  const [first, second] = narrator.finish([]).acts;
  const changes = Object.fromEntries(
    first?.changes.map(({ title, text }) => [title.replace(/ \d{5,} /, " N "), text]) ?? [],
  );
  expect(changes["tailnet policy file"]).toContain("\n+// ours\n");
  expect(changes["acme/app: names of secrets"]).toContain("\n+TS_OAUTH_SECRET\n");
  expect(changes[`acme/app#${pull.number}`]).toContain("\n+Mend it\n");
  expect(Object.values(changes).join()).toContain("+Looks good.");
  expect(JSON.stringify(changes)).not.toContain("a made up value");
  expect(second?.changes).toEqual([]);
});

it("runs are told when they have ended, and at the end of the act as they are", async () => {
  const { world, narrator } = await begin();
  const { runs } = world.github.state.repository("acme/app");
  const going = { ...structuredClone(run), id: 8, status: "in_progress" as const, conclusion: null };
  narrator.begin(act);
  runs.push(structuredClone(run), going);
  explain("the first has ended");
  narrator.end({ checks: [] });
  narrator.begin(act);
  Object.assign(going, { status: "completed", conclusion: "success" });
  narrator.end({ checks: [] });
  narrator.begin(act);
  narrator.end({ checks: [] });
  const told = narrator
    .finish([])
    .acts.map(({ events }) =>
      events.map((event) => (event.kind === "run" ? [event.run.id, event.run.status] : event.kind)),
    );
  expect(told).toEqual([[[7, "completed"], "explanation", [8, "in_progress"]], [[8, "completed"]], []]);
});

it("what Aperture has logged belongs to the act in which it was asked", async () => {
  const { world, narrator } = await begin();
  const ask = () => fetch(`${world.aperture.url}/v1/messages`, { method: "POST", body: '{"model": "claude-x"}' });
  await ask();
  narrator.begin(act);
  await ask();
  narrator.end({ checks: [] });
  const [{ events = [] } = {}] = narrator.finish([]).acts;
  expect(events).toMatchObject([{ kind: "gateway", entries: [{ model: "claude-x", status: 400 }] }]);
});

it("a connection past Aperture stands out", async () => {
  const { world, narrator } = await begin();
  const bypasses = [{ host: "before.example", port: 443, step: "Checkout" }];
  Object.assign(world, { runner: { bypasses } });
  narrator.begin(act);
  bypasses.push({ host: "collector.example", port: 80, step: "Run Claude Code" });
  narrator.end({ checks: [] });
  const [{ events = [] } = {}] = narrator.finish([]).acts;
  const text = "collector.example:80 in the step Run Claude Code";
  expect(events).toEqual([{ kind: "text", title: "Connections past Aperture", text }]);
});

it.each([
  ["GET", "/acme/app/info/refs", false],
  ["POST", "/acme/app/git-upload-pack", false],
  ["POST", "/acme/app/git-receive-pack", true],
  ["POST", "/v1/messages", false],
  ["HEAD", "/api/hello", false],
  ["POST", "/api/v2/oauth/token-exchange", false],
  ["DELETE", "/api/v2/tailnet/-/keys/k", true],
])("%s %s is a write: %s", (method, path, writes) => {
  expect(isWrite({ method, path })).toBe(writes);
});

it("what this machine cannot perform is told as left out", async () => {
  const { narrator } = await begin();
  narrator.leaveOut("A review", "Go is missing.");
  expect(narrator.finish([]).leftOut).toEqual([{ title: "A review", reason: "Go is missing." }]);
});
