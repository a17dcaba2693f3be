/** From each delivery to each other one, and files that go: at no moment a repository has lost a working workflow. */
import { describe, expect, it } from "vitest";
import { closePull, mergePull, pushCommit } from "../../sandbox/github/index.ts";
import { branch, type Delivery, path, removalBranch, startRepository } from "./repository.ts";

const pullRequest = { delivery: { kind: "pull-request" } as Delivery };
const commit = { delivery: { kind: "commit" } as Delivery };
const output = { delivery: { kind: "output" } as Delivery };
type App = Awaited<ReturnType<typeof startRepository>>;

/** The file was on the default branch at each moment since `start`. */
function neverGone({ repository, git }: App): boolean {
  const tip = git.tip(repository.defaultBranch);
  const history = tip ? git.history(tip) : [];
  const first = history.findLastIndex(({ files }) => files.has(path));
  return history.slice(0, first + 1).every(({ files }) => files.has(path));
}

describe("a switch", () => {
  it("from commit to pull request does nothing at GitHub when the text is the same", async () => {
    const app = await startRepository();
    await app.up(commit);
    app.requests();
    await app.up(pullRequest);
    expect(app.requests().filter((one) => one !== "nodes")).toEqual([]);
    expect((await app.up(pullRequest)).changes).toEqual([]);
  });

  it("from commit to pull request proposes a changed text", async () => {
    const app = await startRepository();
    await app.up(commit);
    await app.up({ ...pullRequest, timeoutMinutes: 40 });
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.text()).toContain("timeout-minutes: 30");
    mergePull(app.repository, 1);
    expect((await app.up({ ...pullRequest, timeoutMinutes: 40 })).changes).toEqual([]);
    expect(neverGone(app)).toBe(true);
  });

  it("from an open pull request to commit commits, closes it with a comment and deletes its branch", async () => {
    const app = await startRepository();
    await app.up(pullRequest);
    await app.preview(commit);
    expect(app.logged).toEqual(["info: closes acme/app#1"]);
    await app.up(commit);
    expect(app.text()).toContain("timeout-minutes: 30");
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main"]);
    expect(app.repository.pulls[0]?.comments.map(({ body }) => body)).toEqual([
      "Closed by claude-aperture for the stack `acme/prod`: its file does not come by pull request any more (`delivery: { kind: commit }`).",
    ]);
    expect(app.branches()).toEqual(["main"]);
    expect((await app.up(commit)).changes).toEqual([]);
  });

  it("from a merged pull request to commit writes nothing", async () => {
    const app = await startRepository();
    await app.up(pullRequest);
    mergePull(app.repository, 1, { deleteBranch: true });
    app.requests();
    await app.up(commit);
    expect(app.requests().filter((one) => one !== "nodes")).toEqual([]);
    expect((await app.up(commit)).changes).toEqual([]);
  });

  it("leaves a pull request to others that they have pushed to", async () => {
    const app = await startRepository();
    await app.up(pullRequest);
    pushCommit(app.repository, branch, { "a.md": "1" });
    await app.up(commit);
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.logged.join()).toContain("acme/app#1 has commits of others: it is left to them.");
  });

  it("from an open pull request to output closes it, and writes no file", async () => {
    const app = await startRepository();
    await app.up(pullRequest);
    await app.up(output);
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main"]);
    expect([app.text(), app.branches(), app.outputs()]).toEqual([undefined, ["main"], {}]);
    expect((await app.up(output)).changes).toEqual([]);
  });

  it("from output to pull request opens one, though one was closed before", async () => {
    const app = await startRepository();
    await app.up(pullRequest);
    await app.up(output);
    await app.up(pullRequest);
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open claude.yml -> main"]);
  });

  const ways = { commit, output, "pull-request": pullRequest };
  for (const [from, first] of Object.entries(ways)) {
    for (const [to, second] of Object.entries(ways)) {
      if (from === to) continue;
      it(`from ${from} to ${to} and back keeps a file that works`, async () => {
        const app = await startRepository();
        await app.up(commit);
        for (const wish of [first, second, first]) {
          await app.up({ ...wish });
          expect((await app.up({ ...wish })).changes).toEqual([]);
          for (const { number, state } of [...app.repository.pulls])
            if (state === "open") mergePull(app.repository, number);
        }
        expect(app.text()).toContain("timeout-minutes: 30");
        expect(neverGone(app)).toBe(true);
      });
    }
  }
});

describe("a repository that leaves", () => {
  it("has its open pull request closed, and nothing else", async () => {
    const app = await startRepository();
    await app.up();
    await app.destroy();
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main"]);
    expect(app.repository.pulls[0]?.comments.map(({ body }) => body)).toEqual([
      "Closed by claude-aperture for the stack `acme/prod`: it has let go of this repository.",
    ]);
    expect(app.branches()).toEqual(["main"]);
    await app.up();
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main", "#2 open claude.yml -> main"]);
  });

  it("has its workflow disabled at once, and a pull request that removes the file", async () => {
    const app = await startRepository({ protection: { requiredReviews: 1, enforceAdmins: true } });
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    await app.up();
    await app.destroy();
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open remove/claude.yml -> main"]);
    expect(app.isDisabled()).toBe(true);
    expect(app.logged).toEqual([
      `info: ${path} of acme/app goes with ${app.github.url}/acme/app/pull/2: merge it. The workflow is disabled until then.`,
    ]);
    mergePull(app.repository, 2, { deleteBranch: true });
    expect(app.text()).toBeUndefined();
  });

  it("keeps a file that was edited by hand, with a warning", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    await app.up();
    pushCommit(app.repository, "main", { [path]: "on: push\n" });
    await app.destroy();
    expect(app.pulls()).toEqual(["#1 merged claude.yml -> main"]);
    expect(app.isDisabled()).toBe(false);
    expect(app.logged.join()).toContain(
      `${path} of acme/app was changed by hand since this stack wrote it, so it stays.`,
    );
  });

  it("says so where the token may not disable workflows", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    await app.up();
    for (const viewer of app.github.state.viewers.values()) Object.assign(viewer, { actions: "read" });
    await app.destroy();
    expect(app.pulls()).toContain("#2 open remove/claude.yml -> main");
    expect(app.logged[0]).toContain("could not be disabled: the token lacks Actions, write.");
  });

  it.each([
    ["while the removal is open", (_app: App) => {}],
    ["after the removal was closed", (app: App) => closePull(app.repository.pulls[1] as never)],
  ])("comes back %s: the workflow is enabled, and the removal closed", async (_, meanwhile) => {
    for (const wish of [pullRequest, commit]) {
      const app = await startRepository();
      await app.up();
      mergePull(app.repository, 1, { deleteBranch: true });
      await app.up();
      await app.destroy();
      meanwhile(app);
      await app.up(wish);
      expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 closed remove/claude.yml -> main"]);
      expect(app.branches()).toEqual(["main"]);
      expect(app.isDisabled()).toBe(false);
      expect((await app.up(wish)).changes).toEqual([]);
    }
  });

  it("comes back after the removal was merged: one pull request, with which the workflow runs again", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    await app.up();
    await app.destroy();
    mergePull(app.repository, 2, { deleteBranch: true });
    await app.up();
    expect((await app.up()).changes).toEqual([]);
    mergePull(app.repository, 3, { deleteBranch: true });
    expect((await app.up()).blob).toMatch(/^disabled: /);
    expect(app.text()).toContain("timeout-minutes: 30");
    expect(app.isDisabled()).toBe(false);
    expect((await app.up()).changes).toEqual([]);
    expect(app.outputs()).toEqual({ written: expect.any(String), branch: "main" });
  });

  it("does not enable a workflow that people have disabled", async () => {
    for (const wish of [pullRequest, commit]) {
      const app = await startRepository();
      await app.up(commit);
      app.disable();
      await app.up({ ...wish, timeoutMinutes: 40 });
      expect(app.isDisabled()).toBe(true);
    }
  });

  it("has the removal shown and taken back when the stack still has it", async () => {
    const app = await startRepository();
    await app.up();
    mergePull(app.repository, 1, { deleteBranch: true });
    await app.up();
    await app.forget(() => app.destroy());
    expect((await app.preview()).blob).toBe("to be removed by acme/app#2");
    await app.up();
    expect(app.branches()).not.toContain(removalBranch);
    expect(app.isDisabled()).toBe(false);
  });
});
