/** What a reviewer sees of a pull request, and writes: files, reviews, comments on lines. */
import { describe, expect, it, test } from "vitest";
import { mergePull, openPullAs, pushCommit, pushToPull, reviewAs } from "../../sandbox/github/index.ts";
import { as } from "./github-client.ts";
import { runFor, scene } from "./github-pulls.ts";

const pulls = "/repos/acme/app/pulls";
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

async function world() {
  const files = { "long.md": numbered(40), "old.md": "moves\n", "gone.md": "goes\n", "image.bin": "\0" };
  const made = await scene({ files });
  const changed = numbered(40).replace("line 5\n", "line five\n").replace("line 30\n", "line 30\nline 30b\n");
  const change = { "long.md": changed, "new name.md": "moves\n", "old.md": undefined, "gone.md": undefined };
  openPullAs(made.repository, { author: "alice", head: "change", files: { ...change, "image.bin": "\0\0", z: "z" } });
  return { ...made, rest: made.client.rest };
}

describe("the files of a pull request", () => {
  it("have a status, counts and a patch", async () => {
    const { rest } = await world();
    const { body } = await rest("GET", `${pulls}/1/files`);
    const shown = (body as { [field: string]: unknown }[]).map(({ filename, status, additions, deletions }) => [
      ...[filename, status, additions, deletions],
    ]);
    expect(shown).toEqual([
      ["gone.md", "removed", 0, 1],
      ["image.bin", "modified", 0, 0],
      ["long.md", "modified", 2, 1],
      ["new name.md", "renamed", 0, 0],
      ["z", "added", 1, 0],
    ]);
    expect(body).toMatchObject([
      { patch: "@@ -1 +0,0 @@\n-goes" },
      {},
      { patch: expect.stringMatching(/^@@ -2,7 \+2,7 @@\n line 2\n.*\n-line 5\n\+line five\n.*@@ -28,6 \+28,7 @@/s) },
      { previous_filename: "old.md", contents_url: expect.stringContaining("/contents/new%20name.md?ref=") },
      { patch: "@@ -0,0 +1 @@\n+z\n\\ No newline at end of file" },
    ]);
    expect((body as object[])[1]).not.toHaveProperty("patch");
  });

  it("come in pages", async () => {
    const { rest } = await world();
    const { body, headers } = await rest("GET", `${pulls}/1/files?per_page=2&page=3`);
    expect(body).toMatchObject([{ filename: "z" }]);
    expect(headers.get("link")).toContain('page=2>; rel="prev"');
  });

  it("are those that it changes, not what the base changed since, also once it is merged", async () => {
    const { repository, rest } = await world();
    const names = async () => ((await rest("GET", `${pulls}/1/files`)).body as object[]).length;
    pushCommit(repository, "main", { "elsewhere.md": "1" });
    expect(await names()).toBe(5);
    mergePull(repository, 1);
    expect(await names()).toBe(5);
  });

  it("have no patch that GitHub would not show", async () => {
    const { repository, rest } = await world();
    pushToPull(repository, 1, { files: { "long.md": numbered(4000) } });
    const { body } = await rest("GET", `${pulls}/1/files`);
    const long = (body as { filename: string; patch?: string; additions: number }[])[2];
    expect(long).toMatchObject({ filename: "long.md", additions: 3960 });
    expect(long).not.toHaveProperty("patch");
  });

  it("and its commits are listed, the oldest first", async () => {
    const { repository, rest } = await world();
    pushToPull(repository, 1, { files: { more: "1" }, message: "More" });
    const { body } = await rest("GET", `${pulls}/1/commits`);
    expect(body).toMatchObject([{ commit: { message: "A change by alice" } }, { commit: { message: "More" } }]);
  });
});

describe("a comment on a line", () => {
  it("is written where the diff shows the line, and listed", async () => {
    const { repository, rest } = await world();
    const { headSha: commit_id } = repository.pulls[0] ?? { headSha: "" };
    const place = { path: "long.md", line: 5, side: "RIGHT", commit_id };
    const { status, body } = await rest("POST", `${pulls}/1/comments`, { ...place, body: "Why?" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...place, body: "Why?", user: { login: "platform-engineer" } });
    const { id } = body as { id: number };
    const reply = await rest("POST", `${pulls}/1/comments/${id}/replies`, { body: "Because." });
    expect(reply.body).toMatchObject({ in_reply_to_id: id, line: 5 });
    expect((await rest("GET", `${pulls}/1/comments`)).body).toMatchObject([{ id }, { body: "Because." }]);
    expect((await rest("GET", `${pulls}/comments/${id}`)).body).toMatchObject({ body: "Why?" });
    expect((await rest("GET", `${pulls}/comments/${id + 99}`)).status).toBe(404);
  });

  it.each([
    { it: "a line outside of the diff", change: { line: 15 }, said: "must be part of the diff" },
    { it: "a file that it does not change", change: { path: "a.md" }, said: "must be part of the diff" },
    { it: "no line", change: { line: undefined }, said: '"line" wasn\'t supplied.' },
    { it: "a commit that nobody has", change: { commit_id: "0".repeat(40) }, said: "commit_id" },
    { it: "no text", change: { body: undefined }, said: '"body" wasn\'t supplied.' },
  ])("is refused for $it", async ({ change, said }) => {
    const { repository, rest } = await world();
    const place = { path: "long.md", line: 5, side: "RIGHT", commit_id: repository.pulls[0]?.headSha };
    const { status, body } = await rest("POST", `${pulls}/1/comments`, { ...place, body: "B", ...change });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(JSON.stringify(said).slice(1, -1));
    expect((await rest("GET", `${pulls}/1/comments`)).body).toEqual([]);
  });
});

describe("a review", () => {
  it("is submitted with its comments, and listed", async () => {
    const { repository, rest } = await world();
    const comments = [{ path: "long.md", line: 31, body: "One" }];
    const { status, body } = await rest("POST", `${pulls}/1/reviews`, {
      event: "REQUEST_CHANGES",
      body: "No",
      comments,
    });
    expect({ status, body }).toMatchObject({ status: 200, body: { state: "CHANGES_REQUESTED", body: "No" } });
    reviewAs(repository, 1, { author: "bob", state: "APPROVED" });
    const { body: reviews } = await rest("GET", `${pulls}/1/reviews`);
    expect(reviews).toMatchObject([{ state: "CHANGES_REQUESTED" }, { state: "APPROVED", user: { login: "bob" } }]);
    expect((await rest("GET", `${pulls}/1/comments`)).body).toMatchObject([{ line: 31, body: "One" }]);
  });

  it("of one's own pull request approves nothing", async () => {
    const { rest, open } = await world();
    await open();
    for (const event of ["APPROVE", "REQUEST_CHANGES"])
      expect((await rest("POST", `${pulls}/2/reviews`, { event, body: "B" })).status).toBe(422);
    expect((await rest("POST", `${pulls}/2/reviews`, { event: "COMMENT", body: "B" })).status).toBe(200);
  });

  it("says something, and says what it is", async () => {
    const { rest } = await world();
    expect((await rest("POST", `${pulls}/1/reviews`, { event: "COMMENT" })).status).toBe(422);
    expect((await rest("POST", `${pulls}/1/reviews`, { event: "SHRUG" })).status).toBe(422);
    expect((await rest("POST", `${pulls}/1/reviews`, { body: "A draft" })).status).toBe(501);
    expect((await rest("POST", `${pulls}/9/reviews`, { event: "COMMENT", body: "B" })).status).toBe(404);
  });

  it("of a workflow does not approve", async () => {
    const { client, repository, rest } = await world();
    const run = runFor({ client, repository });
    const { token } = client.issueJobToken({ repository, permissions: { "pull-requests": "write" }, run });
    const asJob = as(token);
    const { status, body } = await rest("POST", `${pulls}/1/reviews`, { event: "APPROVE" }, asJob);
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { errors: ["GitHub Actions is not permitted to approve pull requests."] },
    });
    expect((await rest("POST", `${pulls}/1/reviews`, { event: "COMMENT", body: "B" }, asJob)).body).toMatchObject({
      user: { login: "github-actions[bot]", type: "Bot" },
    });
  });
});

test("pull requests are found by whose branch they are of", async () => {
  const { repository, rest } = await world();
  openPullAs(repository, { author: "bob", fork: true, head: "change" });
  const found = async (head: string) =>
    ((await rest("GET", `${pulls}?head=${head}`)).body as { number: number }[]).map(({ number }) => number);
  expect(await found("acme:change")).toEqual([1]);
  expect(await found("Bob:change")).toEqual([2]);
  expect(await found("eve:change")).toEqual([]);
});

test("a pull request as a diff is not modelled", async () => {
  const { rest } = await world();
  const accept = { accept: "application/vnd.github.v3.diff" };
  expect((await rest("GET", `${pulls}/1`, undefined, accept)).status).toBe(501);
  expect((await rest("GET", `${pulls}/1`, undefined, { accept: "application/vnd.github+json" })).status).toBe(200);
});

test("Git's own objects lead from a commit to a file", async () => {
  const { git, rest } = await world();
  const objects = "/repos/acme/app/git";
  const { sha, treeSha } = git.resolve("refs/pull/1/merge") ?? { sha: "", treeSha: "" };
  expect((await rest("GET", `${objects}/commits/${sha}`)).body).toMatchObject({ tree: { sha: treeSha } });
  const { body } = await rest("GET", `${objects}/trees/${treeSha}`);
  const { tree } = body as { tree: { path: string; sha: string; size: number }[] };
  expect(tree.map(({ path, size }) => [path, size])).toContainEqual(["z", 1]);
  const blob = tree.find(({ path }) => path === "z")?.sha;
  const found = (await rest("GET", `${objects}/blobs/${blob}`)).body as { content: string };
  expect(Buffer.from(found.content, "base64").toString()).toBe("z");
  for (const kind of ["commits", "trees", "blobs"])
    expect((await rest("GET", `${objects}/${kind}/${"0".repeat(40)}`)).status).toBe(404);
});

test("a tree shows folders, or with recursive what is in them", async () => {
  const {
    client: { rest },
  } = await scene({ files: { "a/b/c.md": "1", "a.md": "2" } });
  const paths = async (query: string) => {
    const { body } = await rest("GET", `/repos/acme/app/git/trees/${query}`);
    return (body as { tree: { path: string; type: string; sha: string }[] }).tree;
  };
  const top = await paths("main");
  expect(top.map(({ path, type }) => [path, type])).toEqual([
    ["a.md", "blob"],
    ["a", "tree"],
  ]);
  expect((await paths("main?recursive=1")).map(({ path }) => path)).toEqual(["a.md", "a", "a/b", "a/b/c.md"]);
  expect((await paths(top[1]?.sha ?? "")).map(({ path }) => path)).toEqual(["b"]);
});
