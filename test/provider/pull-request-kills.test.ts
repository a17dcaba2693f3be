/** Runs that are killed, and answers that are lost, at every step of a pull request: the next plain `up` heals it. */
import { describe, expect, it } from "vitest";
import { asksFor, type Fault, type FaultyRequest, faultFor } from "../../sandbox/faults.ts";
import { mergePull, pushCommit } from "../../sandbox/github/index.ts";
import { branch, path, removalBranch, startRepository } from "./repository.ts";

type App = Awaited<ReturnType<typeof startRepository>>;

const steps = {
  "the look": asksFor("nodes"),
  "the commit on the scratch branch": asksFor("createCommitOnBranch"),
  "the branch and the pull request": ({ operations }: FaultyRequest) =>
    operations.includes("updateRefs") && !operations.includes("createCommitOnBranch"),
  "the labels": ({ path }: FaultyRequest) => path.endsWith("/labels"),
};

/** The process dies at that request, before or after GitHub has acted: nothing is asked any more, and the state knows nothing. */
async function killAt(
  app: App,
  matches: (request: FaultyRequest) => boolean,
  kind: "drop before" | "drop after",
  run: () => Promise<unknown>,
) {
  let isDead = false;
  app.github.faults.choose = (request) => {
    if (isDead) return { kind: "drop before" };
    if (!matches(request)) return undefined;
    isDead = true;
    app.kill();
    return { kind } as Fault;
  };
  await app.forget(run);
  expect(isDead).toBe(true);
  delete app.github.faults.choose;
}

const delivery = { kind: "pull-request" as const, labels: ["ci"] };
const whole = {
  pulls: ["#1 open claude.yml -> main"],
  branches: [branch, "main"],
  labels: ["ci"],
  status: "waiting for acme/app#1",
};
const found = (app: App) => ({
  pulls: app.pulls(),
  branches: app.branches(),
  labels: app.repository.pulls.at(-1)?.labels,
  status: app.outputs()?.status,
});

describe.each(["drop before", "drop after"] as const)("%s:", (kind) => {
  for (const [step, matches] of Object.entries(steps)) {
    it(`a run that is killed at ${step} is healed by the next one`, async () => {
      const app = await startRepository();
      await killAt(app, matches, kind, () => app.up({ delivery }));
      await app.up({ delivery });
      expect(found(app)).toEqual(whole);
      expect((await app.up({ delivery })).changes).toEqual([]);
    });

    it(`an answer that is lost at ${step} is settled in the same run`, async () => {
      const app = await startRepository();
      app.github.faults.choose = faultFor(matches, { kind });
      await app.up({ delivery });
      expect(found(app)).toEqual(whole);
    });
  }

  for (const step of ["the commit on the scratch branch", "the branch and the pull request"] as const) {
    it(`a rebuild that is killed at ${step} is healed by the next run`, async () => {
      const app = await startRepository();
      await app.up({ delivery });
      pushCommit(app.repository, "main", { "a.md": "1" });
      const wish = { delivery, timeoutMinutes: 40 };
      await killAt(app, steps[step], kind, () => app.up(wish));
      await app.up(wish);
      expect(found(app)).toEqual(whole);
      expect(app.text(branch)).toContain("timeout-minutes: 40");
      expect((await app.up(wish)).changes).toEqual([]);
    });

    it(`a rebuild that is killed at ${step} is healed also when the settings are those of before again`, async () => {
      const app = await startRepository();
      await app.up({ delivery });
      await killAt(app, steps[step], kind, () => app.up({ delivery, timeoutMinutes: 40 }));
      await app.up({ delivery });
      expect(found(app)).toEqual({ ...whole, branches: expect.arrayContaining(whole.branches) });
      expect(app.text(branch)).toContain("timeout-minutes: 30");
    });
  }

  it("a closing that is killed is healed by the next run", async () => {
    const app = await startRepository();
    await app.up({ delivery });
    pushCommit(app.repository, "main", { [path]: app.text(branch) });
    await killAt(app, asksFor("closePullRequest"), kind, () => app.up({ delivery }));
    await app.up({ delivery });
    expect(app.pulls()).toEqual(["#1 closed claude.yml -> main"]);
    expect(app.branches()).toEqual(["main"]);
    expect((await app.up({ delivery })).changes).toEqual([]);
  });

  const removing = {
    "the commit": asksFor("createCommitOnBranch"),
    "the pull request": asksFor("createPullRequest"),
    "disabling the workflow": ({ path }: FaultyRequest) => path.endsWith("/disable"),
  };
  for (const [step, matches] of Object.entries(removing)) {
    const start = async () => {
      const app = await startRepository();
      await app.up();
      mergePull(app.repository, 1, { deleteBranch: true });
      await app.up();
      await killAt(app, matches, kind, () => app.destroy());
      return app;
    };

    it(`a destroy that is killed at ${step} is finished by the next one`, async () => {
      const app = await start();
      await app.destroy();
      expect(app.pulls()).toEqual(["#1 merged claude.yml -> main", "#2 open remove/claude.yml -> main"]);
      expect(app.branches()).toEqual([removalBranch, "main"]);
      expect(app.isDisabled()).toBe(true);
    });

    it(`a destroy that is killed at ${step} is taken back by an up`, async () => {
      const app = await start();
      await app.up();
      expect(app.pulls().filter((pull) => pull.includes("open"))).toEqual([]);
      expect(app.branches().filter((name) => name.endsWith("remove/claude.yml"))).toEqual([]);
      expect(app.isDisabled()).toBe(false);
      expect((await app.up()).changes).toEqual([]);
    });
  }
});

describe("without its state", () => {
  it("a pull request of ours is taken as it is", async () => {
    const app = await startRepository();
    await app.forget(() => app.up());
    app.requests();
    await app.up();
    expect(app.requests()).toEqual(["nodes"]);
    expect(app.outputs()).toMatchObject({ pullRequest: 1, head: app.git.branches.get(branch) });
  });

  it("a pull request of our branch with a text of somebody else is left alone", async () => {
    const app = await startRepository();
    await app.forget(() => app.up());
    const theirs = pushCommit(app.repository, branch, { [path]: "name: x\n" }, app.git.tip(branch)?.message);
    await app.up();
    expect(app.git.branches.get(branch)).toBe(theirs);
    expect(app.outputs()?.status).toBe("acme/app#1 has commits of others");
  });

  it("a branch of our name with commits of others is not overwritten", async () => {
    const app = await startRepository();
    app.git.branches.set(branch, app.git.branches.get("main") ?? "");
    const theirs = pushCommit(app.repository, branch, { "a.md": "1" });
    const said = `The branch ${branch} of acme/app has commits of others, and no pull request.`;
    await expect(app.preview()).rejects.toThrow(said);
    await expect(app.up()).rejects.toThrow(said);
    expect(app.git.branches.get(branch)).toBe(theirs);
  });
});

describe("limits and refusals", () => {
  it("waits where GitHub takes only a part of a request", async () => {
    const app = await startRepository({}, { contentLimits: { perMinute: 1 }, limitSpeed: 20 });
    await app.up();
    expect(app.pulls()).toEqual(["#1 open claude.yml -> main"]);
    expect(app.logged.join()).toContain("GitHub asks to wait");
  });

  it("says what GitHub says when it takes no pull request", async () => {
    const app = await startRepository({ draftPulls: false });
    await expect(app.up({ delivery: { kind: "pull-request", draft: true } })).rejects.toThrow(
      `GitHub does not take the pull request from ${branch} in acme/app: Draft pull requests are not supported in this repository.`,
    );
  });
});
