/** Who may ask which model: callers, roles, patterns, quotas, and what somebody at the dashboard can make of them. */
import { describe, expect, it } from "vitest";
import {
  configuredGrant,
  editConfiguration,
  endBaseUrlInV1,
  frontHeaders,
  openToAll,
  passKeysThrough,
  renameProvider,
  replaceKey,
} from "../../sandbox/aperture/index.ts";
import { admin, aperture, type Gateway, granted, model, question, runner } from "./aperture-client.ts";

const noRole = "access denied: no role granted";
const user = { role: "user" };

describe("the caller is who the front says", () => {
  it("the log knows the runner by its tag", async () => {
    const { ask, log } = await aperture();
    expect((await ask(runner)).status).toBe(200);
    expect(log).toMatchObject([
      { login: "tag:ci", tags: ["tag:ci"], node: "github-runner-1", provider: "anthropic", model, status: 200 },
    ]);
  });

  it("two tags make another name, sorted", async () => {
    const { ask, log } = await aperture();
    await ask({ ...runner, tags: ["tag:web", "tag:ci"] });
    expect(log).toMatchObject([{ login: "tag:ci,tag:web" }]);
  });

  it.each([
    ["no headers of a front", {}],
    ["a caller without the secret", { [frontHeaders.caller]: JSON.stringify(admin) }],
    ["a caller with another secret", { [frontHeaders.caller]: JSON.stringify(admin), [frontHeaders.secret]: "guess" }],
  ])("a request with %s is nobody's", async (_, headers) => {
    const { ask, get, log } = await aperture();
    expect((await ask(undefined, question, headers)).status).toBe(403);
    expect((await get("/aperture/config", undefined, headers)).status).toBe(403);
    expect((await get("/admin/", undefined, headers)).status).toBe(403);
    expect(log).toMatchObject([{ login: "", tags: [], status: 403 }]);
  });

  it("nor is it that of the one who is there without a front", async () => {
    const { get } = await aperture({ direct: admin });
    expect((await get("/aperture/config")).status).toBe(200);
    for (const headers of [{ [frontHeaders.caller]: JSON.stringify(admin) }, { [frontHeaders.secret]: "" }]) {
      expect((await get("/aperture/config", undefined, headers)).status).toBe(403);
    }
  });

  it.each(["", "{", "[]", '{"node":"x"}'])("a front that names no caller vouches for nobody: %s", async (caller) => {
    const { ask, frontSecret } = await aperture({ direct: admin });
    const headers = { [frontHeaders.secret]: frontSecret, [frontHeaders.caller]: caller };
    expect((await ask(undefined, question, headers)).status).toBe(403);
  });
});

describe("a role and a model, both", () => {
  it.each([
    ["nothing", [], 403, noRole],
    ["a model without a role", [{ models: "**" }], 403, noRole],
    ["a role that does not exist", [{ role: "owner" }, { models: "**" }], 403, noRole],
    ["a role without a model", [user], 404, `access denied: no grant for the model ${model}`],
    ["another provider", [user, { models: "openai/**" }], 404, "access denied"],
    ["patterns in one array", [user, { models: ["anthropic/**"] }], 404, "access denied"],
    ["entries that are none", ["x", null, ["y"]], 403, noRole],
  ])("%s is not enough", async (_, entries, status, message) => {
    const { ask, log, state } = await aperture();
    const answer = await ask(granted(...entries));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: "error", error: { message: expect.stringContaining(message) } });
    expect(log).toMatchObject([{ status, reason: expect.stringContaining(message), model }]);
    expect(state.providerRequests).toEqual([]);
  });

  it.each(["**", "anthropic/**", "*/claude-sonnet*", `anthropic/${model}`, "anthropic/*", "**/claude-*-4-6"])(
    "%s covers the model",
    async (models) => {
      expect((await (await aperture()).ask(granted(user, { models }))).status).toBe(200);
    },
  );

  it.each(["*", "anthropic", "anthropic/claude-opus*", "Anthropic/**", `${model}`, "anthropic/*/**/x", ""])(
    "%s does not",
    async (models) => {
      expect((await (await aperture()).ask(granted(user, { models }))).status).toBe(404);
    },
  );

  it("entries of one array or of several count together", async () => {
    const { ask } = await aperture();
    expect((await ask(granted({ ...user, models: "anthropic/**" }))).status).toBe(200);
  });

  it("older gateways say 403 for a model", async () => {
    const { ask, state } = await aperture();
    state.deniedModelStatus = 403;
    expect(await ask(granted(user))).toMatchObject({ status: 403, body: { error: { type: "permission_error" } } });
  });

  it("a model that no provider serves is not found, whatever the grant says", async () => {
    const { ask, log } = await aperture();
    const answer = await ask(granted(user, { models: "**" }), { ...question, model: "claude-unknown" });
    expect(answer).toMatchObject({ status: 404, body: { error: { type: "not_found_error" } } });
    expect(log[0]?.reason).toBe("no provider serves the model claude-unknown");
  });
});

describe("what is listed is what may be asked", () => {
  it("providers and models, for a user too", async () => {
    const { get } = await aperture();
    const narrow = granted(user, { models: "anthropic/claude-sonnet*" });
    expect((await get("/api/providers", narrow)).body).toEqual([
      expect.objectContaining({ id: "anthropic", models: [model], compatibility: { anthropic_messages: true } }),
    ]);
    expect((await get("/v1/models", narrow)).body.data).toMatchObject([{ type: "model", id: model }]);
  });

  it("the official client reads the models", async () => {
    const { client } = await aperture();
    const ids: string[] = [];
    for await (const { id } of client().models.list()) ids.push(id);
    expect(ids).toContain(model);
  });

  it("nothing without a role", async () => {
    const { get } = await aperture();
    expect(await get("/api/providers", granted())).toMatchObject({
      status: 403,
      body: { title: "Forbidden", detail: noRole, status: 403 },
    });
    expect((await get("/v1/models", granted())).body).toMatchObject({ type: "error", error: { message: noRole } });
  });
});

describe("quotas", () => {
  const bucket = "daily:<user>";
  const limited = granted(user, { models: "anthropic/**", quotas: [{ bucket }] });
  const withQuota = (quota: unknown) => aperture({ quotas: { [bucket]: quota } });

  it("an empty bucket is a 429 that says how long to wait, and fills again", async () => {
    const { ask, client, state, log } = await withQuota({
      capacity: "$0.0007",
      rate: "$0.001/min",
      on_exceed: "reject",
    });
    let now = Date.parse("2026-11-26T08:00:00Z");
    state.now = () => new Date(now);
    expect((await ask(limited)).status).toBe(200);
    const refused = await ask(limited);
    const wait = Number(refused.headers.get("retry-after"));
    expect(refused).toMatchObject({ status: 429, body: { error: { type: "rate_limit_error" } } });
    expect(wait).toBeGreaterThan(0);
    await expect(client(limited).messages.create(question)).rejects.toMatchObject({ status: 429 });
    expect(log.at(-1)).toMatchObject({ status: 429, reason: "quota exceeded: daily:tag:ci" });
    now += wait * 1000;
    expect((await ask(limited)).status).toBe(200);
  });

  it("each caller has a bucket of its own", async () => {
    const { ask } = await withQuota({ capacity: "$0.0007", rate: "$0.001/day" });
    expect((await ask(limited)).status).toBe(200);
    expect((await ask(limited)).status).toBe(429);
    expect((await ask({ ...limited, tags: ["tag:ci-shop"] })).status).toBe(200);
  });

  it.each([
    ["unreadable amounts", { capacity: "ten", rate: "$1/day" }],
    ["an unknown way to exceed", { capacity: "$1", rate: "$1/day", on_exceed: "warn" }],
    ["nothing at all", undefined],
  ])("a bucket with %s rejects every request", async (_, quota) => {
    const { ask } = await withQuota(quota);
    expect((await ask(limited)).status).toBe(429);
  });
});

describe("at the dashboard", () => {
  const stranger = granted();
  const clientsKey = { "x-api-key": "sk-ant-example-of-a-client" };
  const lastKey = ({ state }: Gateway) => state.providerRequests.at(-1)?.headers["x-api-key"];

  it("a gateway of the first day makes everybody admin", async () => {
    const gateway = await aperture();
    expect((await gateway.ask(stranger)).status).toBe(403);
    openToAll(gateway.state);
    expect((await gateway.ask(stranger)).status).toBe(200);
    expect((await gateway.get("/aperture/config", stranger)).status).toBe(200);
  });

  it("Aperture's own grants match by the exact name of the caller", async () => {
    const { ask } = await aperture({ grants: [configuredGrant(["tag:ci"], [user, { models: "**" }])] });
    expect((await ask(stranger)).status).toBe(200);
    expect((await ask({ ...stranger, tags: ["tag:ci", "tag:web"] })).status).toBe(403);
  });

  it("the gateway's key goes to the provider, and the client's does not", async () => {
    const gateway = await aperture();
    expect((await gateway.ask(runner, question, clientsKey)).status).toBe(200);
    expect(lastKey(gateway)).toBe(gateway.state.providerKey);
  });

  it("a provider in passthrough gets the client's key, a placeholder too", async () => {
    const gateway = await aperture();
    passKeysThrough(gateway.state);
    expect((await gateway.ask(runner, question, { "x-api-key": "-" })).status).toBe(401);
    expect(lastKey(gateway)).toBe("-");
    expect((await gateway.ask(runner)).status).toBe(200);
  });

  it("a key that was revoked is the provider's 401", async () => {
    const gateway = await aperture();
    replaceKey(gateway.state);
    const answer = await gateway.ask(runner);
    expect(answer).toMatchObject({ status: 401, body: { error: { type: "authentication_error" } } });
  });

  it("a base URL that ends in /v1 is the provider's 405", async () => {
    const gateway = await aperture();
    endBaseUrlInV1(gateway.state);
    expect((await gateway.ask(runner)).status).toBe(405);
  });

  it("patterns with a provider's old name cover nothing", async () => {
    const gateway = await aperture();
    renameProvider(gateway.state, "anthropic", "claude");
    expect((await gateway.ask(runner)).status).toBe(404);
    expect((await gateway.ask(granted(user, { models: "claude/**" }))).status).toBe(200);
  });

  it("of two providers with the model, the one that is granted answers", async () => {
    const gateway = await aperture();
    editConfiguration(gateway.state, ({ providers }) => {
      const { anthropic } = providers;
      if (anthropic) providers.bought = { ...anthropic };
    });
    await gateway.ask(granted(user, { models: "bought/**" }));
    expect(gateway.log).toMatchObject([{ provider: "bought", status: 200 }]);
  });
});
