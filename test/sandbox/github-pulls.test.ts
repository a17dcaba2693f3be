/** Pull requests of the stand-in, through GraphQL and REST. */
import { describe, expect, it, test } from "vitest";
import { pushCommit, type RepositoryOptions } from "../../sandbox/github/index.ts";
import { as } from "./github-client.ts";
import { scene } from "./github-pulls.ts";

const time = expect.stringMatching(/^\d{4}-.*Z$/);

describe("opening", () => {
  it("answers with the pull request, which REST and queries show too", async () => {
    const { client, git, open, list } = await scene();
    const { pull } = await open({ body: "B", draft: true });
    expect(pull).toEqual({
      id: expect.stringMatching(/^PR_/),
      number: 1,
      url: `${client.url}/acme/app/pull/1`,
      state: "OPEN",
      isDraft: true,
      headRefOid: git.branches.get("feature"),
      headRefName: "feature",
      baseRefName: "main",
      merged: false,
      mergedAt: null,
      closedAt: null,
      title: "T",
      body: "B",
      labels: { nodes: [] },
      isInMergeQueue: false,
      autoMergeRequest: null,
    });
    expect(await list()).toEqual([pull]);
    expect((await client.rest("GET", "/repos/acme/app/pulls/1")).body).toMatchObject({
      node_id: pull?.id,
      draft: true,
    });
    expect((await client.graphql(`{ nodes(ids: ["${pull?.id}"]) { ... on PullRequest { number } } }`)).body).toEqual({
      data: { nodes: [{ number: 1 }] },
    });
  });

  const blank = "Head sha can't be blank, Base sha can't be blank";
  const rows: { it: string; change: object; message: string; draftPulls?: boolean }[] = [
    { it: "no commits", change: { headRefName: "same" }, message: "No commits between main and same" },
    {
      it: "no head",
      change: { headRefName: "nope" },
      message: `${blank}, No commits between main and nope, Head ref must be a branch`,
    },
    {
      it: "no base",
      change: { baseRefName: "nope" },
      message: `${blank}, No commits between nope and feature, Base ref must be a branch`,
    },
    {
      it: "no drafts",
      change: { draft: true },
      draftPulls: false,
      message: "Draft pull requests are not supported in this repository.",
    },
  ];
  it.each(rows)("is refused: $it", async ({ change, message, draftPulls = true }) => {
    const { git, start, open, list } = await scene({ draftPulls });
    git.branches.set("same", start);
    expect((await open(change)).error).toMatchObject({ type: "UNPROCESSABLE", path: ["createPullRequest"], message });
    expect(await list()).toEqual([]);
  });

  it("is refused: a second one of the same branches, and for a token that may only read", async () => {
    const { open } = await scene(
      {},
      { tokens: [{ token: "ghp_exampleOne" }, { token: "ghp_exampleTwo", permission: "read" }] },
    );
    await open();
    expect((await open()).error?.message).toBe("A pull request already exists for acme:feature.");
    expect((await open({}, as("ghp_exampleTwo"))).error?.type).toBe("FORBIDDEN");
  });

  it("counts as content, as a comment does", async () => {
    const { open, run } = await scene({}, { contentLimits: { perMinute: 2 } });
    const { pull } = await open();
    const comment = { subjectId: pull?.id, body: "Hello" };
    expect((await run("addComment", comment)).payload).toMatchObject({ commentEdge: { node: { body: "Hello" } } });
    await expect(run("addComment", comment)).rejects.toThrow();
  });
});

test("a list is filtered, ordered and paged, and wants its size", async () => {
  const { client, repository, open, run, list } = await scene();
  const { pull } = await open();
  await run("closePullRequest", { pullRequestId: pull?.id });
  await open();
  pushCommit(repository, "other", { "c.md": "1" });
  repository.git.branches.set("other2", repository.git.branches.get("feature") ?? "");
  await open({ headRefName: "other2", title: "U" });
  const numbers = async (filter: string) => (await list(filter)).map(({ number }) => number);
  expect(await numbers("")).toEqual([1, 2, 3]);
  expect(await numbers('headRefName: "feature", states: [OPEN]')).toEqual([2]);
  expect(await numbers("states: [OPEN, CLOSED], orderBy: { field: CREATED_AT, direction: DESC }")).toEqual([3, 2, 1]);
  expect(await numbers('baseRefName: "nope"')).toEqual([]);
  const page = async (more: string) => {
    const query = `{ repository(owner: "acme", name: "app") { pullRequests(${more}) { nodes { number } pageInfo { hasNextPage endCursor } } } }`;
    return (await client.graphql(query)).body as {
      data: { repository: { pullRequests: { nodes: object[]; pageInfo: { endCursor: string } } } };
    };
  };
  const { nodes, pageInfo } = (await page("first: 2")).data.repository.pullRequests;
  expect([nodes, pageInfo]).toEqual([
    [{ number: 1 }, { number: 2 }],
    { hasNextPage: true, endCursor: expect.any(String) },
  ]);
  const next = (await page(`first: 2, after: "${pageInfo.endCursor}"`)).data.repository.pullRequests;
  expect(next).toMatchObject({ nodes: [{ number: 3 }], pageInfo: { hasNextPage: false } });
  expect(await page("states: [OPEN]")).toMatchObject({ errors: [{ type: "MISSING_PAGINATION_BOUNDARIES" }] });
  expect(await page("first: 101")).toMatchObject({ errors: [{ type: "EXCESSIVE_PAGINATION" }] });
  expect((await client.rest("GET", "/repos/acme/app/pulls?head=acme:feature&state=all")).body).toMatchObject([
    { number: 2 },
    { number: 1 },
  ]);
});

test("title, body and base change; drafts come and go; labels are made as they are needed", async () => {
  const { client, repository, git, start, open, run, read } = await scene();
  git.branches.set("release", start);
  const pullRequestId = (await open({ body: "B" })).pull?.id;
  expect((await run("updatePullRequest", { pullRequestId, title: "U" })).pull).toMatchObject({ title: "U", body: "B" });
  expect((await run("updatePullRequest", { pullRequestId, body: "C", baseRefName: "release" })).pull).toMatchObject({
    body: "C",
    baseRefName: "release",
  });
  expect((await run("updatePullRequest", { pullRequestId, baseRefName: "nope" })).error?.type).toBe("UNPROCESSABLE");
  expect((await run("convertPullRequestToDraft", { pullRequestId })).pull?.isDraft).toBe(true);
  expect((await run("markPullRequestReadyForReview", { pullRequestId })).pull?.isDraft).toBe(false);
  const labels = await client.rest("POST", "/repos/acme/app/issues/1/labels", { labels: ["BUG", "automation"] });
  expect([labels.status, labels.body]).toMatchObject([200, [{ name: "bug" }, { name: "automation" }]]);
  expect((await read())?.labels).toEqual({ nodes: [{ name: "bug" }, { name: "automation" }] });
  expect(repository.labels).toContain("automation");
  await client.rest("PUT", "/repos/acme/app/issues/1/labels", { labels: [] });
  expect((await read())?.labels).toEqual({ nodes: [] });
});

describe("auto-merge", () => {
  const protection = { requiredReviews: 1 };
  it.each([
    { options: { protection }, message: "Auto merge is not allowed for this repository" },
    { options: { autoMergeAllowed: true }, message: "Pull request Pull request is in clean status" },
  ])("is refused: $message", async ({ options, message }) => {
    const { open, run } = await scene(options);
    const { pull } = await open();
    expect((await run("enablePullRequestAutoMerge", { pullRequestId: pull?.id })).error).toMatchObject({
      type: "UNPROCESSABLE",
      message,
    });
  });

  it("is enabled where something has to happen before, and disabled", async () => {
    const { open, run, read } = await scene({ protection, autoMergeAllowed: true });
    const pullRequestId = (await open()).pull?.id;
    await run("enablePullRequestAutoMerge", { pullRequestId, mergeMethod: "SQUASH" });
    expect((await read())?.autoMergeRequest).toEqual({ enabledAt: time });
    expect((await run("disablePullRequestAutoMerge", { pullRequestId })).pull?.autoMergeRequest).toBeNull();
    expect((await run("disablePullRequestAutoMerge", { pullRequestId })).error?.type).toBe("UNPROCESSABLE");
  });
});

describe("GitHub's button through REST", () => {
  const merge = "/repos/acme/app/pulls/1/merge";

  it("merges, and does so once", async () => {
    const { client, git, open, read } = await scene();
    await open();
    const { status, body } = await client.rest("PUT", merge, { merge_method: "squash" });
    expect([status, body]).toEqual([
      200,
      { sha: git.branches.get("main"), merged: true, message: "Pull Request successfully merged" },
    ]);
    expect(await read()).toMatchObject({ state: "MERGED", merged: true });
    expect(git.tip("main")?.files.has("b.md")).toBe(true);
    expect(await client.rest("PUT", merge)).toMatchObject({
      status: 405,
      body: { message: "Pull Request is not mergeable" },
    });
  });

  it.each<[string, RepositoryOptions["protection"], object, string]>([
    ["a draft", undefined, { draft: true }, "Pull Request is still a draft"],
    [
      "what needs an approval, by those whom the rule binds",
      { requiredReviews: 1, enforceAdmins: true },
      {},
      "At least 1 approving review is required by reviewers with write access.",
    ],
  ])("does not merge %s", async (_, protection, change, message) => {
    const { client, open } = await scene(protection ? { protection } : {});
    await open(change);
    expect(await client.rest("PUT", merge)).toMatchObject({ status: 405, body: { message } });
  });

  it("merges without an approval for administrators whom the rule does not bind", async () => {
    const { client, open } = await scene({ protection: { requiredReviews: 1 } });
    await open();
    expect((await client.rest("PUT", merge)).status).toBe(200);
  });
});
