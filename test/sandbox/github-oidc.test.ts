import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from "jose";
import { expect, test } from "vitest";
import type { Job, OidcOptions } from "../../sandbox/github/index.ts";
import { type Client, github } from "./github-client.ts";

const path = "/repos/acme/app/actions/oidc/customization/sub";
const job: Job = { repository: "acme/app", event: "pull_request", workflowPath: ".github/workflows/claude.yml" };
const subject = async (client: Client, change: Partial<Job> = {}) =>
  decodeJwt(await client.issueToken({ ...job, ...change })).sub;
const withOidc = (oidc: OidcOptions) => github({ repositories: [{ name: "acme/app", id: 2, ownerId: 1, oidc }] });

const old = "repo:acme/app";
const immutable = "repo:acme@1/app@2";
const jobs: [change: Partial<Job>, suffix: string][] = [
  [{}, "pull_request"],
  [{ event: "pull_request_review_comment" }, "pull_request"],
  [{ event: "issue_comment" }, "ref:refs/heads/main"],
  [{ event: "pull_request_target" }, "ref:refs/heads/main"],
  [{ event: "push", ref: "refs/tags/v1" }, "ref:refs/tags/v1"],
  [{ environment: "prod:eu" }, "environment:prod%3Aeu"],
];
test.each(jobs)("subject of %j: %s, in both formats", async (change, suffix) => {
  expect(await subject(await withOidc({ format: "old" }), change)).toBe(`${old}:${suffix}`);
  expect(await subject(await withOidc({ format: "immutable" }), change)).toBe(`${immutable}:${suffix}`);
});

test.each([
  [["repository_owner", "repository_visibility"], "repository_owner:acme:repository_visibility:private"],
  [["repo", "context", "event_name"], `${immutable}:pull_request:event_name:pull_request`],
])("subject of the template %j", async (claimKeys, expected) => {
  expect(await subject(await withOidc({ claimKeys }))).toBe(expected);
});

test("a template that asks for a claim that the job lacks gives no token", async () => {
  await expect(subject(await withOidc({ claimKeys: ["environment"] }))).rejects.toThrow("environment");
});

test.each([
  [{ format: "old" }, { use_default: true, use_immutable_subject: false, sub_claim_prefix: old }],
  // Natively immutable repositories report false: the prefix is the authority.
  [{ format: "immutable" }, { use_default: true, use_immutable_subject: false, sub_claim_prefix: immutable }],
  [{ reportsPrefix: false }, { use_default: true }],
  [
    { format: "old", claimKeys: ["repo"] },
    { use_default: false, include_claim_keys: ["repo"], use_immutable_subject: false, sub_claim_prefix: old },
  ],
] as [OidcOptions, object][])("the API reports %j", async (oidc, expected) => {
  const client = await withOidc(oidc);
  expect((await client.rest("GET", path)).body).toEqual(expected);
});

test("a server that does not report a prefix has no immutable subjects", async () => {
  expect(await subject(await withOidc({ reportsPrefix: false }))).toBe(`${old}:pull_request`);
});

test("opting in, a custom template, and the way back", async () => {
  const client = await withOidc({ format: "old" });
  expect((await client.rest("PUT", path, { use_default: true, use_immutable_subject: true })).status).toBe(201);
  expect((await client.rest("GET", path)).body).toMatchObject({
    use_immutable_subject: true,
    sub_claim_prefix: immutable,
  });
  expect(await subject(client)).toBe(`${immutable}:pull_request`);
  await client.rest("PUT", path, { use_default: false, include_claim_keys: ["actor"] });
  expect(await subject(client, { actor: "alice" })).toBe("actor:alice");
  await client.rest("PUT", path, { use_default: true });
  expect((await client.rest("GET", path)).body).not.toHaveProperty("include_claim_keys");
  for (const include_claim_keys of [["a b"], ["actor", "actor"], [1]]) {
    expect((await client.rest("PUT", path, { use_default: false, include_claim_keys })).status).toBe(422);
  }
});

test("a renamed repository moves to the immutable format", async () => {
  const client = await withOidc({ format: "old" });
  client.state.rename("acme/app", "acme/web");
  expect(await subject(client, { repository: "acme/web" })).toBe("repo:acme@1/web@2:pull_request");
});

test("a token verifies against the discovered keys and describes the job in strings", async () => {
  const client = await withOidc({});
  const configuration = await fetch(`${client.url}/_services/token/.well-known/openid-configuration`);
  expect(await configuration.json()).toMatchObject({ issuer: client.oidc.issuer, jwks_uri: client.oidc.jwksUrl });
  const keys = createRemoteJWKSet(new URL(client.oidc.jwksUrl));
  const token = await client.issueToken({ ...job, audience: "api.tailscale.com/x", environment: "prod" });
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: "https://token.actions.githubusercontent.com",
    audience: "api.tailscale.com/x",
  });
  expect(protectedHeader).toMatchObject({ alg: "RS256", typ: "JWT" });
  const { exp = 0, iat = 0, nbf, ...claims } = payload;
  expect([exp - iat, nbf]).toEqual([300, iat]);
  expect(claims).toMatchObject({
    repository: "acme/app",
    repository_id: "2",
    repository_owner: "acme",
    repository_owner_id: "1",
    repository_visibility: "private",
    event_name: "pull_request",
    environment: "prod",
    ref: "refs/pull/1/merge",
    base_ref: "main",
    head_ref: "feature",
    workflow_ref: "acme/app/.github/workflows/claude.yml@refs/pull/1/merge",
    job_workflow_ref: "acme/app/.github/workflows/claude.yml@refs/pull/1/merge",
    runner_environment: "github-hosted",
    sha: client.state.repository("acme/app").git.branches.get("main"),
  });
  expect(Object.values(claims).every((claim) => typeof claim === "string")).toBe(true);
});

test("the default audience is the owner's URL; an old token is expired; another issuer can be set", async () => {
  const client = await github({ issuer: "https://ghe.example.com/_services/token" });
  const keys = createRemoteJWKSet(new URL(client.oidc.jwksUrl));
  const token = await client.issueToken({ ...job, issuedAt: new Date("2026-01-01") });
  expect(decodeJwt(token)).toMatchObject({
    aud: "https://github.com/acme",
    iss: "https://ghe.example.com/_services/token",
  });
  await expect(jwtVerify(token, keys)).rejects.toThrow(errors.JWTExpired);
});

test("a token for no repository is refused", async () => {
  const client = await github();
  await expect(client.issueToken({ ...job, repository: "acme/missing" })).rejects.toThrow("no repository acme/missing");
});
