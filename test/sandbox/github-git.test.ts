/** Git itself against the stand-in: what actions/checkout fetches, what a job pushes, and what is refused. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { objectId } from "../../sandbox/github/git.ts";
import { openPullAs, pushCommit, type RepositoryOptions, startRun } from "../../sandbox/github/index.ts";
import type { GitObject, Objects } from "../../sandbox/github/transport/objects.ts";
import { readPack, writePack } from "../../sandbox/github/transport/pack.ts";
import { flush, packetLine, readPacketLines, sideBand } from "../../sandbox/github/transport/packet-lines.ts";
import { as, type Client, github } from "./github-client.ts";

const run = promisify(execFile);
const absent = "0".repeat(40);

/** A folder with Git in it, which knows nothing of the machine's settings and asks nobody. */
async function folder() {
  const path = await mkdtemp(join(tmpdir(), "claude-aperture-git-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const env = {
    PATH: process.env.PATH,
    HOME: path,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
    TZ: "Asia/Tokyo",
  };
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=Job", "-c", "user.email=job@example.com", "-c", "init.defaultBranch=main"];
    return (await run("git", [...identity, ...args], { cwd: path, env })).stdout.trim();
  };
  /** What Git says when it fails. */
  const fails = (...args: string[]) =>
    git(...args).then(
      (said) => `it did not fail: ${said}`,
      ({ stderr }: { stderr: string }) => stderr,
    );
  const write = (name: string, text: string) => writeFile(join(path, name), text);
  return { path, git, fails, write };
}

async function world(options: Omit<RepositoryOptions, "name"> = {}) {
  const files = { "a.md": "1\n", "src/deep/b.md": "2\n" };
  const client = await github({ repositories: [{ name: "acme/app", files, ...options }, "acme/other"] });
  const repository = client.state.repository("acme/app");
  const pull = openPullAs(repository, { author: "alice", head: "change", files: { "c.md": "3\n" } });
  const fork = openPullAs(repository, { author: "bob", fork: true, head: "patch", files: { "d.md": "4\n" } });
  const tokenOf = (permissions: Record<string, "read" | "write">, at = repository) => {
    const { headSha } = pull;
    const of = { path: ".github/workflows/x.yml", name: "X", event: "push", headSha, headBranch: "main" };
    const job = startRun(client.state, at, { ...of, actor: "alice" });
    return client.issueJobToken({ repository: at, permissions, run: job });
  };
  return { client, repository, pull, fork, tokenOf, ...(await folder()) };
}

/** Where a repository is, with a token in it. */
const at = ({ url }: Client, token: string, name = "acme/app") =>
  url.replace("http://", `http://x-access-token:${token}@`).concat(`/${name}`);

describe("a fetch with a job's token", () => {
  it("gets heads and merge commits of pull requests, a fork's too, with one commit of history or all", async () => {
    const { client, repository, fork, pull, tokenOf, git } = await world();
    pushCommit(repository, "main", { "e.md": "5\n" });
    const { token } = tokenOf({ contents: "read" });
    const credential = Buffer.from(`x-access-token:${token}`).toString("base64");
    await git("init");
    await git("remote", "add", "origin", `${client.url}/acme/app`);
    const fetch = (...args: string[]) =>
      git("-c", `http.extraheader=AUTHORIZATION: basic ${credential}`, "fetch", ...args);
    await fetch("--depth=1", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge");
    const merge = repository.git.resolve("refs/pull/1/merge");
    expect(await git("rev-list", "refs/remotes/pull/1/merge")).toBe(merge?.sha);
    await git("checkout", "--quiet", "refs/remotes/pull/1/merge");
    expect(await git("ls-files")).toBe("a.md\nc.md\ne.md\nsrc/deep/b.md");
    await fetch("--depth=2", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge");
    expect((await git("rev-list", "refs/remotes/pull/1/merge")).split("\n")).toHaveLength(3);
    await fetch("--unshallow", "origin");
    expect(await git("rev-list", "--count", "refs/remotes/pull/1/merge")).toBe("4");
    expect(await git("rev-parse", "origin/change")).toBe(pull.headSha);
    await fetch("origin", `+${fork.headSha}:refs/remotes/fork`);
    expect(await git("rev-parse", "refs/remotes/fork")).toBe(fork.headSha);
    await fetch("origin", "refs/pull/2/merge", "refs/pull/2/head");
    expect(await git("fsck", "--strict")).not.toContain("missing");
  });

  it("gets what is new, also for a branch that was moved by force, and nothing that is there", async () => {
    const { client, repository, tokenOf, git } = await world();
    await git("clone", "--quiet", at(client, tokenOf({ contents: "read" }).token), ".");
    expect(await git("symbolic-ref", "refs/remotes/origin/HEAD")).toBe("refs/remotes/origin/main");
    for (let count = 0; count < 40; count += 1) pushCommit(repository, "main", { "a.md": `${count}\n` });
    await git("pull", "--quiet");
    expect(await git("rev-list", "--count", "HEAD")).toBe("41");
    const sha = pushCommit(repository, "orphan", { "new.md": "n\n" });
    repository.git.branches.set("main", sha);
    await git("fetch", "--quiet");
    expect(await git("rev-list", "origin/main")).toBe(sha);
    expect(await git("fetch", "origin", "main")).toBe("");
  });

  it("says what is not there", async () => {
    const { client, tokenOf, fails, git } = await world();
    await git("init");
    const url = at(client, tokenOf({ contents: "read" }).token);
    expect(await fails("fetch", url, "refs/pull/9/merge")).toContain("couldn't find remote ref refs/pull/9/merge");
    expect(await fails("fetch", url, "1".repeat(40))).toContain("not our ref");
  });

  it.each([
    { it: "no token", url: ({ client }: World) => `${client.url}/acme/app`, said: "could not read Username" },
    { it: "an unknown token", url: ({ client }: World) => at(client, "ghs_madeUp"), said: "Authentication failed" },
    {
      it: "a token whose job has ended",
      url: ({ client, tokenOf }: World) => {
        const { token, revoke } = tokenOf({ contents: "write" });
        revoke();
        return at(client, token);
      },
      said: "Invalid username or token",
    },
    {
      it: "a token without contents: read",
      url: ({ client, tokenOf }: World) => at(client, tokenOf({ "pull-requests": "write" }).token),
      said: "Repository not found",
    },
    {
      it: "the token of another repository's job",
      url: ({ client, tokenOf }: World) =>
        at(client, tokenOf({ contents: "write" }, client.state.repository("acme/other")).token),
      said: "Repository not found",
    },
    {
      it: "a repository that is not there",
      url: ({ client, tokenOf }: World) => at(client, tokenOf({ contents: "read" }).token, "acme/none"),
      said: "Repository not found",
    },
  ])("is refused with $it", async ({ url, said }) => {
    const made = await world();
    await made.git("init");
    expect(await made.fails("fetch", url(made), "main")).toContain(said);
  });

  it("needs no permission, and nobody a token, for what is public", async () => {
    const { client, tokenOf, git, fails } = await world({ visibility: "public" });
    await git("init");
    await git("fetch", `${client.url}/acme/app.git`, "main");
    const other = tokenOf({}, client.state.repository("acme/other")).token;
    await git("fetch", at(client, other), "main");
    const refs = `${client.url}/acme/app/info/refs?service=git-upload-pack`;
    expect((await fetch(refs, { headers: as("ghs_madeUp") })).status).toBe(401);
    expect(await fails("push", at(client, other), "FETCH_HEAD:refs/heads/x")).toContain("not granted");
  });

  it("follows a repository to its new name", async () => {
    const { client, tokenOf, git } = await world();
    const { token } = tokenOf({ contents: "read" });
    client.state.rename("acme/app", "acme/new");
    await git("init");
    await git("fetch", at(client, token), "main");
  });
});

type World = Awaited<ReturnType<typeof world>>;

describe("a push with a job's token", () => {
  async function clone(permissions: Record<string, "read" | "write">, options = {}) {
    const made = await world(options);
    const url = at(made.client, made.tokenOf({ contents: "read" }).token);
    const pushUrl = at(made.client, made.tokenOf(permissions).token);
    await made.git("clone", "--quiet", "--depth=1", url, ".");
    await made.git("remote", "set-url", "--push", "origin", pushUrl);
    const commit = async (name: string, text: string, message = `Write ${name}`) => {
      await made.write(name, text);
      await made.git("add", "--all");
      await made.git("commit", "--quiet", `--message=${message}`);
      return made.git("rev-parse", "HEAD");
    };
    return { ...made, commit };
  }

  it("takes commits, each with the id that Git gave it, and starts nothing", async () => {
    const { client, repository, git, commit } = await clone({ contents: "write" });
    const heard: string[] = [];
    client.state.onEvent = ({ name }) => heard.push(name);
    const long = Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join("");
    await commit("src/deep/long.md", long, "Add ümlauts\n\nand a second line");
    const sha = await commit("src/deep/long.md", `${long}more\n`);
    await git("push", "--quiet", "origin", "HEAD:refs/heads/topic");
    const tip = repository.git.tip("topic");
    expect(tip).toMatchObject({ sha, message: "Write src/deep/long.md\n", verified: false, author: { name: "Job" } });
    expect(tip && repository.git.read(tip, "src/deep/long.md")?.toString()).toBe(`${long}more\n`);
    expect(tip && [...tip.files.keys()].sort()).toEqual(["a.md", "src/deep/b.md", "src/deep/long.md"]);
    expect(repository.git.history(tip as never)[1]?.message).toBe("Add ümlauts\n\nand a second line\n");
    expect(repository.pushes.at(-1)).toMatchObject({
      type: "branch_creation",
      actor: { login: "github-actions[bot]" },
    });
    expect(heard).toEqual([]);
    // Half of it again, from where somebody else has gone on.
    const theirs = pushCommit(repository, "topic", { "b.md": "1" });
    await git("fetch", "--quiet", "origin", "topic");
    expect(await git("rev-parse", "FETCH_HEAD")).toBe(theirs);
    await git("push", "--quiet", "origin", ":topic");
    expect(repository.git.branches.has("topic")).toBe(false);
  });

  it.each([
    { it: "contents: read alone", permissions: { contents: "read" as const }, said: "Write access to repository not" },
    { it: "no contents at all", permissions: { issues: "write" as const }, said: "not found" },
  ])("is refused with $it", async ({ permissions, said }) => {
    const { repository, commit, fails } = await clone(permissions);
    await commit("a.md", "x");
    expect(await fails("push", "origin", "HEAD:refs/heads/topic")).toContain(said);
    expect(repository.git.branches.has("topic")).toBe(false);
  });

  it("brings no workflow, and leaves nothing behind that could be made a branch otherwise", async () => {
    const { client, repository, tokenOf, git, commit, fails } = await clone({ contents: "write" });
    await mkdir(join(await git("rev-parse", "--show-toplevel"), ".github/workflows"), { recursive: true });
    const sha = await commit(".github/workflows/evil.yml", "on: push\n");
    const said = "refusing to allow a GitHub App to create or update workflow `.github/workflows/evil.yml`";
    expect(await fails("push", "origin", "HEAD:refs/heads/topic")).toContain(said);
    expect(repository.git.commits.has(sha)).toBe(false);
    const { token } = tokenOf({ contents: "write" });
    const ref = { ref: "refs/heads/topic", sha };
    expect((await client.rest("POST", "/repos/acme/app/git/refs", ref, as(token))).status).toBe(422);
  });

  it("brings no workflow of a fork to a branch, through REST, GraphQL or a merge", async () => {
    const { client, repository, tokenOf } = await world();
    const files = { ".github/workflows/evil.yml": "on: push\n" };
    const { number, headSha: sha } = openPullAs(repository, { author: "eve", fork: true, head: "evil", files });
    const asJob = as(tokenOf({ contents: "write", "pull-requests": "write" }).token);
    const ref = { ref: "refs/heads/topic", sha };
    expect((await client.rest("POST", "/repos/acme/app/git/refs", ref, asJob)).status).toBe(403);
    const change = { sha, force: true };
    expect((await client.rest("PATCH", "/repos/acme/app/git/refs/heads/change", change, asJob)).status).toBe(403);
    expect((await client.rest("PUT", `/repos/acme/app/pulls/${number}/merge`, undefined, asJob)).status).toBe(403);
    const { node_id: repositoryId } = (await client.rest("GET", "/repos/acme/app")).body as { node_id: string };
    const refUpdates = [{ name: "refs/heads/topic", afterOid: sha, beforeOid: absent }];
    const query = "mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }";
    const { body } = await client.graphql(query, { input: { repositoryId, refUpdates } }, asJob);
    expect(body).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
    expect(repository.git.branches.has("topic")).toBe(false);
  });

  it("obeys the rules of the branch, and moves none that has moved", async () => {
    const rulesets = [{ name: "Main", rules: [{ type: "pull_request" as const }] }];
    const { repository, git, commit, fails } = await clone({ contents: "write" }, { rulesets });
    await commit("a.md", "x\n");
    expect(await fails("push", "origin", "HEAD:main")).toContain("push declined due to repository rule violations");
    expect(await fails("push", "origin", ":main")).toContain("refusing to delete the current branch");
    expect(await fails("push", "--force", "origin", "HEAD:refs/pull/1/head")).toContain("hidden ref");
    expect(await fails("push", "origin", "HEAD:refs/tags/v1")).toContain("keeps branches only");
    expect(await fails("push", "origin", "HEAD:change")).toContain("rejected");
    await git("push", "--quiet", "--force", "origin", "HEAD:change");
    expect(repository.pulls[0]?.headSha).toBe(await git("rev-parse", "HEAD"));
  });

  it("of what the stand-in keeps no form of is refused, not changed", async () => {
    const { fails, path, git } = await clone({ contents: "write" });
    await run("chmod", ["+x", join(path, "a.md")]);
    await git("commit", "--all", "--quiet", "--message=X");
    expect(await fails("push", "origin", "HEAD:refs/heads/topic")).toContain("plain files only");
  });
});

describe("a hostile push", () => {
  const blob = (text: string) => ({ type: "blob" as const, content: Buffer.from(text) });
  const entry = (mode: string, name: string, sha: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, "hex")]);

  function put(objects: Objects, object: GitObject): string {
    const sha = objectId(object.type, object.content);
    objects.set(sha, object);
    return sha;
  }

  const commitOfTree = (tree: string, parent?: string): string => {
    const by = "Eve <eve@example.com> 1700000000 +0000";
    return `tree ${tree}\n${parent ? `parent ${parent}\n` : ""}author ${by}\ncommitter ${by}\n\nM\n`;
  };

  /** Sends a pack that makes a branch of `sha`, and says what came back. */
  async function push(client: Client, token: string, sha: string, pack: Buffer) {
    const command = packetLine(`${absent} ${sha} refs/heads/topic\0report-status\n`);
    const response = await fetch(`${client.url}/acme/app/git-receive-pack`, {
      method: "POST",
      headers: as(token),
      body: new Uint8Array(Buffer.concat([command, flush, pack])),
    });
    return response.text();
  }

  it.each([
    { it: "leads out of the folder", mode: "100644", name: "..", said: "bad path" },
    { it: "reaches into .git", mode: "100644", name: ".git", said: "bad path" },
    { it: "has a slash in a name", mode: "100644", name: "a/b", said: "bad path" },
    { it: "is a link", mode: "120000", name: "link", said: "plain files only" },
    { it: "is a submodule", mode: "160000", name: "module", said: "plain files only" },
  ])("is refused whose tree $it", async ({ mode, name, said }) => {
    const { client, repository, tokenOf } = await world();
    const content = blob("x");
    const objects: Objects = new Map();
    const id = put(objects, content);
    const tree = put(objects, { type: "tree", content: entry(mode, name, id) });
    const sha = put(objects, { type: "commit", content: Buffer.from(commitOfTree(tree)) });
    expect(await push(client, tokenOf({ contents: "write" }).token, sha, writePack(objects))).toContain(said);
    expect(repository.git.commits.has(sha)).toBe(false);
    expect(repository.git.branches.has("topic")).toBe(false);
  });

  it("is refused whose file, tree or parent never came", async () => {
    const { client, tokenOf } = await world();
    const { token } = tokenOf({ contents: "write" });
    const cases: [string, (objects: Objects) => string][] = [
      ["a file is missing", (objects) => put(objects, { type: "tree", content: entry("100644", "a", "1".repeat(40)) })],
      ["a tree is missing", () => "2".repeat(40)],
    ];
    for (const [said, treeIn] of cases) {
      const objects: Objects = new Map();
      const sha = put(objects, { type: "commit", content: Buffer.from(commitOfTree(treeIn(objects))) });
      expect(await push(client, token, sha, writePack(objects))).toContain(said);
    }
    const objects: Objects = new Map();
    const tree = put(objects, { type: "tree", content: Buffer.alloc(0) });
    const sha = put(objects, { type: "commit", content: Buffer.from(commitOfTree(tree, "3".repeat(40))) });
    expect(await push(client, token, sha, writePack(objects))).toContain("a parent is missing");
    expect(await push(client, token, "4".repeat(40), writePack(new Map()))).toContain("missing necessary objects");
  });

  it("is refused when its pack is cut off, damaged, or no pack", async () => {
    const { client, tokenOf } = await world();
    const { token } = tokenOf({ contents: "write" });
    const objects: Objects = new Map();
    const sha = put(objects, blob("x".repeat(100)));
    const pack = writePack(objects);
    const damaged = Buffer.from(pack).fill(7, 14, 20);
    for (const bytes of [pack.subarray(0, -3), damaged, Buffer.from("no"), Buffer.alloc(0)])
      expect(await push(client, token, sha, bytes)).toMatch(/unpack (pack is damaged|not a pack)/);
  });

  it("that does not speak as Git does is a bad request", async () => {
    const { client, tokenOf } = await world();
    const headers = as(tokenOf({ contents: "write" }).token);
    for (const service of ["git-receive-pack", "git-upload-pack"]) {
      for (const body of ["zzzz", "0008", "0003", "000bhello\n\n"]) {
        const response = await fetch(`${client.url}/acme/app/${service}`, { method: "POST", headers, body });
        expect([service, body, response.status]).toEqual([service, body, 400]);
      }
      const zipped = { ...headers, "content-encoding": "gzip" };
      const response = await fetch(`${client.url}/acme/app/${service}`, { method: "POST", headers: zipped, body: "x" });
      expect(response.status).toBe(400);
    }
    expect((await fetch(`${client.url}/acme/app/info/refs`, { headers })).status).toBe(501);
    expect((await fetch(`${client.url}/acme/app/HEAD`, { headers })).status).toBe(501);
  });
});

test("packs that Git itself wrote with deltas are read", async () => {
  const { git, write, path } = await folder();
  await git("init", "--quiet");
  const long = Array.from({ length: 2000 }, (_, index) => `line ${index * 7919}\n`).join("");
  for (const more of ["", "end\n", "end\nagain\n"]) {
    await write("long.md", long + more);
    await git("add", "--all");
    await git("commit", "--quiet", "--message=C");
  }
  const ids = (await git("rev-list", "--objects", "--all")).split("\n").map((line) => line.slice(0, 40));
  await write("ids", `${ids.join("\n")}\n`);
  for (const options of ["--delta-base-offset", ""]) {
    const command = `git pack-objects --quiet --stdout ${options} < ids`;
    const { stdout } = await run("sh", ["-c", command], { cwd: path, encoding: "buffer", maxBuffer: 1e8 });
    expect(stdout.length).toBeLessThan(long.length * 2);
    const objects = readPack(stdout, () => undefined);
    expect([...objects.keys()].sort()).toEqual([...ids].sort());
  }
});

test("lines of every length come back, and long data is cut into several", () => {
  const data = Buffer.alloc(150_000, "x");
  const { lines, rest } = readPacketLines(Buffer.concat([packetLine("one\n"), flush, sideBand(1, data), flush]));
  expect([lines[0], lines[1], lines.at(-1), rest.length]).toEqual(["one", null, null, 0]);
  expect(
    lines
      .slice(2, -1)
      .map((line) => line?.slice(1))
      .join(""),
  ).toBe(data.toString());
  expect(Math.max(...lines.map((line) => line?.length ?? 0))).toBeLessThanOrEqual(65_516);
});
