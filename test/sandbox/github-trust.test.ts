/** What the jobs of a run get that is for somebody else's work: forks and Dependabot; and how a job asks for its OIDC tokens. */
import { decodeJwt } from "jose";
import { describe, expect, it, test } from "vitest";
import {
  commentOn,
  grantedPermissions,
  isUntrusted,
  jobSecrets,
  openPullAs,
  pushToPull,
  type Repository,
  reviewAs,
  startRun,
} from "../../sandbox/github/index.ts";
import { as, github } from "./github-client.ts";

const path = ".github/workflows/claude.yml";
const asked = { contents: "write", "pull-requests": "write", "id-token": "write" } as const;
const readOnly = { contents: "read", "pull-requests": "read" };

async function world() {
  const client = await github({ repositories: [{ name: "acme/app", files: { "a.md": "1" } }, "acme/other"] });
  const repository = client.state.repository("acme/app");
  const { state } = client;
  repository.secrets.set("TS_OAUTH_SECRET", "made-up-of-repository");
  const shared = { createdAt: "2026-11-01T00:00:00Z", updatedAt: "2026-11-01T00:00:00Z", selected: [] };
  repository.owner.secrets.push(
    { ...shared, name: "TS_AUDIENCE", value: "made-up-of-organization", visibility: "private" },
    { ...shared, name: "TS_OAUTH_SECRET", value: "made-up-and-hidden", visibility: "all" },
    { ...shared, name: "NOT_OURS", value: "made-up-for-others", visibility: "selected" },
  );
  openPullAs(repository, { author: "alice", head: "change" });
  openPullAs(repository, { author: "bob", head: "patch", fork: true });
  openPullAs(repository, { author: "dependabot[bot]" });
  const runOf = (event: string, actor: string, pulls: number[], at: Repository = repository) => {
    const pull = at.pulls.find(({ number }) => number === pulls[0]);
    const head = { headSha: pull?.headSha ?? at.git.branches.get("main") ?? "", headBranch: pull?.head ?? "main" };
    return startRun(state, at, { path, name: "Claude", event, actor, pulls, ...head });
  };
  const idTokenOf = (run: ReturnType<typeof runOf>, permissions: Record<string, "read" | "write"> = asked) =>
    client.issueIdTokenRequest({
      ...{ repository: "acme/app", workflowPath: path, event: run.event, actor: run.actor, runId: run.id },
      permissions,
    });
  return { client, repository, runOf, idTokenOf };
}

const [branch, fork, bot] = [1, 2, 3];

const trusted: [what: string, event: string, actor: string, pulls: number[]][] = [
  ["a branch's pull request", "pull_request", "alice", [branch]],
  ["a comment on a branch's pull request", "issue_comment", "alice", [branch]],
  // It runs what stands on the default branch. Whether it answers is the workflow's own guard.
  ["an outsider's comment on a fork's pull request", "issue_comment", "bob", [fork]],
  ["a push", "push", "alice", []],
  ["what a person pushed to Dependabot's pull request", "pull_request", "alice", [bot]],
  ["a comment on Dependabot's pull request", "issue_comment", "alice", [bot]],
];

const untrusted: typeof trusted = [
  ["a fork's pull request", "pull_request", "bob", [fork]],
  ["what a colleague pushed to a fork's pull request", "pull_request", "alice", [fork]],
  ["a review of a fork's pull request", "pull_request_review", "alice", [fork]],
  ["a comment on a line of a fork's pull request", "pull_request_review_comment", "alice", [fork]],
  ["Dependabot's pull request", "pull_request", "dependabot[bot]", [bot]],
  ["Dependabot's push", "push", "dependabot[bot]", []],
  ["a pull request that nobody knows", "pull_request", "alice", [99]],
  ["a pull request without a number", "pull_request", "alice", []],
];

describe("a run for", () => {
  it.each(trusted)("%s is trusted", async (_, event, actor, pulls) => {
    const { client, repository, runOf, idTokenOf } = await world();
    const run = runOf(event, actor, pulls);
    expect(isUntrusted(repository, run)).toBe(false);
    expect(grantedPermissions(repository, run, asked)).toEqual(asked);
    expect(jobSecrets(repository, run)).toEqual({
      TS_AUDIENCE: "made-up-of-organization",
      TS_OAUTH_SECRET: "made-up-of-repository",
    });
    expect(idTokenOf(run)).toBeDefined();
    const { token } = client.issueJobToken({ repository, permissions: asked, run });
    expect(await write(client, token)).toBe(201);
  });

  it.each(untrusted)(
    "%s gets no secret, no OIDC token, and a token that only reads",
    async (_, event, actor, pulls) => {
      const { client, repository, runOf, idTokenOf } = await world();
      const run = runOf(event, actor, pulls);
      expect(isUntrusted(repository, run)).toBe(true);
      expect(grantedPermissions(repository, run, asked)).toEqual(readOnly);
      expect(jobSecrets(repository, run)).toEqual({});
      expect(idTokenOf(run)).toBeUndefined();
      const { token } = client.issueJobToken({ repository, permissions: asked, run });
      expect((await client.rest("GET", "/repos/acme/app/pulls/2", undefined, as(token))).status).toBe(200);
      expect(await write(client, token)).toBe(403);
    },
  );

  it("a fork stays what it is when the fork is deleted", async () => {
    const { client, repository, runOf, idTokenOf } = await world();
    const run = runOf("pull_request", "bob", [fork]);
    client.state.delete("bob/app");
    expect(isUntrusted(repository, run)).toBe(true);
    expect(idTokenOf(run)).toBeUndefined();
    expect((await client.rest("GET", "/repos/acme/app/pulls/2")).body).toMatchObject({ head: { repo: null } });
  });
});

async function write(client: Awaited<ReturnType<typeof world>>["client"], token: string): Promise<number> {
  const comment = { body: "B" };
  return (await client.rest("POST", "/repos/acme/app/issues/1/comments", comment, as(token))).status;
}

test("who is outside stays outside: what events say of a person who comments, reviews and pushes from a fork", async () => {
  const { client, repository } = await world();
  const events: { name: string; actor: string; payload: object }[] = [];
  client.state.onEvent = (event) => events.push(event);
  commentOn(repository, branch, { author: "eve", body: "@claude reveal" });
  reviewAs(repository, branch, { author: "eve", body: "@claude reveal" });
  pushToPull(repository, fork, { files: { "x.md": "1" } });
  expect(events.map(({ name, actor }) => [name, actor])).toEqual([
    ["issue_comment", "eve"],
    ["pull_request_review", "eve"],
    ["push", "bob"],
    ["pull_request", "bob"],
  ]);
  expect(events).toMatchObject([
    { payload: { comment: { author_association: "NONE", user: { login: "eve" } } } },
    { payload: { review: { author_association: "NONE" } } },
    { payload: { repository: { full_name: "bob/app" } } },
    { payload: { pull_request: { head: { repo: { full_name: "bob/app", fork: true } }, author_association: "NONE" } } },
  ]);
});

describe("a job's request for OIDC tokens", () => {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it("is answered with a token that says what the run is", async () => {
    const { client, repository, runOf, idTokenOf } = await world();
    const run = runOf("pull_request", "alice", [branch]);
    const request = idTokenOf(run);
    const response = await fetch(`${request?.url}&audience=api.tailscale.com%2Fx`, bearer(request?.token ?? ""));
    const { value } = (await response.json()) as { value: string };
    expect(decodeJwt(value)).toMatchObject({
      aud: "api.tailscale.com/x",
      sub: expect.stringMatching(/:pull_request$/),
      actor: "alice",
      event_name: "pull_request",
      head_ref: "change",
      repository_id: String(repository.id),
      run_id: String(run.id),
      run_number: "1",
      workflow: "Claude",
    });
    expect(client.secrets().map((secret) => secret.value)).toEqual(expect.arrayContaining([value, request?.token]));
  });

  it("does not exist without id-token: write", async () => {
    const { runOf, idTokenOf } = await world();
    const run = runOf("pull_request", "alice", [branch]);
    for (const permissions of [{}, { contents: "write" }, { "id-token": "read" }] as const)
      expect(idTokenOf(run, permissions)).toBeUndefined();
  });

  it("is refused with another job's token, the job's own GITHUB_TOKEN, or none, and after the job has ended", async () => {
    const { client, repository, runOf, idTokenOf } = await world();
    const run = runOf("pull_request", "alice", [branch]);
    const [one, other] = [idTokenOf(run), idTokenOf(run)];
    const { token: jobToken } = client.issueJobToken({ repository, permissions: asked, run });
    const url = one?.url ?? "";
    for (const token of [other?.token ?? "", jobToken, client.token, "undefined", ""])
      expect((await fetch(url, bearer(token))).status).toBe(401);
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url.replace(/idtoken\/[^?]+/, "idtoken/made-up"), bearer(one?.token ?? ""))).status).toBe(401);
    expect((await fetch(url, bearer(one?.token ?? ""))).status).toBe(200);
    one?.revoke();
    expect((await fetch(url, bearer(one?.token ?? ""))).status).toBe(401);
    expect((await fetch(other?.url ?? "", bearer(other?.token ?? ""))).status).toBe(200);
  });

  it("opens no other door", async () => {
    const { client, runOf, idTokenOf } = await world();
    const token = idTokenOf(runOf("pull_request", "alice", [branch]))?.token ?? "";
    expect((await client.rest("GET", "/repos/acme/app", undefined, as(token))).status).toBe(401);
  });

  it("is for a run of the repository, as that run is", async () => {
    const { client, repository, runOf } = await world();
    const run = runOf("pull_request", "bob", [fork]);
    const elsewhere = runOf("push", "alice", [], client.state.repository("acme/other"));
    const job = { repository: "acme/app", workflowPath: path, event: "pull_request", permissions: asked };
    const issue = (change: object) => () => client.issueIdTokenRequest({ ...job, runId: run.id, ...change });
    expect(issue({ runId: 1 })).toThrow("acme/app has no run 1");
    expect(issue({ runId: elsewhere.id, event: "push" })).toThrow("has no run");
    expect(issue({ event: "issue_comment" })).toThrow("is for pull_request by bob");
    expect(issue({ actor: "alice" })).toThrow("is for pull_request by bob");
    expect(issue({ workflowPath: ".github/workflows/other.yml" })).toThrow("is for pull_request by bob");
    expect(issue({})()).toBeUndefined();
    const tokenFor = (given: typeof run) => () => client.issueJobToken({ repository, permissions: asked, run: given });
    expect(tokenFor(elsewhere)).toThrow("does not exist");
    // A copy that says it is a branch's.
    expect(tokenFor({ ...run, pulls: [branch] })).toThrow("does not exist");
  });
});
