import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { defaultPolicy } from "../../sandbox/tailscale/index.ts";
import { apiKey, type Client, policy, startClient } from "./tailscale-client.ts";

const file = `// Acme
{
	"tagOwners": {"tag:ci": [],}, // ours
}
`;
const other = file.replace("ours", "theirs");
const failing = policy({ grants: [], tests: [{ src: "tag:ci", accept: ["tag:aperture:80"] }] });
const sha256 = (text: string) => `"${createHash("sha256").update(text).digest("hex")}"`;
/** Stands for `hujson.Format`: what matters here is that it is another text with the same meaning. */
const format = async (text: string) => `${text.replaceAll(/[\t ]+/g, " ").trim()}\n`;

const post = (client: Client, body: string, headers: Record<string, string> = {}) =>
  client.request("POST", "/tailnet/-/acl", { body, headers });

test("the file comes as its HuJSON text, or as JSON when that is asked for, with the same ETag", async () => {
  const client = await startClient({ policy: file });
  const hujson = await client.get("/acl");
  expect(hujson.text).toBe(file);
  expect(hujson.headers.get("content-type")).toBe("application/hujson");
  expect(hujson.headers.get("etag")).toBe(sha256(file));
  const json = await client.request("GET", "/tailnet/-/acl", { headers: { accept: "application/json" } });
  expect(json.body).toEqual({ tagOwners: { "tag:ci": [] } });
  expect(json.headers.get("etag")).toBe(sha256(file));
});

test("details=true wraps the text, and any other value does not", async () => {
  const client = await startClient({
    policy: policy({ grants: [{ src: ["group:it@acme.example"], dst: ["*"], ip: ["*"] }] }),
  });
  const { body } = await client.get("/acl?details=true");
  expect(Buffer.from(body.acl, "base64").toString()).toBe(client.state.policy);
  expect(body.warnings).toEqual([expect.stringMatching(/^"group:it@acme\.example": group is not syncing/)]);
  expect(body.errors).toBeNull();
  client.state.policy = '{"grants": 1}';
  expect((await client.get("/acl?details=true")).body.errors).toEqual([expect.stringContaining("line 1, column 12")]);
  expect((await client.get("/acl?details=1")).text).toBe(client.state.policy);
});

test("a write keeps the text as sent and answers with it and its ETag", async () => {
  const client = await startClient({ policy: file });
  const { status, text, headers } = await post(client, other);
  expect({ status, text, etag: headers.get("etag") }).toEqual({ status: 200, text: other, etag: sha256(other) });
  expect(client.state.policy).toBe(other);
});

test("a canonical store keeps the formatted text, and ETags do not depend on formatting", async () => {
  const client = await startClient({ policy: file, store: "canonical", format });
  const before = (await client.get("/acl")).headers.get("etag");
  const { text, headers } = await post(client, file.replaceAll("\t", "        "));
  expect(text).toBe(await format(file));
  expect(client.state.policy).toBe(text);
  expect(headers.get("etag")).toBe(before);
  await expect(startClient({ store: "canonical" })).rejects.toThrow("format");
});

test.each([`"${"0".repeat(64)}"`, '"ts-default"'])(
  "If-Match: %s on another file is refused with 412",
  async (condition) => {
    const client = await startClient({ policy: file });
    const { status, body } = await post(client, other, { "if-match": condition });
    expect({ status, body }).toEqual({ status: 412, body: { message: "precondition failed, invalid old hash" } });
    expect(client.state.policy).toBe(file);
  },
);

test("If-Match holds for the current ETag, and a console edit ends that", async () => {
  const client = await startClient({ policy: file });
  const etag = (await client.get("/acl")).headers.get("etag") ?? "";
  expect((await post(client, other, { "if-match": etag })).status).toBe(200);
  client.state.policy = file;
  const again = (await client.get("/acl")).headers.get("etag") ?? "";
  client.state.policy = other;
  expect((await post(client, file, { "if-match": again })).status).toBe(412);
});

test("ts-default replaces the untouched default only, and an empty body restores that", async () => {
  const client = await startClient({ policy: defaultPolicy });
  expect((await post(client, file, { "if-match": '"ts-default"' })).status).toBe(200);
  expect((await post(client, file, { "if-match": '"ts-default"' })).status).toBe(412);
  expect((await post(client, "")).text).toBe(defaultPolicy);
  expect((await post(client, file, { "if-match": "ts-default" })).status).toBe(200);
});

test("of two writers with one ETag that are compared at the same time, one writes", async () => {
  const both = Promise.withResolvers<void>();
  let comparisons = -1; // the first is for the ETag below
  const meeting = async (text: string) => {
    if (text === file) {
      comparisons += 1;
      if (comparisons === 2) both.resolve();
      if (comparisons > 0) await both.promise;
    }
    return text;
  };
  const client = await startClient({ policy: file, format: meeting });
  const etag = (await client.get("/acl")).headers.get("etag") ?? "";
  const writers = ["one", "two"].map((name) => post(client, file.replace("ours", name), { "if-match": etag }));
  const answers = await Promise.all(writers);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
});

test("a file that is invalid or fails its tests is refused with 400 and stays out", async () => {
  const client = await startClient({ policy: file });
  const invalid = await post(client, policy({ grants: [{ src: ["tag:absent"], dst: ["*"], ip: ["*"] }] }));
  expect(invalid).toMatchObject({ status: 400, body: { message: 'src=tag not found: "tag:absent"' } });
  expect(invalid.body.data).toBeUndefined();
  const { status, body } = await post(client, failing);
  expect({ status, body }).toEqual({
    status: 400,
    body: {
      message: "test(s) failed",
      data: [{ user: "tag:ci", errors: ['address "tag:aperture:80": want: Accept, got: Drop'] }],
    },
  });
  expect(client.state.policy).toBe(file);
});

test("validation answers 200 whatever it finds, and changes nothing", async () => {
  const client = await startClient({ policy: file });
  expect(await client.validate(other)).toMatchObject({ status: 200, text: "{}" });
  expect(await client.validate(failing)).toMatchObject({
    status: 200,
    body: { message: "test(s) failed", data: [{ user: "tag:ci", errors: [expect.stringContaining("want: Accept")] }] },
  });
  expect(await client.validate("{")).toMatchObject({
    status: 200,
    body: { message: "line 1, column 2: expected '}'" },
  });
  const unsynced = policy({ grants: [{ src: ["group:it@acme.example"], dst: ["*"], ip: ["*"] }] });
  expect((await client.validate(unsynced)).body).toEqual({
    message: "warning(s) found",
    data: [
      {
        user: "group:it@acme.example",
        warnings: ["group is not syncing from SCIM and will be ignored by rules in the policy file"],
      },
    ],
  });
  expect(client.state.policy).toBe(file);
});

test("validation of an array runs it as tests of the current file", async () => {
  const client = await startClient({
    policy: policy({ grants: [{ src: ["tag:ci"], dst: ["tag:aperture"], ip: ["tcp:80"] }] }),
  });
  expect((await client.validate('// tests\n[{"src": "tag:ci", "accept": ["tag:aperture:80"]},]')).text).toBe("{}");
  expect((await client.validate('[{"src": "tag:ci", "deny": ["tag:aperture:80"]}]')).body.data).toEqual([
    { user: "tag:ci", errors: ['address "tag:aperture:80": want: Drop, got: Accept'] },
  ]);
});

test.each([
  ["", "unexpected end of JSON input"],
  ["grants", "invalid character 'g' looking for beginning of value"],
])("validation of %j is not well formed", async (body, message) => {
  const client = await startClient();
  expect(await client.validate(body)).toMatchObject({ status: 400, body: { message } });
});

test("text that is not UTF-8 is refused", async () => {
  const client = await startClient();
  const body = Buffer.concat([Buffer.from("{/* "), Buffer.from([0xff]), Buffer.from(" */}")]);
  const answer = await client.request("POST", "/tailnet/-/acl", { body });
  expect(answer).toMatchObject({ status: 400, body: { message: "invalid UTF-8" } });
});

test("what is not served is a 501 that the journal marks, and the control routes are not in it", async () => {
  const client = await startClient();
  await client.get("/acl");
  expect((await client.get("/acl/preview")).status).toBe(501);
  const journal = await (await fetch(`${client.url}/_sandbox/journal`)).json();
  expect(journal).toEqual([
    { method: "GET", path: "/api/v2/tailnet/-/acl", status: 200 },
    { method: "GET", path: "/api/v2/tailnet/-/acl/preview", status: 501, unknown: true },
  ]);
});

test("the shown state has the policy, the keys and the devices, and nothing that lets anybody in", async () => {
  const client = await startClient({
    devices: [{ name: "ai.acme.ts.net", addresses: ["100.64.0.5"], tags: ["tag:aperture"] }],
  });
  const { id, secret } = client.createClient(["policy_file"]);
  const token = (await client.form("/oauth/token", { client_secret: secret })).body.access_token;
  const text = await (await fetch(`${client.url}/_sandbox/state`)).text();
  expect(JSON.parse(text)).toMatchObject({
    policy: client.state.policy,
    keys: [{ id, keyType: "client", scopes: ["policy_file"] }],
    devices: [{ name: "ai.acme.ts.net", hostname: "ai" }],
    accessTokens: [{ of: id }],
    settings: { aclsExternallyManagedOn: false },
  });
  const stored = client.state.keys.get(id);
  for (const hidden of [secret, token, apiKey, stored && "secretDigest" in stored ? stored.secretDigest : ""]) {
    expect(hidden).not.toBe("");
    expect(text).not.toContain(hidden);
  }
});
