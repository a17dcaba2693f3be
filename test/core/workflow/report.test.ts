/** The last step, executed by bash with the outcomes, events and execution files that runners and Claude Code leave. */
import { readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Machine } from "./shell.ts";

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.remove());

describe("Check that Claude ran", () => {
  const last = "Check that Claude ran";
  const succeeded = { JOB_STATUS: "success", TAILNET: "success", APERTURE: "success", CLAUDE: "success" };
  const failed = { ...succeeded, JOB_STATUS: "failure", CLAUDE: "failure", CONCLUSION: "" };
  const noOp = { ...succeeded, CONCLUSION: "" };

  it("is green when Claude succeeded", async () => {
    const { status, log } = await machine.run("review", last, { ...succeeded, CONCLUSION: "success" });
    expect({ status, log }).toEqual({ status: 0, log: "Claude ran through http://ai as tag:ci.\n" });
  });

  it.each([
    ["no conclusion of a review", noOp],
    ["a conclusion other than success", { ...succeeded, CONCLUSION: "failure" }],
    ["a failed step in spite of its conclusion", { ...failed, CONCLUSION: "success" }],
  ])("is red for %s", async (_, env) => {
    writeFileSync(machine.event, JSON.stringify({ pull_request: { title: "@claude", body: null } }));
    const { status, log, summary } = await machine.run("review", last, env);
    expect(status).toBe(1);
    expect(log).toContain("::error title=Claude did not succeed::");
    expect(summary).toMatch(/^### Claude did not succeed\n\n/);
  });

  it.each([
    ["tailnet", { TAILNET: "failure", APERTURE: "skipped" }, "did not join the tailnet"],
    ["request", { APERTURE: "failure" }, "Aperture did not answer as it should"],
    ["checkout", { TAILNET: "skipped", APERTURE: "skipped" }, "A step before Claude failed"],
  ])("is red and names the step when the %s failed", async (_, outcomes, message) => {
    const { status, log } = await machine.run("review", last, { ...failed, ...outcomes, CLAUDE: "skipped" });
    expect(status).toBe(1);
    expect(log).toContain(message);
  });

  it.each(["skipped", "cancelled", ""])(
    "is green in a job that was cancelled with Claude's step %j",
    async (outcome) => {
      const { status, log } = await machine.run("review", last, {
        ...succeeded,
        JOB_STATUS: "cancelled",
        CLAUDE: outcome,
      });
      expect({ status, log }).toEqual({ status: 0, log: "The job was cancelled before Claude was done.\n" });
    },
  );

  it("is green when the asker has no write access, and red when nobody could tell", async () => {
    const skipped = { JOB_STATUS: "success", TAILNET: "skipped", APERTURE: "skipped", CLAUDE: "skipped" };
    const refused = await machine.run("mention", last, { ...skipped, WRITE_ACCESS: "false" });
    expect(refused).toMatchObject({
      status: 0,
      summary: "Claude was not asked: alice has no write access to this repository.\n",
    });
    const unknown = await machine.run("mention", last, { ...skipped, JOB_STATUS: "failure", WRITE_ACCESS: "" });
    expect(unknown).toMatchObject({ status: 1 });
  });

  const hostile = "\"; touch pwned; $(touch pwned) `touch pwned` ' ${PATH} ::error::x ##[error]x %0A <script>\n";
  const lookAlikes = [
    "me@claude.ai",
    "@claude-bot",
    "x@claude",
    "@claudette",
    "@claude_",
    "(@claude)",
    "`@claude`",
    hostile,
  ];
  const mentions = [
    "@claude",
    "@Claude, why?",
    "a\n@claude\nb",
    "so: @claude!",
    "@claude\u00a0please",
    `${hostile}@claude ${hostile}`,
  ];
  const events = {
    issue_comment: (body: string) => ({ comment: { body }, issue: { title: "@claude", body: "@claude" } }),
    pull_request_review_comment: (body: string) => ({ comment: { body }, pull_request: { body: "@claude" } }),
    pull_request_review: (body: string) => ({ review: { body }, pull_request: { body: "@claude" } }),
    issues: (body: string) => ({ issue: { title: "me@claude.ai", body } }),
    "issues, in the title": (title: string) => ({ issue: { title, body: null } }),
  };

  describe.each(Object.entries(events))("a green no-op of the action on %s", (name, event) => {
    const judge = (text: string) => {
      writeFileSync(machine.event, JSON.stringify(event(text)));
      return machine.run("mention", last, {
        ...noOp,
        WRITE_ACCESS: "true",
        GITHUB_EVENT_NAME: name.split(",")[0] ?? "",
      });
    };

    it.each(lookAlikes)("is green for the look-alike %j", async (text) => {
      const { status, log } = await judge(text);
      const said = "Claude was not asked: the text contains @claude, but not as a word of its own.\n";
      expect({ status, log }).toEqual({ status: 0, log: said });
      expect(readdirSync(machine.folder)).not.toContain("pwned");
    });

    it.each(mentions)("is red for the mention %j", async (text) => {
      const { status, log } = await judge(text);
      expect(status).toBe(1);
      expect(log).toBe(
        "::error title=Claude did not succeed::The Claude action found nothing to do and called no model. " +
          "Check its inputs in this file; another release of the action may need others.\n",
      );
      expect(readdirSync(machine.folder)).not.toContain("pwned");
    });
  });

  it("judges a mention longer than an environment variable may be", async () => {
    writeFileSync(machine.event, JSON.stringify({ comment: { body: `me@claude.ai ${"語".repeat(65_000)}` } }));
    expect(await machine.run("mention", last, { ...noOp, WRITE_ACCESS: "true" })).toMatchObject({ status: 0 });
  });

  // As Claude Code 2.1.240 writes it, measured with a gateway that answers so.
  const execution = (result: object) => [
    { type: "system", subtype: "init", model: "claude-sonnet-4-6" },
    { type: "assistant", message: { content: [{ type: "text", text: "secret conversation" }] } },
    { is_error: true, subtype: "success", terminal_reason: "api_error", type: "result", ...result },
  ];
  const judgeExecution = (messages: unknown, env: Record<string, string> = {}) => {
    writeFileSync(machine.executionFile, JSON.stringify(messages, null, 2));
    return machine.run("review", last, { ...failed, ...env });
  };

  it.each([
    [400, "API Error: 400 blocked by policy", "A guardrail in Aperture or the provider refused the request."],
    [
      401,
      'Failed to authenticate. API Error: 401 {"error":"unauthorized"}',
      "The provider refused the key that Aperture sent",
    ],
    [
      403,
      "Failed to authenticate. API Error: 403 access denied: no role granted",
      'lacks { "role": "user" } or a models entry',
    ],
    [
      404,
      "There's an issue with the selected model (claude-sonnet-4-6).",
      "No models entry of the grant for tag:ci matches",
    ],
    [405, "API Error: 405 method not allowed", "baseurl in Aperture probably ends in /v1"],
    [429, "API Error: Request rejected (429) · quota exhausted", "A quota in Aperture or a rate limit"],
    [529, "API Error: 529 overloaded", "Aperture or the provider failed; run the job again later."],
  ])("gives reason and cause for status %d", async (status, result, cause) => {
    const outcome = await judgeExecution(execution({ result, api_error_status: status }));
    expect(outcome.status).toBe(1);
    expect(outcome.log).toContain(`Reason: ${result}\n`);
    expect(outcome.log).toContain(`(HTTP status: ${status}).`);
    expect(outcome.log).toContain(cause);
    expect(outcome.summary).toContain(`\n    ${result}\n`);
    expect(outcome.summary).toContain(cause);
    expect(outcome.log + outcome.summary).not.toContain("secret conversation");
  });

  it.each([
    [
      "a connection that failed",
      { result: "API Error: Connection refused", api_error_status: null },
      "(HTTP status: none)",
    ],
    ["a release without the field", { result: "API Error: 403 no role" }, "(HTTP status: 403)"],
    [
      "too many turns",
      { subtype: "error_max_turns", errors: ["Reached maximum number of turns"] },
      "Reason: Reached maximum",
    ],
    ["nothing but a subtype", { subtype: "error_during_execution" }, "Reason: error_during_execution"],
  ])("reads %s", async (_, result, message) => {
    expect((await judgeExecution(execution(result))).log).toContain(message);
  });

  it("reads the file that the action names", async () => {
    const named = join(machine.folder, "elsewhere.json");
    writeFileSync(named, JSON.stringify(execution({ result: "API Error: 403 named", api_error_status: 403 })));
    expect((await judgeExecution([], { EXECUTION_FILE: named })).log).toContain("Reason: API Error: 403 named");
  });

  it.each([
    ["no messages", []],
    ["no result", execution({ type: "assistant" })],
  ])("is red for an execution file with %s", async (_, messages) => {
    expect(await judgeExecution(messages)).toMatchObject({
      status: 1,
      log: expect.stringContaining("Reason: no result"),
    });
  });

  it("is red without an execution file, and with one that is no JSON", async () => {
    const expected = "The Claude step failed without an answer of the model.";
    expect(await machine.run("review", last, failed)).toMatchObject({
      status: 1,
      log: expect.stringContaining(expected),
    });
    writeFileSync(machine.executionFile, "{");
    expect(await machine.run("review", last, failed)).toMatchObject({
      status: 1,
      log: expect.stringContaining(expected),
    });
  });

  it("quotes a reason without obeying it", async () => {
    const result = `API Error: 403\n::error::fake\r\n::add-mask::x ${hostile}\u2028${"x".repeat(2000)}`;
    const { status, log, summary } = await judgeExecution(execution({ result, api_error_status: 403 }));
    expect(status).toBe(1);
    expect(readdirSync(machine.folder)).not.toContain("pwned");
    expect(log.split("\n").filter((line) => line.trimStart().startsWith("::"))).toEqual([
      expect.stringMatching(/^::error title=Claude did not succeed::Claude ended with an error/),
    ]);
    expect(log).not.toContain("##[");
    expect(log.split("\n")[0]?.length).toBeLessThan(520);
    expect(summary.split("\n").filter((line) => line.includes("<script>"))).toEqual([
      expect.stringMatching(/^ {4}API Error/),
    ]);
  });

  it("works with Bun's name for the JavaScript runtime, and with nothing but bash's own commands", async () => {
    rmSync(join(machine.bin, "node"));
    rmSync(join(machine.bin, "sleep"));
    symlinkSync(process.execPath, join(machine.bin, "bun"));
    writeFileSync(
      machine.executionFile,
      JSON.stringify(execution({ result: "API Error: 403 x", api_error_status: 403 })),
    );
    const { log } = await machine.run("review", last, failed, machine.bin);
    expect(log).toContain("Reason: API Error: 403 x");
    expect(log).not.toContain("command not found");
  });

  it("is red where nothing can read JSON", async () => {
    rmSync(join(machine.bin, "node"));
    writeFileSync(machine.event, JSON.stringify({ comment: { body: "me@claude.ai" } }));
    writeFileSync(machine.executionFile, JSON.stringify(execution({})));
    expect(await machine.run("mention", last, { ...noOp, WRITE_ACCESS: "true" }, machine.bin)).toMatchObject({
      status: 1,
    });
    expect(await machine.run("review", last, failed, machine.bin)).toMatchObject({ status: 1 });
  });
});
