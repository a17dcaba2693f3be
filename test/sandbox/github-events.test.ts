/** What the stand-in tells of that happens, and by whom. */
import { describe, expect, it, test } from "vitest";
import {
  commentOn,
  enqueuePull,
  mergePull,
  openIssueAs,
  openPullAs,
  pushCommit,
  pushToPull,
  type RepositoryEvent,
  reviewAs,
  slug,
} from "../../sandbox/github/index.ts";
import { as } from "./github-client.ts";
import { type EventScene, eventScene } from "./github-events.ts";
import { runFor } from "./github-pulls.ts";

const pulls = "/repos/acme/app/pulls";
const issues = "/repos/acme/app/issues";
type Act = (scene: EventScene) => unknown;

const opened: Act = ({ repository }) => openPullAs(repository, { author: "alice", head: "change" });

const ways: { it: string; first?: Act; act: Act; heard: string[] }[] = [
  {
    it: "a pull request through REST",
    act: ({ client }) => client.rest("POST", pulls, { title: "T", head: "feature", base: "main" }),
    heard: ["pull_request.opened"],
  },
  { it: "a pull request through GraphQL", act: ({ open }) => open(), heard: ["pull_request.opened"] },
  { it: "a pull request of a person", act: opened, heard: ["push", "pull_request.opened"] },
  {
    it: "a pull request of a fork, whose pushes are its own",
    act: ({ repository }) => openPullAs(repository, { author: "bob", fork: true, head: "patch" }),
    heard: ["push", "pull_request.opened"],
  },
  {
    it: "a push to it",
    first: opened,
    act: ({ repository }) => pushToPull(repository, 1, { files: { "d.md": "2" } }),
    heard: ["push", "pull_request.synchronize"],
  },
  {
    it: "a push to the fork of it",
    first: ({ repository }) => openPullAs(repository, { author: "bob", fork: true }),
    act: ({ repository }) => pushToPull(repository, 1, { files: { "d.md": "2" } }),
    heard: ["push", "pull_request.synchronize"],
  },
  {
    it: "a file through the contents API",
    act: ({ client }) => client.rest("PUT", "/repos/acme/app/contents/z.md", { message: "M", content: "eg==" }),
    heard: ["push"],
  },
  { it: "a push", act: ({ repository }) => pushCommit(repository, "main", { "z.md": "1" }), heard: ["push"] },
  {
    it: "draft and back",
    first: opened,
    act: async ({ run, read }) => {
      const pullRequestId = (await read())?.id;
      for (const draft of ["convertPullRequestToDraft", "convertPullRequestToDraft", "markPullRequestReadyForReview"])
        await run(draft, { pullRequestId });
    },
    heard: ["pull_request.converted_to_draft", "pull_request.ready_for_review"],
  },
  {
    it: "closing and opening again through REST",
    first: opened,
    act: async ({ client }) => {
      for (const state of ["closed", "open"]) await client.rest("PATCH", `${pulls}/1`, { state });
    },
    heard: ["pull_request.closed", "pull_request.reopened"],
  },
  {
    it: "merging",
    first: opened,
    act: ({ client }) => client.rest("PUT", `${pulls}/1/merge`),
    heard: ["push", "pull_request.closed"],
  },
  {
    it: "labels, of which one was there",
    first: async ({ client, repository }) => {
      openPullAs(repository, { author: "alice", head: "change" });
      await client.rest("POST", `${issues}/1/labels`, { labels: ["bug"] });
    },
    act: ({ client }) => client.rest("PUT", `${issues}/1/labels`, { labels: ["Bug", "new"] }),
    heard: ["pull_request.labeled"],
  },
  {
    it: "a comment through REST",
    first: opened,
    act: ({ client }) => client.rest("POST", `${issues}/1/comments`, { body: "B" }),
    heard: ["issue_comment.created"],
  },
  {
    it: "a comment of a person",
    first: opened,
    act: ({ repository }) => commentOn(repository, 1, { author: "eve", body: "B" }),
    heard: ["issue_comment.created"],
  },
  {
    it: "a review with a comment on a line",
    first: opened,
    act: ({ repository }) =>
      reviewAs(repository, 1, { author: "eve", comments: [{ path: "alice.md", line: 1, body: "B" }] }),
    heard: ["pull_request_review.submitted", "pull_request_review_comment.created"],
  },
  {
    it: "an issue, and a comment in it",
    act: ({ repository }) => {
      openIssueAs(repository, { author: "eve", title: "T" });
      commentOn(repository, 1, { author: "eve", body: "B" });
    },
    heard: ["issues.opened", "issue_comment.created"],
  },
  {
    it: "the merge queue",
    first: opened,
    act: ({ repository }) => enqueuePull(repository, 1),
    heard: ["merge_group.checks_requested"],
  },
];

describe("an event", () => {
  it.each(ways)("tells of $it", async ({ first, act, heard }) => {
    const scene = await eventScene();
    await first?.(scene);
    scene.heard();
    await act(scene);
    expect(scene.heard()).toEqual(heard);
  });

  it.each(ways)("carries GitHub's payload with nothing of the example's left in it: $it", async ({ first, act }) => {
    const scene = await eventScene();
    await first?.(scene);
    await act(scene);
    for (const event of scene.events) expectOwn(event, scene);
  });
});

/** Whatever names something must name something that is there. */
function expectOwn({ payload, name }: RepositoryEvent, { client }: EventScene): void {
  const text = JSON.stringify(payload);
  expect(text).not.toMatch(
    /codertocat|hello-world|octocat|(?<!noreply[.@])github\.com|githubusercontent|186853002|21031067|1362934389/i,
  );
  const commits = new Set(client.state.repositories.flatMap(({ git }) => [...git.commits.keys()]));
  const trees = client.state.repositories.flatMap(({ git }) => [...git.commits.values()].map((one) => one.treeSha));
  const known = new Set([...commits, ...trees, "0".repeat(40)]);
  expect(text.match(/\b[0-9a-f]{40}\b/g)?.filter((sha) => !known.has(sha)) ?? []).toEqual([]);
  for (const url of text.match(/https?:\/\/[^"/]+/g) ?? []) expect(url).toBe(client.url);
  const names = client.state.repositories.map((one) => slug(one) as string);
  for (const [, full] of text.matchAll(/"full_name":"([^"]+)"/g)) expect(names).toContain(full);
  for (const [, login = ""] of text.matchAll(/"login":"([^"]+)"/g)) expect(client.state.account(login)).toBeDefined();
  expect(payload).toMatchObject({
    repository: { full_name: expect.any(String) },
    sender: { login: expect.any(String) },
  });
  if (name.startsWith("pull_request")) expect(payload).toHaveProperty("pull_request.head.repo.full_name");
}

test("a fork's event is the base's, with the fork's head and what its author is to the base", async () => {
  const { repository, events, client } = await eventScene();
  const pull = openPullAs(repository, { author: "bob", fork: true, head: "patch", title: "T", body: "B" });
  expect(events.at(-1)).toMatchObject({
    repository: { id: repository.id },
    ref: "refs/pull/1/merge",
    actor: "bob",
    payload: {
      number: 1,
      pull_request: {
        title: "T",
        body: "B",
        author_association: "NONE",
        user: { login: "bob", type: "User" },
        head: { ref: "patch", sha: pull.headSha, repo: { full_name: "bob/app", fork: true } },
        base: { ref: "main", repo: { full_name: "acme/app", fork: false } },
      },
    },
  });
  client.state.delete("bob/app");
  expect((await client.rest("GET", `${pulls}/1`)).body).toMatchObject({ head: { repo: null, sha: pull.headSha } });
});

test("Dependabot is a bot", async () => {
  const { repository, events } = await eventScene();
  openPullAs(repository, { author: "dependabot[bot]" });
  const sender = { login: "dependabot[bot]", type: "Bot", id: 49699333 };
  expect(events.at(-1)).toMatchObject({
    actor: "dependabot[bot]",
    payload: { sender, pull_request: { user: sender, head: { ref: expect.stringMatching(/^dependabot\//) } } },
  });
});

describe("where an event's run is", () => {
  it("is the merge commit: both parents, and the files of both", async () => {
    const { repository, events, git } = await eventScene();
    const pull = openPullAs(repository, { author: "alice", head: "change", files: { "c.md": "theirs" } });
    pushCommit(repository, "main", { "d.md": "main's" });
    pushToPull(repository, 1, { files: { "e.md": "more" } });
    const { sha = "", ref } = events.at(-1) ?? {};
    const merge = git.commits.get(sha);
    expect(ref).toBe("refs/pull/1/merge");
    expect(merge?.parents).toEqual([git.branches.get("main"), pull.headSha]);
    expect([...(merge?.files.keys() ?? [])].sort()).toEqual(["a.md", "c.md", "d.md", "e.md"]);
    expect(git.resolve("refs/pull/1/merge")).toBe(git.commits.get(sha));
    expect(git.resolve("refs/pull/1/head")?.sha).toBe(pull.headSha);
  });

  it("is nowhere for a pull request with conflicts", async () => {
    const { repository, events, git, client } = await eventScene();
    openPullAs(repository, { author: "alice", head: "change", files: { "a.md": "theirs" } });
    pushCommit(repository, "main", { "a.md": "main's" });
    pushToPull(repository, 1, { files: { "e.md": "more" } });
    expect(events.at(-1)).toMatchObject({ action: "synchronize", sha: "" });
    expect(git.resolve("refs/pull/1/merge")).toBeUndefined();
    expect((await client.rest("GET", `${pulls}/1`)).body).toMatchObject({ mergeable: false, merge_commit_sha: null });
  });

  it("is the base for one that was merged, and the default branch for comments", async () => {
    const { repository, events, git } = await eventScene();
    openPullAs(repository, { author: "alice", head: "change" });
    mergePull(repository, 1);
    commentOn(repository, 1, { author: "alice", body: "B" });
    const place = { ref: "refs/heads/main", sha: git.branches.get("main") };
    expect(events.slice(-2)).toMatchObject([
      { name: "pull_request", ...place, payload: { pull_request: { merged: true, merge_commit_sha: place.sha } } },
      { name: "issue_comment", ...place, payload: { issue: { pull_request: { merged_at: expect.any(String) } } } },
    ]);
  });
});

test("what a job does with its token starts nothing; what anybody else does says who it was", async () => {
  const scene = await eventScene({}, { tokens: [{ token: "ghp_exampleOne", login: "carol" }] });
  const { client, repository, events, heard } = scene;
  openPullAs(repository, { author: "alice", head: "change" });
  const run = runFor(scene);
  const permissions = { issues: "write", contents: "write" } as const;
  const { token } = client.issueJobToken({ repository, permissions, run });
  heard();
  expect((await client.rest("POST", `${issues}/1/comments`, { body: "B" }, as(token))).status).toBe(201);
  const file = { message: "M", content: "eg==", branch: "change" };
  expect((await client.rest("PUT", "/repos/acme/app/contents/z.md", file, as(token))).status).toBe(201);
  expect(heard()).toEqual([]);
  await client.rest("POST", `${issues}/1/comments`, { body: "B" });
  expect(events).toMatchObject([{ actor: "carol", payload: { sender: { login: "carol" } } }]);
});
