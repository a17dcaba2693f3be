/** What pushes, merges and other people do to the stand-in's pull requests. */
import { describe, expect, it, test } from "vitest";
import { closePull, enqueuePull, mergePull, pushCommit } from "../../sandbox/github/index.ts";
import { scene } from "./github-pulls.ts";

const time = expect.stringMatching(/^\d{4}-.*Z$/);

describe("what happens to the branches", () => {
  it("a commit of somebody else moves the head, and takes the pull request out of the queue", async () => {
    const { repository, open, read } = await scene();
    await open();
    enqueuePull(repository, 1);
    expect((await read())?.isInMergeQueue).toBe(true);
    const sha = pushCommit(repository, "feature", { "b.md": "2" });
    expect(await read()).toMatchObject({ state: "OPEN", headRefOid: sha, isInMergeQueue: false });
  });

  it("a head moved to its base's commit closes the pull request for good", async () => {
    const { client, repository, git, start, open, read, run } = await scene();
    const pullRequestId = (await open()).pull?.id;
    git.branches.set("feature", start);
    expect(await read()).toMatchObject({ state: "CLOSED", closedAt: time, headRefOid: start, merged: false });
    pushCommit(repository, "feature", { "b.md": "2" });
    expect((await run("reopenPullRequest", { pullRequestId })).error).toMatchObject({
      type: "UNPROCESSABLE",
      message: expect.stringMatching(/^Could not open the pull request\./),
    });
    expect((await client.rest("PATCH", "/repos/acme/app/pulls/1", { state: "open" })).status).toBe(422);
  });

  it("a head moved by force to commits of its own keeps the pull request open", async () => {
    const { repository, git, start, open, read } = await scene();
    await open();
    git.branches.set("next", start);
    const sha = pushCommit(repository, "next", { "b.md": "3" });
    git.branches.set("feature", sha);
    expect(await read()).toMatchObject({ state: "OPEN", headRefOid: sha });
  });

  it("a deleted head closes it, and it opens again when the branch is back as it was", async () => {
    const { git, open, read, run } = await scene();
    const { pull } = await open();
    git.branches.delete("feature");
    expect(await read()).toMatchObject({ state: "CLOSED", headRefOid: pull?.headRefOid });
    expect((await run("reopenPullRequest", { pullRequestId: pull?.id })).error?.message).toContain("deleted");
    git.branches.set("feature", pull?.headRefOid ?? "");
    expect((await run("reopenPullRequest", { pullRequestId: pull?.id })).pull).toMatchObject({
      state: "OPEN",
      closedAt: null,
    });
  });

  it("a head moved by force after closing keeps it closed; a commit on top does not", async () => {
    const { repository, git, start, open, run } = await scene();
    const { pull } = await open();
    const [one] = repository.pulls;
    if (one) closePull(one);
    git.branches.set("next", start);
    git.branches.set("feature", pushCommit(repository, "next", { "b.md": "3" }));
    expect((await run("reopenPullRequest", { pullRequestId: pull?.id })).error?.message).toContain("force-pushed");
    git.branches.set("feature", pull?.headRefOid ?? "");
    const sha = pushCommit(repository, "feature", { "b.md": "4" });
    expect((await run("reopenPullRequest", { pullRequestId: pull?.id })).pull).toMatchObject({
      state: "OPEN",
      headRefOid: sha,
    });
  });

  it("a renamed branch takes its pull requests along", async () => {
    const { client, open, read } = await scene();
    await open();
    await client.rest("POST", "/repos/acme/app/branches/feature/rename", { new_name: "renamed" });
    await client.rest("POST", "/repos/acme/app/branches/main/rename", { new_name: "trunk" });
    expect(await read()).toMatchObject({ state: "OPEN", headRefName: "renamed", baseRefName: "trunk" });
  });
});

test.each(["merge", "squash", "rebase"] as const)("merged by %s, with the branch deleted", async (method) => {
  const { repository, git, start, open, read, run } = await scene();
  const { pull } = await open();
  pushCommit(repository, "main", { "a.md": "2" });
  const before = git.branches.get("main");
  mergePull(repository, 1, { method, deleteBranch: true });
  expect(await read()).toMatchObject({
    state: "MERGED",
    merged: true,
    mergedAt: time,
    closedAt: time,
    headRefOid: pull?.headRefOid,
  });
  const tip = git.tip("main");
  const file = (path: string) => tip && git.read(tip, path)?.toString();
  expect([file("a.md"), file("b.md"), git.branches.has("feature")]).toEqual(["2", "1", false]);
  expect(tip?.parents).toEqual(method === "merge" ? [before, pull?.headRefOid] : [before]);
  expect(tip && git.contains(tip, start)).toBe(true);
  expect((await run("reopenPullRequest", { pullRequestId: pull?.id })).error?.type).toBe("UNPROCESSABLE");
  expect((await run("closePullRequest", { pullRequestId: pull?.id })).error?.type).toBe("UNPROCESSABLE");
});

test("commits that reach the base by themselves merge the pull request", async () => {
  const { git, open, read } = await scene();
  const { pull } = await open();
  git.branches.set("main", pull?.headRefOid ?? "");
  expect(await read()).toMatchObject({ state: "MERGED", merged: true });
});
