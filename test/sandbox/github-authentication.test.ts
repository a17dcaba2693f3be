import { expect, test } from "vitest";
import type { Permission, Scope } from "../../sandbox/github/index.ts";
import { as, base64, github } from "./github-client.ts";

const workflow = "/repos/acme/app/contents/.github/workflows/claude.yml";
const file = "/repos/acme/app/contents/notes.md";
const write = { message: "m", content: base64("x") };

test.each([
  ["no token", {}, "Requires authentication"],
  ["an unknown token", { authorization: "Bearer ghp_exampleUnknown" }, "Bad credentials"],
])("%s is a 401, in REST and GraphQL", async (_, headers, message) => {
  const client = await github();
  for (const path of ["/api/v3/repos/acme/app", "/api/graphql"]) {
    const response = await fetch(client.url + path, { method: path.endsWith("l") ? "POST" : "GET", headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ message, status: "401" });
  }
});

test("a token may be sent as Bearer or as token", async () => {
  const client = await github();
  expect((await client.rest("GET", "/user", undefined, { authorization: `token ${client.token}` })).status).toBe(200);
});

const cases: [what: string, scopes: Scope[], permission: Permission, method: string, path: string, status: number][] = [
  ["reads with read access", ["repo"], "read", "GET", "/repos/acme/app", 200],
  ["sees nothing without access", ["repo"], "none", "GET", "/repos/acme/app", 404],
  ["sees no private repository without `repo`", ["workflow"], "admin", "GET", "/repos/acme/app", 404],
  ["writes files with write access", ["repo"], "write", "PUT", file, 201],
  ["writes no file with read access", ["repo"], "read", "PUT", file, 404],
  ["writes a workflow with `workflow`", ["repo", "workflow"], "write", "PUT", workflow, 201],
  ["writes no workflow without `workflow`", ["repo"], "admin", "PUT", workflow, 404],
  ["lists secrets as admin", ["repo"], "admin", "GET", "/repos/acme/app/actions/secrets", 200],
  ["lists no secrets without admin", ["repo"], "maintain", "GET", "/repos/acme/app/actions/secrets", 403],
  ["reads the public key as admin only", ["repo"], "write", "GET", "/repos/acme/app/actions/secrets/public-key", 403],
  ["reads no variables without admin", ["repo"], "write", "GET", "/repos/acme/app/actions/variables", 403],
];
test.each(cases)("a token %s", async (_, scopes, permission, method, path, status) => {
  const client = await github({ tokens: [{ token: "ghp_exampleOther", scopes, permission }] });
  expect((await client.rest(method, path, method === "PUT" ? write : undefined)).status).toBe(status);
});

test("a public repository is readable by every token and writable with `public_repo`", async () => {
  const client = await github({
    repositories: [{ name: "acme/app", visibility: "public" }],
    tokens: [
      { token: "ghp_exampleNone", scopes: [], permission: "write" },
      { token: "ghp_examplePublic", scopes: ["public_repo"], permission: "write" },
      { token: "ghp_exampleStranger", permission: "none" },
    ],
  });
  const put = (token: string) => client.rest("PUT", file, write, as(token));
  expect((await client.rest("GET", "/repos/acme/app", undefined, as("ghp_exampleStranger"))).status).toBe(200);
  expect((await put("ghp_exampleStranger")).status).toBe(404);
  expect((await put("ghp_exampleNone")).status).toBe(404);
  expect((await put("ghp_examplePublic")).status).toBe(201);
});

test("a role can differ by repository", async () => {
  const client = await github({
    repositories: ["acme/app", "acme/api"],
    tokens: [{ token: "ghp_exampleOther", repositories: { "acme/api": "none" } }],
  });
  expect((await client.rest("GET", "/repos/acme/app")).status).toBe(200);
  expect((await client.rest("GET", "/repos/acme/api")).status).toBe(404);
});

test("every answer carries the rate limit, scopes and a request id", async () => {
  const client = await github();
  const first = await client.rest("GET", "/user");
  const second = await client.rest("GET", "/repos/acme/missing");
  expect(first.headers.get("x-ratelimit-remaining")).toBe("4999");
  expect(second.headers.get("x-ratelimit-remaining")).toBe("4998");
  expect(second.headers.get("x-ratelimit-resource")).toBe("core");
  expect(second.headers.get("x-oauth-scopes")).toBe("repo, workflow, read:org");
  expect(first.headers.get("x-github-request-id")).not.toBe(second.headers.get("x-github-request-id"));
});

test("beyond its rate limit a token is refused until the reset; GraphQL counts apart", async () => {
  const client = await github({ tokens: [{ token: "ghp_exampleFew", rateLimit: 1 }] });
  await client.rest("GET", "/user");
  const refused = await client.rest("GET", "/user");
  expect(refused).toMatchObject({ status: 403, body: { message: "API rate limit exceeded for user ID 583001." } });
  expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
  expect((await client.graphql("{ viewer { login } }")).body).toEqual({
    data: { viewer: { login: "platform-engineer" } },
  });
  expect((await client.graphql("{ viewer { login } }")).body).toMatchObject({ errors: [{ type: "RATE_LIMITED" }] });
  for (const viewer of client.state.viewers.values()) viewer.rateLimits.core.reset = 0;
  expect((await client.rest("GET", "/user")).status).toBe(200);
});

test("without the organization's single sign-on its private repositories are refused, and no others", async () => {
  const client = await github({
    repositories: ["acme/app", { name: "acme/open", visibility: "public" }, "octo/app"],
    tokens: [{ token: "ghp_exampleNoSso", withoutSingleSignOn: ["acme"] }],
  });
  const message = expect.stringMatching(/^Resource protected by organization SAML enforcement\./);
  const refused = await client.rest("GET", "/repos/acme/app");
  expect([refused.status, refused.body]).toMatchObject([403, { message }]);
  expect(refused.headers.get("x-github-sso")).toMatch(/^required; url=http/);
  for (const name of ["acme/open", "octo/app"]) expect((await client.rest("GET", `/repos/${name}`)).status).toBe(200);
  const { body } = await client.graphql(`{
    a: repository(owner: "acme", name: "app") { name }
    b: repository(owner: "octo", name: "app") { name }
  }`);
  expect(body).toMatchObject({
    data: { a: null, b: { name: "app" } },
    errors: [{ type: "FORBIDDEN", path: ["a"], message }],
  });
});
