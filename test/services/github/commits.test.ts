import { afterEach, describe, expect, it, vi } from "vitest";
import { gitBlobOid } from "../../../core/delivery/blob.ts";
import { asksFor, faultFor } from "../../../sandbox/faults.ts";
import { slug, somebody } from "../../../sandbox/github/index.ts";
import { type Commit, Commits } from "../../../services/github/commits.ts";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { json } from "../../provider/support.ts";
import { type Client, github } from "../../sandbox/github-client.ts";

const path = ".github/workflows/claude.yml";

const commitsOf = ({ url, token }: Client, as = token) =>
  new Commits(async () => connectToGitHub({ baseUrl: url, token: as }, {}));

const repositoryOf = (client: Client, name: string) => client.state.repository(name);
const headOf = (client: Client, name: string) => repositoryOf(client, name).git.branches.get("main") ?? "";

function textOf(client: Client, name: string, file = path): string | undefined {
  const { git } = repositoryOf(client, name);
  const tip = git.tip("main");
  return tip && git.read(tip, file)?.toString();
}

/** A commit of the file to the branch as it is now. */
function commit(client: Client, name: string, change: Partial<Commit> = {}): Commit {
  return {
    repository: slug(repositoryOf(client, name)),
    branch: { name: "main", head: headOf(client, name) },
    message: { headline: "ci: add", body: "Why." },
    additions: [{ path, text: "on: push # ä\n" }],
    deletions: [],
    ...change,
  };
}

const push = (client: Client, name: string) =>
  repositoryOf(client, name).git.commit("main", { files: { "a.md": "1" }, message: "x", author: somebody() });

describe("a commit", () => {
  it("has its files and its message, in one request", async () => {
    const client = await github({ repositories: [{ name: "acme/app", files: { "old.yml": "1" } }] });
    const given = commit(client, "acme/app", { deletions: [{ path: "old.yml", blob: gitBlobOid("1") }] });
    expect(await commitsOf(client).add(given)).toEqual({ kind: "done", oid: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect([textOf(client, "acme/app"), textOf(client, "acme/app", "old.yml")]).toEqual(["on: push # ä\n", undefined]);
    expect(repositoryOf(client, "acme/app").git.tip("main")?.message).toBe("ci: add\n\nWhy.");
    expect(client.journal).toHaveLength(1);
  });

  it("onto a branch that has moved, or is written twice in one request, writes nothing", async () => {
    const client = await github();
    const given = commit(client, "acme/app");
    push(client, "acme/app");
    const before = headOf(client, "acme/app");
    expect(await commitsOf(client).add(given)).toEqual({ kind: "moved" });
    expect(headOf(client, "acme/app")).toBe(before);
    const commits = commitsOf(client);
    const both = ["a.yml", "b.yml"].map((file) =>
      commits.add(commit(client, "acme/app", { additions: [{ path: file, text: "1" }] })),
    );
    expect(await Promise.all(both)).toMatchObject([{ kind: "done" }, { kind: "moved" }]);
  });

  it("that is refused or stale leaves those of the same request alone", async () => {
    const repositories = ["acme/app", "acme/api", "acme/web"] as const;
    const client = await github({
      repositories: [...repositories],
      tokens: [{ token: "ghp_madeUp", repositories: { "acme/web": "read" } }],
    });
    const commits = commitsOf(client);
    const given = repositories.map((name) => commit(client, name));
    push(client, "acme/api");
    expect(await Promise.all(given.map((one) => commits.add(one)))).toEqual([
      { kind: "done", oid: headOf(client, "acme/app") },
      { kind: "moved" },
      { kind: "refused", said: expect.stringContaining("does not have the correct permissions") },
    ]);
    expect(client.journal.map(({ operations }) => operations?.length)).toEqual([3]);
  });

  it("more than ten are several requests", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `acme/r${index}` as const);
    const client = await github({ repositories: names });
    const commits = commitsOf(client);
    const results = await Promise.all(names.map((name) => commits.add(commit(client, name))));
    expect(results.map(({ kind }) => kind)).toEqual(Array(12).fill("done"));
    expect(client.journal.map(({ operations }) => operations?.length).toSorted((a = 0, b = 0) => a - b)).toEqual([
      2, 10,
    ]);
  });

  it("beyond GitHub's limit, where others of its request were within, has to wait", async () => {
    const client = await github({ repositories: ["acme/app", "acme/api"], contentLimits: { perMinute: 1 } });
    const commits = commitsOf(client);
    const given = (["acme/app", "acme/api"] as const).map((name) => commits.add(commit(client, name)));
    expect(await Promise.all(given)).toEqual([
      { kind: "done", oid: headOf(client, "acme/app") },
      { kind: "limited", seconds: expect.toSatisfy((seconds) => seconds > 0 && seconds <= 60) },
    ]);
    expect(textOf(client, "acme/api")).toBeUndefined();
  });

  it("with wrong credentials is an error", async () => {
    const client = await github();
    await expect(commitsOf(client, "ghp_madeUpWrong").add(commit(client, "acme/app"))).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe("a lost answer", () => {
  const faulty = asksFor("createCommitOnBranch");

  it("before GitHub has acted: the commit is made", async () => {
    const client = await github();
    client.faults.choose = faultFor(faulty, { kind: "drop before" });
    expect(await commitsOf(client).add(commit(client, "acme/app"))).toMatchObject({ kind: "done" });
  });

  it("after GitHub has acted: the branch has moved, and no second commit is made", async () => {
    const client = await github();
    client.faults.choose = faultFor(faulty, { kind: "drop after" });
    expect(await commitsOf(client).add(commit(client, "acme/app"))).toEqual({ kind: "moved" });
    const { git } = repositoryOf(client, "acme/app");
    expect(git.history(git.tip("main") as never)).toHaveLength(2);
  });

  it("of something else that answers says nothing about the commit", async () => {
    const client = await github();
    client.faults.choose = faultFor(faulty, { kind: "text", status: 200, text: "<html>", type: "text/html" });
    const result = await commitsOf(client).add(commit(client, "acme/app"));
    expect(result).toEqual({ kind: "lost", said: expect.stringContaining("an HTML page") });
  });
});

describe("an answer that is not the documented one", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const given: Commit = {
    ...{ repository: "acme/app", branch: { name: "main", head: "1" }, message: { headline: "x" } },
    ...{ additions: [{ path, text: "1" }], deletions: [] },
  };
  const add = (answer: () => Response) => {
    vi.stubGlobal("fetch", async () => answer());
    return new Commits(async () => connectToGitHub({ token: "ghp_madeUpForThisTest" }, {})).add(given);
  };

  it.each<[string, object]>([
    ["no data", {}],
    ["another list", { data: {} }],
    ["neither a commit nor an error", { data: { c0: null } }],
    ["a commit without its id", { data: { c0: { commit: {} } } }],
    ["the error of another commit", { data: { c0: null }, errors: [{ path: ["c1"], message: "no" }] }],
    ["an error of the whole request beside data", { data: { c0: null }, errors: [{ message: "no" }] }],
  ])("leaves open whether it was made: %s", async (_, body) => {
    expect(await add(() => json(200, body))).toEqual({ kind: "lost", said: expect.any(String) });
  });

  it("without data is a refusal: nothing of the request was begun", async () => {
    const result = await add(() => json(200, { errors: [{ message: "Something is wrong with the query" }] }));
    expect(result).toEqual({ kind: "refused", said: expect.stringContaining("Something is wrong with the query") });
  });

  it("502 again and again leaves it open, and says so", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    let result: unknown;
    void add(() => json(502, { message: "Bad Gateway" })).then((found) => {
      result = found;
    });
    while (!result) {
      await vi.advanceTimersByTimeAsync(1000);
      await new Promise(setImmediate);
    }
    expect(result).toEqual({ kind: "lost", said: "Bad Gateway (502)" });
  });
});

describe("the contents API", () => {
  const lacking = { lackedMutations: ["createCommitOnBranch"] };

  it("makes the first commit of an empty repository, and with it the branch", async () => {
    const client = await github({ repositories: [{ name: "acme/app", empty: true }] });
    const { branch: _, ...rest } = commit(client, "acme/app");
    expect(await commitsOf(client).add({ ...rest, branch: undefined })).toMatchObject({ kind: "done" });
    expect(textOf(client, "acme/app")).toBe("on: push # ä\n");
    expect(client.journal.map(({ method }) => method)).toEqual(["PUT"]);
  });

  it("stands in where a server lacks the mutation, which is asked for once", async () => {
    const client = await github({ ...lacking, repositories: [{ name: "acme/app", files: { "old.yml": "1" } }] });
    const commits = commitsOf(client);
    const deletions = [{ path: "old.yml", blob: gitBlobOid("1") }];
    expect(await commits.add(commit(client, "acme/app", { deletions }))).toMatchObject({ kind: "done" });
    expect([textOf(client, "acme/app"), textOf(client, "acme/app", "old.yml")]).toEqual(["on: push # ä\n", undefined]);
    const additions = [{ path, text: "2", blob: gitBlobOid("on: push # ä\n") }];
    expect(await commits.add(commit(client, "acme/app", { additions }))).toMatchObject({ kind: "done" });
    expect(client.journal.map(({ method }) => method)).toEqual(["POST", "PUT", "DELETE", "PUT"]);
  });

  it.each<[string, Partial<Commit>]>([
    ["appeared", { additions: [{ path: "README.md", text: "1" }] }],
    ["changed", { additions: [{ path: "README.md", text: "1", blob: gitBlobOid("0") }] }],
    ["changed, and was to go", { additions: [], deletions: [{ path: "README.md", blob: gitBlobOid("0") }] }],
  ])("a file that %s is no error: the branch has moved", async (_, change) => {
    const client = await github(lacking);
    expect(await commitsOf(client).add(commit(client, "acme/app", change))).toEqual({ kind: "moved" });
    expect(textOf(client, "acme/app", "README.md")).toBe("# app\n");
  });

  it("says what GitHub refuses", async () => {
    const client = await github({ ...lacking, tokens: [{ token: "ghp_madeUp", permission: "read" }] });
    const result = await commitsOf(client).add(commit(client, "acme/app"));
    expect(result).toEqual({ kind: "refused", said: expect.stringMatching(/ \((403|404)\)$/) });
  });
});
