import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { createService, listen } from "../../sandbox/service.ts";
import { apiKey, startClient } from "./tailscale-client.ts";

const issuer = "https://token.actions.githubusercontent.com";
const basic = (user: string, password = "") => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

test("the API key opens every route, as Bearer or as Basic user name; without a valid token it is 401", async () => {
  const client = await startClient();
  expect((await client.get("/acl")).status).toBe(200);
  const { status } = await client.request("GET", "/tailnet/-/acl", { headers: basic(apiKey) }, null);
  expect(status).toBe(200);
  for (const path of ["/acl", "/keys", "/keys/x", "/devices", "/settings"]) {
    for (const token of [null, "tskey-api-wrong"]) {
      expect(await client.get(path, token)).toMatchObject({ status: 401, body: { message: "API token invalid" } });
    }
  }
  for (const path of ["/acl", "/acl/validate", "/keys"])
    expect((await client.send("POST", path, {}, null)).status).toBe(401);
  client.state.apiKeys.delete(apiKey);
  expect((await client.get("/acl")).status).toBe(401);
});

test("the tailnet is - or its ID", async () => {
  const client = await startClient();
  expect((await client.request("GET", `/tailnet/${client.state.tailnet}/acl`)).status).toBe(200);
  expect((await client.request("GET", "/tailnet/other.example/acl")).status).toBe(404);
});

test("an OAuth client gets a token for its scopes, or for some of them, by form or Basic", async () => {
  const client = await startClient();
  const { id, secret } = client.createClient(["policy_file", "oauth_keys"], ["tag:ci"]);
  const grant = { grant_type: "client_credentials" };
  const whole = await client.form("/oauth/token", { ...grant, client_id: id, client_secret: secret });
  expect(whole).toMatchObject({
    status: 200,
    body: { token_type: "Bearer", expires_in: 3600, scope: "policy_file oauth_keys", tags: "tag:ci" },
  });
  expect((await client.get("/acl", whole.body.access_token)).status).toBe(200);
  // The client id does not count.
  const part = await client.form(
    "/oauth/token",
    { ...grant, scope: "policy_file:read" },
    basic("some-client-id", secret),
  );
  expect(part.body.scope).toBe("policy_file:read");
  expect((await client.get("/acl", part.body.access_token)).status).toBe(200);
  expect((await client.send("POST", "/acl", {}, part.body.access_token)).status).toBe(403);
  expect((await client.get("/keys", part.body.access_token)).status).toBe(403);
});

test("a token request is refused for a wrong secret, another grant type, or more scopes", async () => {
  const client = await startClient();
  const { secret } = client.createClient(["policy_file:read"]);
  expect((await client.form("/oauth/token", { client_secret: `${secret}x` })).status).toBe(401);
  expect((await client.form("/oauth/token", {})).status).toBe(401);
  expect((await client.form("/oauth/token", { client_secret: secret, grant_type: "password" })).status).toBe(400);
  expect(await client.form("/oauth/token", { client_secret: secret, scope: "policy_file dns" })).toMatchObject({
    status: 403,
    body: { message: 'OAuth client cannot grant scopes "policy_file dns"' },
  });
});

test("a token ends after its lifetime", async () => {
  const client = await startClient();
  const start = new Date();
  client.state.now = () => start;
  client.state.tokenLifetime = 60;
  const token = await client.createToken(["policy_file"]);
  client.state.now = () => new Date(start.getTime() + 59_999);
  expect((await client.get("/acl", token)).status).toBe(200);
  client.state.now = () => new Date(start.getTime() + 60_000);
  expect((await client.get("/acl", token)).status).toBe(401);
});

test.each<[scopes: string[], path: string, status: number]>([
  [["policy_file:read"], "/acl", 200],
  [["policy_file"], "/acl", 200],
  [["all:read"], "/acl", 200],
  [["all"], "/acl", 200],
  [["dns"], "/acl", 403],
  [["devices:core:read"], "/devices", 200],
  [["policy_file"], "/devices", 403],
  [["dns"], "/settings", 403],
  [["dns:read"], "/dns/preferences", 200],
  [["devices:core:read"], "/dns/preferences", 403],
])("with the scopes %j, GET %s is %i", async (scopes, path, status) => {
  const client = await startClient();
  expect((await client.get(path, await client.createToken(scopes, ["tag:ci"]))).status).toBe(status);
});

test("validating needs policy_file:read, writing policy_file", async () => {
  const client = await startClient();
  const reader = await client.createToken(["policy_file:read"]);
  expect((await client.send("POST", "/acl/validate", {}, reader)).status).toBe(200);
  expect(await client.send("POST", "/acl", {}, reader)).toMatchObject({
    status: 403,
    body: { message: "calling actor does not have enough permissions to perform this function" },
  });
  expect((await client.send("POST", "/acl/validate", {}, await client.createToken(["dns"]))).status).toBe(403);
});

test("settings tell what manages the policy file to whoever may read that file", async () => {
  const client = await startClient();
  Object.assign(client.state.settings, {
    aclsExternallyManagedOn: true,
    aclsExternalLink: "https://github.com/acme/policy",
  });
  expect((await client.get("/settings", await client.createToken(["policy_file:read"]))).body).toEqual({
    aclsExternallyManagedOn: true,
    aclsExternalLink: "https://github.com/acme/policy",
  });
  expect((await client.get("/settings")).body).toMatchObject({
    aclsExternallyManagedOn: true,
    devicesApprovalOn: false,
    httpsEnabled: true,
  });
  const features = (await client.get("/settings", await client.createToken(["feature_settings:read"]))).body;
  expect(features).not.toHaveProperty("aclsExternallyManagedOn");
  expect(features).toHaveProperty("usersApprovalOn", false);
});

test("devices are filtered by exact values of their fields, all of which must match", async () => {
  const client = await startClient({
    devices: [
      { name: "ai.acme.ts.net", addresses: ["100.64.0.5"], tags: ["tag:aperture", "tag:ai"] },
      { name: "web.acme.ts.net", hostname: "web-1", addresses: ["100.64.0.6"], tags: ["tag:web"] },
      { name: "laptop.acme.ts.net", addresses: ["100.64.0.7"], user: "carol@acme.example" },
    ],
  });
  const names = async (query: string) =>
    (await client.get(`/devices${query}`)).body.devices.map(({ name }: { name: string }) => name.split(".")[0]);
  expect(await names("")).toEqual(["ai", "web", "laptop"]);
  expect(await names("?name=ai.acme.ts.net")).toEqual(["ai"]);
  expect(await names("?name=ai")).toEqual([]);
  expect(await names("?hostname=web-1&fields=all")).toEqual(["web"]);
  expect(await names("?tags=tag:aperture&tags=tag:ai")).toEqual(["ai"]);
  expect(await names("?tags=tag:aperture&tags=tag:web")).toEqual([]);
  expect((await client.get("/devices?nmae=ai")).status).toBe(400);
  client.state.devices.length = 1;
  expect(await names("")).toEqual(["ai"]);
});

async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), alg: "RS256", kid: "example" };
  const { app } = createService({}, () => ({}));
  app.get("/jwks", (c) => c.json({ keys: [jwk] }));
  const { url, close } = await listen(app);
  onTestFinished(close);
  const sign = (claims: object, key = privateKey, alg = "RS256") =>
    new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, kid: "example" }).sign(key);
  return { jwksUrl: `${url}/jwks`, sign };
}

/** A tailnet that trusts GitHub, a federated identity, and a token that matches it but for `claims`. */
async function startFederation(rules: object = {}) {
  const { jwksUrl, sign } = await startIssuer();
  const client = await startClient({ githubIssuer: { issuer, jwksUrl } });
  const identity = (
    await client.send("POST", "/keys", {
      keyType: "federated",
      scopes: ["auth_keys"],
      tags: ["tag:ci"],
      issuer,
      subject: "repo:acme/app:*",
      customClaimRules: { repository_id: "7", workflow_ref: "acme/app/.github/workflows/claude.yml@*" },
      ...rules,
    })
  ).body;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: identity.audience,
    sub: "repo:acme/app:pull_request",
    exp: now + 300,
    repository_id: "7",
    workflow_ref: "acme/app/.github/workflows/claude.yml@refs/pull/1/merge",
  };
  const exchange = (jwt: string) => client.form("/oauth/token-exchange", { client_id: identity.id, jwt });
  return { client, identity, claims, sign, now, exchange };
}

test("an identity token that matches is exchanged for an access token that makes the runner's auth key", async () => {
  const { client, identity, claims, sign } = await startFederation();
  // As golang.org/x/oauth2 sends it.
  const answer = await client.form(
    "/oauth/token-exchange",
    { grant_type: "authorization_code", code: "", client_id: identity.id, jwt: await sign(claims) },
    basic(""),
  );
  expect(answer).toMatchObject({ status: 200, body: { token_type: "Bearer", expires_in: 3600, scope: "auth_keys" } });
  const key = (tags: string[]) =>
    client.send("POST", "/keys", { capabilities: { devices: { create: { tags } } } }, answer.body.access_token);
  expect((await key(["tag:ci"])).body.key).toMatch(/^tskey-auth-/);
  expect((await key(["tag:aperture"])).status).toBe(400);
});

test.each<[string, object, reason: string]>([
  ["another repository", { sub: "repo:acme/app2:pull_request" }, 'sub "repo:acme/app2:pull_request" does not match'],
  ["a longer owner", { sub: "repo:acme-evil/app:pull_request" }, "does not match"],
  ["an audience of others", { aud: "https://github.com/acme" }, '"aud"'],
  ["another issuer", { iss: "https://issuer.example" }, '"iss"'],
  ["an expired token", { exp: 1_700_000_000 }, '"exp"'],
  ["no expiry", { exp: undefined }, '"exp"'],
  ["a claim with another value", { repository_id: "8" }, 'claim repository_id "8" does not match "7"'],
  ["a claim that is missing", { repository_id: undefined }, "claim repository_id undefined"],
  ["a claim outside of its pattern", { workflow_ref: "acme/app/.github/workflows/x.yml@main" }, "claim workflow_ref"],
])("%s is refused with 403 that says nothing; the console says why", async (_, change, reason) => {
  const { client, identity, claims, sign, exchange } = await startFederation();
  expect(await exchange(await sign({ ...claims, ...change }))).toMatchObject({
    status: 403,
    body: { message: expect.stringMatching(/^Unauthorized\. Visit \S+ for details$/) },
  });
  expect(client.state.refusedExchanges).toEqual([{ clientId: identity.id, reason: expect.stringContaining(reason) }]);
});

test("a token that somebody else signed, or that is none, is refused", async () => {
  const { claims, sign, exchange } = await startFederation();
  const { privateKey } = await generateKeyPair("RS256");
  expect((await exchange(await sign(claims, privateKey))).status).toBe(403);
  expect((await exchange("a.b.c")).status).toBe(403);
  expect((await exchange("")).status).toBe(403);
});

test("an unknown client, one of another kind, or one whose issuer is not known gets nothing", async () => {
  const { client, claims, sign } = await startFederation();
  const jwt = await sign(claims);
  const oauth = client.createClient(["auth_keys"], ["tag:ci"]);
  for (const client_id of ["k0CNTRL", oauth.id]) {
    expect((await client.form("/oauth/token-exchange", { client_id, jwt })).status).toBe(403);
  }
  const other = await startFederation({ issuer: "https://issuer.example" });
  expect((await other.exchange(jwt)).status).toBe(403);
});

test.each<[rules: Record<string, string>, claims: JWTPayload, status: number]>([
  [{ "user.name": "carol" }, { user: { name: "carol" } }, 200],
  [{ "user.name": "carol" }, { "user.name": "carol" }, 403],
  [{ '"open.id"': "x" }, { "open.id": "x" }, 200],
  [{ '"open.id"': "x" }, { open: { id: "x" } }, 403],
  [{ 'user."open.id"': "x*z" }, { user: { "open.id": "x:y/z" } }, 200],
  [{ n: "1" }, { n: 1 }, 200],
  [{ n: "true" }, { n: true }, 200],
  [{ n: "*" }, { n: ["a"] }, 403],
  [{ n: "a.c" }, { n: "abc" }, 403],
  [{ n: "*" }, { n: "" }, 200],
  [{ "constructor.name": "*" }, {}, 403],
])("the rules %j against the claims %j: %i", async (customClaimRules, more, status) => {
  const { claims, sign, exchange } = await startFederation({ customClaimRules });
  expect((await exchange(await sign({ ...claims, ...more }))).status).toBe(status);
});

test("without an issuer nothing is exchanged", async () => {
  const { sign } = await startIssuer();
  const client = await startClient();
  const request = { keyType: "federated", scopes: ["dns"], tags: [], issuer, subject: "*" };
  const { id, audience } = (await client.send("POST", "/keys", request)).body;
  const jwt = await sign({ iss: issuer, aud: audience, sub: "x", exp: Math.floor(Date.now() / 1000) + 300 });
  expect((await client.form("/oauth/token-exchange", { client_id: id, jwt })).status).toBe(403);
});
