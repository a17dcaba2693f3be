import { describe, expect, it } from "vitest";
import { gitBlobOid } from "../../core/delivery/blob.ts";
import { asksFor, faultFor } from "../../sandbox/faults.ts";
import { inputsOf, owner, path, startPlace } from "./workflow-files.ts";

const headed = (stack: string) => `# Written by claude-aperture for the stack ${stack}. Do not edit: ...\non: push\n`;
const commit = asksFor("createCommitOnBranch");

describe("check", () => {
  it("computes the id of the text, and keeps no permission to replace", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const { inputs, problems } = await engine.check({ ...inputsOf(place), adopt: true });
    expect(problems).toEqual([]);
    expect(inputs).toEqual({ ...inputsOf(place), blob: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(place.journal).toEqual([]);
  });

  it.each<[string, Parameters<typeof inputsOf>[1], string[]]>([
    ["a name that is unknown", { content: "on: push" }, ["content"]],
    [
      "types",
      { repository: 7, presets: "review", timeoutMinutes: "30", delivery: "commit" },
      [...["repository", "presets", "timeoutMinutes", "delivery"]],
    ],
    [
      "values",
      { role: "main", identity: "key", presets: ["all"], delivery: { kind: "mail" } },
      [...["role", "presets[0]", "identity", "delivery.kind"]],
    ],
    [
      "what a workflow cannot be",
      { path: "../x.yml", tag: "ci", runsOn: ["windows-latest"] },
      [...["path", "tag", "runsOn"]],
    ],
  ])("names each mistake by its property: %s", async (_, changes, expected) => {
    const place = await startPlace();
    const { problems } = await place.startEngine().check(inputsOf(place, changes));
    expect(problems.map((problem) => problem.path).toSorted()).toEqual(expect.arrayContaining(expected));
    for (const { message } of problems) expect(message).toMatch(/\.$/);
  });

  it("refuses two writers of one path, and takes one resource twice", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    expect((await engine.check(inputsOf(place), "one")).problems).toEqual([]);
    expect((await engine.check(inputsOf(place), "one")).problems).toEqual([]);
    expect((await engine.check(inputsOf(place, { path: ".github/workflows/b.yml" }), "two")).problems).toEqual([]);
    expect((await engine.check(inputsOf(place), "three")).problems).toEqual([
      { path: "path", message: `${path} of acme/app is written by one, too. Give one of the two another path.` },
    ]);
  });

  it("leaves open what is not known yet, and a preview of it asks GitHub nothing", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const given = inputsOf(place, { repositoryId: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" });
    const { inputs, problems } = await engine.check(given);
    expect(problems).toEqual([]);
    expect(typeof inputs.blob).toBe("symbol");
    await engine.preview(given);
    expect(place.journal).toEqual([]);
  });
});

describe("create", () => {
  it("commits the file, with the stack in its header, and states where; a preview writes nothing", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const given = inputsOf(place);
    expect(await engine.preview(given)).toMatchObject({ id: "", outputs: { branch: "main" } });
    expect(place.text()).toBeUndefined();
    const state = await engine.up(given);
    const text = place.text() ?? "";
    expect(text).toContain(owner);
    expect(state).toMatchObject({ id: given.repositoryId, outputs: { branch: "main", written: gitBlobOid(text) } });
    expect(state.inputs.blob).toBe(gitBlobOid(text));
    expect(JSON.stringify(state)).not.toContain("jobs");
    expect(place.history()).toEqual(["ci: let Claude Code review through Aperture", "Initial commit"]);
    expect(place.writes()).toHaveLength(1);
  });

  it("takes the message of the settings, its first line as the headline", async () => {
    const place = await startPlace();
    await place.startEngine().up(inputsOf(place, { delivery: { kind: "commit", message: "chore: ours\n\nWhy." } }));
    expect(place.repository().git.tip("main")?.message).toBe("chore: ours\n\nWhy.");
  });

  it("takes its own text as it is, after a lost state", async () => {
    const place = await startPlace();
    const first = await place.startEngine().up(inputsOf(place));
    const second = await place.startEngine().up(inputsOf(place));
    expect(second).toEqual(first);
    expect(place.writes()).toHaveLength(1);
  });

  it("replaces an older text of its own", async () => {
    const place = await startPlace();
    await place.startEngine().up(inputsOf(place));
    await place.startEngine().up(inputsOf(place, { timeoutMinutes: 7 }));
    expect(place.text()).toContain("timeout-minutes: 7");
  });

  it.each([
    ["somebody's file", "on: push\n", "was not written by this program"],
    ["another stack's file", headed("acme/other"), "is managed by the stack acme/other"],
  ])("leaves %s alone, in preview and up, unless it may adopt it", async (_, text, expected) => {
    const place = await startPlace({ repositories: [{ name: "acme/app", files: { [path]: text } }] });
    const engine = place.startEngine();
    await expect(engine.preview(inputsOf(place))).rejects.toThrow(expected);
    await expect(engine.up(inputsOf(place))).rejects.toThrow(expected);
    expect(place.text()).toBe(text);
    const adopted = await place.startEngine().up(inputsOf(place, { adopt: true }));
    expect(place.text()).toContain(owner);
    expect(adopted.inputs).not.toHaveProperty("adopt");
  });

  it("tells of a file whose header is meant for the terminal", async () => {
    const text = headed("\u001b[2J<{%x%}>");
    const place = await startPlace({ repositories: [{ name: "acme/app", files: { [path]: text } }] });
    const said = "is managed by the stack \\u001b[2J<{ %x%}>. Choose";
    await expect(place.startEngine().preview(inputsOf(place))).rejects.toThrow(said);
  });

  it("makes the first commit of an empty repository", async () => {
    const place = await startPlace({ repositories: [{ name: "acme/app", empty: true }] });
    const state = await place.startEngine().up(inputsOf(place));
    expect(place.text()).toContain(owner);
    expect(state.outputs.branch).toBe("main");
  });

  it("works on a server without the mutation", async () => {
    const place = await startPlace({ lackedMutations: ["createCommitOnBranch"] });
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    const moved = await engine.up(inputsOf(place, { path: ".github/workflows/b.yml" }), state);
    expect([place.text(), place.text(".github/workflows/b.yml")]).toEqual([undefined, expect.stringContaining(owner)]);
    await place.startEngine().delete(moved);
    expect(place.text(".github/workflows/b.yml")).toBeUndefined();
  });

  it.each([
    ["archived", { archived: true }, "acme/app is archived. Nothing was written."],
    ["disabled", { disabled: true }, "acme/app is disabled by GitHub. Nothing was written."],
  ])("says which repository is %s", async (_, options, expected) => {
    const place = await startPlace({ repositories: [{ name: "acme/app", ...options }] });
    await expect(place.startEngine().preview(inputsOf(place))).rejects.toThrow(expected);
    expect(place.writes()).toEqual([]);
  });

  it.each([
    [
      "a protected branch",
      { repositories: [{ name: "acme/app" as const, protection: { requiredReviews: 1, enforceAdmins: true } }] },
      /does not take the commit to the branch main of acme\/app: Protected branch update failed/,
    ],
    [
      "a token without its scope",
      { tokens: [{ token: "ghp_madeUp", scopes: ["repo" as const] }] },
      /without `workflow` scope\n[\s\S]*need the scopes repo and workflow/,
    ],
    [
      "a token that may only read",
      { tokens: [{ token: "ghp_madeUp", permission: "read" as const }] },
      /does not have the correct permissions/,
    ],
  ])("says why GitHub refuses it, with the ways out, after one try: %s", async (_, options, expected) => {
    const place = await startPlace(options);
    await expect(place.startEngine().up(inputsOf(place))).rejects.toThrow(expected);
    expect(place.text()).toBeUndefined();
    expect(place.writes()).toHaveLength(1);
  });
});

describe("read", () => {
  /** A file that was set up, what became of it, and what its `blob` shows. */
  const read = async (become: (place: Awaited<ReturnType<typeof startPlace>>) => unknown) => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    await become(place);
    const found = await place.startEngine().refresh(state);
    expect({ ...found.inputs, blob: "" }).toEqual({ ...state.inputs, blob: "" });
    expect(found.outputs).toEqual(state.outputs);
    return { place, state, found };
  };
  /** `up` after the read: what it says is changed, and that it puts the file right. */
  const heal = async ({ place, found }: Awaited<ReturnType<typeof read>>) => {
    const engine = place.startEngine();
    expect(await engine.diff(found, inputsOf(place))).toEqual(["blob"]);
    const healed = await engine.up(inputsOf(place), found);
    expect(gitBlobOid(place.text() ?? "")).toBe(healed.inputs.blob);
    expect(await place.startEngine().refresh(healed)).toEqual(healed);
  };

  it("finds what was written, with one request", async () => {
    const { place, state, found } = await read(() => {});
    expect(found).toEqual(state);
    expect(await place.startEngine().diff(found, inputsOf(place))).toEqual([]);
    expect(place.journal.at(-1)).toMatchObject({ operations: ["nodes"] });
  });

  it.each<[string, (place: Awaited<ReturnType<typeof startPlace>>) => unknown, RegExp]>([
    ["edited by hand", (place) => place.push({ [path]: `${place.text()}# more\n` }), /^changed by hand: [0-9a-f]{40}$/],
    ["deleted", (place) => place.push({ [path]: undefined }), /^missing$/],
    ["replaced", (place) => place.push({ [path]: "on: push\n" }), /^another file, without our header: [0-9a-f]{40}$/],
    ["turned into a folder", (place) => place.push({ [path]: undefined, [`${path}/x`]: "1" }), /^missing$/],
  ])("shows a file that was %s, and up puts it right", async (_, become, shows) => {
    const result = await read(become);
    expect(result.found.inputs.blob).toMatch(shows);
    if (!/folder/.test(_)) await heal(result);
  });

  it("shows a moved default branch; up writes the file there and removes it from the former one", async () => {
    const result = await read((place) => {
      place.push({ "a.md": "1" }, "main");
      const { git } = place.repository();
      git.branches.set("trunk", git.history(git.tip("main") as never).at(-1)?.sha ?? "");
      place.repository().defaultBranch = "trunk";
    });
    expect(result.found.inputs.blob).toMatch(/^on main, which is not the default branch any more: [0-9a-f]{40}$/);
    await heal(result);
    expect(result.place.text(path, "main")).toBeUndefined();
    expect(result.place.text("a.md", "main")).toBe("1");
  });

  it("names a former default branch as a terminal may show it", async () => {
    const place = await startPlace({ repositories: [{ name: "acme/app", defaultBranch: "a<{%x%}>" }] });
    const state = await place.startEngine().up(inputsOf(place));
    expect(state.outputs.branch).toBe("a<{%x%}>");
    place.push({ "README.md": "" }, "trunk");
    place.repository().defaultBranch = "trunk";
    expect((await place.startEngine().refresh(state)).inputs.blob).toContain("on a<{ %x%}>, which");
  });

  it("takes a renamed default branch for what it is: nothing has to be committed", async () => {
    const result = await read((place) => {
      const { git } = place.repository();
      git.branches.set("trunk", git.branches.get("main") ?? "");
      git.branches.delete("main");
      place.repository().defaultBranch = "trunk";
    });
    await heal(result);
    expect(result.place.writes()).toHaveLength(1);
  });

  it.each<[string, (place: Awaited<ReturnType<typeof startPlace>>) => unknown]>([
    ["is archived", (place) => Object.assign(place.repository(), { archived: true })],
    ["is disabled", (place) => Object.assign(place.repository(), { disabled: true })],
    ["is deleted", (place) => place.state.delete("acme/app")],
    ["is renamed", (place) => place.state.rename("acme/app", "acme/renamed")],
    [
      "is deleted, and another one has its name",
      (place) => {
        place.state.delete("acme/app");
        place.state.add("acme/app");
      },
    ],
  ])("keeps the state of a repository that %s", async (_, become) => {
    const { state, found } = await read(become);
    expect(found).toEqual(state);
  });

  it("keeps the state where the credential sees nothing: no access, no single sign-on", async () => {
    const place = await startPlace({
      tokens: [
        { token: "ghp_madeUpAll" },
        { token: "ghp_madeUpNone", permission: "none" },
        { token: "ghp_madeUpSso", withoutSingleSignOn: ["acme"] },
      ],
    });
    const state = await place.startEngine().up(inputsOf(place));
    for (const token of ["ghp_madeUpNone", "ghp_madeUpSso"]) {
      const engine = place.startEngine({ GITHUB_TOKEN: token });
      expect(await engine.refresh(state)).toEqual(state);
      await expect(engine.up(inputsOf(place, { timeoutMinutes: 7 }), state)).rejects.toThrow("cannot see it");
    }
  });

  it("is an error in words where GitHub cannot be asked, and forgets nothing", async () => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    const engine = place.startEngine({ GITHUB_TOKEN: "ghp_madeUpExpired" });
    await expect(engine.refresh(state)).rejects.toThrow(/GitHub answered 401[\s\S]*set GITHUB_TOKEN/);
    await expect(engine.refresh(state)).rejects.not.toThrow("ghp_madeUpExpired");
  });
});

describe("update", () => {
  it("changes the text in one commit", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    expect(await engine.diff(state, inputsOf(place, { timeoutMinutes: 7 }))).toEqual(["blob", "timeoutMinutes"]);
    const after = await engine.up(inputsOf(place, { timeoutMinutes: 7 }), state);
    expect(place.text()).toContain("timeout-minutes: 7");
    expect(after.outputs.written).toBe(after.inputs.blob);
    expect(place.history()).toHaveLength(3);
  });

  it("of the message alone is none", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    expect(await engine.diff(state, inputsOf(place, { delivery: { kind: "commit", message: "x" } }))).toEqual([]);
  });

  it("goes on from a branch that moves while it commits, and loses no commit", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    let pushes = 0;
    place.faults.choose = (request) => {
      if (commit(request) && pushes < 4) place.push({ [`${++pushes}.md`]: "1" });
      return undefined;
    };
    await engine.up(inputsOf(place));
    expect(place.text()).toContain(owner);
    expect(["1.md", "2.md", "3.md", "4.md"].map((file) => place.text(file))).toEqual(Array(4).fill("1"));
    expect(engine.waits).toHaveLength(4);
  });

  it("says so when the branch never holds still", async () => {
    const place = await startPlace();
    let pushes = 0;
    place.faults.choose = (request) => {
      if (commit(request)) place.push({ "a.md": String(++pushes) });
      return undefined;
    };
    await expect(place.startEngine().up(inputsOf(place))).rejects.toThrow(
      "The branch main of acme/app moved 25 times while the workflow file was to be committed. Nothing was written.",
    );
    expect(place.text()).toBeUndefined();
  });

  it("does not replace a file that appears while it commits", async () => {
    const place = await startPlace();
    place.faults.choose = (request) => {
      if (commit(request) && !place.text()) place.push({ [path]: "on: push\n" });
      return undefined;
    };
    await expect(place.startEngine().up(inputsOf(place))).rejects.toThrow("was not written by this program");
    expect(place.text()).toBe("on: push\n");
  });

  const other = ".github/workflows/review.yml";
  it("of the path is one commit, which adds and deletes", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    await engine.up(inputsOf(place, { path: other }), state);
    expect([place.text(), place.text(other)]).toEqual([undefined, expect.stringContaining(owner)]);
    expect(place.history()).toHaveLength(3);
  });

  it("of the path leaves a file that was edited by hand, and says so", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    const edited = `${place.text()}# more\n`;
    place.push({ [path]: edited });
    await engine.up(inputsOf(place, { path: other }), state);
    expect(place.text()).toBe(edited);
    expect(place.text(other)).toContain(owner);
    expect(engine.logged).toEqual([{ severity: "warning", message: expect.stringContaining("so it stays beside") }]);
  });

  it("of the path does not replace somebody's file there", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    place.push({ [other]: "on: push\n" });
    await expect(engine.up(inputsOf(place, { path: other }), state)).rejects.toThrow("was not written by this program");
    expect(place.text()).toContain(owner);
  });

  it("of a repository's name is none of its file", async () => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    place.state.rename("acme/app", "acme/application");
    await expect(place.startEngine().up(state.inputs, state)).rejects.toThrow(
      "GitHub calls acme/app acme/application now",
    );
    place.name = "acme/application";
    const engine = place.startEngine();
    expect(await engine.diff(state, inputsOf(place))).toEqual(["repository"]);
    expect((await engine.up(inputsOf(place), state)).id).toBe(state.id);
    expect(place.writes()).toHaveLength(1);
  });

  it("never writes to another repository that has the name", async () => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    place.state.delete("acme/app");
    place.state.add("acme/app");
    const engine = place.startEngine();
    await expect(engine.up(inputsOf(place), state)).rejects.toThrow("is another repository than the one");
    await expect(engine.up(state.inputs, state)).rejects.toThrow("does not exist any more");
    await engine.delete(state);
    expect(place.text()).toBeUndefined();
    expect(place.writes()).toHaveLength(1);
  });

  it("to `output` leaves the file to people, who may change it; back again it is not replaced against their will", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place));
    const asOutput = await engine.up(inputsOf(place, { delivery: { kind: "output" } }), state);
    expect(asOutput.outputs).toEqual({});
    expect(place.text()).toContain(owner);
    place.push({ [path]: "on: push\n" });
    expect(await place.startEngine().refresh(asOutput)).toEqual(asOutput);
    await expect(engine.up(inputsOf(place), asOutput)).rejects.toThrow("was not written by this program");
    await place.startEngine().delete(asOutput);
    expect(place.text()).toBe("on: push\n");
  });
});

describe("a former default branch that takes no commit", () => {
  it("keeps the file, with a warning, and the run goes on", async () => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    const { git } = place.repository();
    git.branches.set("trunk", git.branches.get("main") ?? "");
    Object.assign(place.repository(), { defaultBranch: "trunk" });
    place.faults.choose = (request) =>
      commit(request) && request.body.includes('"main"')
        ? {
            ...{ kind: "answer", status: 200 },
            body: { data: { c0: null }, errors: [{ type: "FORBIDDEN", path: ["c0"], message: "Protected." }] },
          }
        : undefined;
    const engine = place.startEngine();
    const after = await engine.up(inputsOf(place), state);
    expect(after.outputs.branch).toBe("trunk");
    expect(engine.logged).toEqual([
      {
        severity: "warning",
        message: expect.stringMatching(/stays on main of acme\/app[\s\S]*Protected\.[\s\S]*delete it/),
      },
    ]);
  });
});

describe("a branch that is named", () => {
  const onNext = { delivery: { kind: "commit", branch: "next" } };

  it("gets the file, keeps it while the default branch has none, and loses it at the end", async () => {
    const place = await startPlace();
    const { git, defaultBranch } = place.repository();
    git.branches.set("next", git.tip(defaultBranch)?.sha ?? "");
    const engine = place.startEngine();
    const state = await engine.up(inputsOf(place, onNext));
    expect(state.outputs).toMatchObject({ branch: "next" });
    expect([place.text(path, "next"), place.text()]).toEqual([expect.stringContaining(owner), undefined]);
    place.push({ "other.txt": "1" });
    expect((await engine.refresh(state)).inputs.blob).toBe(state.inputs.blob);
    place.push({ [path]: "on: push\n" }, "next");
    const changed = await engine.refresh(state);
    expect(changed.inputs.blob).toMatch(/^another file, without our header/);
    const healed = await engine.up(inputsOf(place, onNext), changed);
    expect(place.text(path, "next")).toContain(owner);
    await engine.delete(healed);
    expect(place.text(path, "next")).toBeUndefined();
  });

  it("may have a file of the path that another branch has, too", async () => {
    const place = await startPlace();
    const { git, defaultBranch } = place.repository();
    git.branches.set("next", git.tip(defaultBranch)?.sha ?? "");
    const engine = place.startEngine();
    const first = await engine.up(inputsOf(place), undefined, "one");
    const second = await engine.up(inputsOf(place, onNext), undefined, "other");
    await engine.delete(first);
    expect([place.text(), place.text(path, "next")]).toEqual([undefined, expect.stringContaining(owner)]);
    await engine.delete(second);
    expect(place.text(path, "next")).toBeUndefined();
  });

  it("and does not exist is refused, and nothing is written", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const given = inputsOf(place, onNext);
    await expect(engine.preview(given)).rejects.toThrow("acme/app has no branch next, to which the file is to go.");
    await expect(engine.up(given)).rejects.toThrow("acme/app has no branch next");
    expect(place.writes()).toEqual([]);
  });
});

describe("delete", () => {
  const setUp = async () => {
    const place = await startPlace();
    return { place, state: await place.startEngine().up(inputsOf(place)) };
  };

  it("takes away the file, and nothing else", async () => {
    const { place, state } = await setUp();
    const engine = place.startEngine();
    await engine.delete(state);
    expect([place.text(), place.text("README.md")]).toEqual([undefined, "# app\n"]);
    expect(place.history()[0]).toBe("ci: remove Claude Code");
    await place.startEngine().delete(state);
    expect(place.writes()).toHaveLength(2);
    expect(engine.logged).toEqual([]);
  });

  it("leaves a file that was edited by hand, with a warning", async () => {
    const { place, state } = await setUp();
    place.push({ [path]: `${place.text()}# more\n` });
    const engine = place.startEngine();
    await engine.delete(state);
    expect(place.text()).toContain("# more");
    expect(engine.logged).toEqual([{ severity: "warning", message: expect.stringContaining("was changed by hand") }]);
  });

  it("takes it away from the former default branch", async () => {
    const { place, state } = await setUp();
    const { git } = place.repository();
    git.branches.set("trunk", git.history(git.tip("main") as never).at(-1)?.sha ?? "");
    Object.assign(place.repository(), { defaultBranch: "trunk" });
    await place.startEngine().delete(state);
    expect(place.text(path, "main")).toBeUndefined();
  });

  it.each<[string, (place: Awaited<ReturnType<typeof startPlace>>) => unknown, string]>([
    ["archived", (place) => Object.assign(place.repository(), { archived: true }), "the repository is archived"],
    ["gone", (place) => place.state.delete("acme/app"), "does not exist any more"],
  ])("of a repository that is %s is done, with a warning", async (_, become, expected) => {
    const { place, state } = await setUp();
    become(place);
    const engine = place.startEngine();
    await engine.delete(state);
    expect(engine.logged).toEqual([{ severity: "warning", message: expect.stringContaining(expected) }]);
  });

  it("is done under the repository's name of now", async () => {
    const { place, state } = await setUp();
    place.state.rename("acme/app", "other/application");
    place.name = "other/application";
    await place.startEngine().delete(state);
    expect(place.text()).toBeUndefined();
  });

  it("leaves a file that another resource of the run has taken over", async () => {
    const { place, state } = await setUp();
    const engine = place.startEngine();
    await engine.up(inputsOf(place), undefined, "new-name");
    await engine.delete(state);
    expect(place.text()).toContain(owner);
  });
});

describe("an answer that is lost", () => {
  it.each(["drop before", "drop after"] as const)("(%s) is settled within the run, by one commit", async (kind) => {
    const place = await startPlace();
    place.faults.choose = faultFor(commit, { kind });
    const state = await place.startEngine().up(inputsOf(place));
    expect(place.history()).toHaveLength(2);
    place.faults.choose = faultFor(commit, { kind });
    await place.startEngine().delete(state);
    expect(place.text()).toBeUndefined();
    expect(place.history()).toHaveLength(3);
  });

  it("on a server without the mutation is settled, too", async () => {
    const place = await startPlace({ lackedMutations: ["createCommitOnBranch"] });
    const ofContents = ({ method, path }: { method: string; path: string }) =>
      method !== "GET" && path.includes("/contents/");
    place.faults.choose = faultFor(ofContents, { kind: "drop after" });
    const state = await place.startEngine().up(inputsOf(place));
    place.faults.choose = faultFor(ofContents, { kind: "drop after" });
    await place.startEngine().delete(state);
    expect(place.text()).toBeUndefined();
    expect(place.history()).toHaveLength(3);
  });

  it("again and again is an error that does not say that nothing was changed", async () => {
    const place = await startPlace();
    place.faults.choose = (request) =>
      commit(request) ? { kind: "text", status: 200, text: "<html>", type: "text/html" } : undefined;
    const up = place.startEngine().up(inputsOf(place));
    await expect(up).rejects.toThrow(
      /does not say what became of the commit of \S+ to acme\/app: [\s\S]*It may have happened/,
    );
  });
});

describe("an answer that repeats the credential", () => {
  it.each([200, 401, 403, 404, 422])("with status %i shows nothing of it", async (status) => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    place.faults.choose = () => ({ kind: "echo", status });
    const engine = place.startEngine();
    const attempts = [engine.refresh(state), engine.up(inputsOf(place, { timeoutMinutes: 7 }), state)];
    for (const { status: outcome, reason } of (await Promise.allSettled(attempts)) as PromiseRejectedResult[]) {
      expect(outcome).toBe("rejected");
      expect(`${reason.message} ${reason.stack}`).not.toContain(place.token);
    }
    expect(JSON.stringify([engine.told, engine.logged])).not.toContain(place.token);
  });
});

describe("GitHub's limits", () => {
  it("on content are waited for, with a line that says until when", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `acme/r${index}` as const);
    const place = await startPlace({ repositories: names, contentLimits: { perMinute: 3 }, limitSpeed: 60 });
    const engine = place.startEngine();
    const given = names.map((name) => inputsOf({ ...place, name }));
    await Promise.all(given.map((inputs, index) => engine.up(inputs, undefined, `r${index}`)));
    for (const name of names) {
      place.name = name;
      expect(place.text()).toContain(owner);
      expect(place.history()).toHaveLength(2);
    }
    const lines = [...engine.told, ...engine.logged.map(({ message }) => message)];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/^GitHub asks to wait \(rate limit\): waiting \d+ s, until \d\d:/);
  });

  it("end with Ctrl-C, and nothing is written", async () => {
    const place = await startPlace();
    place.faults.choose = (request) =>
      commit(request)
        ? {
            ...{ kind: "answer", status: 403, headers: { "retry-after": "3000" } },
            body: { message: "You have exceeded a secondary rate limit." },
          }
        : undefined;
    const engine = place.startEngine();
    const up = engine.up(inputsOf(place));
    const ended = expect(up).rejects.toThrow("cancelled");
    await expect.poll(() => engine.told).toEqual([expect.stringContaining("waiting 3000 s")]);
    engine.cancel();
    await ended;
    expect(place.text()).toBeUndefined();
  });
});

describe("many writers of one repository", () => {
  it("eight stacks at the same time all get their files in, and out again", async () => {
    const place = await startPlace();
    const files = Array.from({ length: 8 }, (_, index) => `.github/workflows/claude-${index}.yml`);
    const states = await Promise.all(
      files.map((file, index) => place.startEngine().up(inputsOf(place, { path: file, owner: `stack/${index}` }))),
    );
    expect(files.map((file) => place.text(file))).toEqual(files.map((_, i) => expect.stringContaining(`stack/${i}`)));
    expect(place.history()).toHaveLength(9);
    await Promise.all(states.map((state) => place.startEngine().delete(state)));
    expect(files.map((file) => place.text(file))).toEqual(files.map(() => undefined));
    expect(place.text("README.md")).toBe("# app\n");
  });

  it("eight files of one stack at the same time all get in", async () => {
    const place = await startPlace();
    const engine = place.startEngine();
    const files = Array.from({ length: 8 }, (_, index) => `.github/workflows/claude-${index}.yml`);
    await Promise.all(files.map((file, index) => engine.up(inputsOf(place, { path: file }), undefined, `${index}`)));
    expect(files.map((file) => place.text(file))).toEqual(files.map(() => expect.stringContaining(owner)));
    expect(place.history()).toHaveLength(9);
  });
});

describe("import", () => {
  it("takes OWNER/NAME:PATH; the next update adds what made the text, and writes nothing", async () => {
    const place = await startPlace();
    const state = await place.startEngine().up(inputsOf(place));
    const imported = await place.startEngine().import(`acme/app:${path}`);
    expect(imported).toMatchObject({ id: state.id, outputs: state.outputs });
    expect(imported.inputs).toEqual({
      ...{
        repository: "acme/app",
        repositoryId: state.id,
        role: "standalone",
        path,
        owner,
        delivery: { kind: "commit" },
      },
      blob: state.inputs.blob,
    });
    expect(await place.startEngine().refresh(imported)).toEqual(imported);
    expect((await place.startEngine().up(inputsOf(place), imported)).outputs).toEqual(state.outputs);
    expect(place.writes()).toHaveLength(1);
  });

  it("takes somebody's file, which the next update then replaces", async () => {
    const place = await startPlace({ repositories: [{ name: "acme/app", files: { [path]: "on: push\n" } }] });
    const imported = await place.startEngine().import(`acme/app:${path}`);
    expect(imported.inputs.owner).toBe("");
    await place.startEngine().up(inputsOf(place), imported);
    expect(place.text()).toContain(owner);
  });

  it.each([
    "acme/app",
    `app:${path}`,
    "acme/app:",
    `acme/none:${path}`,
    "acme/app:.github/workflows/none.yml",
    "acme/app:README.md",
    "acme:x/y",
  ])("refuses %s with the form of an id", async (id) => {
    const place = await startPlace();
    await expect(place.startEngine().import(id)).rejects.toThrow(
      `No workflow file "${id}". Write OWNER/NAME:PATH, such as acme/app:.github/workflows/claude.yml.`,
    );
  });
});
