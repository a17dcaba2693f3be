/** What people set in a workflow, as the real Claude Code takes it: commands, folders, turns, the system prompt, headers. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { escapeArgumentText } from "../../core/workflow/argument-text.ts";
import { flagsOf } from "./arguments.ts";
import { claudeCodeInCache } from "./claude-code.ts";
import type { ToolUse } from "./model.ts";
import { commandsRun, createWorld, leaveTrace, type Run, secrets, start, type World, writeProgram } from "./world.ts";

describe.each([
  // In a mention the action accepts edits, and with them commands that only change files of the checkout.
  { preset: "review", edits: false },
  { preset: "mention", edits: true },
] as const)("commands of allowedTools, $preset", ({ preset, edits }) => {
  /** Command, and whether it runs. */
  const tries: [string, boolean][] = [
    ["./check.sh", true],
    ["./check.sh --all", false],
    ["./check.sh; ./other.sh", false],
    ["./check.sh > out.txt", edits],
    ["./other.sh", false],
    ["sh check.sh", false],
    ["env", false],
    ["curl http://127.0.0.1", false],
    ["git push", false],
    ["touch x", edits],
    // What only reads needs no rule: with a shell Claude can read the job's token (docs/security.md).
    ["cat README.md", true],
    ["tac .git/config", true],
    ["cat < .git/config", true],
  ];
  let world: World;
  let run: Run;
  beforeAll(async () => {
    world = createWorld();
    writeProgram(`${world.checkout}/check.sh`, leaveTrace(world, "check"));
    writeProgram(`${world.checkout}/other.sh`, leaveTrace(world, "other"));
    const toolUses: ToolUse[] = tries.map(([command]) => ({ name: "Bash", input: { command } }));
    const file_path = `${world.checkout}/check.sh`;
    const content = `#!/bin/sh\n${leaveTrace(world, "rewritten")}\n`;
    toolUses.push(
      { name: "Read", input: { file_path: `${world.root}/elsewhere/file.txt` } },
      { name: "Read", input: { file_path } },
      { name: "Write", input: { file_path, content } },
      { name: "Bash", input: { command: "./check.sh" } },
    );
    const allowedTools = ["Bash(./check.sh)", `Read(/${world.root}/elsewhere/**)`];
    run = await start({ world, preset, toolUses, workflow: { allowedTools, trustPullRequestCode: true } });
  });
  afterAll(() => world.remove());

  it.each(tries.map(([command, want], index) => [command, want, index] as const))("%s: %s", (_, want, index) => {
    const result = run.model.results[index];
    expect({ ran: !result?.isError, text: result?.text }).toMatchObject({ ran: want });
  });

  it("are what Claude makes of them, where it may write", () => {
    expect(commandsRun(world)).toEqual(edits ? ["check", "rewritten"] : ["check"]);
  });

  it("stand beside the folder that may be read", () => {
    expect(run.model.results[tries.length]?.text).toContain(secrets.elsewhere);
  });
});

describe.each(["review", "mention"] as const)("%s", (preset) => {
  it("has the system prompt as it was written, sends the headers, and ends at the limit of turns", async () => {
    const world = createWorld();
    const toolUses = Array.from({ length: 5 }, () => ({ name: "Read", input: { file_path: "README.md" } }));
    const systemPrompt = '# Our words\n--model "x"\n  # Costs: $5 at `C:\\`';
    const { model, output } = await start({ world, preset, toolUses, workflow: { systemPrompt, maxTurns: 3 } });
    world.remove();
    expect(model.conversation).toHaveLength(3);
    expect(output).toContain('"subtype":"error_max_turns"');
    expect(model.conversation[0]).toContain(JSON.stringify(systemPrompt).slice(1, -1));
    expect(model.headers[0]).toMatchObject({
      "x-github-repository": "${{ github.repository }}",
      "x-github-run": "${{ github.run_id }}",
      "x-github-number": "${{ github.event.pull_request.number || github.event.issue.number }}",
    });
  });
});

it("no system prompt is another argument, for the action's own reading of arguments", async () => {
  const { split } = await claudeCodeInCache();
  const unit = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    fc.constantFrom(..."\"'\\$`#-{}*?! \t\n\r", "\n#", "--", '\\"', '" --last "'),
  );
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1 }), (given) => {
      const text = given.trim();
      fc.pre(text !== "");
      const prompt = `On a pull request.\n${escapeArgumentText(text)}`;
      const flags = flagsOf(`--tools "Read"\n--append-system-prompt "${prompt}"\n--strict-mcp-config\n`, split);
      expect([...flags.keys()]).toEqual(["tools", "append-system-prompt", "strict-mcp-config"]);
      expect(flags.get("append-system-prompt")?.split("\n").slice(1).join("\n").trim()).toBe(text);
    }),
    { numRuns: 5000 },
  );
});
