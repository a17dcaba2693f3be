/** The configuration of the gateway, by its API: what the service's own OpenAPI document says of it. */
import { expect, it } from "vitest";
import { configuredGrant, hiddenKey } from "../../sandbox/aperture/configuration.ts";
import { admin, aperture, question, runner } from "./aperture-client.ts";

const path = "/aperture/config";
const valid = '// ours\n{"providers": {}, "grants": [],}\n';

async function put(gateway: Awaited<ReturnType<typeof aperture>>, config: string, headers?: Record<string, string>) {
  const etag = (await gateway.get(path, admin)).headers.get("etag") ?? "";
  return gateway.send("PUT", path, admin, { config }, headers ?? { "if-match": etag });
}

it("an admin reads it, with comments and without keys", async () => {
  const { get, state } = await aperture();
  const answer = await get(path, admin);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("etag")).toMatch(/^"\w+"$/);
  expect(answer.body.config).toMatch(/^\/\/ /);
  expect(answer.body.config).toContain(`"apikey": "${hiddenKey}"`);
  expect(answer.text).not.toContain(state.providerKey);
});

it.each([
  ["GET", path],
  ["PUT", path],
  ["POST", "/aperture/config:validate"],
])("nobody else may: %s %s", async (method, where) => {
  const { send } = await aperture();
  const answer = await send(method, where, runner, method === "GET" ? undefined : { config: valid });
  expect(answer.status).toBe(403);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toEqual({ title: "Forbidden", detail: "admin role required", status: 403 });
});

it("what is written is what is read, and the runner feels it at once", async () => {
  const gateway = await aperture();
  const before = (await gateway.get(path, admin)).headers.get("etag");
  const answer = await put(gateway, valid);
  expect(answer.body).toEqual({ config: valid });
  expect(answer.headers.get("etag")).not.toBe(before);
  expect((await gateway.get(path, admin)).headers.get("etag")).toBe(answer.headers.get("etag"));
  expect((await gateway.ask(runner)).status).toBe(404);
});

it("of two writers with one ETag the second is told", async () => {
  const gateway = await aperture();
  const ifMatch = { "if-match": (await gateway.get(path, admin)).headers.get("etag") ?? "" };
  const writes = [valid, valid.replace("ours", "theirs")].map((config) => put(gateway, config, ifMatch));
  expect((await Promise.all(writes)).map(({ status }) => status).toSorted()).toEqual([200, 412]);
});

it("a write without a condition is refused", async () => {
  const { status, body } = await put(await aperture(), valid, {});
  expect(status).toBe(422);
  expect(body).toMatchObject({ status: 422, errors: [{ location: "header.If-Match" }] });
});

it("a hidden key that comes back stands for the key that is there", async () => {
  const gateway = await aperture();
  const { config } = (await gateway.get(path, admin)).body;
  expect((await put(gateway, config.replace('"Claude"', '"Ours"'))).status).toBe(200);
  expect(gateway.state.configuration).toContain(gateway.state.providerKey);
  expect((await gateway.ask(runner)).status).toBe(200);
});

it("a new key is in no answer, and the search for secrets knows it", async () => {
  const gateway = await aperture();
  const { config } = (await gateway.get(path, admin)).body;
  const key = "sk-ant-example-another";
  const twice = config.replace(`"${hiddenKey}"`, `"${key}", "apikey": "${key}"`);
  const answer = await put(gateway, twice);
  expect(answer.status).toBe(200);
  const { text } = await gateway.get(path, admin);
  const shown = Object.values(await gateway.controlAnswers());
  expect([answer.text, text, ...shown].filter((one) => one.includes(key))).toEqual([]);
  expect(gateway.secrets().map(({ value }) => value)).toContain(key);
});

const withGrant = (grant: object) => JSON.stringify({ providers: {}, grants: [grant] });
const ours = configuredGrant(["tag:ci"], [{ role: "user" }]);

it.each([
  ["no HuJSON", "{", "line 1"],
  ["an unknown section", '{"provider": {}}', "provider"],
  ["a grant with a destination", withGrant({ ...ours, dst: ["tag:aperture"] }), "grants.0.dst"],
  ["an unknown field in an entry", withGrant(configuredGrant(["*"], [{ roles: "user" }])), "grants.0.app"],
  ["a provider without models", '{"providers": {"a": {"baseurl": "https://a.example"}}}', "providers.a.models"],
])("%s is not valid, and cannot be saved", async (_, config, where) => {
  const gateway = await aperture();
  const before = gateway.state.configuration;
  const judged = await gateway.send("POST", "/aperture/config:validate", admin, { config });
  expect(judged).toMatchObject({ status: 200, body: { valid: false, errors: [expect.stringContaining(where)] } });
  expect(await put(gateway, config)).toMatchObject({ status: 422, body: { errors: [{ location: "body.config" }] } });
  expect(gateway.state.configuration).toBe(before);
});

it("validating changes nothing", async () => {
  const gateway = await aperture();
  const before = gateway.state.configuration;
  const { body } = await gateway.send("POST", "/aperture/config:validate", admin, { config: valid });
  expect(body).toEqual({ valid: true, errors: null });
  expect(gateway.state.configuration).toBe(before);
});

it("what the service knows and the stand-in does not is unknown, and not saved", async () => {
  const gateway = await aperture();
  const config = '{"hooks": {}}';
  expect((await put(gateway, config)).status).toBe(501);
  expect((await gateway.send("POST", "/aperture/config:validate", admin, { config })).status).toBe(501);
  expect(gateway.state.configuration).not.toContain("hooks");
});

it("the OpenAPI document describes what is served, and a client that has no role can read it", async () => {
  const { get } = await aperture();
  const { body } = await get("/aperture/openapi.json", { ...runner, capabilities: [] });
  expect(body).toMatchObject({ openapi: "3.1.0", info: { title: "Aperture API" } });
  expect(Object.keys(body.paths)).toEqual(["/config", "/config:validate"]);
  expect(Object.keys(body.paths["/config"].put.responses)).toEqual(["200", "403", "412", "422"]);
  const references = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(references.filter((name) => !(name && name in body.components.schemas))).toEqual([]);
});

it.each(["/aperture/pricing", "/aperture/config:explain", "/aperture/"])("%s is unknown", async (where) => {
  const { get, journal } = await aperture();
  expect((await get(where, admin)).status).toBe(501);
  expect(journal).toMatchObject([{ unknown: true }]);
});

it("no answer to anybody has the provider's key or the front's secret", async () => {
  const gateway = await aperture();
  gateway.state.failure = { kind: "status", status: 500 };
  const answers = [await gateway.ask(runner)];
  delete gateway.state.failure;
  for (const where of ["/api/providers", "/v1/models", path, "/aperture/openapi.json", "/admin/", "/_sandbox/state"]) {
    answers.push(await gateway.get(where, admin));
  }
  answers.push(await gateway.ask(runner), await gateway.ask(runner, { ...question, stream: true }));
  for (const { text, headers } of answers) {
    for (const secret of [gateway.state.providerKey, gateway.frontSecret]) {
      expect(text + JSON.stringify([...headers])).not.toContain(secret);
    }
  }
});
