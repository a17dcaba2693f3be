/** Which rules for tools people may add, and that no rule can be more than a rule. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notAnExactCommand, toolPastAperture, unknownTool } from "../../../core/messages/workflow-settings.ts";
import { describeShell, listCommands, refuseToolRule } from "../../../core/workflow/tool-rules.ts";
import { jobOf, options, stepOf } from "./workflows.ts";

const kinds = { command: notAnExactCommand, aperture: toolPastAperture, unknown: unknownTool };

/** Which message it is, by its fixed words. */
function kindOf(message: string | undefined): string {
  if (message === undefined) return "taken";
  const found = Object.entries(kinds).find(([, { says }]) => message.includes(says.replace("{rule}", "").trim()));
  return found?.[0] ?? message;
}

describe("a rule", () => {
  it.each<[string, string]>([
    ["Bash(npm test)", "taken"],
    ["Bash(./scripts/check.sh --all)", "taken"],
    ["Bash(go test ./... -run=TestA)", "taken"],
    ["Bash(npm run lint:fix)", "taken"],
    ["Bash(make -j4 test/unit@2 50%)", "taken"],
    ["Read(//opt/standards/**)", "taken"],
    ["Read(//srv/a_b/c-d.e/**)", "taken"],
    // Not one exact command.
    ...[
      ...["Bash", "bash", "Bash()", "Bash(*)", "Bash(npm:*)", "Bash(npm test:*)", "Bash(npm *)", "Bash(npm te?t)"],
      ...["Bash(a; b)", "Bash(a && b)", "Bash(a & b)", "Bash(a | b)", "Bash(a || b)", "Bash(a > b)", "Bash(a < b)"],
      ...["Bash(a $(b))", "Bash(a `b`)", "Bash(a $B)", "Bash(a ${B})", "Bash(a {b,c})", "Bash(a ~/b)", "Bash(a #b)"],
      ...["Bash(a\nb)", "Bash(a\tb)", "Bash(a\rb)", "Bash(a\u00a0b)", "Bash(a\u2028b)", "Bash(a  b)", "Bash( a)"],
      ...["Bash(a )", "Bash(a 'b')", 'Bash(a "b")', "Bash(a \\b)", "Bash(a b),Bash(c)", "Bash(a,b)", "Bash(a) Read(b)"],
      ...["Bash(-a)", "Bash(A=b c)", "Bash(a !b)", "Bash(ä)", "Bash(${{ github.sha }})", "Bash(a"],
      `Bash(${"a".repeat(115)})`,
    ].map((rule): [string, string] => [rule, "command"]),
    // Past Aperture.
    ...["WebFetch", "WebFetch(domain:example.com)", "WebSearch", "mcp__github__get_issue", "mcp__*", "mcp__a__b"].map(
      (rule): [string, string] => [rule, "aperture"],
    ),
    // No tool that can be added.
    ...[
      ...["", " ", "Write", "Edit", "Edit(src/**)", "Agent", "Task", "Skill", "Read", "Read(src/**)", "Read(//**)"],
      ...[
        "Read(/opt/**)",
        "Read(~/.ssh/**)",
        "Read(//opt)",
        "Read(//opt/*/a/**)",
        "Read(//opt/../etc/**)",
        "BashOutput",
      ],
      ...["Read(//opt/./**)", 'Read(//opt/"/**)', "Read(//opt/a,b/**)", "Read(//opt/a b/**)", "*", "Bash2(npm test)"],
      "Read(//opt/**) --dangerously-skip-permissions",
    ].map((rule): [string, string] => [rule, "unknown"]),
  ])("%j: %s", (rule, want) => {
    expect(kindOf(refuseToolRule(rule))).toBe(want);
  });

  it("that is taken stands between the quotes of its argument as one word, whatever it was made of", () => {
    const character = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(..."ab/.-") },
      fc.constantFrom(..."ab /.-:=@%+_ \"'`$\\(){}[],;&|<>*?!#~^\n\t"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom("Bash", "Read"), fc.string({ unit: character, maxLength: 6 }), (tool, inner) => {
        const rule = `${tool}(${tool === "Read" ? "//" : ""}${inner}${tool === "Read" ? "/**" : ""})`;
        if (refuseToolRule(rule) !== undefined) return;
        taken += 1;
        expect(rule).toMatch(/^(Bash|Read)\([\w ./:@%+=-]+(\/\*\*)?\)$/);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

it("lists each command once, and no other rule", () => {
  expect(listCommands(["Bash(npm test)", "Read(//opt/a/**)", "Bash(npm test)", "Bash(*)"])).toEqual(["npm test"]);
});

it("tells Claude of its shell", () => {
  expect(describeShell()).toBe("There is no shell.");
  expect(describeShell(["Bash(npm test)", "Bash(make)"])).toBe(
    "The shell is for these commands, exactly as they stand here: `npm test`, `make`.",
  );
});

it.each(["review", "mention"] as const)("stand beside the rules of %s, whose denials stay", (preset) => {
  const argumentsOf = (more: object) => {
    const { with: inputs } = stepOf(jobOf(preset, { ...options, ...more }), "Run Claude Code");
    const flag = (name: string) => new RegExp(`^--${name} "(.*)"$`, "m").exec(String(inputs?.claude_args))?.[1] ?? "";
    return { tools: flag("tools"), allowed: flag("allowedTools"), denied: flag("disallowedTools") };
  };
  const plain = argumentsOf({});
  const rules = ["Bash(npm test)", "Read(//opt/a/**)"];
  const joined = [plain.allowed, ...rules].filter(Boolean).join(",");
  expect(argumentsOf({ allowedTools: rules, trustPullRequestCode: true })).toEqual({
    tools: `Bash,${plain.tools}`,
    allowed: joined,
    denied: plain.denied,
  });
  // A folder to read brings no shell.
  expect(argumentsOf({ allowedTools: ["Read(//opt/a/**)"] }).tools).toBe(plain.tools);
});
