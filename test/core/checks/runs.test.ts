/** Why a run is red, or green and idle: from logs as GitHub shows them. */
import { describe, expect, it } from "vitest";
import type { RepositoryFacts } from "../../../core/checks/facts.ts";
import { judge } from "../../../core/checks/judge.ts";
import { runRows } from "../../../core/checks/rows/runs.ts";
import type { WorkflowJob, WorkflowRun } from "../../../core/checks/run-facts.ts";
import { explainIdle, explainRed } from "../../../core/checks/runs/explain.ts";
import * as aperture from "../../../core/messages/aperture.ts";
import * as claude from "../../../core/messages/claude.ts";
import { type Message, toPlainText } from "../../../core/messages/entry.ts";
import * as noRun from "../../../core/messages/no-run.ts";
import * as tailnet from "../../../core/messages/tailnet.ts";

const now = Date.parse("2026-11-26T12:00:00Z");
const url = "https://github.com/acme/app/actions/runs/71";

const run = (values: Partial<WorkflowRun> = {}): WorkflowRun => ({
  ...{ id: 71, number: 12, url, event: "pull_request", status: "completed", conclusion: "failure" },
  ...{ headSha: "a".repeat(40), startedAt: now - 60_000 },
  ...values,
});
const job = (values: Partial<WorkflowJob> = {}): WorkflowJob => ({
  ...{ name: "Claude review", conclusion: "failure", steps: [] },
  ...values,
});
const annotate = (...messages: string[]) =>
  [...messages, "Process completed with exit code 1."].map((message) => ({ level: "failure", message }));

const messagesOf = (module: object) =>
  Object.entries(module).filter((entry): entry is [string, Message] => "says" in entry[1]);
const red = [aperture, tailnet, claude].flatMap(messagesOf).filter(([name]) => name !== "shortName");
const fill = (says: string) => toPlainText(says).replace(/\{\w+\}/g, "ANTHROPIC_FOUNDRY_BASE_URL");

describe("a red run, by what a step of ours says", () => {
  it.each(red)("%s, as an annotation", (_, { says, fix }) => {
    const found = explainRed(run({ jobs: [job({ annotations: annotate(fill(says)) })] }));
    expect(found).toMatchObject({ says: expect.stringContaining(toPlainText(says).split("{")[0] ?? ""), fix });
  });

  it.each(red)("%s, as a line of the log where annotations cannot be read", (_, { says, fix }) => {
    const log = ["##[group]Run set -e", `##[error]${fill(says)}`, "##[error]Process completed with exit code 1."];
    const found = explainRed(run({ jobs: [job({ log, annotations: { unread: "403" } })] }));
    expect(found).toEqual({ says: fill(says), fix });
  });

  it("with what the model's side said", () => {
    const log = [
      "tag:ci asked http://ai for claude-opus-5.",
      'Reason: API Error: 404 {"type":"error","error":{"message":"no provider"}}',
      "##[error]No pattern of the grant, or no provider, has the model.",
    ];
    expect(explainRed(run({ jobs: [job({ log })] }))).toEqual({
      says: toPlainText(claude.status404.says),
      fix: claude.status404.fix,
      quoted: 'API Error: 404 {"type":"error","error":{"message":"no provider"}}',
    });
  });

  it("of several jobs the one that failed", () => {
    const skipped = job({ name: "Claude mention", conclusion: "skipped" });
    const found = explainRed(run({ jobs: [skipped, job({ annotations: annotate(fill(tailnet.noPing.says)) })] }));
    expect(found.says).toBe(toPlainText(tailnet.noPing.says));
  });
});

/** As recorded with the real actions: facts, actions.md sections 4, 8 and 13. */
const foreign: [name: string, lines: string[], says: RegExp, fix: RegExp][] = [
  [
    "a rejected token exchange",
    [
      'Error message: failed to exchange JWT for access token: token exchange failed with status 403: {"message":"x"}',
      "##[error]sudo failed with exit code 1",
    ],
    /subject, audience or claim/,
    /pulumi up/,
  ],
  [
    "empty secrets",
    [
      "##[error]Please provide either an auth key, OAuth secret and tags, or federated identity client ID and audience with tags.",
    ],
    /a secret is empty/,
    /pulumi up --refresh/,
  ],
  [
    "no id-token",
    ["##[error]Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable"],
    /id-token: write/,
    /restore the file/,
  ],
  ["a refused tag", ["requested tags [tag:ci] are invalid or not permitted"], /tag/, /pulumi up/],
  ["a ping of nobody", ["no matching peer", "##[error]❌ Ping host ai did not respond"], /no grant/, /grant/],
  [
    "an empty key",
    [
      "Environment variable validation failed:",
      "- Either ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, or workload identity federation (ANTHROPIC_FEDERATION_RULE_ID and ANTHROPIC_ORGANIZATION_ID) is required when using direct Anthropic API.",
    ],
    /anthropic_api_key/,
    /restore the file/,
  ],
  [
    "a reader",
    ["##[error]Action failed with error: Actor does not have write permissions to the repository"],
    /write access/,
    /somebody else/,
  ],
  [
    "a bot",
    [
      "##[error]Action failed with error: Workflow initiated by non-human actor: dependabot (type: Bot). Add bot to allowed_bots list or use '*' to allow all bots.",
    ],
    /bot/,
    /person/,
  ],
  [
    "Anthropic's App",
    ["Could not fetch an OIDC token. Did you remember to add `id-token: write` to your workflow permissions?"],
    /github_token/,
    /restore/,
  ],
  ["no checkout", ["##[error]Action failed with error: Not a git repository"], /checkout/, /restore/],
  ["an old runner", ["##[error]'using: node24' is not supported, use 'docker' ..."], /2\.327\.1/, /newer runner/],
  ["a role", ["API Error: 403 access denied: no role granted"], /role user/, /pulumi preview/],
  ["a model", ["API Error: 404 model not found"], /No pattern of the grant/, /models/],
  ["a provider", ["API Error: 529 overloaded"], /Aperture or the provider failed/, /run again/],
];

describe("a red run, by what an action logs", () => {
  it.each(foreign)("%s", (_, lines, says, fix) => {
    const found = explainRed(run({ jobs: [job({ log: ["##[group]Run x", ...lines] })] }));
    expect(found.says).toMatch(says);
    expect(found.fix).toMatch(fix);
  });

  it("which says more than that an earlier step failed", () => {
    const [, lines = []] = foreign[0] ?? [];
    const log = [...lines, `##[error]${toPlainText(claude.earlierStep.says)}`];
    expect(explainRed(run({ jobs: [job({ log })] })).says).toContain("token exchange failed");
    const alone = [`##[error]${toPlainText(claude.earlierStep.says)}`];
    expect(explainRed(run({ jobs: [job({ log: alone })] })).says).toBe(toPlainText(claude.earlierStep.says));
  });

  it("nothing that is known: the step", () => {
    const steps = [
      { name: "Checkout", conclusion: "success" },
      { name: "Build", conclusion: "failure" },
    ];
    const found = explainRed(run({ jobs: [job({ steps, log: ["npm error"], conclusion: "timed_out" })] }));
    expect(found).toEqual({ says: 'Claude review failed in step "Build". Its time was up.' });
  });

  it("one line without an end takes no time", () => {
    const log = ["requested tags [".repeat(40_000), "action ".repeat(80_000)];
    expect(explainRed(run({ jobs: [job({ log })] })).says).toBe("Claude review failed.");
  });
});

describe("a green run", () => {
  const idle = (...log: string[]) => explainIdle([job({ conclusion: "success", log })]);

  it("that found nothing to do is a mistake", () => {
    expect(idle("No trigger found, skipping remaining steps")).toMatchObject({ isMistake: true });
    expect(idle('##[warning]401 {"error":"workflow validation failed"}')).toMatchObject({ isMistake: true });
  });

  it.each(messagesOf(noRun))("%s is meant to be", (_, { says }) => {
    const notice = { level: "notice", message: fill(says) };
    expect(explainIdle([job({ conclusion: "success", annotations: [notice] })])).toMatchObject({ isMistake: false });
    expect(idle(fill(says))).toMatchObject({ isMistake: false });
  });

  it("that asked Claude is neither", () => {
    expect(idle("tag:ci asked http://ai for claude-opus-5.")).toBeUndefined();
  });
});

describe("the checks", () => {
  const facts = (runs: RepositoryFacts["runs"], values: object = {}) =>
    ({
      stack: { stack: "prod", now, setup: { unread: "none" } },
      settings: { slug: "acme/app", workflow: { runsOn: "ubuntu-latest" } },
      setup: { unread: "none" },
      runs,
      ...values,
    }) as unknown as RepositoryFacts;
  const verdicts = (...args: Parameters<typeof facts>) => {
    const one = facts(...args);
    return Object.fromEntries(judge(runRows, one.stack, [one]).map(({ id, verdict }) => [id, verdict]));
  };
  const redRun = run({ jobs: [job({ annotations: annotate(fill(tailnet.oauthRefused.says)) })] });

  it("name the run, the reason and the fix", () => {
    expect(verdicts([redRun])).toMatchObject({
      "workflow-has-run": { status: "ok" },
      "last-run": {
        status: "broken",
        reason: `Run #12 (pull_request) is red: ${toPlainText(tailnet.oauthRefused.says)} ${url}`,
        fix: { kind: "command", command: "pulumi up --refresh --stack prod" },
      },
      "last-run-asked": { status: "skipped" },
    });
  });

  it("a fix that is no command is advice", () => {
    const found = verdicts([run({ jobs: [job({ annotations: annotate(fill(aperture.noName.says)) })] })]);
    expect(found["last-run"]).toMatchObject({ fix: { kind: "text", text: expect.stringMatching(/^Turn MagicDNS/) } });
  });

  it("a run from before the last change only waits for the next", () => {
    const found = verdicts([redRun], { setup: { changedAt: now - 30_000 } });
    expect(found["last-run"]).toMatchObject({ status: "unknown", waits: true });
    expect(verdicts([redRun], { setup: { changedAt: now - 90_000 } })["last-run"]).toMatchObject({ status: "broken" });
  });

  it("skipped and cancelled runs say nothing, and a run that goes on is passed over", () => {
    const passed = ["skipped", "cancelled", "action_required"].map((conclusion) => run({ conclusion }));
    const going = run({ status: "in_progress" });
    delete going.conclusion;
    expect(verdicts([going, ...passed, run({ conclusion: "success" })])["last-run"]).toMatchObject({ status: "ok" });
    expect(verdicts(passed)["workflow-has-run"]).toMatchObject({ waits: true });
    expect(verdicts([going])["workflow-has-run"]).toMatchObject({ waits: true });
    expect(verdicts([])["workflow-has-run"]).toMatchObject({
      fix: { kind: "command", command: "npm run verify -- --stack prod --open-pull-request acme/app" },
    });
  });

  it("a run that no runner takes, and one that waits for an approval", () => {
    const queued = (minutes: number) => run({ status: "queued", conclusion: "", startedAt: now - minutes * 60_000 });
    expect(verdicts([queued(5)])["run-is-taken"]).toMatchObject({ status: "ok" });
    expect(verdicts([queued(50)])["run-is-taken"]).toMatchObject({ reason: expect.stringContaining("ubuntu-latest") });
    expect(verdicts([run({ status: "waiting" })])["run-is-taken"]).toMatchObject({ status: "broken" });
  });

  it("a run that was waited for says it, and the last run does not say it again", () => {
    const found = verdicts([redRun], { followed: { kind: "ended", run: redRun, seconds: 60 } });
    expect(found["followed-run"]).toMatchObject({ status: "broken", reason: expect.stringContaining("Run #12") });
    expect(found["last-run"]).toMatchObject({ status: "skipped" });
    expect(verdicts([redRun])["followed-run"]).toMatchObject({ status: "skipped" });
    const none = verdicts([], { followed: { kind: "no run", minutes: 5 } });
    expect(none["followed-run"]).toMatchObject({ reason: "No run of the workflow has begun within 5 minutes." });
    const going = { kind: "not ended", run: run({ status: "in_progress" }), minutes: 30 };
    expect(verdicts([], { followed: going })["followed-run"]).toMatchObject({ status: "unknown" });
  });

  it("a file that GitHub does not start", () => {
    const found = verdicts([run({ conclusion: "startup_failure" })]);
    expect(found["last-run"]).toMatchObject({ status: "broken", reason: expect.stringContaining("not allowed") });
  });

  it("green and idle", () => {
    const log = ["No trigger found, skipping remaining steps"];
    const green = (jobs: WorkflowRun["jobs"]) =>
      verdicts([{ ...run({ conclusion: "success" }), ...(jobs && { jobs }) }]);
    expect(green([job({ conclusion: "success", log })])["last-run-asked"]).toMatchObject({ status: "broken" });
    expect(green([job({ conclusion: "success", log: [] })])["last-run-asked"]).toMatchObject({ status: "ok" });
    expect(green({ unread: "x" })["last-run-asked"]).toMatchObject({ status: "unknown" });
    expect(green(undefined)["last-run-asked"]).toMatchObject({ status: "ok" });
  });

  it("runs that nobody may read are not known", () => {
    expect(verdicts({ unread: "GitHub: 403" })["workflow-has-run"]).toEqual({
      status: "unknown",
      reason: "GitHub: 403",
    });
  });
});
