/** Workflows as the stand-in's Actions API knows them, and who may use those of a private repository. */
import { expect, it, test } from "vitest";
import { pushCommit } from "../../sandbox/github/index.ts";
import { as, type Client, github } from "./github-client.ts";

const path = ".github/workflows/claude.yml";
const route = "/repos/acme/app/actions/workflows";
const files = { [path]: "name: Claude Code\non: push\n", ".github/workflows/notes.md": "" };
const started = (more = {}) => github({ repositories: [{ name: "acme/app", files }], ...more });

const stateOf = async (client: Client, workflow = "claude.yml") =>
  ((await client.rest("GET", `${route}/${workflow}`)).body as { state?: string }).state;

test("a workflow of the default branch is found by its file and by its id", async () => {
  const client = await started();
  const shown = { id: expect.any(Number), name: "Claude Code", path, state: "active" };
  const { body } = await client.rest("GET", `${route}/claude.yml`);
  expect(body).toMatchObject(shown);
  expect((await client.rest("GET", `${route}/${(body as { id: number }).id}`)).body).toEqual(body);
  expect((await client.rest("GET", route)).body).toMatchObject({ total_count: 1, workflows: [shown] });
});

test("it is disabled and enabled, and its state outlives its file", async () => {
  const client = await started();
  const repository = client.state.repository("acme/app");
  const put = async (act: string) => (await client.rest("PUT", `${route}/claude.yml/${act}`)).status;
  expect([await put("disable"), await stateOf(client)]).toEqual([204, "disabled_manually"]);
  pushCommit(repository, "main", { [path]: undefined });
  expect([await stateOf(client), await put("enable")]).toEqual(["deleted", 404]);
  pushCommit(repository, "main", { [path]: "on: push\n" });
  expect(await stateOf(client)).toBe("disabled_manually");
  expect([await put("enable"), await stateOf(client)]).toEqual([204, "active"]);
});

test("a file that was never on the default branch is unknown, until that branch is another one", async () => {
  const client = await started();
  const repository = client.state.repository("acme/app");
  pushCommit(repository, "next", { ".github/workflows/new.yml": "on: push\n" });
  expect((await client.rest("PUT", `${route}/new.yml/disable`)).status).toBe(404);
  repository.defaultBranch = "next";
  expect(await stateOf(client, "new.yml")).toBe("active");
});

it.each([
  { token: { actions: "read" }, read: 200, write: 403, message: "Resource not accessible by personal access token" },
  { token: { actions: "none" }, read: 403, write: 403, message: "Resource not accessible by personal access token" },
  {
    token: { actions: "none", kind: "integration" },
    read: 403,
    write: 403,
    message: "Resource not accessible by integration",
  },
  { token: { permission: "read" }, read: 200, write: 404, message: "Not Found" },
] as const)("a token with $token: reading $read, disabling $write", async ({ token, read, write, message }) => {
  const client = await started({ tokens: [{ token: "ghp_exampleLess", ...token }] });
  expect((await client.rest("GET", `${route}/claude.yml`)).status).toBe(read);
  const refused = await client.rest("PUT", `${route}/claude.yml/disable`);
  expect([refused.status, refused.body]).toMatchObject([write, { message }]);
});

test("who may use the workflows of a private repository is read and set; a public one has no such setting", async () => {
  const client = await github({
    repositories: [
      "acme/app",
      { name: "acme/.github", actionsAccess: "organization" },
      { name: "acme/open", visibility: "public" },
    ],
    tokens: [{ token: "ghp_exampleOne" }, { token: "ghp_exampleTwo", permission: "write" }],
  });
  const access = (name: string, headers?: Record<string, string>) =>
    client.rest("GET", `/repos/acme/${name}/actions/permissions/access`, undefined, headers);
  expect((await access("app")).body).toEqual({ access_level: "none" });
  expect((await access(".github")).body).toEqual({ access_level: "organization" });
  expect(await access("open")).toMatchObject({
    status: 422,
    body: { message: "Access policy only applies to internal and private repositories." },
  });
  expect((await access("app", as("ghp_exampleTwo"))).status).toBe(403);
  const set = (access_level: string) =>
    client.rest("PUT", "/repos/acme/app/actions/permissions/access", { access_level });
  expect([(await set("everybody")).status, (await set("user")).status]).toEqual([422, 204]);
  expect((await access("app")).body).toEqual({ access_level: "user" });
});
