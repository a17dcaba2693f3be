import { expect, test } from "vitest";
import { owner } from "../../sandbox/tailscale/index.ts";
import { type Client, policy, startClient } from "./tailscale-client.ts";

const client = { keyType: "client", scopes: ["auth_keys"], tags: ["tag:ci"], description: "acme-app" };
const federated = {
  ...client,
  keyType: "federated",
  audience: "",
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/app:pull_request",
  customClaimRules: { repository_id: "1" },
};
const auth = (tags: string[] | null, more = {}) => ({
  capabilities: { devices: { create: { reusable: false, ephemeral: true, preauthorized: true, tags } } },
  ...more,
});
const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const create = (service: Client, body: object, token?: string) => service.send("POST", "/keys", body, token);

test("a federated identity has no secret, an audience of its own, and is read back as made", async () => {
  const service = await startClient();
  const { status, body } = await create(service, federated);
  expect(status).toBe(200);
  expect(body).toEqual({
    ...federated,
    id: expect.stringMatching(/^T\w+CNTRL-k\w+CNTRL$/),
    audience: `api.tailscale.com/${body.id}`,
    created: date,
    updated: date,
    userId: owner.userId,
  });
  expect((await service.get(`/keys/${body.id}`)).body).toEqual(body);
  const given = await create(service, { ...federated, audience: "sts.example" });
  expect(given.body.audience).toBe("sts.example");
});

test("an OAuth client shows its secret once", async () => {
  const service = await startClient();
  const { body } = await create(service, client);
  const { key, ...shown } = body;
  expect(key).toMatch(new RegExp(`^tskey-client-${body.id}-\\w{32}$`));
  expect(shown).toEqual({
    ...client,
    id: expect.stringMatching(/^k\w+CNTRL$/),
    created: date,
    updated: date,
    userId: owner.userId,
  });
  expect((await service.get(`/keys/${body.id}`)).body).toEqual(shown);
});

test("an auth key is the default type, lives 90 days unless told otherwise, and shows its secret once", async () => {
  const service = await startClient();
  service.state.now = () => new Date("2026-01-01T00:00:00Z");
  const { body } = await create(service, auth(["tag:ci"]));
  const { key, ...shown } = body;
  expect(key).toMatch(new RegExp(`^tskey-auth-${body.id}-\\w{32}$`));
  expect(shown).toMatchObject({ keyType: "auth", expirySeconds: 7776000, expires: "2026-04-01T00:00:00Z" });
  expect(shown.capabilities).toEqual(auth(["tag:ci"]).capabilities);
  expect((await service.get(`/keys/${body.id}`)).body).toEqual(shown);
  const brief = await create(service, auth(null, { keyType: "auth", expirySeconds: 60, description: "brief" }));
  expect(brief.body).toMatchObject({ expires: "2026-01-01T00:01:00Z", description: "brief" });
  expect((await create(service, { capabilities: { devices: {} } })).status).toBe(200);
});

test("an update replaces scopes, tags and rules, and keeps id, secret and audience", async () => {
  const service = await startClient();
  const made = (await create(service, federated)).body;
  const change = {
    ...federated,
    tags: ["tag:owned"],
    subject: "repo:acme/*",
    customClaimRules: {},
    description: "other",
  };
  const { status, body } = await service.send("PUT", `/keys/${made.id}`, change);
  expect(status).toBe(200);
  expect(body).toEqual({ ...made, ...change, audience: made.audience, updated: date });
  const oauth = service.createClient(["auth_keys"], ["tag:ci"]);
  await service.send("PUT", `/keys/${oauth.id}`, { ...client, scopes: ["policy_file"], tags: null });
  const token = await service.form("/oauth/token", { client_secret: oauth.secret });
  expect(token.body.scope).toBe("policy_file");
});

test("a deleted key is gone, and so are its tokens", async () => {
  const service = await startClient();
  const { id, secret } = service.createClient(["policy_file"]);
  const token = (await service.form("/oauth/token", { client_secret: secret })).body.access_token;
  expect((await service.get("/acl", token)).status).toBe(200);
  expect((await service.send("DELETE", `/keys/${id}`, undefined)).status).toBe(200);
  expect((await service.get("/acl", token)).status).toBe(401);
  for (const method of ["GET", "PUT", "DELETE"]) {
    expect(await service.request(method, `/tailnet/-/keys/${id}`)).toMatchObject({
      status: 404,
      body: { message: "key not found" },
    });
  }
});

test("a user lists their own keys, or all; a credential those of its type", async () => {
  const service = await startClient();
  const oauthManager = await service.createToken(["oauth_keys:read"]);
  const everything = await service.createToken(["all:read"]);
  const maker = await service.createToken(["federated_keys", "auth_keys"], ["tag:ci"]);
  const identity = (await create(service, federated, maker)).body;
  expect(identity.userId).toBe("");
  const types = async (query: string, token?: string) =>
    (await service.get(`/keys${query}`, token)).body.keys.map((key: { keyType: string }) => key.keyType);
  expect(await types("")).toEqual(["client", "client", "client"]);
  expect(await types("?all=true")).toEqual(["client", "client", "client", "federated"]);
  expect(await types("", oauthManager)).toEqual(["client", "client", "client"]);
  expect(await types("?all=true", everything)).toEqual(["client", "client", "client", "federated"]);
  expect((await service.get("/keys?all=true", oauthManager)).status).toBe(403);
  expect((await service.get("/keys", maker)).status).toBe(403);
});

test.each([
  ["a slash in the description", { ...client, description: "acme/app" }],
  ["a description of 51 characters", { ...client, description: "a".repeat(51) }],
  ["no scope", { ...client, scopes: [] }],
  ["an unknown scope", { ...client, scopes: ["policy_file:write"] }],
  ["auth_keys without tags", { ...client, tags: [] }],
  ["devices:core without tags", { ...client, scopes: ["devices:core"], tags: null }],
  ["a tag that tagOwners lacks", { ...client, tags: ["tag:absent"] }],
  ["an auth key with a tag that tagOwners lacks", auth(["tag:absent"])],
  ["an issuer without https", { ...federated, issuer: "http://token.actions.githubusercontent.com" }],
  ["an issuer that is no URL", { ...federated, issuer: "token.actions.githubusercontent.com" }],
  ["no subject", { ...federated, subject: "" }],
  ["a rule for sub", { ...federated, customClaimRules: { sub: "x" } }],
  ["a rule for iss", { ...federated, customClaimRules: { iss: "x" } }],
  ["a rule for aud", { ...federated, customClaimRules: { aud: "x" } }],
  ["a rule that is no string", { ...federated, customClaimRules: { repository_id: 1 } }],
  ["a subject for an OAuth client", { ...client, subject: "x" }],
  ["a misspelt member", { ...client, tag: "tag:ci" }],
  ["a scope that is no list", { ...client, scopes: "auth_keys" }],
  ["an unknown type", { ...client, keyType: "api" }],
  ["an auth key without capabilities", { keyType: "auth" }],
  ["a list", []],
])("%s is refused with 400 and makes nothing", async (_, body) => {
  const service = await startClient();
  expect(await create(service, body)).toMatchObject({ status: 400, body: { message: expect.any(String) } });
  expect(service.state.keys.size).toBe(0);
});

test("a body that is not JSON is refused", async () => {
  const service = await startClient();
  expect((await service.request("POST", "/tailnet/-/keys", { body: "{" })).status).toBe(400);
});

test("a description has letters, digits, hyphens and spaces, 50 at most", async () => {
  const service = await startClient();
  for (const description of ["", "acme app-1", "a".repeat(50)]) {
    expect((await create(service, { ...client, description })).status).toBe(200);
  }
});

test("the type of a key does not change, and auth keys not at all", async () => {
  const service = await startClient();
  const oauth = service.createClient(["auth_keys"], ["tag:ci"]);
  expect((await service.send("PUT", `/keys/${oauth.id}`, federated)).status).toBe(400);
  const key = (await create(service, auth(["tag:ci"]))).body;
  expect((await service.send("PUT", `/keys/${key.id}`, auth(["tag:ci"]))).status).toBe(400);
});

test("tags must exist when the credential is made, and a later removal leaves it", async () => {
  const service = await startClient({ policy: '{"tagOwners": {}}' });
  expect(await create(service, client)).toMatchObject({
    status: 400,
    body: { message: "requested tags [tag:ci] are invalid or not permitted" },
  });
  service.state.policy = policy();
  const { id } = (await create(service, client)).body;
  service.state.policy = "{}";
  expect((await service.get(`/keys/${id}`)).body.tags).toEqual(["tag:ci"]);
});

test.each([
  ["its own tag", ["tag:deployer"], 200],
  ["a tag that its tag owns", ["tag:owned"], 200],
  ["both", ["tag:deployer", "tag:owned"], 200],
  ["a tag of others", ["tag:ci"], 400],
])("a credential may give %s", async (_, tags, status) => {
  const service = await startClient();
  const deployer = await service.createToken(["federated_keys", "oauth_keys", "auth_keys"], ["tag:deployer"]);
  for (const body of [federated, client]) {
    expect((await create(service, { ...body, tags }, deployer)).status).toBe(status);
  }
});

test("a credential gives only scopes that it has", async () => {
  const service = await startClient();
  const deployer = await service.createToken(["federated_keys", "policy_file"], ["tag:ci"]);
  expect(await create(service, federated, deployer)).toMatchObject({
    status: 403,
    body: { message: 'OAuth client cannot grant scopes "auth_keys"' },
  });
  expect((await create(service, { ...federated, scopes: ["policy_file:read"] }, deployer)).status).toBe(200);
  const id = service.createClient(["auth_keys"], ["tag:ci"]).id;
  const manager = await service.createToken(["oauth_keys"]);
  expect((await service.send("PUT", `/keys/${id}`, client, manager)).status).toBe(403);
});

test.each<[carried: string[], requested: string[], status: number]>([
  [["tag:ci"], ["tag:ci"], 200],
  [["tag:ci"], ["tag:aperture"], 400],
  [["tag:ci"], [], 400],
  [["tag:ci", "tag:deployer"], ["tag:ci"], 400],
  [["tag:ci", "tag:deployer"], ["tag:deployer", "tag:ci"], 200],
  [["tag:deployer"], ["tag:owned"], 200],
  [["tag:deployer"], ["tag:deployer", "tag:owned"], 400],
])("with the tags %j a credential makes an auth key for %j: %i", async (carried, requested, status) => {
  const service = await startClient();
  const runner = await service.createToken(["auth_keys"], carried);
  expect((await create(service, auth(requested), runner)).status).toBe(status);
});

test.each([
  [client, "oauth_keys"],
  [federated, "federated_keys"],
  [auth(["tag:ci"]), "auth_keys"],
])("%j needs the scope %s to be made, changed and removed, and :read to be seen", async (body, scope) => {
  const service = await startClient();
  const { id } = (await create(service, body)).body;
  const path = `/keys/${id}`;
  const others = ["oauth_keys", "federated_keys", "auth_keys", "policy_file"].filter((name) => name !== scope);
  const stranger = await service.createToken(others, ["tag:ci"]);
  const reader = await service.createToken([`${scope}:read`]);
  const denied = {
    status: 403,
    body: { message: "calling actor does not have enough permissions to perform this function" },
  };
  expect(await create(service, body, stranger)).toMatchObject(denied);
  expect(await service.get(path, stranger)).toMatchObject(denied);
  expect(await service.send("PUT", path, body, stranger)).toMatchObject(denied);
  expect(await service.send("DELETE", path, undefined, reader)).toMatchObject(denied);
  expect((await service.get(path, reader)).status).toBe(200);
  const manager = await service.createToken([scope, "auth_keys"], ["tag:ci"]);
  expect((await service.send("DELETE", path, undefined, manager)).status).toBe(200);
});

test("a credential may look at itself without a scope for it", async () => {
  const service = await startClient();
  const { id, secret } = service.createClient(["dns:read"]);
  const token = (await service.form("/oauth/token", { client_secret: secret })).body.access_token;
  expect((await service.get(`/keys/${id}`, token)).body.scopes).toEqual(["dns:read"]);
});
