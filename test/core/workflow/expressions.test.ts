import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findSecretExpression,
  findUntrustedExpression,
  hasUnclosedExpression,
} from "../../../core/workflow/expressions.ts";

/** GitHub's own list of what outsiders control, and what the events of other presets would add. */
const untrusted = [
  "github.event.issue.title",
  "github.event.issue.body",
  "github.event.pull_request.title",
  "github.event.pull_request.body",
  "github.event.pull_request.head.ref",
  "github.event.pull_request.head.label",
  "github.event.pull_request.head.repo.default_branch",
  "github.event.pull_request.head.repo.description",
  "github.event.comment.body",
  "github.event.review.body",
  "github.event.review_comment.body",
  "github.event.discussion.title",
  "github.event.discussion.body",
  "github.event.pages.*.page_name",
  "github.event.pages[0].html_url",
  "github.event.commits.*.message",
  "github.event.commits[0].message",
  "github.event.commits.*.author.email",
  "github.event.commits.*.author.name",
  "github.event.head_commit.message",
  "github.event.head_commit.author.email",
  "github.event.head_commit.author.name",
  "github.event.head_commit.committer.name",
  "github.event.workflow_run.head_branch",
  "github.event.workflow_run.display_title",
  "github.event.workflow_run.head_commit.message",
  "github.event.workflow_run.pull_requests[0].head.ref",
  "github.event.changes.title.from",
  "github.head_ref",
  // Objects that hold all of it.
  "github",
  "toJSON(github)",
  "toJson( github )",
  "github.event",
  "toJSON(github.event)",
  "toJSON(github.event.pull_request)",
  "join(github.event.commits.*.message, ', ')",
  "github.*",
  "github.event.*",
  "github.event.pull_request.*",
  // Other spellings of the same.
  "GitHub.Event.Issue.Title",
  "github['event']['issue']['title']",
  "github [ 'event' ] . issue . title",
  "github['head_ref']",
  "github[env.PROPERTY]",
  "github.event[inputs.kind].title",
  "github.event.issue[format('{0}', 'title')]",
  "fromJSON(toJSON(github)).event.issue.number",
  "format('{0}', github.event.issue.title)",
  "'}}' == github.event.issue.title",
  "'it''s }}' && github.head_ref",
  "contains(github.event.comment.body, '@claude') && 'a' || 'b'",
  "github.event.issue.number || github.event.issue.title",
  "1 < 2 && github.head_ref",
  "inputs.x[github.head_ref]",
  "!github.head_ref",
];

const trusted = [
  "github.repository",
  "github.repository_owner",
  "github.actor",
  "github.triggering_actor",
  "github.base_ref",
  "github.sha",
  "github.run_id",
  "github.event_name",
  "github.event.action",
  "github.event.number",
  "github.event.pull_request.number",
  "github.event['pull_request']['number']",
  "github.event.pull_request.head.sha",
  "github.event.pull_request.head.repo.full_name",
  "github.event.pull_request.base.ref",
  "github.event.pull_request.user.login",
  "github.event.pull_request.html_url",
  "github.event.repository.default_branch",
  "github.event.issue.number",
  "github.event.comment.id",
  "github.event.sender.login",
  "github.event.commits.*.id",
  "format('{0}/{1}', github.repository, github.event.issue.number)",
  "'github.event.issue.title'",
  "'it''s github.head_ref'",
  "env.github.head_ref",
  "vars.PROMPT",
  "inputs.topic",
  "matrix.language[0]",
  "hashFiles('**/package-lock.json')",
  "1.5 + 2",
  "",
];

describe("findUntrustedExpression", () => {
  it.each(untrusted)("finds %s", (expression) => {
    expect(findUntrustedExpression(`Look at \${{ ${expression} }} please`)).toBe(`\${{ ${expression} }}`);
    expect(findUntrustedExpression(`\${{ github.repository }}\${{${expression}}}`)).toBe(`\${{${expression}}}`);
  });

  it.each(trusted)("takes %s", (expression) => {
    expect(findUntrustedExpression(`Look at \${{ ${expression} }} please`)).toBeUndefined();
  });

  it.each([
    "",
    "github.event.issue.title",
    "{{ github.head_ref }}",
    "$ {{ github.head_ref }}",
    "${{ github.sha }} github.head_ref",
  ])("takes %j, which GitHub does not evaluate", (text) => {
    expect(findUntrustedExpression(text)).toBeUndefined();
  });

  it("finds an expression that nobody closed", () => {
    expect(findUntrustedExpression("${{ github.head_ref")).toBe("${{ github.head_ref");
    expect(findUntrustedExpression("${{ 'x }} github.head_ref")).toBeUndefined();
    expect(findUntrustedExpression("${{ ")).toBeUndefined();
    expect(findUntrustedExpression("${{ github.event.issue[")).toBe("${{ github.event.issue[");
  });

  it("finds it among any text", () => {
    const plain = fc.string({ unit: fc.constantFrom(..."ab $\n}'\"{.#") }).filter((text) => !text.includes("${{"));
    fc.assert(
      fc.property(plain, fc.constantFrom(...untrusted), plain, (before, expression, after) => {
        fc.pre(!before.endsWith("$") && !after.startsWith("{"));
        const written = `\${{ ${expression} }}`;
        expect(findUntrustedExpression(before + written + after)).toBe(written);
      }),
    );
  });

  it("ends for any text", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("${{", "}}", "'", "github", ".", "event", "[", "]", "*", "(", ")", " ", "x"),
        }),
        (text) => {
          const found = findUntrustedExpression(text);
          if (found !== undefined) expect(text).toContain(found);
        },
      ),
    );
  });
});

describe("findSecretExpression", () => {
  it.each([
    "secrets.NPM_TOKEN",
    "secrets",
    "Secrets.x",
    "SECRETS['NPM_TOKEN']",
    "secrets [ 'A' ]",
    "secrets.*",
    "secrets[github.event_name]",
    "toJSON(secrets)",
    "toJson( secrets )",
    "join(secrets.*, ',')",
    "format('{0}', secrets.A)",
    "github.ref == 'x' && secrets.A || ''",
    "inputs.x[secrets.A]",
    "'}}' == secrets.A",
    "!secrets.A",
    "fromJSON(toJSON(secrets)).A",
    "github.token",
    "GITHUB.Token",
    "github['token']",
    "github [ 'TOKEN' ]",
    "github",
    "toJSON(github)",
    "github.*",
    "github[env.NAME]",
    "env.GITHUB_TOKEN",
    "env['my_secret']",
    "env.ANTHROPIC_API_KEY",
    "env",
    "toJSON(env)",
  ])("finds %s", (expression) => {
    expect(findSecretExpression(`Look at \${{ ${expression} }} please`)).toBe(`\${{ ${expression} }}`);
    expect(findSecretExpression(`\${{ github.repository }}\${{${expression}}}`)).toBe(`\${{${expression}}}`);
  });

  it.each([
    "github.repository",
    "github.event.pull_request.number",
    "'secrets.A'",
    "vars.SECRETS",
    "inputs.secrets",
    "github.event.token",
    "env.LANGUAGE",
    "",
  ])("takes %s", (expression) => {
    expect(findSecretExpression(`Look at \${{ ${expression} }} please`)).toBeUndefined();
  });

  it("takes words that GitHub does not evaluate", () => {
    expect(findSecretExpression("Never print secrets.NPM_TOKEN or github.token")).toBeUndefined();
  });
});

it.each([
  ["", false],
  ["${{ github.sha }}", false],
  ["a }} b", false],
  ["${{ '}}' }}", false],
  ["${{ github.sha", true],
  ["a ${{ b }} c ${{ d }", true],
  ["${{ 'x }}", true],
])("an expression in %j that nobody closed: %j", (text, expected) => {
  expect(hasUnclosedExpression(text)).toBe(expected);
});
