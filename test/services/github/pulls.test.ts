import { describe, expect, it } from "vitest";
import { namePullBranches } from "../../../core/delivery/branches.ts";
import { markProposal } from "../../../core/delivery/proposal-mark.ts";
import { nodeId } from "../../../sandbox/github/accounts.ts";
import { pushCommit } from "../../../sandbox/github/index.ts";
import { openPull } from "../../../sandbox/github/pull-requests.ts";
import { connectToGitHub, GitHubError } from "../../../services/github/connection.ts";
import { RepositoryNodes } from "../../../services/github/nodes.ts";
import { findPulls } from "../../../services/github/pulls.ts";
import { json } from "../../provider/support.ts";
import { type Client, github } from "../../sandbox/github-client.ts";

const path = ".github/workflows/claude.yml";
const names = namePullBranches("acme/prod", path);
const nodesOf = ({ url, token }: Client) =>
  new RepositoryNodes(async () => connectToGitHub({ baseUrl: url, token }, {}));
const addressIn = (client: Client, name = "acme/app") => ({
  repositoryId: nodeId("R", client.state.repository(name).id),
  path,
  ...names,
});

describe("findPulls", () => {
  it("reads branches, their files and marks, and pull requests", async () => {
    const client = await github();
    const app = client.state.repository("acme/app");
    const main = app.git.branches.get("main") ?? "";
    app.git.branches.set(names.addition.head, main);
    app.git.branches.set(names.addition.scratch, main);
    const blob = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0";
    const message = `Head\n\n${markProposal("Body.", { owner: "acme/prod", blob })}`;
    const head = pushCommit(app, names.addition.head, { [path]: "hello" }, message);
    openPull(app, { head: names.addition.head, base: "main", title: "T", author: { login: "x", id: 1 } });
    expect(await findPulls(nodesOf(client), addressIn(client))).toEqual({
      repository: { slug: "acme/app", archived: false, disabled: false, defaultBranch: { name: "main", head: main } },
      addition: {
        branch: { head, blob, mark: { owner: "acme/prod", blob } },
        scratch: main,
        pulls: [
          {
            id: expect.stringMatching(/^PR_/),
            number: 1,
            url: `${client.url}/acme/app/pull/1`,
            state: "OPEN",
            title: "T",
            body: "",
            isDraft: false,
            head,
            base: "main",
            commits: 1,
            files: 1,
            isQueued: false,
            mergesItself: false,
            conflicts: false,
            labels: [],
          },
        ],
      },
      removal: { pulls: [] },
      mergeMethod: "MERGE",
    });
  });

  it("asks once for fifty repositories", async () => {
    const repositories = Array.from({ length: 51 }, (_, index) => `acme/app-${index}` as const);
    const client = await github({ repositories });
    const nodes = nodesOf(client);
    const found = await Promise.all(repositories.map((name) => findPulls(nodes, addressIn(client, name))));
    expect(found.map((one) => one?.repository.slug)).toEqual(repositories);
    expect(client.journal).toHaveLength(2);
  });

  it("looks at the branch that is named in place of the default one", async () => {
    const client = await github();
    const app = client.state.repository("acme/app");
    app.git.branches.set("release", app.git.branches.get("main") ?? "");
    const head = pushCommit(app, "release", { [path]: "hello" });
    const nodes = nodesOf(client);
    const found = await findPulls(nodes, { ...addressIn(client), base: "release" });
    expect(found?.repository).toMatchObject({ defaultBranch: { name: "release", head }, blob: expect.any(String) });
    const absent = await findPulls(nodes, { ...addressIn(client), base: "none" });
    expect(absent?.repository.defaultBranch).toBeUndefined();
  });

  it("reads a server that has no merge queues", async () => {
    const client = await github({ lackedFields: ["PullRequest.isInMergeQueue"] });
    const app = client.state.repository("acme/app");
    app.git.branches.set(names.addition.head, app.git.branches.get("main") ?? "");
    pushCommit(app, names.addition.head, { [path]: "hello" });
    openPull(app, { head: names.addition.head, base: "main", title: "T", author: { login: "x", id: 1 } });
    const found = await findPulls(nodesOf(client), addressIn(client));
    expect(found?.addition.pulls).toEqual([expect.objectContaining({ isQueued: false })]);
  });

  it("knows none that cannot be seen", async () => {
    const client = await github();
    expect(await findPulls(nodesOf(client), { ...addressIn(client), repositoryId: nodeId("R", 1) })).toBeUndefined();
  });
});

/** An answer of GitHub's to the query, with these pull requests. */
const answered = (pulls: unknown, branch: unknown = null) => {
  const absent = { Branch: null, File: null, Scratch: null };
  const side = (name: string) =>
    Object.fromEntries(Object.entries(absent).map(([what, value]) => [name + what, value]));
  const node = {
    ...{ nameWithOwner: "acme/app", isArchived: false, isDisabled: false, object: null, base: null },
    defaultBranchRef: { name: "main", target: { oid: "1".repeat(40) } },
    viewerDefaultMergeMethod: "SQUASH",
    ...{
      ...side("addition"),
      ...side("removal"),
      additionBranch: branch,
      additionPulls: pulls,
      removalPulls: { nodes: [] },
    },
  };
  const nodes = new RepositoryNodes(async () => {
    const client = connectToGitHub({ token: "made-up-token" }, {});
    client.hook.wrap("request", async () => {
      const response = json(200, { data: { nodes: [node] } });
      return { status: 200, headers: {}, url: "/graphql", data: await response.json() } as never;
    });
    return client;
  });
  return findPulls(nodes, { repositoryId: "R_1", path, ...names });
};

const pull = {
  ...{ id: "PR_1", number: 1, url: "", state: "OPEN", title: "", body: "", isDraft: false, headRefOid: "h" },
  ...{ baseRefName: "main", isInMergeQueue: false, mergeable: "UNKNOWN", autoMergeRequest: null, labels: null },
  ...{ changedFiles: 1, commits: { totalCount: 1 } },
};

describe("an answer", () => {
  it("with pull requests of forks, whose branch has the same name: they are left out", async () => {
    const found = await answered({
      nodes: [{ ...pull, isCrossRepository: true }, { ...pull, isCrossRepository: false }, null],
    });
    expect(found?.addition.pulls).toHaveLength(1);
    expect(found?.addition.pulls[0]).toMatchObject({ conflicts: false, labels: [] });
  });

  it("with so many of forks that ours is not among the newest: its branch has it", async () => {
    const forks = Array.from({ length: 10 }, (_, index) => ({ ...pull, number: 2 + index, isCrossRepository: true }));
    const branch = (nodes: unknown[]) => ({ target: { oid: "2".repeat(40) }, associatedPullRequests: { nodes } });
    const own = { ...pull, isCrossRepository: false };
    const found = await answered({ nodes: forks }, branch([own]));
    expect(found?.addition.pulls.map(({ number }) => number)).toEqual([1]);
    const twice = await answered({ nodes: [{ ...own, number: 3 }, own] }, branch([own]));
    expect(twice?.addition.pulls.map(({ number }) => number)).toEqual([1, 3]);
  });

  it.each([
    ["without a list", {}],
    ["with a pull request of another form", { nodes: [{ ...pull, isCrossRepository: "no" }] }],
    ["with a state that nobody knows", { nodes: [{ ...pull, isCrossRepository: false, state: "LOCKED" }] }],
  ])("%s is an error, and not taken for none", async (_, pulls) => {
    await expect(answered(pulls)).rejects.toThrow(GitHubError);
  });
});
