import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { GitStore, objectId, treeId } from "../../sandbox/github/git.ts";
import { type Permission, type Protection, somebody } from "../../sandbox/github/index.ts";
import { type Answer, base64, type Client, github } from "./github-client.ts";

const repo = "/repos/acme/app";
const path = `${repo}/contents/docs/notes.md`;

interface FileAnswer {
  content: { sha: string };
  commit: { sha: string };
}
const shaOf = (answer: Answer): string => (answer.body as FileAnswer).content.sha;
const put = (client: Client, text: string, more: object = {}) =>
  client.rest("PUT", path, { message: "m", content: base64(text), ...more });

test("object ids are those of Git", () => {
  const git = (type: string, input: Buffer) =>
    execFileSync("git", ["hash-object", "-t", type, "--stdin"], { input, encoding: "utf8" }).trim();
  expect(objectId("blob", "hello\n")).toBe(git("blob", Buffer.from("hello\n")));
  expect(objectId("blob", "")).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  expect(treeId(new Map())).toBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  const blob = objectId("blob", "");
  const entry = (mode: string, name: string, sha: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, "hex")]);
  const folder = git("tree", entry("100644", "x", blob));
  // `a.b` sorts before the folder `a`, which counts as `a/`.
  const sorted = Buffer.concat([
    entry("100644", "a.b", blob),
    entry("40000", "a", folder),
    entry("100644", "a0", blob),
  ]);
  expect(
    treeId(
      new Map([
        ["a0", blob],
        ["a/x", blob],
        ["a.b", blob],
      ]),
    ),
  ).toBe(git("tree", sorted));
  const store = new GitStore();
  const by = { name: "A", email: "a@example.com", date: "2026-01-02T03:04:05Z" };
  const first = store.commit("main", { files: { a: "1" }, message: "one", author: by });
  const second = store.commit("main", { files: { a: undefined }, message: "two", author: by });
  const stamp = `A <a@example.com> ${Date.parse(by.date) / 1000} +0000`;
  const text = `tree ${treeId(new Map())}\nparent ${first.sha}\nauthor ${stamp}\ncommitter ${stamp}\n\ntwo`;
  expect(second.sha).toBe(git("commit", Buffer.from(text)));
});

test("a file is created, read, updated and deleted, each change one commit", async () => {
  const client = await github();
  expect((await client.rest("GET", path)).status).toBe(404);
  const created = await put(client, "one\n");
  expect(created).toMatchObject({
    status: 201,
    body: { content: { path: "docs/notes.md", sha: objectId("blob", "one\n") } },
  });
  const read = await client.rest("GET", `${path}?ref=main`);
  expect(read.body).toMatchObject({ type: "file", encoding: "base64", size: 4, name: "notes.md", sha: shaOf(created) });
  expect((read.body as { url: string }).url).toBe(`${client.url}/api/v3${path}?ref=main`);
  expect(Buffer.from((read.body as { content: string }).content, "base64").toString()).toBe("one\n");
  const updated = await put(client, "two\n", { sha: shaOf(created) });
  expect(updated.status).toBe(200);
  const deleted = await client.rest("DELETE", path, { message: "gone", sha: shaOf(updated), branch: "main" });
  expect(deleted).toMatchObject({ status: 200, body: { content: null, commit: { message: "gone" } } });
  expect((await client.rest("GET", path)).status).toBe(404);
  expect(client.state.repository("acme/app").git.commits.size).toBe(4);
});

test("long content comes in lines, as from GitHub, and a folder as a list", async () => {
  const client = await github();
  await put(client, "x".repeat(100));
  const { content } = (await client.rest("GET", path)).body as { content: string };
  expect(content.split("\n").map(({ length }) => length)).toEqual([60, 60, 16, 0]);
  expect((await client.rest("GET", `${repo}/contents/`)).body).toMatchObject([
    { type: "file", path: "README.md" },
    { type: "dir", path: "docs" },
  ]);
  expect((await client.rest("GET", `${repo}/contents/docs`)).body).toMatchObject([{ path: "docs/notes.md" }]);
});

const unknownSha = "0".repeat(40);
const refusals: [what: string, method: string, body: object, status: number, message: string][] = [
  ["a missing sha of an existing file", "PUT", {}, 422, `Invalid request.\n\n"sha" wasn't supplied.`],
  ["a stale sha", "PUT", { sha: unknownSha }, 409, `docs/notes.md does not match ${unknownSha}`],
  ["a stale sha on delete", "DELETE", { sha: unknownSha }, 409, `docs/notes.md does not match ${unknownSha}`],
  ["a delete without sha", "DELETE", {}, 422, `Invalid request.\n\n"sha" wasn't supplied.`],
  ["no message", "PUT", { message: undefined }, 422, `Invalid request.\n\n"message" wasn't supplied.`],
  [
    "a message of the wrong type",
    "PUT",
    { message: 1 },
    422,
    `Invalid request.\n\nFor 'properties/message', number is not of type string.`,
  ],
  ["content that is not base64", "PUT", { content: "*" }, 422, "content is not valid Base64"],
  ["an unknown branch", "PUT", { branch: "nope" }, 404, "Branch nope not found"],
  [
    "a committer without email",
    "PUT",
    { sha: objectId("blob", "one"), committer: { name: "A" } },
    422,
    `Invalid request.\n\nFor 'properties/committer', "email" wasn't supplied.`,
  ],
];
test.each(refusals)("refused: %s", async (_, method, body, status, message) => {
  const client = await github({ repositories: [{ name: "acme/app", files: { "docs/notes.md": "one" } }] });
  const answer = await client.rest(method, path, { message: "m", content: base64("two"), ...body });
  expect(answer).toMatchObject({ status, body: { message } });
  expect(client.state.repository("acme/app").git.commits.size).toBe(1);
});

test("refused: a body that is no JSON object, a path that leaves the repository, a file that is not there", async () => {
  const client = await github();
  const url = `${client.url}/api/v3${path}`;
  const headers = { authorization: `Bearer ${client.token}` };
  const noJson = await fetch(url, { method: "PUT", headers, body: "{" });
  expect([noJson.status, await noJson.json()]).toMatchObject([400, { message: "Problems parsing JSON" }]);
  expect((await client.rest("PUT", path, [])).status).toBe(400);
  expect((await client.rest("PUT", `${repo}/contents/a//b`, { message: "m", content: "" })).status).toBe(422);
  expect((await client.rest("DELETE", path, { message: "m", sha: unknownSha })).status).toBe(404);
  expect((await client.rest("GET", `${path}?ref=nope`)).body).toMatchObject({
    message: "No commit found for the ref nope",
  });
});

test("a branch that moves while a file is written is a conflict", async () => {
  const client = await github();
  const before = client.state.repository("acme/app").git.branches.get("main");
  const held = Promise.withResolvers<void>();
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(encoder.encode(`{"message":"m","content":"${base64("mine")}"`));
      await held.promise;
      controller.enqueue(encoder.encode("}"));
      controller.close();
    },
  });
  const slow = fetch(`${client.url}/api/v3${path}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${client.token}` },
    body,
    duplex: "half",
  });
  // Counted, so let in: what follows up to the body has no pause.
  await expect.poll(() => [...client.state.viewers.values()][0]?.rateLimits.core.used).toBe(1);
  expect((await client.rest("PUT", `${repo}/contents/other.md`, { message: "m", content: "" })).status).toBe(201);
  held.resolve();
  const now = client.state.repository("acme/app").git.branches.get("main");
  const answer = await slow;
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ message: `is at ${now} but expected ${before}` });
});

test("an empty repository has no files, refs or commits until the first file makes its default branch", async () => {
  const client = await github({ repositories: [{ name: "acme/app", empty: true }] });
  expect((await client.rest("GET", path)).body).toMatchObject({ message: "This repository is empty.", status: "404" });
  for (const rest of ["commits", "git/ref/heads/main"]) {
    expect((await client.rest("GET", `${repo}/${rest}`)).body).toMatchObject({
      message: "Git Repository is empty.",
      status: "409",
    });
  }
  expect((await client.rest("GET", `${repo}/branches/main`)).status).toBe(404);
  expect((await put(client, "one")).status).toBe(201);
  expect((await client.rest("GET", `${repo}/branches/main`)).status).toBe(200);
});

const mustReview = "Changes must be made through a pull request.";
const protections: { protection: Protection; permission: Permission; reason?: string }[] = [
  { protection: { requiredReviews: 1, enforceAdmins: true }, permission: "admin", reason: mustReview },
  { protection: { requiredReviews: 1 }, permission: "write", reason: mustReview },
  { protection: { requiredReviews: 1 }, permission: "admin" },
  {
    protection: { requiredStatusChecks: ["ci"] },
    permission: "write",
    reason: `Required status check "ci" is expected.`,
  },
  {
    protection: { requiredStatusChecks: ["ci", "lint"] },
    permission: "write",
    reason: "2 of 2 required status checks are expected.",
  },
  { protection: { requiredReviews: 0, enforceAdmins: true }, permission: "write" },
];
test.each(protections)("protection %j", async ({ protection, permission, reason }) => {
  const client = await github({
    repositories: [
      {
        name: "acme/app",
        files: { "docs/notes.md": "one" },
        protection,
      },
    ],
    tokens: [{ token: "ghp_exampleOther", permission }],
  });
  const sha = objectId("blob", "one");
  const created = await client.rest("PUT", `${repo}/contents/new.md`, { message: "m", content: "" });
  const updated = await put(client, "two", { sha });
  const removed = await client.rest("DELETE", path, { message: "m", sha: reason ? sha : shaOf(updated) });
  if (reason === undefined) {
    expect([created.status, updated.status, removed.status]).toEqual([201, 200, 200]);
    return;
  }
  for (const [act, answer] of Object.entries({ create: created, update: updated, delete: removed })) {
    expect(answer).toMatchObject({ status: 409, body: { message: `Could not ${act} file: ${reason}` } });
  }
  client.state
    .repository("acme/app")
    .git.branches.set("feature", client.state.repository("acme/app").git.tip("main")?.sha ?? "");
  expect((await put(client, "two", { sha, branch: "feature" })).status).toBe(200);
});

test("the author is the token's user unless the body says who", async () => {
  const client = await github();
  const own = await put(client, "one");
  expect(own.body).toMatchObject({
    commit: { author: { name: "platform-engineer" }, committer: { name: "platform-engineer" } },
  });
  const committer = { name: "Bot", email: "bot@example.com" };
  const given = await put(client, "two", { sha: shaOf(own), committer, author: { ...committer, name: "A" } });
  expect(given.body).toMatchObject({ commit: { author: { name: "A" }, committer } });
});

test("commits are listed by branch and path, in pages, and read by name or id", async () => {
  const client = await github();
  const { git } = client.state.repository("acme/app");
  for (let index = 0; index < 3; index += 1)
    git.commit("main", { files: { "docs/notes.md": String(index) }, message: `n${index}`, author: somebody() });
  git.commit("main", { files: { "docs/notes.md": undefined, "b.md": "b" }, message: "move", author: somebody() });
  const page = await client.rest("GET", `${repo}/commits?sha=main&path=docs/notes.md&per_page=2&page=1`);
  expect(page.body).toMatchObject([{ commit: { message: "move" } }, { commit: { message: "n2" } }]);
  expect(page.headers.get("link")).toMatch(/page=2>; rel="next".*page=2>; rel="last"/);
  const last = await client.rest("GET", `${repo}/commits?path=docs/notes.md&per_page=2&page=2`);
  expect(last.body).toMatchObject([{ commit: { message: "n1" } }, { commit: { message: "n0" } }]);
  expect(last.headers.get("link")).toMatch(/page=1>; rel="prev", <[^>]*page=1>; rel="first"$/);
  expect((await client.rest("GET", `${repo}/commits?path=docs`)).body).toHaveLength(4);
  const tip = (await client.rest("GET", `${repo}/commits/main`)).body as { sha: string };
  expect((await client.rest("GET", `${repo}/commits/${tip.sha}`)).body).toMatchObject({
    sha: tip.sha,
    commit: { message: "move", committer: { email: "somebody@example.com" } },
    files: [
      { filename: "b.md", status: "added" },
      { filename: "docs/notes.md", status: "removed" },
    ],
  });
  expect((await client.rest("GET", `${repo}/commits/${unknownSha}`)).body).toMatchObject({
    message: `No commit found for SHA: ${unknownSha}`,
    status: "422",
  });
});
