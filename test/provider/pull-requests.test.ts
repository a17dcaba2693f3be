/** The delivery `pull-request`, run by run: what people do in between, and what the next plain run makes of it. */
import { describe, expect, it } from "vitest";
import { closePull, enqueuePull, mergePull, pushCommit } from "../../sandbox/github/index.ts";
import { openPull } from "../../sandbox/github/pull-requests.ts";
import { branch, path, startRepository } from "./repository.ts";

const foreign = "on: push\n";
const long = { timeoutMinutes: 40 };

describe("the first time", () => {
  it("opens one pull request from the fixed branch, in three requests", async () => {
    const app = await startRepository();
    await app.up();
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.branches()).toEqual([branch, "main"]);
    expect(app.text()).toBeUndefined();
    expect(app.text(branch)).toContain("timeout-minutes: 30");
    expect(app.requests()).toEqual(["nodes", "updateRefs createCommitOnBranch", "updateRefs createPullRequest"]);
    expect(app.outputs()).toEqual({
      proposed: expect.stringMatching(/^[0-9a-f]{40}$/),
      head: app.git.branches.get(branch),
      pullRequest: 1,
      status: "waiting for acme/app#1",
    });
    expect(app.logged).toEqual([`info: waiting for acme/app#1: ${app.github.url}/acme/app/pull/1`]);
  });

  it("changes nothing in the next run, which asks one query", async () => {
    const app = await startRepository();
    await app.up();
    app.requests();
    expect((await app.up()).changes).toEqual([]);
    expect(app.requests()).toEqual(["nodes"]);
    expect(app.outputs()?.status).toBe("waiting for acme/app#1");
  });

  it("takes title, body, labels, draft and auto-merge from the settings", async () => {
    const app = await startRepository({ autoMergeAllowed: true, protection: { requiredReviews: 1 } });
    const delivery = { kind: "pull-request" as const, title: "T", body: "B", labels: ["ci", "new"], autoMerge: true };
    await app.up({ delivery });
    expect(app.repository.pulls[0]).toMatchObject({
      title: "T",
      body: "B",
      labels: ["ci", "new"],
      draft: false,
      autoMerge: { mergeMethod: "MERGE" },
    });
    const draft = await startRepository();
    await draft.up({ delivery: { kind: "pull-request", draft: true } });
    expect(draft.repository.pulls[0]).toMatchObject({ draft: true, title: expect.stringContaining("Claude") });
  });

  it("succeeds without auto-merge where the repository does not allow it, and says so", async () => {
    const app = await startRepository();
    await app.up({ delivery: { kind: "pull-request", autoMerge: true } });
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.logged).toContain(
      "warning: acme/app#1 does not merge itself: Auto merge is not allowed for this repository",
    );
  });

  it("needs no right to push to the default branch", async () => {
    const app = await startRepository({ protection: { requiredReviews: 1, enforceAdmins: true } });
    await app.up();
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
  });

  it("is refused in a repository without a commit", async () => {
    const app = await startRepository({ empty: true });
    const said = "acme/app is empty, and a pull request needs a branch to go to. Push a first commit.";
    await expect(app.preview()).rejects.toThrow(said);
    await expect(app.up()).rejects.toThrow(said);
  });

  it("leaves a foreign file alone without adopt, and proposes to replace it with adopt", async () => {
    const app = await startRepository({ files: { [path]: foreign } });
    await expect(app.preview()).rejects.toThrow("not written by this program");
    await expect(app.up()).rejects.toThrow("not written by this program");
    expect(app.pulls()).toEqual([]);
    await app.up({ adopt: true });
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    // Once proposed, it goes on without the permission of the moment.
    await app.up(long);
    expect(app.text(branch)).toContain("timeout-minutes: 40");
  });

  it("opens none where the default branch has the text", async () => {
    const app = await startRepository();
    await app.up({ delivery: { kind: "commit" } });
    app.requests();
    await app.up();
    expect(app.pulls()).toEqual([]);
    expect(app.requests().filter((one) => one !== "nodes")).toEqual([]);
    expect(app.outputs()).toEqual({ written: expect.any(String), branch: "main" });
  });
});

describe("an open pull request", () => {
  it("is rebuilt on the current base when the text changes", async () => {
    const app = await startRepository();
    await app.up();
    const base = pushCommit(app.repository, "main", { "a.md": "1" });
    expect((await app.up()).changes).toEqual([]);
    expect((await app.preview(long)).changes).toEqual(["blob", "timeoutMinutes"]);
    expect(app.logged).toEqual(["info: updates acme/app#1"]);
    await app.up(long);
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.git.tip(branch)?.parents).toEqual([base]);
    expect(app.text(branch)).toContain("timeout-minutes: 40");
    expect(app.branches()).toEqual([branch, "main"]);
    expect((await app.up(long)).changes).toEqual([]);
  });

  it("gets changed title, labels and draft in place, and keeps what people changed", async () => {
    const app = await startRepository();
    const first = { kind: "pull-request" as const, title: "One", body: "B", labels: ["a", "b"] };
    await app.up({ delivery: first });
    const head = app.git.branches.get(branch);
    Object.assign(app.repository.pulls[0] ?? {}, { body: "theirs", labels: ["a", "b", "theirs"] });
    const second = { ...first, title: "Two", labels: ["b", "c"], draft: true };
    expect((await app.preview({ delivery: second })).changes).toContain("delivery.title");
    expect(app.logged).toEqual(["info: edits acme/app#1"]);
    await app.up({ delivery: second });
    expect(app.repository.pulls[0]).toMatchObject({
      title: "Two",
      body: "theirs",
      labels: ["b", "theirs", "c"],
      draft: true,
    });
    expect(app.git.branches.get(branch)).toBe(head);
  });

  it("keeps what a reviewer made of it when only the text changes", async () => {
    const app = await startRepository();
    const delivery = { kind: "pull-request" as const, draft: true, labels: ["a"], title: "T" };
    await app.up({ delivery });
    Object.assign(app.repository.pulls[0] ?? {}, { draft: false, title: "Better", labels: [] });
    await app.up({ delivery, ...long });
    expect(app.repository.pulls[0]).toMatchObject({ draft: false, title: "Better", labels: [] });
  });

  it("is not moved while it is in the merge queue", async () => {
    const app = await startRepository();
    await app.up();
    enqueuePull(app.repository, 1);
    const head = app.git.branches.get(branch);
    await app.up(long);
    expect(app.logged.join()).toContain("acme/app#1 is in the merge queue with an earlier text");
    expect(app.git.branches.get(branch)).toBe(head);
    expect(app.repository.pulls[0]?.inMergeQueue).toBe(true);
    expect((await app.preview(long)).changes).toEqual([]);
    mergePull(app.repository, 1, { deleteBranch: true });
    expect((await app.up(long)).changes).toEqual(["blob"]);
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open claude.yml -> main"]);
  });

  it("is left to others once they have pushed to it", async () => {
    const app = await startRepository();
    await app.up();
    const theirs = pushCommit(app.repository, branch, { [path]: "name: theirs\n" });
    expect((await app.preview()).changes).toEqual([]);
    expect(app.logged.join()).toContain("acme/app#1 has commits of others: it is left to them.");
    await app.up(long);
    expect(app.git.branches.get(branch)).toBe(theirs);
    expect(app.outputs()).toMatchObject({ status: "acme/app#1 has commits of others", pullRequest: 1 });
    // Nothing that was asked for was closed with it: it is asked for anew.
    closePull(app.repository.pulls[0] as never);
    expect((await app.up(long)).changes).toEqual(["blob"]);
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open claude.yml -> main"]);
  });

  it.each([
    ["another file", { "evil.yml": foreign }],
    ["nothing but ours", {}],
  ])("is left to others whose commit has the message of ours, and %s", async (_, files) => {
    const app = await startRepository();
    await app.up();
    const theirs = pushCommit(app.repository, branch, files, app.git.tip(branch)?.message);
    expect((await app.up()).changes).toEqual([]);
    expect(app.logged.join()).toContain("acme/app#1 has commits of others");
    await app.up(long);
    expect(app.git.branches.get(branch)).toBe(theirs);
    await app.destroy();
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.git.branches.get(branch)).toBe(theirs);
  });

  it("still waits when somebody has only updated it from its base", async () => {
    const app = await startRepository();
    await app.up();
    pushCommit(app.repository, branch, { "a.md": "of main" });
    expect((await app.up()).changes).toEqual([]);
    expect(app.outputs()?.status).toBe("waiting for acme/app#1, which has commits of others");
    mergePull(app.repository, 1);
    expect((await app.up()).changes).toEqual([]);
    expect(app.outputs()).toEqual({ written: expect.any(String), branch: "main" });
    // The branch stays with its pull request, which keeps their commits.
    await app.up(long);
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open claude.yml -> main"]);
  });

  it("is closed, and its branch deleted, when the default branch gets the text in another way", async () => {
    const app = await startRepository();
    await app.up();
    pushCommit(app.repository, "main", { [path]: app.text(branch) });
    // Its head has its own commit still.
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(await app.preview()).toEqual({ changes: ["blob"], blob: "on main already, and in acme/app#1" });
    expect(app.logged).toEqual(["info: closes acme/app#1: main has the text"]);
    await app.up();
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main"]);
    expect(app.repository.pulls[0]?.comments.map(({ body }) => body)).toEqual([
      "Closed by claude-aperture for the stack `acme/prod`: `main` has it already.",
    ]);
    expect(app.branches()).toEqual(["main"]);
    expect(app.outputs()).toEqual({ written: expect.any(String), branch: "main" });
    expect((await app.up()).changes).toEqual([]);
  });

  it("is rebuilt when it conflicts with its base", async () => {
    const app = await startRepository();
    await app.up();
    pushCommit(app.repository, "main", {
      [path]: "# Written by claude-aperture for the stack acme/prod. Do not edit: x\n",
    });
    expect((await app.preview()).blob).toBe("in acme/app#1, which conflicts with main");
    await app.up();
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect((await app.up()).changes).toEqual([]);
  });

  it("goes to the new default branch when that changes", async () => {
    const app = await startRepository();
    await app.up();
    app.git.branches.set("trunk", app.git.branches.get("main") ?? "");
    const base = pushCommit(app.repository, "trunk", { "a.md": "1" });
    app.repository.defaultBranch = "trunk";
    expect((await app.preview()).blob).toBe("in acme/app#1, which goes to main");
    await app.up();
    expect(app.pulls()).toEqual(["#1 open claude.yml -> trunk"]);
    expect(app.git.tip(branch)?.parents).toEqual([base]);
    expect((await app.up()).changes).toEqual([]);
  });
});

describe("a branch that is named in place of the default one", () => {
  const toRelease = { delivery: { kind: "pull-request" as const, branch: "release" } };

  it("is where the pull request goes, and where the file is looked for", async () => {
    const app = await startRepository();
    await expect(app.up(toRelease)).rejects.toThrow("acme/app has no branch release");
    app.git.branches.set("release", app.git.branches.get("main") ?? "");
    await app.up(toRelease);
    expect(app.pulls()).toEqual(["#1 open claude.yml -> release"]);
    mergePull(app.repository, 1, { deleteBranch: true });
    expect((await app.up(toRelease)).changes).toEqual([]);
    expect(app.outputs()).toEqual({ written: expect.any(String), branch: "release" });
    pushCommit(app.repository, "release", { [path]: foreign });
    expect((await app.preview(toRelease)).blob).toMatch(/^another file, without our header/);
  });
});

describe("a pull request of somebody from our branch to another one", () => {
  const backport = { head: branch, base: "v1", title: "Backport", author: { login: "somebody", id: 7 } };

  it("stays when ours is merged, and when the repository leaves, and so does the branch", async () => {
    const app = await startRepository();
    app.git.branches.set("v1", app.git.branches.get("main") ?? "");
    await app.up();
    mergePull(app.repository, 1);
    await app.up();
    openPull(app.repository, backport);
    expect((await app.up()).changes).toEqual([]);
    await app.destroy();
    expect(app.pulls().slice(0, 2)).toEqual(["#1 merged claude.yml -> main", "#2 open claude.yml -> v1"]);
    expect(app.branches()).toContain(branch);
  });

  it("stays when ours is withdrawn, and is not taken for ours when that was closed", async () => {
    const app = await startRepository();
    app.git.branches.set("v1", app.git.branches.get("main") ?? "");
    await app.up();
    openPull(app.repository, backport);
    await app.up({ delivery: { kind: "output" } });
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open claude.yml -> v1"]);
    await app.up();
    expect(app.pulls().slice(1)).toEqual(["#2 open claude.yml -> v1", "#3 open claude.yml -> main"]);
  });
});

describe("after the merge", () => {
  for (const method of ["merge", "squash", "rebase"] as const) {
    it(`is in step (${method})`, async () => {
      const app = await startRepository();
      await app.up();
      mergePull(app.repository, 1, { method });
      expect((await app.up()).changes).toEqual([]);
      expect(app.outputs()).toEqual({ written: expect.any(String), branch: "main" });
    });
  }

  it("opens a new one when somebody changed the file meanwhile, and shows what is there", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    pushCommit(app.repository, "main", { [path]: foreign });
    const { changes, blob } = await app.preview();
    expect(changes).toEqual(["blob"]);
    expect(blob).toContain("another file, without our header");
    expect(app.logged).toEqual(["info: opens a pull request to main of acme/app"]);
    await app.up();
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open claude.yml -> main"]);
  });

  it("opens a new one when somebody deleted the file", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1);
    await app.up();
    pushCommit(app.repository, "main", { [path]: undefined });
    expect((await app.up()).blob).toBe("missing");
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open claude.yml -> main"]);
  });
});

describe("closed without merging", () => {
  const close = {
    "by a person": (app: App) => closePull(app.repository.pulls[0] as never),
    "by deleting its branch": (app: App) => app.git.branches.delete(branch),
  };
  type App = Awaited<ReturnType<typeof startRepository>>;
  for (const [how, doIt] of Object.entries(close)) {
    it(`${how}, it is not opened again before the text changes`, async () => {
      const app = await startRepository();
      await app.up();
      doIt(app);
      expect((await app.up()).changes).toEqual([]);
      expect(app.logged).toEqual([
        "warning: acme/app#1 was closed without merging: no new one is opened before the text of the file changes, or " +
          "delivery has reopen: true.",
      ]);
      expect(app.outputs()?.status).toBe("acme/app#1 was closed without merging");
      expect((await app.up()).changes).toEqual([]);
      expect(app.pulls()).toHaveLength(1);
      await app.up(long);
      expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open claude.yml -> main"]);
      expect(app.outputs()?.status).toBe("waiting for acme/app#2");
    });

    it(`${how}, it is opened again with reopen`, async () => {
      const app = await startRepository();
      await app.up();
      doIt(app);
      const wish = { delivery: { kind: "pull-request" as const, reopen: true } };
      await app.up(wish);
      expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open claude.yml -> main"]);
      closePull(app.repository.pulls[1] as never);
      expect((await app.preview(wish)).blob).toBe("acme/app#2 was closed without merging");
    });
  }
});

describe("a file that moves", () => {
  it("is moved by one pull request, and the file of before works until it is merged", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    const moved = { path: ".github/workflows/review.yml" };
    await app.up(moved);
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open review.yml -> main"]);
    expect(app.text()).toBeDefined();
    await app.up({ ...moved, ...long });
    mergePull(app.repository, 2, { deleteBranch: true });
    expect((await app.up({ ...moved, ...long })).changes).toEqual([]);
    expect([app.text(), app.text("main", moved.path)]).toEqual([undefined, expect.any(String)]);
    expect(app.outputs()).toEqual({ written: expect.any(String), branch: "main" });
  });

  it("closes the pull request of the path of before", async () => {
    const app = await startRepository();
    await app.up();
    await app.up({ path: ".github/workflows/review.yml" });
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open review.yml -> main"]);
    expect(app.branches()).toEqual(["claude-aperture/acme-prod/review.yml", "main"]);
  });
});
