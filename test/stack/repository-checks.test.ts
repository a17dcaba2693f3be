import { describe, expect, it } from "vitest";
import { parseSettings } from "../../core/settings/settings.ts";
import type { RepositoryFacts } from "../../services/github/repositories.ts";
import { decideRepositories } from "../../stack/repository-checks.ts";
import type { WorkflowFileState } from "../../stack/workflow-files.ts";

const facts: RepositoryFacts = {
  asked: "acme/app",
  slug: "acme/app",
  id: 7,
  nodeId: "R_1",
  ownerId: 3,
  url: "https://github.com/acme/app",
  visibility: "PRIVATE",
  archived: false,
  disabled: false,
  permission: "ADMIN",
  defaultBranch: { name: "main", rules: [], requiredChecks: [] },
  oidc: { useDefault: true },
};

/** What GitHub says, and the text that is at the workflow's path. */
type Found = Partial<RepositoryFacts> & { text?: string };

function decide(found: Found | undefined, config: Record<string, string> = {}) {
  const { settings } = parseSettings({
    config: { "github:owner": "acme", "claude-aperture:repositories": '["app"]', ...config },
    project: "claude-aperture",
    stack: "prod",
    environment: {},
  });
  const isOwnFile = (_: unknown, owner: string | undefined) => owner === "claude-aperture/prod";
  const { text, ...known } = found ?? {};
  const file: WorkflowFileState = {
    path: ".github/workflows/claude.yml",
    wanted: { text: "wanted", blob: "1" },
    ...(text === undefined ? {} : { live: { blob: "2", text } }),
  };
  const mayBypass = (_: unknown, ruleset: number) => ({ 1: false, 2: true })[ruleset];
  const findings = new Map([["acme/app" as const, found && { ...facts, ...known }]]);
  return decideRepositories(settings, findings, new Map([["acme/app", file]]), isOwnFile, mayBypass);
}

const headed = (owner: string) => `# Written by claude-aperture for the stack ${owner}. Do not edit: ...\n`;
const protection = { requiresReviews: true, requiresStatusChecks: false, mayPush: true };
const protectedBranch: Found = { defaultBranch: { name: "main", rules: [], requiredChecks: [], protection } };
const ruled = (id: number): Found => {
  const rules = [{ type: "MERGE_QUEUE", ruleset: { id, name: "Main" } }];
  return { defaultBranch: { name: "main", rules, requiredChecks: [] } };
};
const skip = { "claude-aperture:onUnavailable": "skip" };
const asOutput = { "claude-aperture:delivery": '{"kind":"output"}' };
const byPullRequest = { "claude-aperture:delivery": '{"kind":"pull-request"}' };
const callersByPullRequest = { "claude-aperture:delivery": '{"kind":"central","callersBy":"pull-request"}' };
const callersByCommit = { "claude-aperture:delivery": '{"kind":"central","callersBy":"commit"}' };
const adopt = { "claude-aperture:workflow": '{"adopt":true}' };

describe("a repository", () => {
  it.each<[string, Found, Record<string, string>]>([
    ["that is as it should be", {}, {}],
    ["in another case", { slug: "Acme/App" }, {}],
    ["that takes no commits, with the file as output", protectedBranch, asOutput],
    ["that takes no commits, with a pull request", protectedBranch, byPullRequest],
    ["that takes no commits, with callers by pull request", protectedBranch, callersByPullRequest],
    ["whose ruleset the credential may bypass", ruled(2), {}],
    ["whose ruleset has nothing to say of its bypass", ruled(3), {}],
    ["with a workflow of this stack", { text: headed("claude-aperture/prod") }, {}],
    ["with a workflow of somebody else, adopted", { text: "on: push" }, adopt],
    ["with a workflow of somebody else, with the file as output", { text: "on: push" }, asOutput],
  ])("%s is set up", (_, found, config) => {
    const { text: _text, ...known } = found;
    expect(decide(found, config)).toMatchObject({ available: [{ facts: known }], skipped: [], problems: [] });
  });

  it.each<[string, Found | undefined, RegExp]>([
    ["is missing", undefined, /^It does not exist, or the GitHub credential cannot see it\. .*onUnavailable skip/],
    ["is archived", { archived: true }, /^It is archived/],
    ["is disabled", { disabled: true }, /^It is disabled/],
    ["was renamed", { slug: "acme/new" }, /\{ name: new, formerly: \[app\] \}/],
    ["was transferred", { slug: "other/app" }, /belongs to another owner.*stack of other/],
    ["may only be read", { permission: "READ" }, /may only read it/],
    ["is empty", { defaultBranch: undefined as never }, /no default branch/],
    [
      "is protected",
      protectedBranch,
      /"main" takes no commit .*: branch protection requires a pull request\.\s+Set delivery: \{ kind: pull-request \}/,
    ],
    ["has a ruleset", ruled(1), /: the ruleset "Main" requires the merge queue\./],
    [
      "has another workflow",
      { text: "on: push" },
      /claude\.yml exists and was not written by this program.*adopt: true/,
    ],
    ["has the workflow of another stack", { text: headed("acme/other") }, /is managed by the stack acme\/other/],
  ])("that %s is a problem, with the way out", (_, found, message) => {
    const { problems, available, skipped } = decide(found);
    expect(problems).toEqual([{ path: "acme/app", message: expect.stringMatching(message) }]);
    if (found === undefined) expect([available, skipped]).toEqual([[], []]);
  });

  it("that takes no commits is a problem where callers are committed, too", () => {
    expect(decide(protectedBranch, callersByCommit).problems).toHaveLength(1);
  });

  it.each<[string, Found | undefined]>([
    ["missing", undefined],
    ["archived", { archived: true }],
    ["disabled", { disabled: true }],
  ])("that is %s is left alone with onUnavailable: skip", (_, found) => {
    expect(decide(found, skip)).toMatchObject({ available: [], problems: [], skipped: [{ slug: "acme/app" }] });
  });
});
