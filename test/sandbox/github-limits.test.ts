/** The limits of the stand-in GitHub, on its own clock, and what GitHub's official client and the provider make of them. */
import { describe, expect, it } from "vitest";
import { connectToGitHub } from "../../services/github/connection.ts";
import { as, base64, type Client, github, putSecret } from "./github-client.ts";

const put = (client: Client, file: string) =>
  client.rest("PUT", `/repos/acme/app/contents/${file}`, { message: "m", content: base64("x") });

describe("content", () => {
  it("is not limited by default", async () => {
    const client = await github();
    for (let file = 0; file < 90; file++) expect((await put(client, `f${file}`)).status).toBe(201);
  });

  it("beyond the minute's share is refused as GitHub refuses it, until the minute is over", async () => {
    const client = await github({ contentLimits: { perMinute: 2 } });
    await put(client, "a");
    await put(client, "b");
    const refused = await put(client, "c");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("retry-after")).toMatch(/^(59|60)$/);
    expect(refused.headers.get("x-ratelimit-remaining")).not.toBe("0");
    expect(refused.body).toMatchObject({
      message: expect.stringContaining("secondary rate limit"),
      documentation_url: expect.stringMatching(/secondary-rate-limits$/),
    });
    client.state.clock.advance(61);
    expect((await put(client, "c")).status).toBe(201);
  });

  it("beyond the hour's share is refused for the rest of an hour, in which the minutes pass", async () => {
    const client = await github({ contentLimits: { perMinute: 2, perHour: 3 } });
    for (const file of ["a", "b", "c"]) {
      expect((await put(client, file)).status).toBe(201);
      client.state.clock.advance(61);
    }
    const refused = await put(client, "d");
    const wait = Number(refused.headers.get("retry-after"));
    expect([refused.status, wait > 3400, wait <= 3600 - 183]).toEqual([403, true, true]);
    client.state.clock.advance(wait);
    expect((await put(client, "d")).status).toBe(201);
    expect((await put(client, "e")).status).toBe(403);
  });

  it("is a commit or a pull request: reads, secrets and refused writes do not count, other users count apart", async () => {
    const client = await github({
      contentLimits: { perMinute: 1 },
      tokens: [{ token: "ghp_exampleOne" }, { token: "ghp_exampleTwo" }],
    });
    for (const name of ["A", "B", "C"]) expect((await putSecret(client, "acme/app", name, "x")).status).toBe(201);
    expect((await put(client, "a")).status).toBe(201);
    const file = (await client.rest("GET", "/repos/acme/app/contents/a")).body as { sha: string };
    const removal = { message: "m", sha: file.sha };
    const remove = (headers?: Record<string, string>) =>
      client.rest("DELETE", "/repos/acme/app/contents/a", removal, headers);
    const pull = { title: "t", head: "h", base: "main" };
    expect((await remove()).status).toBe(403);
    expect((await client.rest("POST", "/repos/acme/app/pulls", pull)).status).toBe(403);
    expect((await remove(as("ghp_exampleTwo"))).status).toBe(200);
    client.state.clock.advance(61);
    expect((await put(client, "b")).status).toBe(201);
  });
});

describe("the clock", () => {
  it("dates answers and secrets, and refills the hour's requests", async () => {
    const client = await github({ tokens: [{ token: "ghp_exampleFew", rateLimit: 3 }] });
    client.state.clock.advance(7200);
    const { headers } = await client.rest("GET", "/user");
    const date = Date.parse(headers.get("date") ?? "");
    expect(date - Date.now()).toBeGreaterThan(7190_000);
    expect(Number(headers.get("x-ratelimit-reset")) * 1000 - date).toBeGreaterThan(3590_000);
    await putSecret(client, "acme/app", "A", "x");
    const updatedAt = client.state.repository("acme/app").secrets.get("A")?.updatedAt ?? "";
    expect(Date.parse(updatedAt)).toBeGreaterThanOrEqual(date - 1000);
    expect((await client.rest("GET", "/user")).status).toBe(403);
    client.state.clock.advance(3601);
    expect((await client.rest("GET", "/user")).headers.get("x-ratelimit-remaining")).toBe("2");
  });

  it("can run so fast that a client which waits as it is told waits a second", async () => {
    const client = await github({ contentLimits: { perMinute: 1, perHour: 10 }, limitSpeed: 60 });
    await put(client, "a");
    const octokit = connectToGitHub({ baseUrl: client.url, token: client.token }, {});
    const body = { message: "m", content: base64("x") };
    expect((await octokit.request("PUT /repos/acme/app/contents/b", body)).status).toBe(201);
    expect(client.journal.map(({ status }) => status)).toEqual([201, 403, 201]);
  });
});

it("an Enterprise Server without limits names none and refuses nothing, and says so when it is asked", async () => {
  const client = await github({ rateLimits: "off", tokens: [{ token: "ghp_exampleFew", rateLimit: 1 }] });
  for (let request = 0; request < 3; request++) {
    const { status, headers } = await client.rest("GET", "/user");
    expect([status, [...headers.keys()].filter((name) => name.startsWith("x-ratelimit"))]).toEqual([200, []]);
  }
  const { status, body } = await client.rest("GET", "/rate_limit");
  expect([status, body]).toMatchObject([404, { message: "Rate limiting is not enabled." }]);
});

it("what is left can be asked for free of charge, also when nothing is", async () => {
  const client = await github({ tokens: [{ token: "ghp_exampleFew", rateLimit: 1 }] });
  const left = async () =>
    (await client.rest("GET", "/rate_limit")).body as { resources: { core: { remaining: number } } };
  expect((await left()).resources.core.remaining).toBe(1);
  await client.rest("GET", "/user");
  expect((await left()).resources.core.remaining).toBe(0);
  client.state.clock.advance(3601);
  expect((await left()).resources.core.remaining).toBe(1);
});
