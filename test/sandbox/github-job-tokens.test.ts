/** What the token of a job may do: what its permissions say, in its own repository, until the job has ended. */
import { describe, expect, it, test } from "vitest";
import {
  addJob,
  commentOn,
  complete,
  openIssueAs,
  openPullAs,
  type RepositoryOptions,
  startRun,
} from "../../sandbox/github/index.ts";
import { as, github } from "./github-client.ts";

type Permissions = Record<string, "read" | "write">;

const refused = { message: "Resource not accessible by integration", status: "403" };
const fromFile = { path: ".github/workflows/claude.yml", name: "Claude" };

async function world(options: Omit<RepositoryOptions, "name"> = {}, other: Omit<RepositoryOptions, "name"> = {}) {
  const files = { "a.md": "1", [fromFile.path]: "on: push" };
  const client = await github({
    repositories: [
      { name: "acme/app", files, environments: ["review"], ...options },
      { name: "acme/other", files, ...other },
    ],
  });
  const [repository, elsewhere] = ["acme/app", "acme/other"].map((name) => client.state.repository(name));
  if (!repository || !elsewhere) throw new Error("no repositories");
  for (const one of [repository, elsewhere]) {
    const pull = openPullAs(one, { author: "alice", head: "change", files: { "b.md": "1\n" } });
    openIssueAs(one, { author: "alice", title: "An issue" });
    for (const number of [1, 2]) commentOn(one, number, { author: "alice", body: "B" });
    const of = { ...fromFile, event: "pull_request", headSha: pull.headSha, headBranch: "change" };
    const run = startRun(client.state, one, { ...of, actor: "alice", pulls: [1] });
    complete(addJob(client.state, run, "review"), "success");
  }
  const run = repository.runs[0] as NonNullable<(typeof repository.runs)[0]>;
  const [job] = run.jobs;
  const tokenOf = (permissions: Permissions) => client.issueJobToken({ repository, permissions, run });
  const ids = {
    run: run.id,
    job: job?.id,
    sha: run.headSha,
    onPull: repository.pulls[0]?.comments[0]?.id,
    onIssue: repository.issues[0]?.comments[0]?.id,
    tree: repository.git.tip("main")?.treeSha,
  };
  return { client, repository, elsewhere, run, tokenOf, ids };
}

type Ids = Awaited<ReturnType<typeof world>>["ids"];

interface Request {
  method: string;
  path: (ids: Ids) => string;
  body?: (ids: Ids) => object;
}

const get = (path: string | ((ids: Ids) => string)): Request => ({
  method: "GET",
  path: typeof path === "string" ? () => path : path,
});
const send = (method: string, path: string | ((ids: Ids) => string), body: object | ((ids: Ids) => object) = {}) => ({
  ...get(path),
  method,
  body: typeof body === "function" ? (body as (ids: Ids) => object) : () => body,
});

/** By what is needed; of several permissions, one is enough. */
const needs: [needed: string[], requests: Request[]][] = [
  [[], [get(""), get("/collaborators/alice/permission"), get("/rules/branches/main"), get("/rulesets")]],
  [
    ["contents:read"],
    [
      get("/contents/a.md"),
      get("/branches/main"),
      get("/branches"),
      get("/commits"),
      get(({ sha }) => `/commits/${sha}`),
      get("/git/ref/heads/main"),
      get(({ tree }) => `/git/trees/${tree}?recursive=1`),
      get(({ sha }) => `/git/commits/${sha}`),
      get("/activity"),
    ],
  ],
  [
    ["contents:write"],
    [
      send("PUT", "/contents/new.md", { message: "M", content: "eA==", branch: "change" }),
      send("POST", "/git/refs", ({ sha }) => ({ ref: "refs/heads/topic", sha })),
      send("PATCH", "/git/refs/heads/change", ({ sha }) => ({ sha, force: true })),
      send("DELETE", "/git/refs/heads/change"),
      send("PUT", "/pulls/1/merge"),
    ],
  ],
  [
    ["pull-requests:read"],
    [
      get("/pulls"),
      get("/pulls/1"),
      get("/pulls/1/files"),
      get("/pulls/1/commits"),
      get("/pulls/1/reviews"),
      get("/pulls/1/comments"),
    ],
  ],
  [
    ["pull-requests:write"],
    [
      send("POST", "/pulls/1/reviews", { event: "COMMENT", body: "B" }),
      send("POST", "/pulls/1/comments", ({ sha }) => ({ body: "B", path: "b.md", line: 1, commit_id: sha })),
      send("PATCH", "/pulls/1", { title: "T" }),
    ],
  ],
  [["issues:read"], [get("/issues"), get("/issues/2"), get("/issues/2/comments")]],
  [
    ["issues:write"],
    [
      send("POST", "/issues", { title: "T" }),
      send("POST", "/issues/2/comments", { body: "B" }),
      send("POST", "/issues/2/labels", { labels: ["bug"] }),
      send("PATCH", ({ onIssue }) => `/issues/comments/${onIssue}`, { body: "B" }),
    ],
  ],
  [
    ["issues:read", "pull-requests:read"],
    [get("/issues/1"), get("/issues/1/comments")],
  ],
  [
    ["issues:write", "pull-requests:write"],
    [
      send("POST", "/issues/1/comments", { body: "B" }),
      send("PATCH", ({ onPull }) => `/issues/comments/${onPull}`, { body: "B" }),
      send("PUT", "/issues/1/labels", { labels: ["bug"] }),
    ],
  ],
  [
    ["actions:read"],
    [
      get("/actions/runs"),
      get("/actions/workflows"),
      get("/actions/workflows/claude.yml/runs"),
      get(({ run }) => `/actions/runs/${run}`),
      get(({ run }) => `/actions/runs/${run}/jobs`),
      get(({ job }) => `/actions/jobs/${job}`),
      get(({ job }) => `/actions/jobs/${job}/logs`),
      get("/environments/review"),
    ],
  ],
  [["actions:write"], [send("PUT", "/actions/workflows/claude.yml/disable")]],
  [
    ["checks:read"],
    [
      get(({ job }) => `/check-runs/${job}`),
      get(({ job }) => `/check-runs/${job}/annotations`),
      get(({ sha }) => `/commits/${sha}/check-runs`),
    ],
  ],
];

const scopes = ["contents", "pull-requests", "issues", "actions", "checks", "id-token", "statuses", "packages"];
const everything = Object.fromEntries(scopes.map((scope) => [scope, "write" as const]));

const never: Request[] = [
  get("/actions/secrets"),
  get("/actions/secrets/public-key"),
  get("/actions/organization-secrets"),
  get("/environments/review/secrets"),
  get("/actions/variables"),
  get("/actions/permissions"),
  send("PUT", "/actions/permissions", { enabled: false }),
  send("PUT", "/actions/secrets/NAME", { key_id: "1", encrypted_value: "eA==" }),
  send("DELETE", "/actions/secrets/NAME"),
  send("POST", "/actions/variables", { name: "N", value: "V" }),
  send("PUT", "/actions/oidc/customization/sub", { use_default: false, include_claim_keys: ["repo"] }),
  send("POST", "/branches/change/rename", { new_name: "other" }),
  send("PUT", "/environments/review", {}),
];

/** The status that each request gets in a world of its own, so that none is in another one's way. */
async function ask(request: Request, permissions: Permissions): Promise<number> {
  const { client, tokenOf, ids } = await world();
  const { token } = tokenOf(permissions);
  const path = `/repos/acme/app${request.path(ids)}`;
  return (await client.rest(request.method, path, request.body?.(ids), as(token))).status;
}

const nameOf = ({ method, path }: Request): string =>
  `${method} ${path({ run: 1, job: 1, sha: "S", onPull: 1, onIssue: 1, tree: "S" })}`;

const rows = needs.flatMap(([needed, requests]) =>
  requests.map((request) => ({ name: nameOf(request), needed, request })),
);

const only = (need: string): Permissions => {
  const [scope = "", level] = need.split(":");
  return { [scope]: level as "read" | "write" };
};

/** All but what is needed, and of that the lower level. */
function lacking(needed: string[]): Permissions {
  const rest = { ...everything };
  for (const need of needed) {
    const [scope = "", level] = need.split(":");
    delete rest[scope];
    if (level === "write") rest[scope] = "read" as never;
  }
  return rest;
}

describe("a job's token", () => {
  it.each(rows)("$name needs $needed", async ({ needed, request }) => {
    const allowed = needed.length === 0 ? [{}] : needed.map(only);
    for (const permissions of allowed) expect(await ask(request, permissions)).toBeLessThan(400);
    if (needed.length > 0) expect(await ask(request, lacking(needed))).toBe(403);
  });

  it.each(never.map((request) => ({ name: nameOf(request), request })))(
    "$name is never allowed",
    async ({ request }) => {
      expect(await ask(request satisfies Request, everything)).toBe(403);
    },
  );

  it("is told what is lacking in the words of GitHub", async () => {
    const { client, tokenOf } = await world();
    const asJob = as(tokenOf({ issues: "read" }).token);
    const { body, headers } = await client.rest("POST", "/repos/acme/app/issues/1/comments", { body: "B" }, asJob);
    expect(body).toMatchObject(refused);
    expect(headers.get("x-accepted-github-permissions")).toBe("issues=write; pull_requests=write");
    expect(headers.get("x-oauth-scopes")).toBeNull();
  });

  it("is worth nothing once its job has ended", async () => {
    const { client, tokenOf } = await world();
    const { token, revoke } = tokenOf({ contents: "write" });
    expect((await client.rest("GET", "/repos/acme/app", undefined, as(token))).status).toBe(200);
    revoke();
    expect((await client.rest("GET", "/repos/acme/app", undefined, as(token))).status).toBe(401);
    expect((await client.graphql("{ viewer { login } }", {}, as(token))).status).toBe(401);
  });

  it("asks for nothing that no rule is about", async () => {
    const { client, tokenOf } = await world();
    const asJob = as(tokenOf(everything).token);
    for (const [method, path] of [
      ["GET", "/hooks"],
      ["POST", "/check-runs"],
      ["POST", "/statuses/abc"],
      ["PATCH", ""],
      ["DELETE", ""],
    ] as const)
      expect((await client.rest(method, `/repos/acme/app${path}`, undefined, asJob)).status).toBe(501);
  });

  it("gains nothing by another spelling of a path", async () => {
    const { client, repository, tokenOf } = await world();
    const asJob = as(tokenOf({ "pull-requests": "write" }).token);
    for (const path of [
      "/pulls/1/m%65rge",
      "/pulls/1/merg%65",
      "/%70ulls/1/merge",
      "/pulls/1/merge/",
      "//pulls/1/merge",
    ]) {
      const statuses = [
        (await client.rest("PUT", `/repos/acme/app${path}`, {}, asJob)).status,
        (await client.rest("PUT", `/repositories/${repository.id}${path}`, {}, asJob)).status,
        (await client.rest("PUT", `/repos/ACME/App${path}`, {}, asJob)).status,
      ];
      for (const status of statuses) expect([403, 404, 501]).toContain(status);
    }
    expect(repository.pulls[0]).toMatchObject({ state: "open", merged: false });
    for (const path of ["/actions/%73ecrets", "/%61ctions/secrets"])
      expect((await client.rest("GET", `/repos/acme/app${path}`, undefined, asJob)).status).toBe(403);
  });

  it("writes no workflow", async () => {
    const { client, repository, tokenOf } = await world();
    const asJob = as(tokenOf(everything).token);
    const file = `/repos/acme/app/contents/${fromFile.path}`;
    const change = { message: "M", branch: "change", sha: repository.git.tip("change")?.files.get(fromFile.path) };
    expect((await client.rest("PUT", file, { ...change, content: "eA==" }, asJob)).body).toMatchObject(refused);
    expect((await client.rest("DELETE", file, change, asJob)).body).toMatchObject(refused);
    const query =
      "mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { clientMutationId } }";
    const input = {
      branch: { repositoryNameWithOwner: "acme/app", branchName: "change" },
      expectedHeadOid: repository.git.branches.get("change"),
      message: { headline: "M" },
      fileChanges: { additions: [{ path: ".github/workflows/new.yml", contents: "eA==" }] },
    };
    const said = /^refusing to allow a GitHub App .* `.github\/workflows\/new.yml` without `workflows` permission$/;
    expect((await client.graphql(query, { input }, asJob)).body).toMatchObject({
      errors: [{ type: "FORBIDDEN", message: expect.stringMatching(said) }],
    });
  });

  it("opens no pull request, in REST or GraphQL", async () => {
    const { client, repository, tokenOf } = await world();
    const asJob = as(tokenOf(everything).token);
    repository.git.branches.set("topic", repository.pulls[0]?.headSha ?? "");
    const asked = { title: "T", head: "topic", base: "main" };
    expect((await client.rest("POST", "/repos/acme/app/pulls", asked, asJob)).body).toMatchObject({
      message: "GitHub Actions is not permitted to create or approve pull requests.",
    });
    const { node_id: repositoryId } = (await client.rest("GET", "/repos/acme/app")).body as { node_id: string };
    const input = { repositoryId, title: "T", headRefName: "topic", baseRefName: "main" };
    const query =
      "mutation ($input: CreatePullRequestInput!) { createPullRequest(input: $input) { clientMutationId } }";
    expect((await client.graphql(query, { input }, asJob)).body).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
    expect(repository.pulls).toHaveLength(1);
  });
});

describe("a job's token in GraphQL", () => {
  const queries: [needed: string, query: string][] = [
    ["contents:read", '{ repository(owner: "acme", name: "app") { object(expression: "main:a.md") { id } } }'],
    ["contents:read", '{ repository(owner: "acme", name: "app") { defaultBranchRef { name } } }'],
    [
      "contents:read",
      'fragment F on Repository { ref(qualifiedName: "main") { name } } { r: repository(owner: "acme", name: "app") { ...F } }',
    ],
    ["pull-requests:read", '{ repository(owner: "acme", name: "app") { pullRequests(first: 1) { totalCount } } }'],
    ["pull-requests:read", 'query { node(id: "PULL") { ... on PullRequest { title } } }'],
    ["pull-requests:read", 'query { nodes(ids: ["PULL"]) { ... on PullRequest { body } } }'],
    [
      "checks:read, with contents:read",
      '{ repository(owner: "acme", name: "app") { r: object(expression: "main") { ... on Commit { checkSuites(first: 1) { totalCount } } } } }',
    ],
    ["pull-requests:write", 'mutation { addComment(input: { subjectId: "PULL", body: "B" }) { clientMutationId } }'],
    ["issues:write", 'mutation { addComment(input: { subjectId: "PULL", body: "B" }) { clientMutationId } }'],
    ["pull-requests:write", 'mutation { closePullRequest(input: { pullRequestId: "PULL" }) { clientMutationId } }'],
  ];

  it.each(queries)("needs %s for %s", async (needs, text) => {
    const [needed = "", also] = needs.split(", with ");
    const { client, tokenOf, pull } = await withPull();
    const query = text.replace("PULL", pull);
    const other = needed.startsWith("issues") || text.includes("addComment") ? ["issues", "pull-requests"] : [];
    const rest = lacking([needed, ...other.map((scope) => `${scope}:write`)]);
    const withheld = await client.graphql(query, {}, as(tokenOf(rest).token));
    expect(withheld.body).toMatchObject({ data: null, errors: [{ type: "FORBIDDEN", message: refused.message }] });
    const granted = await client.graphql(
      query,
      {},
      as(tokenOf({ ...only(needed), ...(also ? only(also) : {}) }).token),
    );
    expect(granted.body).not.toHaveProperty("errors");
  });
});

async function withPull(...options: Parameters<typeof world>) {
  const made = await world(...options);
  const pullIn = async (name: string) => {
    const query = `{ repository(owner: "acme", name: "${name}") { pullRequests(first: 1) { nodes { id } } } }`;
    const { body } = await made.client.graphql(query);
    const { data } = body as { data: { repository: { pullRequests: { nodes: { id: string }[] } } } };
    return data.repository.pullRequests.nodes[0]?.id ?? "";
  };
  return { ...made, pull: await pullIn("app"), otherPull: await pullIn("other") };
}

describe("a job's token in another repository", () => {
  it("finds nothing that is private", async () => {
    const { client, tokenOf, elsewhere } = await world();
    const asJob = as(tokenOf(everything).token);
    for (const path of ["", "/contents/a.md", "/pulls/1", `/actions/runs/${elsewhere.runs[0]?.id}`])
      expect((await client.rest("GET", `/repos/acme/other${path}`, undefined, asJob)).status).toBe(404);
    const path = `/repositories/${elsewhere.id}/contents/a.md`;
    expect((await client.rest("GET", path, undefined, asJob)).status).toBe(404);
    const query = '{ repository(owner: "acme", name: "other") { name } }';
    expect((await client.graphql(query, {}, asJob)).body).toMatchObject({ errors: [{ type: "NOT_FOUND" }] });
  });

  it("reads what is public, and writes nothing, neither comments nor reviews", async () => {
    const { client, elsewhere, tokenOf, otherPull } = await withPull({}, { visibility: "public" });
    const { token } = tokenOf(everything);
    const asJob = as(token);
    const at = "/repos/acme/other";
    expect((await client.rest("GET", `${at}/contents/a.md`, undefined, asJob)).status).toBe(200);
    const before = JSON.stringify([elsewhere.pulls, elsewhere.issues]);
    for (const [method, path, body] of [
      ["POST", "/issues", { title: "T" }],
      ["POST", "/issues/1/comments", { body: "B" }],
      ["POST", "/pulls/1/reviews", { event: "COMMENT", body: "B" }],
      ["PATCH", "/pulls/1", { title: "T" }],
      ["PUT", "/contents/x.md", { message: "M", content: "eA==" }],
      ["PUT", "/pulls/1/merge", {}],
    ] as const)
      expect([path, (await client.rest(method, at + path, body, asJob)).status]).toEqual([path, 403]);
    for (const query of [
      `mutation { addComment(input: { subjectId: "${otherPull}", body: "B" }) { clientMutationId } }`,
      `mutation { closePullRequest(input: { pullRequestId: "${otherPull}" }) { clientMutationId } }`,
    ])
      expect((await client.graphql(query, {}, asJob)).body).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
    expect(JSON.stringify([elsewhere.pulls, elsewhere.issues])).toBe(before);
    for (const path of ["/actions/secrets", "/actions/variables"])
      expect((await client.rest("GET", at + path, undefined, asJob)).status).toBe(403);
  });

  it("in a public one of its own still writes only what it may", async () => {
    const { client, tokenOf } = await world({ visibility: "public" });
    const asJob = as(tokenOf({}).token);
    expect((await client.rest("GET", "/repos/acme/app/pulls/1", undefined, asJob)).status).toBe(200);
    expect((await client.rest("POST", "/repos/acme/app/issues/1/comments", { body: "B" }, asJob)).status).toBe(403);
  });
});

test("a token is one job's: it is no user, and its requests are counted by themselves", async () => {
  const { client, tokenOf } = await world();
  const [one, other] = [tokenOf(everything).token, tokenOf(everything).token];
  expect(one).not.toBe(other);
  expect((await client.rest("GET", "/user", undefined, as(one))).body).toMatchObject(refused);
  expect((await client.graphql("{ viewer { login } }", {}, as(one))).body).toMatchObject({
    data: { viewer: { login: "github-actions[bot]" } },
  });
  const { headers } = await client.rest("GET", "/repos/acme/app", undefined, as(other));
  expect([headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-used")]).toEqual(["1000", "1"]);
  expect(client.secrets().map(({ value }) => value)).toEqual(expect.arrayContaining([one, other]));
});
