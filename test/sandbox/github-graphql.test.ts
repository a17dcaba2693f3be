import { expect, test } from "vitest";
import { type Client, github } from "./github-client.ts";

/** The fields that the set-up reads of each repository. */
const fields = `
  databaseId nameWithOwner url isArchived isDisabled viewerPermission
  owner { login ... on Organization { databaseId } ... on User { databaseId } }
  defaultBranchRef {
    name
    branchProtectionRule { isAdminEnforced requiresApprovingReviews requiresStatusChecks }
    refUpdateRule { viewerCanPush requiredApprovingReviewCount requiredStatusCheckContexts }
  }
  object(expression: "HEAD:.github/workflows/claude.yml") { ... on Blob { text } }`;

const read = async (client: Client, name: string) => {
  const query = `query ($o: String!, $n: String!) { repository(owner: $o, name: $n) { ${fields} } }`;
  const [o, n] = name.split("/");
  return (await client.graphql(query, { o, n })).body as { data: { repository: unknown }; errors?: object[] };
};

test("a repository's state in one query", async () => {
  const client = await github({
    repositories: [
      { name: "acme/app", id: 2, ownerId: 1, archived: true, files: { ".github/workflows/claude.yml": "on: push\n" } },
      { name: "octo/app", ownerId: 3, ownerType: "User", disabled: true, empty: true },
    ],
  });
  expect(await read(client, "Acme/App")).toEqual({
    data: {
      repository: {
        databaseId: 2,
        nameWithOwner: "acme/app",
        url: `${client.url}/acme/app`,
        isArchived: true,
        isDisabled: false,
        viewerPermission: "ADMIN",
        owner: { login: "acme", databaseId: 1 },
        defaultBranchRef: { name: "main", branchProtectionRule: null, refUpdateRule: null },
        object: { text: "on: push\n" },
      },
    },
  });
  expect(await read(client, "octo/app")).toMatchObject({
    data: { repository: { isDisabled: true, owner: { databaseId: 3 }, defaultBranchRef: null, object: null } },
  });
});

test("missing and invisible repositories fail under their aliases; the others are answered", async () => {
  const client = await github({
    repositories: ["acme/app", "acme/hidden"],
    tokens: [{ token: "ghp_exampleOther", repositories: { "acme/hidden": "none" } }],
  });
  const { body, status } = await client.graphql(`{
    a: repository(owner: "acme", name: "app") { nameWithOwner }
    b: repository(owner: "acme", name: "missing") { nameWithOwner }
    c: repository(owner: "acme", name: "hidden") { nameWithOwner }
  }`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    data: { a: { nameWithOwner: "acme/app" }, b: null, c: null },
    errors: [
      {
        type: "NOT_FOUND",
        path: ["b"],
        locations: [{ line: 3 }],
        message: "Could not resolve to a Repository with the name 'acme/missing'.",
      },
      { type: "NOT_FOUND", path: ["c"] },
    ],
  });
});

test("a former name resolves to the repository, unless renames are not to be followed", async () => {
  const client = await github({ repositories: [{ name: "acme/api", renamedFrom: ["acme/backend"] }] });
  expect(await read(client, "acme/backend")).toMatchObject({ data: { repository: { nameWithOwner: "acme/api" } } });
  const strict = `{ repository(owner: "acme", name: "backend", followRenames: false) { name } }`;
  expect((await client.graphql(strict)).body).toMatchObject({ errors: [{ type: "NOT_FOUND" }] });
});

const reviewed = { requiredReviews: 2, requiredStatusChecks: ["ci"] };
test.each([
  [{ ...reviewed, enforceAdmins: true }, "admin", { isAdminEnforced: true }, false],
  [reviewed, "admin", { isAdminEnforced: false }, true],
  [reviewed, "write", null, false],
  [reviewed, "read", null, false],
] as const)("protection %j as seen by %s", async (protection, permission, rule, viewerCanPush) => {
  const client = await github({
    repositories: [{ name: "acme/app", protection: { ...protection, requiredStatusChecks: ["ci"] } }],
    tokens: [{ token: "ghp_exampleOther", permission }],
  });
  expect(await read(client, "acme/app")).toMatchObject({
    data: {
      repository: {
        viewerPermission: permission.toUpperCase(),
        defaultBranchRef: {
          branchProtectionRule: rule && { ...rule, requiresApprovingReviews: true, requiresStatusChecks: true },
          refUpdateRule: { viewerCanPush, requiredApprovingReviewCount: 2, requiredStatusCheckContexts: ["ci"] },
        },
      },
    },
  });
});

test("object() resolves revisions and paths as rev-parse does", async () => {
  const client = await github({ repositories: [{ name: "acme/app", files: { "a/b.md": "text", c: "\0" } }] });
  const tip = client.state.repository("acme/app").git.branches.get("main");
  const { body } = await client.graphql(`{ repository(owner: "acme", name: "app") {
    branch: object(expression: "main:a/b.md") { __typename ... on Blob { text byteSize oid } }
    binary: object(expression: "${tip}:c") { ... on Blob { text isBinary } }
    folder: object(expression: "HEAD:a") { __typename }
    commit: object(expression: "refs/heads/main") { __typename oid ... on Commit { message } }
    missing: object(expression: "HEAD:nope") { __typename }
    byId: object(oid: "${tip}") { __typename }
    ref(qualifiedName: "refs/heads/main") { prefix target { oid } }
  } }`);
  expect(body).toEqual({
    data: {
      repository: {
        branch: { __typename: "Blob", text: "text", byteSize: 4, oid: expect.stringMatching(/^[0-9a-f]{40}$/) },
        binary: { text: null, isBinary: true },
        folder: { __typename: "Tree" },
        commit: { __typename: "Commit", oid: tip, message: "Initial commit" },
        missing: null,
        byId: { __typename: "Commit" },
        ref: { prefix: "refs/heads/", target: { oid: tip } },
      },
    },
  });
});

test("rateLimit counts the query itself", async () => {
  const client = await github();
  expect((await client.graphql("{ rateLimit { cost limit remaining used resetAt } }")).body).toMatchObject({
    data: { rateLimit: { cost: 1, limit: 5000, remaining: 4999, used: 1, resetAt: expect.stringMatching(/Z$/) } },
  });
});

test("a query that does not parse is an error; a field that is not served is a recorded 501", async () => {
  const client = await github();
  expect(await client.graphql("{")).toMatchObject({ status: 200, body: { errors: [{ locations: [{ line: 1 }] }] } });
  expect(await client.graphql("{ viewer { email } }")).toMatchObject({
    status: 501,
    body: { message: expect.stringContaining(`Cannot query field "email" on type "User".`) },
  });
  expect(client.journal.map(({ unknown }) => unknown)).toEqual([undefined, true]);
});

test("nodes() answers repositories by id, and null with an error for one that is missing or may not be seen", async () => {
  const client = await github({
    repositories: ["acme/app", "acme/hidden"],
    tokens: [{ token: "ghp_exampleOther", repositories: { "acme/hidden": "none" } }],
  });
  const idOf = async (name: string) =>
    ((await client.rest("GET", `/repos/${name}`)).body as { node_id: string } | undefined)?.node_id;
  const app = await idOf("acme/app");
  client.state.viewers.get("ghp_exampleOther")?.repositories.clear();
  const hidden = await idOf("acme/hidden");
  client.state.viewers.get("ghp_exampleOther")?.repositories.set("acme/hidden", "none");
  const { body, status } = await client.graphql(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Repository {
        nameWithOwner defaultBranchRef { name target { oid } }
        readme: object(expression: "HEAD:README.md") { oid } other: object(expression: "HEAD:other") { oid } } } }`,
    { ids: [app, "R_bm9uZQ", hidden, "nonsense"] },
  );
  expect(status).toBe(200);
  const gone = (index: number, value: string | undefined) => ({
    type: "NOT_FOUND",
    path: ["nodes", index],
    locations: [{ line: 1, column: 24 }],
    message: `Could not resolve to a node with the global id of '${value}'`,
  });
  expect(body).toEqual({
    data: {
      nodes: [
        {
          id: app,
          nameWithOwner: "acme/app",
          defaultBranchRef: {
            name: "main",
            target: { oid: client.state.repository("acme/app").git.branches.get("main") },
          },
          readme: { oid: expect.stringMatching(/^[0-9a-f]{40}$/) },
          other: null,
        },
        null,
        null,
        null,
      ],
    },
    errors: [gone(1, "R_bm9uZQ"), gone(2, hidden), gone(3, "nonsense")],
  });
  expect((await client.graphql(`{ node(id: "${app}") { ... on Repository { name } } }`)).body).toEqual({
    data: { node: { name: "app" } },
  });
});
