import { describe, expect, it } from "vitest";
import { type ActionName, actionNames, actionStep, actions, parsePin } from "../../../core/workflow/actions.ts";
import { longestPrompt, longestSystemPrompt, promptLength } from "../../../core/workflow/names.ts";
import {
  claudeWorkflow,
  findWorkflowProblems,
  nameSecrets,
  WorkflowError,
  type WorkflowOptions,
  workflowDefaults,
} from "../../../core/workflow/presets.ts";
import { options, scenarios } from "./workflows.ts";

const sha = "0123456789abcdef0123456789abcdef01234567";

describe("findWorkflowProblems", () => {
  it.each(Object.entries({ ...scenarios, defaults: { ...options, ...workflowDefaults } }))("takes %s", (_, given) => {
    expect(findWorkflowProblems(given)).toEqual([]);
  });

  it.each<[string, Partial<Record<keyof WorkflowOptions, unknown>>, string]>([
    ["owner", { owner: "" }, "one line"],
    ["owner", { owner: "a\nname: evil" }, "one line"],
    ["presets", { presets: [] }, "name at least one of review, mention"],
    ["presets", { presets: ["revue"] }, '"revue" does not exist'],
    ["hostname", { hostname: "http://ai" }, "without scheme, port and path, like ai"],
    ["hostname", { hostname: "ai:80" }, "without scheme"],
    ["hostname", { hostname: "ai,other" }, "without scheme"],
    ["hostname", { hostname: "${{ github.head_ref }}" }, "is not a host name"],
    ["tag", { tag: "ci" }, "write tag:"],
    ["tag", { tag: "tag:ci,tag:other" }, "is not one tag"],
    ["model", { model: "claude-*" }, "is not a model's name"],
    ["model", { model: 'x" --dangerously-skip-permissions "' }, "is not a model's name"],
    ["path", { path: ".github/workflows/sub/claude.yml" }, "is no workflow"],
    ["path", { path: "claude.yml" }, "is no workflow"],
    ["timeoutMinutes", { timeoutMinutes: 4 }, "from 5 to 360, not 4"],
    ["timeoutMinutes", { timeoutMinutes: 361 }, "from 5 to 360, not 361"],
    ["timeoutMinutes", { timeoutMinutes: 7.5 }, "whole number"],
    ["joinTimeoutSeconds", { joinTimeoutSeconds: -1 }, "from 0 to 300, not -1"],
    ["joinTimeoutSeconds", { joinTimeoutSeconds: 301 }, "from 0 to 300, not 301"],
    ["joinTimeoutSeconds", { joinTimeoutSeconds: 0.5 }, "whole number"],
    ["environment", { environment: "*" }, "plain name"],
    ["environment", { environment: "${{ github.base_ref }}" }, "plain name"],
    ["environment", { environment: " prod" }, "plain name"],
    ["runsOn", { runsOn: [] }, "at least one runner label"],
    ["runsOn", { runsOn: ["linux", ""] }, "at least one runner label"],
    ["runsOn", { runsOn: "${{ github.head_ref }}" }, "${{ github.head_ref }} can carry text of an outsider"],
    ["prompt", { prompt: " \n" }, "is empty"],
    ["prompt", { prompt: "Title: ${{ github.event.pull_request.title }}" }, "can carry text of an outsider"],
    [
      "allowedTools[1]",
      { allowedTools: ["Read(//opt/**)", "WebFetch"] },
      '"WebFetch" reaches other servers than Aperture',
    ],
    ["allowedTools", { allowedTools: ["Bash(npm test)"] }, "Bash(npm test) runs code that a pull request brings"],
    [
      "allowedTools",
      { allowedTools: Array(21).fill("Bash(make)"), trustPullRequestCode: true },
      "has 21 entries, of at most 20",
    ],
    ["maxTurns", { maxTurns: 1 }, "from 2 to 1000, not 1"],
    ["maxTurns", { maxTurns: 1001 }, "from 2 to 1000, not 1001"],
    ["maxTurns", { maxTurns: 2.5 }, "whole number"],
    ["systemPrompt", { systemPrompt: " \n" }, "is empty"],
    ["systemPrompt", { systemPrompt: "a\0" }, "a YAML file cannot hold"],
    ["systemPrompt", { systemPrompt: "The base is ${{ github.base_ref }}." }, "would be read as arguments"],
    ["systemPrompt", { systemPrompt: '"'.repeat(4_001) }, "is 8002 characters long for GitHub, of at most 8000"],
    ["triggerPhrase", { triggerPhrase: "@claude'" }, '"@claude\'" cannot start a mention'],
    ["paths[0]", { paths: ["docs/"] }, '"docs/" is not a pattern for paths: it ends with /'],
    ["paths", { paths: ["!docs/**"] }, "All patterns begin with !"],
    ["paths", { paths: Array(51).fill("a") }, "has 51 entries, of at most 50"],
    ["skipPaths[1]", { skipPaths: ["a", "${{ github.sha }}"] }, "is not a pattern for paths"],
    ["skipPaths", { skipPaths: ["!a"] }, "All patterns begin with !"],
    ["skipLabels[0]", { skipLabels: ["a\nb"] }, "is not the name of a label"],
    ["skipLabels[0]", { skipLabels: ["${{ github.sha }}"] }, "is not the name of a label"],
    ['actions["actions/cache"]', { actions: { "actions/cache": `acme/cache@${sha}` } }, "is not used; the file uses"],
    ['actions["actions/checkout"]', { actions: { "actions/checkout": "actions/checkout@v6" } }, "is not pinned"],
  ])("%s: %j", (path, change, message) => {
    const given = { ...options, ...change } as WorkflowOptions;
    expect(findWorkflowProblems(given)).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(() => claudeWorkflow(given)).toThrow(WorkflowError);
  });

  it("takes empty lists, which take the stack's own away, and renders nothing for them", () => {
    const none = { allowedTools: [], paths: [], skipPaths: [], skipLabels: [] };
    expect(claudeWorkflow({ ...options, ...none })).toEqual(claudeWorkflow(options));
  });

  it("leaves the longest texts together below GitHub's limit of an expression", () => {
    const given = {
      ...options,
      presets: ["review", "mention"] as const,
      prompt: "x".repeat(longestPrompt),
      systemPrompt: "x".repeat(longestSystemPrompt),
      allowedTools: Array.from({ length: 20 }, (_, index) => `Bash(${"x".repeat(110)}${index})`),
      trustPullRequestCode: true,
      model: "x".repeat(256),
      hostname: `${"x.".repeat(126)}x`,
    };
    const { jobs } = claudeWorkflow(given);
    for (const step of Object.values(jobs).flatMap((job) => job.steps))
      for (const value of Object.values(step.kind === "action" ? step.with : {}))
        if (value.includes("${{")) expect(promptLength(value)).toBeLessThan(21_000);
  });

  it("names everything that is wrong in one error", () => {
    expect(() => claudeWorkflow({ ...options, hostname: "a b", timeoutMinutes: 0 })).toThrow(
      /^hostname: .*\ntimeoutMinutes: .*$/,
    );
  });
});

describe("actions", () => {
  it("are pinned to whole commit SHAs of named releases", () => {
    for (const name of actionNames) {
      expect(parsePin(`${name}@${actions[name].commit} # ${actions[name].version}`)).toEqual({
        uses: `${name}@${actions[name].commit}`,
        version: actions[name].version,
      });
    }
  });

  it.each([
    [`acme/checkout@${sha}`, { uses: `acme/checkout@${sha}` }],
    [`acme/monorepo/actions/checkout@${sha}`, { uses: `acme/monorepo/actions/checkout@${sha}` }],
    [`acme/checkout@${sha} # v1.2.3`, { uses: `acme/checkout@${sha}`, version: "v1.2.3" }],
    [`acme/checkout@${sha.slice(1)}`, undefined],
    [`acme/checkout@${sha}0`, undefined],
    [`acme/checkout@${sha.toUpperCase()}`, undefined],
    [`acme/checkout@${sha} # v1\n- run: evil`, undefined],
    [`checkout@${sha}`, undefined],
    ["acme/checkout@main", undefined],
    ["./local", undefined],
  ])("reads the pin %j", (text, pin) => {
    expect(parsePin(text)).toEqual(pin);
  });

  it("leave out inputs without a value, and keep their own pin where the override is none", () => {
    const name: ActionName = "actions/checkout";
    expect(actionStep(name, "nonsense", { name: "Checkout", with: {} })).toEqual({
      kind: "action",
      name: "Checkout",
      uses: `${name}@${actions[name].commit}`,
      version: actions[name].version,
      with: {},
    });
  });
});

it("names the secrets of each identity as Tailscale's how-to does", () => {
  expect(nameSecrets("federated")).toEqual({ clientId: "TS_OAUTH_CLIENT_ID", audienceOrSecret: "TS_AUDIENCE" });
  expect(nameSecrets("oauth")).toEqual({ clientId: "TS_OAUTH_CLIENT_ID", audienceOrSecret: "TS_OAUTH_SECRET" });
});
