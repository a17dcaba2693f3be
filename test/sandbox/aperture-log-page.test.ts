/** The page with the log: what a person reads, and what nobody can write into it. */
import { expect, it } from "vitest";
import { admin, aperture, granted, model, question, runner } from "./aperture-client.ts";

const page = "/admin/";
const ofRun = { "x-github-repository": "acme/app", "x-github-run": "4711", "x-github-number": "7" };

it("shows time, caller, repository, run, model, status and tokens, the newest first", async () => {
  const { ask, get, state, log } = await aperture();
  state.now = () => new Date("2026-11-26T08:15:30.123Z");
  await ask(runner, question, ofRun);
  await ask(granted({ role: "user" }), { ...question, model: "claude-opus-5" });
  const { text, status, headers } = await get(page, admin);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toMatch(/^text\/html/);
  const [newest = "", oldest = ""] = rowsOf(text);
  const { inputTokens, outputTokens } = log[0] ?? {};
  const wanted = ["08:15:30", "tag:ci", "github-runner-1", "acme/app", "4711", "#7", model, "200"];
  for (const one of [...wanted, `${inputTokens} in`, `${outputTokens} out`]) expect(oldest).toContain(one);
  for (const one of ["claude-opus-5", "404", "no grant for the model"]) expect(newest).toContain(one);
});

it("is one file that loads nothing and runs nothing", async () => {
  const { ask, get } = await aperture();
  await ask(runner, question, ofRun);
  const { text } = await get(page, admin);
  expect(text).toContain(`content="default-src 'none'`);
  expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|\son\w+=/i);
  for (const name of ["viewport", "prefers-color-scheme: dark", "max-width", "@media print"])
    expect(text).toContain(name);
});

it.each([
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "' onmouseover='alert(1)",
  "</style></td><h1>",
  "&lt;b&gt;",
])("what a client says of itself is text: %s", async (hostile) => {
  const { ask, get } = await aperture();
  const headers = Object.fromEntries(Object.keys(ofRun).map((name) => [name, hostile]));
  await ask(runner, { ...question, model: hostile }, headers);
  await ask({ ...runner, node: hostile, tags: [hostile] }, question, headers);
  const escaped = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const shown = hostile.replace(/[&<>"']/g, (one) => escaped[one as keyof typeof escaped]);
  const query = new URLSearchParams({ repository: hostile, model: "" });
  for (const { text } of [await get(page, admin), await get(`${page}?${query}`, admin)]) {
    expect(text.split(shown).length - 1).toBeGreaterThanOrEqual(7);
    expect(text.replaceAll(shown, "")).not.toContain(hostile);
  }
});

it("marks that turn the direction of a line, and the end of one, stand there by their number", async () => {
  const { ask, get, log } = await aperture();
  await ask(runner, { ...question, model: "claude\u202e\u0000\u2028\n" });
  expect(rowsOf((await get(page, admin)).text).join()).toContain("claude\\u202e\\u0000\\u2028");
  expect(log[0]?.model).toContain("\u202e");
});

it("cuts what is too long", async () => {
  const { ask, log } = await aperture();
  await ask(runner, { ...question, model: "x".repeat(50_000) }, { "x-github-repository": "y".repeat(5_000) });
  expect(log[0]?.model?.length).toBeLessThan(250);
  expect(log[0]?.repository?.length).toBeLessThan(250);
});

it("shows a user no requests of others, and nobody without a role anything", async () => {
  const { ask, get } = await aperture();
  await ask(runner, question, ofRun);
  const other = { ...runner, tags: ["tag:web"] };
  expect(rowsOf((await get(page, other)).text)).toEqual([]);
  expect(rowsOf((await get(page, runner)).text)).toHaveLength(1);
  expect((await get(page, granted())).status).toBe(403);
});

it("finds requests by what is asked for, and gives programs the same as JSON", async () => {
  const { ask, get } = await aperture();
  await ask(runner, question, ofRun);
  await ask(runner, question, { ...ofRun, "x-github-repository": "acme/api", "x-github-run": "47" });
  await ask(granted(), question, { ...ofRun, "x-github-repository": "acme/web" });
  const found = async (query: object) => {
    const path = `${page}?${new URLSearchParams({ ...query })}`;
    const { body } = await get(path, admin, { accept: "application/json" });
    const rows = rowsOf((await get(path, admin)).text);
    expect(rows).toHaveLength(body.length);
    return body.map(({ repository }: { repository: string }) => repository);
  };
  expect(await found({})).toEqual(["acme/web", "acme/api", "acme/app"]);
  expect(await found({ repository: "API" })).toEqual(["acme/api"]);
  expect(await found({ run: "47" })).toEqual(["acme/api"]);
  expect(await found({ status: "failed" })).toEqual(["acme/web"]);
  expect(await found({ status: "200", login: "tag:ci", run: "4711" })).toEqual(["acme/app"]);
  expect(await found({ login: "nobody" })).toEqual([]);
});

it("is also where older pages have their links", async () => {
  const { get } = await aperture();
  for (const path of ["/ui/", "/ui", "/admin"]) {
    const { status, headers } = await get(path, admin);
    expect([status, headers.get("location")]).toEqual([302, page]);
  }
});

function rowsOf(text: string): string[] {
  const [, body = ""] = /<tbody>([\s\S]*)<\/tbody>/.exec(text) ?? [];
  return body.split("<tr>").slice(1);
}
