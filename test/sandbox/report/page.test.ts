/** The report of a rehearsal: what is in it, where, and what nobody can write into it. */
import { expect, it } from "vitest";
import { renderReport } from "../../../sandbox/rehearsal/report/page.ts";
import type { Story } from "../../../sandbox/rehearsal/report/story.ts";
import { review, run, story, up } from "./story.ts";

it("tells acts, claims, commands, diffs, runs, requests and timings in order", () => {
  expect(outlineOf(renderReport(story))).toMatchInlineSnapshot(`
    "Rehearsal of claude-aperture
    2026-11-26 08:00:00 UTC. The program and the engine are the real ones; Tailscale's API, GitHub and Aperture are stand-ins on the loopback interface of one machine.
    1 claim did not hold
    2 acts 1 left out 1 min 40 s 1 request to Tailscale 2 requests to GitHub 0 requests to Aperture 1 run of workflows
    1. pulumi up 2.0 s 1/1
    2. A review 1 min 15 s 1/2
    Left out
    A mention: act is not to be had
    1. pulumi up 1/1
    What happens.
    ✓ the update succeeds
    Tailscale ~ GitHub ~
    pulumi up --yes exit 0 1.3 s
    [2 lines]
    That was it.
    [1 lines]
    The whole file
    [1 lines]
    policy
    [6 lines]
    Changed in the world: tailnet policy file
    [2 lines]
    3 requests: 1 to Tailscale, 2 to GitHub; 1 write
    After To Request Status
    0.50 s GitHub GET /user 200
    0.75 s Tailscale POST /api/v2/tailnet/-/acl 412
    1.00 s GitHub POST /api/graphql 2 × node, viewer 200
    2. A review 1/2
    It fails.
    ✓ the run is red
    ✗ the review is there
    failure Claude Code #3
    acme/app#5, pull_request opened by octocat, topic at 0123456; .github/workflows/claude.yml 1 min 12 s
    failure Review 1 min 8 s
    ✓ Set up job
    ✗ Ask Aperture
    – Claude
    failure Aperture does not answer
    Summary
    [1 lines]
    Log
    [4 lines]
    Aperture has logged
    200 tag:ci from acme/app, run 7: anthropic/claude-sonnet-4-6 120 tokens in, 40 out
    403 nobody : no model no role granted
    At the end
    ✓ no secret is left
    The engine:
    Pulumi 3.259.0"
  `);
});

it("colours diffs and logs, and passes over the colours of terminals", () => {
  const text = renderReport(story);
  for (const line of [
    '<span class="add">+new</span>',
    '<span class="remove">-old</span>',
    '<span class="place">@@ -1 +1 @@</span>',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toContain('<pre><span class="group">08:00:03 ▸ Ask</span>\ncurl: (28)\n');
  expect(text).toContain('<span class="error">Error: Aperture does not answer</span>\nlast line\n</pre>');
  expect(text).not.toContain("\u001b");
});

it("opens the log of a job that is red, and no other", () => {
  const log = (conclusion: "failure" | "success") => {
    const jobs = run.jobs.map((job) => ({ ...job, conclusion }));
    const events = [{ kind: "run" as const, repository: "acme/app", run: { ...run, jobs } }];
    return renderReport({ ...story, acts: [{ ...review, events }] });
  };
  expect(log("failure")).toContain("<details open><summary>Log</summary>");
  expect(log("success")).toContain("<details><summary>Log</summary>");
});

it.each<[string, Partial<Story>, string]>([
  ["that all held", { acts: [up] }, '<span class="pill good">All 2 claims held</span>'],
  ["how many did not", {}, '<span class="pill bad">1 claim did not hold</span>'],
  [
    "that the end was not well",
    { acts: [up], closing: [["x", false]] },
    '<span class="pill bad">1 claim did not hold</span>',
  ],
  [
    "that an act broke off",
    { acts: [{ ...up, checks: [], error: "no engine" }] },
    '<span class="pill bad">1 claim did not hold</span>',
  ],
])("says %s", (_, change, verdict) => {
  expect(renderReport({ ...story, ...change })).toContain(verdict);
});

it("says why an act broke off", () => {
  expect(renderReport({ ...story, acts: [{ ...up, error: "no engine" }] })).toMatch(
    /The act broke off:<\/b> no engine/,
  );
});

it("leaves out the middle of what nobody reads to the end", () => {
  const output = Array.from({ length: 100_000 }, (_, line) => `line ${line}`).join("\n");
  const text = renderReport({ ...story, acts: [{ ...up, events: [{ kind: "text", text: output }] }] });
  expect(text).toContain("[97000 lines are left out]");
  for (const line of ["line 0\n", "line 1499\n", "line 98500\n", "line 99999\n"]) expect(text).toContain(line);
});

it("is one file that loads nothing and runs nothing, for phones, dark rooms and paper", () => {
  const text = renderReport(story);
  expect(text).toContain(`content="default-src 'none'`);
  expect(text).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b|@import|url\(|https?:/i);
  const targets = [...text.matchAll(/\b(?:href|src|action|xlink:href)="([^"]*)"/g)].map(([, target]) => target);
  expect(targets).toEqual(["#act-1", "#act-2"]);
  for (const target of ["act-1", "act-2"]) expect(text).toContain(`<section id="${target}">`);
  for (const rule of ["prefers-color-scheme: dark", "max-width", "@media print", "::details-content"]) {
    expect(text).toContain(rule);
  }
});

it.each([
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "' onclick='x",
  "</pre></section><h1>",
  "&lt;b&gt;",
  "\u202e\u0000",
])("whatever text there is, it is text: %j", (hostile) => {
  const text = renderReport(mapTexts(story, (value) => (isFixed(value) ? value : `${value}${hostile}`)));
  const known = renderReport(mapTexts(story, (value) => (isFixed(value) ? value : `${value}HARMLESS`)));
  const escaped = hostile
    .replace(/[&<>"']/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[one] ?? "")
    .replace("\u202e", "\\u202e")
    .replace("\u0000", "");
  const places = known.split("HARMLESS").length - 1;
  expect(places).toBeGreaterThan(30);
  // Where the control character was taken out with a terminal's colours, nothing stands in its place.
  expect(text.replaceAll("\\u0000", "").split(escaped).length - 1).toBe(places);
  expect(text.replaceAll(escaped, "")).not.toContain(hostile);
});

/** Texts by which the page chooses a form. */
const fixed = new Set(
  "explanation text diff command run gateway Tailscale GitHub Aperture completed success failure skipped".split(" "),
);
const isFixed = (value: string) => fixed.has(value) || /^2026-11-26T[\d:.]+Z$/.test(value);

function mapTexts<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)])) as T;
}

/** What a reader sees of the page, one line for each block. */
function outlineOf(text: string): string {
  const [, body = ""] = /<main>([\s\S]*)<\/main>/.exec(text) ?? [];
  return body
    .replace(/<svg[\s\S]*?<\/svg>/g, "~")
    .replace(/<pre>([\s\S]*?)<\/pre>/g, (_, content: string) => `<p>[${content.trim().split("\n").length} lines]</p>`)
    .replace(/\n/g, " ")
    .replace(/<\/?(?:section|nav|header|h\d|p|ul|ol|li|tr|thead|tbody|details|summary|article|div)\b[^>]*>/g, "\n")
    .replace(/<[^>]*>/g, " ")
    .replace(/ +/g, " ")
    .replace(/^ | $/gm, "")
    .replace(/\n{2,}/g, "\n")
    .trim();
}
