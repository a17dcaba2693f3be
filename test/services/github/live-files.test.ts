import { afterEach, describe, expect, it, vi } from "vitest";
import { gitBlobOid } from "../../../core/delivery/blob.ts";
import { nodeId } from "../../../sandbox/github/accounts.ts";
import { somebody } from "../../../sandbox/github/index.ts";
import { connectToGitHub, GitHubError } from "../../../services/github/connection.ts";
import { LiveFiles } from "../../../services/github/live-files.ts";
import { RepositoryNodes } from "../../../services/github/nodes.ts";
import { json } from "../../provider/support.ts";
import { type Client, github } from "../../sandbox/github-client.ts";

const path = ".github/workflows/claude.yml";
const text = "on: push\n";

const filesOf = ({ url, token }: Client, as = token) =>
  new LiveFiles(new RepositoryNodes(async () => connectToGitHub({ baseUrl: url, token: as }, {})));

const address = (client: Client, name: string, file = path) => ({
  repositoryId: nodeId("R", client.state.repository(name).id),
  path: file,
});

const tipOf = (client: Client, name: string, branch = "main") =>
  client.state.repository(name).git.branches.get(branch) ?? "";

describe("a repository and its file", () => {
  it.each([
    ["with the file", { files: { [path]: text } }, { blob: gitBlobOid(text) }],
    ["without it", {}, {}],
    ["with a folder of its name", { files: { [`${path}/x`]: text } }, {}],
    ["archived", { archived: true, files: { [path]: text } }, { archived: true, blob: gitBlobOid(text) }],
    ["disabled", { disabled: true }, { disabled: true }],
  ])("%s", async (_, options, expected) => {
    const client = await github({ repositories: [{ name: "acme/app", ...options }] });
    const head = tipOf(client, "acme/app");
    expect(await filesOf(client).find(address(client, "acme/app"))).toEqual({
      ...{ slug: "acme/app", archived: false, disabled: false, defaultBranch: { name: "main", head } },
      ...expected,
    });
  });

  it("empty: without a branch", async () => {
    const client = await github({ repositories: [{ name: "acme/app", empty: true }] });
    const live = await filesOf(client).find(address(client, "acme/app"));
    expect(live).toEqual({ slug: "acme/app", archived: false, disabled: false });
  });

  it("under its name of now, and on its default branch of now", async () => {
    const client = await github();
    const where = address(client, "acme/app");
    const app = client.state.rename("acme/app", "other/application");
    app.git.branches.set("trunk", app.git.branches.get("main") ?? "");
    app.git.commit("trunk", { files: { [path]: text }, message: "x", author: somebody() });
    app.defaultBranch = "trunk";
    const head = tipOf(client, "other/application", "trunk");
    expect(await filesOf(client).find(where)).toMatchObject({
      ...{ slug: "other/application", defaultBranch: { name: "trunk", head }, blob: gitBlobOid(text) },
    });
  });
});

it("many are asked in one query of fifty for each path, and each gets its own answer", async () => {
  const names = Array.from({ length: 60 }, (_, index) => `acme/r${index}` as const);
  const client = await github({ repositories: names });
  const files = filesOf(client);
  const found = await Promise.all([
    ...names.map((name) => files.find(address(client, name))),
    files.find(address(client, "acme/r7", "README.md")),
  ]);
  expect(found.map((live) => live?.slug)).toEqual([...names, "acme/r7"]);
  expect(found.at(-1)?.blob).toBe(gitBlobOid("# r7\n"));
  expect(client.journal.map(({ operations }) => operations)).toEqual([["nodes"], ["nodes"], ["nodes"]]);
});

describe("a text", () => {
  it("is read with its id, and is none where there is no file", async () => {
    const client = await github({ repositories: [{ name: "acme/app", files: { [path]: text } }, "acme/api"] });
    const files = filesOf(client);
    expect(await files.readText(address(client, "acme/app"))).toEqual({ blob: gitBlobOid(text), text });
    expect(await files.readText(address(client, "acme/api"))).toBeUndefined();
  });
});

describe("a file on a branch", () => {
  it("has the branch's newest commit, whether the file is there or not", async () => {
    const client = await github({ repositories: [{ name: "acme/app", files: { [path]: text } }] });
    const { git } = client.state.repository("acme/app");
    const head = git.commit("old/one", { files: { "a.md": "1" }, message: "x", author: somebody() }).sha;
    const files = filesOf(client);
    const where = address(client, "acme/app");
    expect(await files.findOnBranch(where, "main")).toEqual({
      head: tipOf(client, "acme/app"),
      blob: gitBlobOid(text),
    });
    expect(await files.findOnBranch(where, "old/one")).toEqual({ head });
    expect(await files.findOnBranch(where, "none")).toBeUndefined();
  });
});

describe("a repository that cannot be seen", () => {
  it("is none, and the others are answered: deleted, no access, no single sign-on", async () => {
    const client = await github({
      repositories: ["acme/app", "acme/deleted", "acme/secret", "sso/api"],
      tokens: [{ token: "ghp_madeUp", repositories: { "acme/secret": "none" }, withoutSingleSignOn: ["sso"] }],
    });
    const all = ["acme/app", "acme/deleted", "acme/secret", "sso/api"].map((name) => address(client, name));
    client.state.delete("acme/deleted");
    const files = filesOf(client);
    const found = await Promise.all(all.map((where) => files.find(where)));
    expect(found.map((live) => live?.slug)).toEqual(["acme/app", undefined, undefined, undefined]);
    expect(await Promise.all(all.map((where) => files.readText(where)))).toEqual(Array(4).fill(undefined));
    expect(await Promise.all(all.map((where) => files.findOnBranch(where, "none")))).toEqual(Array(4).fill(undefined));
  });
});

describe("any other answer says nothing about a file, and is an error:", () => {
  afterEach(() => vi.unstubAllGlobals());
  const node = {
    ...{ nameWithOwner: "acme/app", isArchived: false, isDisabled: false },
    ...{ defaultBranchRef: { name: "main", target: { oid: "1" } }, object: null },
  };
  const find = (body: object) => {
    vi.stubGlobal("fetch", async () => json(200, body));
    const files = new LiveFiles(
      new RepositoryNodes(async () => connectToGitHub({ token: "ghp_madeUpForThisTest" }, {})),
    );
    return files.find({ repositoryId: "R_1", path });
  };
  const failed = (type: string, where: (string | number)[]) => ({ type, path: where, message: "no" });

  it("the answer that it could have been", async () => {
    expect(await find({ data: { nodes: [node] } })).not.toHaveProperty("blob");
  });

  it.each<[string, object]>([
    ["a limit", { data: { nodes: [null] }, errors: [failed("FORBIDDEN_BY_LIMIT", ["nodes", 0])] }],
    ["a part that may not be read", { data: { nodes: [node] }, errors: [failed("FORBIDDEN", ["nodes", 0, "object"])] }],
    ["the list as a whole", { data: { nodes: [node] }, errors: [failed("NOT_FOUND", ["nodes"])] }],
    [
      "one that is unseen and one that failed",
      {
        data: { nodes: [null] },
        errors: [failed("NOT_FOUND", ["nodes", 0]), failed("INTERNAL", ["nodes", 0])],
      },
    ],
  ])("%s", async (_, body) => {
    await expect(find(body)).rejects.toMatchObject({ name: "GraphqlResponseError" });
  });

  it.each<[string, object]>([
    ["no data", {}],
    ["no list", { data: { nodes: null } }],
    ["too short a list", { data: { nodes: [] } }],
    ["too long a list", { data: { nodes: [node, node] } }],
    ["nothing, without an error that says why", { data: { nodes: [null] } }],
    ["another node's error", { data: { nodes: [null] }, errors: [failed("NOT_FOUND", ["nodes", 1])] }],
    ["something that is no repository", { data: { nodes: [{}] } }],
    ["a name that is none", { data: { nodes: [{ ...node, nameWithOwner: "app" }] } }],
    ["a branch without a commit", { data: { nodes: [{ ...node, defaultBranchRef: { name: "main" } }] } }],
    ["no word about the file", { data: { nodes: [{ ...node, object: undefined }] } }],
  ])("%s", async (_, body) => {
    await expect(find(body)).rejects.toBeInstanceOf(GitHubError);
  });
});
