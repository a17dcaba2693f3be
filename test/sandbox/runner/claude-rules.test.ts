/** What the Claude action decides by itself, held against what was seen of the real one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { effectiveEnvironment, readArguments, splitWords } from "../../../sandbox/runner/actions/claude/arguments.ts";
import { findKeyProblem } from "../../../sandbox/runner/actions/claude/key.ts";
import { chooseMode, holdsPhrase, isTriggered, type Trigger } from "../../../sandbox/runner/actions/claude/mode.ts";

const trigger = (given: Partial<Trigger>): Trigger => ({
  event: "pull_request",
  payload: {},
  prompt: "",
  phrase: "@claude",
  label: "claude",
  trackProgress: false,
  ...given,
});
const pull = { number: 1, title: "A change", body: "Hello", head: { sha: "", ref: "" }, base: { ref: "main" } };
const mentioned = { ...pull, body: "@claude look" };
const comment = (body: string) => ({ issue: pull, comment: { id: 1, body } });
const prompt = "Review.";

/** Event by event: with a prompt, without, and whether it then runs. */
test.each<[string, Partial<Trigger>, "agent" | "tag", boolean]>([
  ["a pull request with a prompt", { prompt, payload: { pull_request: pull } }, "agent", true],
  ["a pull request without one", { payload: { pull_request: pull } }, "agent", false],
  ["not by the phrase in its text either", { payload: { pull_request: mentioned } }, "agent", false],
  [
    "a pull request with progress and phrase",
    { trackProgress: true, payload: { action: "opened", pull_request: mentioned } },
    "tag",
    true,
  ],
  ["with progress alone", { trackProgress: true, payload: { action: "opened", pull_request: pull } }, "tag", false],
  ["a comment with a prompt", { event: "issue_comment", prompt, payload: comment("x") }, "agent", true],
  ["a comment with the phrase", { event: "issue_comment", payload: comment("Please, @claude!") }, "tag", true],
  ["a comment with a longer name", { event: "issue_comment", payload: comment("@claudette") }, "tag", false],
  [
    "a comment below a text with the phrase",
    { event: "issue_comment", payload: { ...comment("x"), issue: mentioned } },
    "tag",
    false,
  ],
  [
    "a review",
    { event: "pull_request_review", payload: { action: "submitted", review: { body: "@claude" }, pull_request: pull } },
    "tag",
    true,
  ],
  [
    "a review that is dismissed",
    { event: "pull_request_review", payload: { action: "dismissed", review: { body: "@claude" }, pull_request: pull } },
    "tag",
    false,
  ],
  [
    "an issue with the phrase in its title",
    { event: "issues", payload: { action: "opened", issue: { ...pull, title: "@claude: why?" } } },
    "tag",
    true,
  ],
  [
    "an issue with the label",
    { event: "issues", payload: { action: "labeled", issue: pull, label: { name: "claude" } } },
    "tag",
    true,
  ],
  [
    "an issue with another label",
    { event: "issues", payload: { action: "labeled", issue: mentioned, label: { name: "bug" } } },
    "tag",
    false,
  ],
  ["a schedule with a prompt", { event: "schedule", prompt }, "agent", true],
  ["a schedule without one", { event: "schedule" }, "agent", false],
])("%s", (_, given, mode, runs) => {
  expect(chooseMode(trigger(given))).toBe(mode);
  expect(isTriggered(mode, trigger(given))).toBe(runs);
});

test.each([
  [{ event: "push" }, "Unsupported event type: push"],
  [{ event: "schedule", trackProgress: true }, "track_progress is only supported for events:"],
  [
    { trackProgress: true, payload: { action: "closed" } },
    "track_progress for pull_request events is only supported for actions:",
  ],
])("%j is red", (given, message) => {
  expect(() => chooseMode(trigger(given))).toThrow(message);
});

test.each([
  ["@claude", true],
  ["(@claude)", false],
  ["hey @Claude, look", true],
  ["me@claude.ai", false],
  ["@claude-bot", false],
  ["is that all, @claude?", true],
])("%s holds the phrase: %s", (text, expected) => {
  expect(holdsPhrase(text, "@claude")).toBe(expected);
});

test("a key is anything that is not empty", () => {
  expect(findKeyProblem({}, "-", "")).toBeUndefined();
  expect(findKeyProblem({ ANTHROPIC_API_KEY: "-" }, "", "")).toBeUndefined();
  expect(findKeyProblem({ ANTHROPIC_AUTH_TOKEN: "x" }, "", "")).toMatch(/Environment variable validation failed/);
});

test.each([
  [`--model "a b" --x 'c "d"' --flag\n--y a"b"'c'`, ["--model", "a b", "--x", 'c "d"', "--flag", "--y", "abc"]],
  [`"say \\"hi\\" \\$x \\\\"  a\\ b ""`, ['say "hi" $x \\', "a b", ""]],
])("%s is split as a shell does", (text, expected) => {
  expect(splitWords(text)).toEqual(expected);
});

describe("where requests go", () => {
  const settings = (host: string) => JSON.stringify({ env: { ANTHROPIC_BASE_URL: `http://${host}`, OTHER: host } });

  function folders(): Record<string, string> {
    const root = mkdtempSync(join(tmpdir(), "claude-rules-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    for (const [folder, host] of [
      ["home", "of-the-user"],
      ["work", "of-the-project"],
    ] as const) {
      mkdirSync(join(root, folder, ".claude"), { recursive: true });
      writeFileSync(join(root, folder, ".claude", "settings.json"), settings(host));
    }
    return { HOME: join(root, "home"), GITHUB_WORKSPACE: join(root, "work"), ANTHROPIC_BASE_URL: "http://ai" };
  }

  test.each<[string, string, Record<string, string>, string]>([
    ["", "", {}, "http://of-the-project"],
    ["--setting-sources user", "", {}, "http://of-the-user"],
    [`--settings '${settings("of-the-flag")}'`, "", {}, "http://of-the-flag"],
    ["--setting-sources user", settings("of-the-input"), {}, "http://of-the-user"],
    ["--setting-sources user", "", { CLAUDE_CONFIG_DIR: "/nowhere" }, "http://ai"],
    ["", "", { CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1" }, "http://ai"],
  ])("%s %s %j: %s", (args, input, env, expected) => {
    const found = effectiveEnvironment(readArguments(args, input), { ...folders(), ...env });
    expect(found.ANTHROPIC_BASE_URL).toBe(expected);
  });

  test("a host that manages its provider takes other variables from settings", () => {
    const env = { ...folders(), CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1" };
    expect(effectiveEnvironment(readArguments("", ""), env).OTHER).toBe("of-the-project");
  });
});
