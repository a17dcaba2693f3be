/** The stand-in's GraphQL mutation for commits, its limits and its faults. */
import { describe, expect, it, test } from "vitest";
import { asksFor, faultFor } from "../../sandbox/faults.ts";
import type { RepositoryOptions, TokenOptions } from "../../sandbox/github/index.ts";
import { base64, type Client, github } from "./github-client.ts";

const tip = (client: Client, name = "acme/app", branch = "main"): string =>
  client.state.repository(name).git.branches.get(branch) ?? "";

const text = (client: Client, path: string, branch = "main"): string | undefined => {
  const { git } = client.state.repository("acme/app");
  const commit = git.tip(branch);
  return commit && git.read(commit, path)?.toString();
};

const mutation = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url message signature { isValid } } ref { name target { oid } } }
}`;

/** A commit of `files` to `acme/app`'s branch `main`, with what a test changes of it. */
const commitInput = (client: Client, files: Record<string, string>, change: object = {}) => ({
  branch: { repositoryNameWithOwner: "acme/app", branchName: "main" },
  expectedHeadOid: tip(client),
  message: { headline: "Change files" },
  fileChanges: { additions: Object.entries(files).map(([path, value]) => ({ path, contents: base64(value) })) },
  ...change,
});

const commit = (client: Client, files: Record<string, string>, change: object = {}, headers = {}) =>
  client.graphql(mutation, { input: commitInput(client, files, change) }, headers);

describe("createCommitOnBranch", () => {
  it("adds, changes and deletes files in one verified commit of the token's user", async () => {
    const client = await github({ repositories: [{ name: "acme/app", files: { "a.md": "1", "b.md": "1" } }] });
    const before = tip(client);
    const { body } = await commit(
      client,
      { "a.md": "2", "c/d.md": "3" },
      {
        message: { headline: "Change", body: "Because." },
        fileChanges: {
          additions: [
            { path: "a.md", contents: base64("2") },
            { path: "c/d.md", contents: base64("3") },
          ],
          deletions: [{ path: "b.md" }],
        },
      },
    );
    const oid = tip(client);
    expect(body).toEqual({
      data: {
        createCommitOnBranch: {
          commit: {
            oid,
            url: `${client.url}/acme/app/commit/${oid}`,
            message: "Change\n\nBecause.",
            signature: { isValid: true },
          },
          ref: { name: "main", target: { oid } },
        },
      },
    });
    expect(["a.md", "b.md", "c/d.md"].map((path) => text(client, path))).toEqual(["2", undefined, "3"]);
    expect((await client.rest("GET", `/repos/acme/app/commits/${oid}`)).body).toMatchObject({
      commit: { author: { name: "platform-engineer" }, committer: { name: "platform-engineer" } },
      parents: [{ sha: before }],
    });
  });

  it("takes the branch by its id, and makes an empty commit of no changes", async () => {
    const client = await github();
    const query = `{ repository(owner: "acme", name: "app") { defaultBranchRef { id } } }`;
    const { body } = await client.graphql(query);
    const { id } = (body as { data: { repository: { defaultBranchRef: { id: string } } } }).data.repository
      .defaultBranchRef;
    const before = client.state.repository("acme/app").git.tip("main");
    await commit(client, {}, { branch: { id }, fileChanges: null });
    const after = client.state.repository("acme/app").git.tip("main");
    expect([after?.parents, after?.treeSha]).toEqual([[before?.sha], before?.treeSha]);
  });

  it("several in one request run one after the other, each with its own answer", async () => {
    const client = await github({ repositories: ["acme/app", "acme/api"] });
    const head = tip(client);
    const input = (name: string) => ({
      ...commitInput(client, { "a.md": name }),
      expectedHeadOid: tip(client, name),
      branch: { repositoryNameWithOwner: name, branchName: "main" },
    });
    const { body } = await client.graphql(
      `mutation ($a: CreateCommitOnBranchInput!, $b: CreateCommitOnBranchInput!) {
        one: createCommitOnBranch(input: $a) { commit { oid } }
        two: createCommitOnBranch(input: $a) { commit { oid } }
        three: createCommitOnBranch(input: $b) { commit { oid } }
      }`,
      { a: input("acme/app"), b: input("acme/api") },
    );
    expect(body).toMatchObject({
      data: { one: { commit: { oid: tip(client) } }, two: null, three: { commit: { oid: tip(client, "acme/api") } } },
      errors: [
        {
          type: "STALE_DATA",
          path: ["two"],
          message: `Expected branch to point to "${head}" but it did not.  Pull and try again.`,
        },
      ],
    });
    expect(client.journal.map(({ operations }) => operations)).toEqual([Array(3).fill("createCommitOnBranch")]);
  });

  const workflow = { ".github/workflows/claude.yml": "on: push\n" };
  const branch = { repositoryNameWithOwner: "acme/app", branchName: "main" };
  const refusals: {
    it: string;
    repository?: Omit<RepositoryOptions, "name">;
    token?: Omit<TokenOptions, "token">;
    files?: Record<string, string>;
    change?: object;
    want: { type: string; message: string | RegExp };
  }[] = [
    {
      it: "a branch that does not exist",
      change: { branch: { ...branch, branchName: "nope" } },
      want: { type: "NOT_FOUND", message: "No branch `nope` in the repository." },
    },
    {
      it: "an empty repository",
      repository: { empty: true },
      want: { type: "NOT_FOUND", message: "No branch `main` in the repository." },
    },
    {
      it: "a repository that does not exist",
      change: { branch: { ...branch, repositoryNameWithOwner: "acme/nope" } },
      want: { type: "NOT_FOUND", message: "Could not resolve to a Repository with the name 'acme/nope'." },
    },
    {
      it: "a token that may only read",
      token: { permission: "read" },
      want: {
        type: "FORBIDDEN",
        message: "platform-engineer does not have the correct permissions to execute `CreateCommitOnBranch`",
      },
    },
    {
      it: "a workflow, with a token without that scope",
      token: { scopes: ["repo"] },
      files: workflow,
      want: {
        type: "FORBIDDEN",
        message: /create or update workflow `\.github\/workflows\/claude\.yml` without `workflow` scope$/,
      },
    },
    {
      it: "an archived repository",
      repository: { archived: true },
      want: { type: "FORBIDDEN", message: "Repository was archived so is read-only." },
    },
    {
      it: "a branch that needs reviews",
      repository: { protection: { requiredReviews: 1, enforceAdmins: true } },
      want: {
        type: "FORBIDDEN",
        message: "Protected branch update failed for refs/heads/main. Changes must be made through a pull request.",
      },
    },
    {
      it: "a path that is not there to be deleted",
      change: { fileChanges: { deletions: [{ path: "nope" }] } },
      want: {
        type: "NOT_FOUND",
        message: /^A path was requested for deletion which does not exist as of commit oid `[0-9a-f]{40}`$/,
      },
    },
    { it: "a malformed path", files: { "a/../b": "x" }, want: { type: "UNPROCESSABLE", message: /malformed path/ } },
    {
      it: "contents that are no base64",
      change: { fileChanges: { additions: [{ path: "a", contents: "?" }] } },
      want: { type: "UNPROCESSABLE", message: "contents is not valid Base64" },
    },
  ];
  it.each(refusals)(
    "refuses $it, and changes nothing",
    async ({ repository, token, files = { a: "x" }, change, want }) => {
      const client = await github({
        repositories: [{ name: "acme/app", ...repository }],
        tokens: [{ token: "ghp_exampleOther", ...token }],
      });
      const before = tip(client);
      const { status, body } = await commit(client, files, { expectedHeadOid: before || "0".repeat(40), ...change });
      const message = typeof want.message === "string" ? want.message : expect.stringMatching(want.message);
      expect([status, body]).toEqual([
        200,
        {
          data: { createCommitOnBranch: null },
          errors: [{ type: want.type, path: ["createCommitOnBranch"], locations: [expect.anything()], message }],
        },
      ]);
      expect(tip(client)).toBe(before);
    },
  );
});

describe("content limits", () => {
  it("count each mutation of a request, together with what REST requests create", async () => {
    const client = await github({ repositories: ["acme/app"], contentLimits: { perMinute: 3 } });
    const content = { message: "m", content: base64("x") };
    expect((await client.rest("PUT", "/repos/acme/app/contents/a", content)).status).toBe(201);
    const { git } = client.state.repository("acme/app");
    for (const branch of ["b1", "b2", "b3"]) git.branches.set(branch, tip(client));
    const inputs = ["b1", "b2", "b3"].map((branchName) =>
      commitInput(client, { f: branchName }, { branch: { repositoryNameWithOwner: "acme/app", branchName } }),
    );
    const { status, body, headers } = await client.graphql(
      `mutation ($a: CreateCommitOnBranchInput!, $b: CreateCommitOnBranchInput!, $c: CreateCommitOnBranchInput!) {
        a: createCommitOnBranch(input: $a) { commit { oid } }
        b: createCommitOnBranch(input: $b) { commit { oid } }
        c: createCommitOnBranch(input: $c) { commit { oid } }
      }`,
      { a: inputs[0], b: inputs[1], c: inputs[2] },
    );
    expect([status, headers.get("retry-after")]).toEqual([200, expect.stringMatching(/^(59|60)$/)]);
    expect(body).toMatchObject({
      data: { a: { commit: { oid: tip(client, "acme/app", "b1") } }, c: null },
      errors: [{ path: ["c"], message: expect.stringContaining("secondary rate limit") }],
    });
    const refused = await commit(client, { g: "g" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([403, expect.stringMatching(/^(59|60)$/)]);
    expect((await client.rest("PUT", "/repos/acme/app/contents/z", content)).status).toBe(403);
    client.state.clock.advance(61);
    expect(await commit(client, { g: "g" })).toMatchObject({
      status: 200,
      body: { data: { createCommitOnBranch: {} } },
    });
  });
});

test.each([
  ["drop after", "1"],
  ["drop before", undefined],
] as const)("a fault for one mutation: %s", async (kind, written) => {
  const client = await github();
  client.faults.choose = faultFor(asksFor("createCommitOnBranch"), { kind });
  expect((await client.graphql("{ viewer { login } }")).status).toBe(200);
  await expect(commit(client, { "a.md": "1" })).rejects.toThrow();
  expect(text(client, "a.md")).toBe(written);
  await commit(client, { "a.md": "2" });
  expect(text(client, "a.md")).toBe("2");
  expect(client.journal.map(({ operations, fault }) => [operations, fault])).toEqual([
    [["viewer"], undefined],
    [["createCommitOnBranch"], kind],
    [["createCommitOnBranch"], undefined],
  ]);
});

test("an older server that lacks the mutation says so, and does nothing", async () => {
  const client = await github({ lackedMutations: ["createCommitOnBranch"] });
  const before = tip(client);
  expect(await commit(client, { "a.md": "1" })).toMatchObject({
    status: 200,
    body: { errors: [{ message: "Field 'createCommitOnBranch' doesn't exist on type 'Mutation'" }] },
  });
  expect([tip(client), client.journal[0]?.unknown]).toEqual([before, undefined]);
});
