import { expect, test } from "vitest";
import { somebody } from "../../sandbox/github/index.ts";
import { type Client, github } from "./github-client.ts";

const repo = "/repos/acme/app";
const tip = (client: Client, branch = "main"): string =>
  client.state.repository("acme/app").git.branches.get(branch) ?? "";
const create = (client: Client, branch: string, sha = tip(client)) =>
  client.rest("POST", `${repo}/git/refs`, { ref: `refs/heads/${branch}`, sha });

test("a branch with a slash is created, read, renamed and deleted", async () => {
  const client = await github();
  const sha = tip(client);
  expect(await create(client, "a/b")).toMatchObject({ status: 201, body: { ref: "refs/heads/a/b", object: { sha } } });
  expect((await client.rest("GET", `${repo}/git/ref/heads/a/b`)).body).toMatchObject({
    object: { sha, type: "commit" },
  });
  expect((await client.rest("GET", `${repo}/branches/a/b`)).body).toMatchObject({ name: "a/b", commit: { sha } });
  expect((await client.rest("POST", `${repo}/branches/a/b/rename`, { new_name: "c" })).status).toBe(201);
  expect((await client.rest("GET", `${repo}/git/ref/heads/a/b`)).status).toBe(404);
  expect((await client.rest("GET", `${repo}/branches`)).body).toMatchObject([{ name: "c" }, { name: "main" }]);
  expect((await client.rest("DELETE", `${repo}/git/refs/heads/c`)).status).toBe(204);
  expect((await client.rest("GET", `${repo}/branches/c`)).body).toMatchObject({ message: "Branch not found" });
});

test("refused: a branch that exists, of no commit, with no name, or gone", async () => {
  const client = await github();
  expect((await create(client, "main")).body).toMatchObject({ message: "Reference already exists", status: "422" });
  expect((await create(client, "x", "0".repeat(40))).body).toMatchObject({ message: "Object does not exist" });
  for (const name of ["", "a b", "a..b", "-a", "a.lock", "a/"]) expect((await create(client, name)).status).toBe(422);
  expect((await client.rest("POST", `${repo}/branches/main/rename`, { new_name: "a b" })).status).toBe(422);
  expect((await client.rest("DELETE", `${repo}/git/refs/heads/x`)).body).toMatchObject({
    message: "Reference does not exist",
    status: "422",
  });
});

test("the protected default branch says so, and follows a rename", async () => {
  const client = await github({ repositories: [{ name: "acme/app", protection: { requiredReviews: 1 } }] });
  expect((await client.rest("GET", `${repo}/branches/main`)).body).toMatchObject({ protected: true });
  await client.rest("POST", `${repo}/branches/main/rename`, { new_name: "trunk" });
  expect((await client.rest("GET", repo)).body).toMatchObject({ default_branch: "trunk" });
});

const pull = { title: "t", head: "feature", base: "main", body: "b", maintainer_can_modify: true };

/** A branch `feature`, one commit ahead of `main`. */
function feature(client: Client): void {
  const { git } = client.state.repository("acme/app");
  git.branches.set("feature", tip(client));
  git.commit("feature", { files: { "a.md": "a" }, message: "a", author: somebody() });
}

test("a pull request is opened, read, changed and closed", async () => {
  const client = await github();
  feature(client);
  expect(await client.rest("POST", `${repo}/pulls`, { ...pull, head: "acme:feature" })).toMatchObject({
    status: 201,
    body: { number: 1, state: "open", head: { ref: "feature", sha: tip(client, "feature") }, base: { ref: "main" } },
  });
  client.state
    .repository("acme/app")
    .git.commit("feature", { files: { "a.md": "b" }, message: "b", author: somebody() });
  const moved = tip(client, "feature");
  expect((await client.rest("GET", `${repo}/pulls/1`)).body).toMatchObject({ head: { sha: moved }, merged: false });
  client.state.repository("acme/app").git.branches.delete("feature");
  expect((await client.rest("PATCH", `${repo}/pulls/1`, { state: "closed", title: "u" })).body).toMatchObject({
    state: "closed",
    title: "u",
    body: "b",
    head: { sha: moved },
  });
  expect((await client.rest("GET", `${repo}/pulls/2`)).status).toBe(404);
});

test.each([
  ["no such head", { head: "nope" }, { field: "head", code: "invalid" }],
  ["no such base", { base: "nope" }, { field: "base", code: "invalid" }],
  ["nothing to merge", { head: "main", base: "feature" }, { message: "No commits between feature and main" }],
])("a pull request is refused: %s", async (_, change, error) => {
  const client = await github();
  feature(client);
  expect(await client.rest("POST", `${repo}/pulls`, { ...pull, ...change })).toMatchObject({
    status: 422,
    body: { message: "Validation Failed", errors: [error] },
  });
});

test("refused: a second pull request of the same branches, an unknown state, reopening what is merged", async () => {
  const client = await github();
  feature(client);
  await client.rest("POST", `${repo}/pulls`, pull);
  expect((await client.rest("POST", `${repo}/pulls`, pull)).body).toMatchObject({
    errors: [{ message: "A pull request already exists for acme:feature." }],
  });
  expect((await client.rest("PATCH", `${repo}/pulls/1`, { state: "x" })).status).toBe(422);
  for (const one of client.state.repository("acme/app").pulls) Object.assign(one, { state: "closed", merged: true });
  expect((await client.rest("PATCH", `${repo}/pulls/1`, { state: "open" })).status).toBe(422);
});
