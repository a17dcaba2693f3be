import { expect, test } from "vitest";
import { base64, github } from "./github-client.ts";

test("a repository shows what it was created with", async () => {
  const client = await github({
    repositories: [
      { name: "acme/app", id: 77, ownerId: 7, visibility: "internal", archived: true, defaultBranch: "trunk" },
      { name: "octo/app", ownerType: "User", disabled: true },
    ],
  });
  expect((await client.rest("GET", "/repos/ACME/App")).body).toMatchObject({
    id: 77,
    full_name: "acme/app",
    owner: { login: "acme", id: 7, type: "Organization" },
    private: true,
    visibility: "internal",
    archived: true,
    disabled: false,
    default_branch: "trunk",
    has_pages: false,
    license: null,
    permissions: { admin: true, push: true, pull: true },
  });
  expect((await client.rest("GET", "/repos/octo/app")).body).toMatchObject({ disabled: true, owner: { type: "User" } });
  expect((await client.rest("GET", "/orgs/acme")).body).toMatchObject({ id: 7 });
  expect((await client.rest("GET", "/orgs/octo")).status).toBe(404);
  expect((await client.rest("GET", "/repos/acme/missing")).body).toMatchObject({ message: "Not Found", status: "404" });
});

test.each([
  ["archived", "Repository was archived so is read-only."],
  ["disabled", "Repository access blocked"],
])("an %s repository can be read and not written", async (option, message) => {
  const client = await github({ repositories: [{ name: "acme/app", [option]: true }] });
  expect((await client.rest("GET", "/repos/acme/app/contents/README.md")).status).toBe(200);
  for (const [method, path] of [
    ["PUT", "contents/a.md"],
    ["PUT", "actions/secrets/A"],
    ["POST", "actions/variables"],
    ["POST", "git/refs"],
  ] as const) {
    expect(await client.rest(method, `/repos/acme/app/${path}`, {})).toMatchObject({ status: 403, body: { message } });
  }
});

test("a former name is redirected by id: 301 for reading, 307 for writing, query kept", async () => {
  const client = await github({ repositories: [{ name: "acme/api", id: 77, renamedFrom: ["acme/backend"] }] });
  const read = await client.rest("GET", "/repos/acme/backend/contents/README.md?ref=main");
  const target = `${client.url}/api/v3/repositories/77/contents/README.md?ref=main`;
  expect(read).toMatchObject({ status: 301, body: { message: "Moved Permanently", url: target } });
  expect(read.headers.get("location")).toBe(target);
  const headers = { authorization: `Bearer ${client.token}` };
  const followed = await fetch(`${client.url}/api/v3/repos/Acme/Backend`, { headers });
  expect(await followed.json()).toMatchObject({ id: 77, full_name: "acme/api" });
  const write = { message: "m", content: base64("x") };
  expect((await client.rest("PUT", "/repos/acme/backend/contents/a.md", write)).status).toBe(307);
  const body = JSON.stringify(write);
  const put = await fetch(`${client.url}/api/v3/repos/acme/backend/contents/a.md`, { method: "PUT", headers, body });
  expect(put.status).toBe(201);
  expect(client.state.repository("acme/api").git.tip("main")?.files.has("a.md")).toBe(true);
});

test("a rename at run time redirects, and a new repository of the old name ends that", async () => {
  const client = await github();
  client.state.rename("acme/app", "acme/web");
  expect((await client.rest("GET", "/repos/acme/app")).status).toBe(301);
  client.state.add("acme/app");
  expect((await client.rest("GET", "/repos/acme/app")).body).toMatchObject({ full_name: "acme/app" });
  client.state.delete("acme/web");
  expect((await client.rest("GET", "/repos/acme/web")).status).toBe(404);
});

test.each([
  [["acme/app", "Acme/App"], /exists/],
  [["acme"], /not owner\/name/],
  [
    [
      { name: "acme/a", id: 1 },
      { name: "acme/b", id: 1 },
    ],
    /id 1 is taken/,
  ],
  [
    [
      { name: "acme/a", ownerId: 1 },
      { name: "acme/b", ownerId: 2 },
    ],
    /acme is Organization 1/,
  ],
  [[{ name: "acme/a", empty: true, files: {} }], /an empty repository has no files/],
])("options that contradict each other are refused: %j", async (repositories, message) => {
  await expect(github({ repositories: repositories as never })).rejects.toThrow(message);
});

test.each([
  ["admin", "admin"],
  ["maintain", "write"],
  ["triage", "read"],
] as const)("a collaborator's role %s shows as permission %s", async (permission, shown) => {
  const client = await github({
    tokens: [{ token: "ghp_exampleAdmin" }, { token: "ghp_exampleOther", login: "alice", permission }],
  });
  const path = "/repos/acme/app/collaborators";
  expect((await client.rest("GET", `${path}/Alice/permission`)).body).toMatchObject({
    permission: shown,
    role_name: permission,
    user: { login: "alice" },
  });
  expect((await client.rest("GET", `${path}/nobody/permission`)).status).toBe(404);
});

test("Actions permissions: read, change, and the selection only where it applies", async () => {
  const client = await github();
  const path = "/repos/acme/app/actions/permissions";
  expect((await client.rest("GET", path)).body).toEqual({
    enabled: true,
    allowed_actions: "all",
    sha_pinning_required: false,
  });
  expect((await client.rest("GET", `${path}/selected-actions`)).status).toBe(409);
  expect((await client.rest("PUT", path, { enabled: true, allowed_actions: "" })).status).toBe(422);
  expect((await client.rest("PUT", path, { allowed_actions: "all" })).body).toMatchObject({
    message: `Invalid request.\n\n"enabled" wasn't supplied.`,
  });
  expect((await client.rest("PUT", path, { enabled: true, allowed_actions: "selected" })).status).toBe(204);
  const selected = { github_owned_allowed: false, verified_allowed: true, patterns_allowed: ["acme/*"] };
  expect((await client.rest("PUT", `${path}/selected-actions`, selected)).status).toBe(204);
  expect((await client.rest("GET", `${path}/selected-actions`)).body).toEqual(selected);
  await client.rest("PUT", path, { enabled: false });
  expect((await client.rest("GET", path)).body).toEqual({ enabled: false });
});

test("what is not served is a 501 in the journal; control requests are not recorded", async () => {
  const client = await github();
  for (const path of ["/api/v3/repos/acme/app/hooks?x=1", "/api/v3/emojis", "/login"]) {
    const response = await fetch(client.url + path, { headers: { authorization: `Bearer ${client.token}` } });
    expect(response.status).toBe(501);
  }
  const journal = await (await fetch(`${client.url}/_sandbox/journal`)).json();
  expect(journal).toEqual([
    { method: "GET", path: "/api/v3/repos/acme/app/hooks", query: "x=1", status: 501, unknown: true },
    { method: "GET", path: "/api/v3/emojis", status: 501, unknown: true },
    { method: "GET", path: "/login", status: 501, unknown: true },
  ]);
  expect(client.journal).toEqual(journal);
});

test("an unchanged answer is a 304 to its ETag, a changed one is not", async () => {
  const client = await github();
  const path = "/repos/acme/app/git/ref/heads/main";
  const etag = (await client.rest("GET", path)).headers.get("etag") ?? "";
  expect(etag).toMatch(/^W\/"/);
  expect((await client.rest("GET", path, undefined, { "if-none-match": etag })).status).toBe(304);
  await client.rest("PUT", "/repos/acme/app/contents/a.md", { message: "m", content: base64("x") });
  expect((await client.rest("GET", path, undefined, { "if-none-match": etag })).status).toBe(200);
});
