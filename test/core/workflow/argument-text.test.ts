/** A person's text on its way through `claude_args`: the Claude action reads it as it was written, and as nothing else. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { escapeArgumentText } from "../../../core/workflow/argument-text.ts";
import { jobOf, options, stepOf } from "./workflows.ts";

/**
 * What the action makes of its arguments: lines that begin with `#` go, then shell-quote 1.8.4 finds words (tried with the
 * package itself by `npm run fidelity`): outside of quotes blanks separate, `'` takes all literally, and in `"` a
 * backslash takes the meaning from `"`, `\` and `$` alone.
 */
function readWords(text: string): string[] {
  const lines = text.split("\n").filter((line) => !line.trim().startsWith("#"));
  // A quotation ends at the first quote that no backslash precedes.
  const words =
    lines.join("\n").match(/((\\['"|&;()<> \t]|[^\s'"|&;()<> \t])+|"((\\"|[^"])*?)"|'((\\'|[^'])*?)')+/g) ?? [];
  return words.map((word) => {
    let read = "";
    let quote = "";
    for (let at = 0; at < word.length; at++) {
      const character = word[at] ?? "";
      if (character === quote) quote = "";
      else if (quote === "" && /["']/.test(character)) quote = character;
      else if (quote === '"' && character === "$") throw new Error(`a variable: ${word}`);
      else if (quote === '"' && character === "\\" && /["\\$]/.test(word[at + 1] ?? "")) read += word[++at];
      else read += character;
    }
    return read;
  });
}

const unit = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  fc.constantFrom(..."\"'\\$`#-{}()|&;<>*?! \t\n\r\u00a0\u2028"),
  fc.constantFrom("\n#", "\n  # ", "--", '\\"', "$(id)", '" --dangerously-skip-permissions "', '--allowedTools "Bash"'),
);

it("a system prompt is one argument, and no word of it another", () => {
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1 }), fc.constantFrom("", "On a pull request.\n"), (given, before) => {
      const text = given.trim();
      fc.pre(text !== "");
      const escaped = escapeArgumentText(text);
      const words = readWords(
        `--tools "Read"\n--append-system-prompt "${before}${escaped}"\n--settings '{"a":1}'\n--last`,
      );
      const [space, end] = [text.startsWith("-") ? " " : "", text.endsWith("\\") ? " " : ""];
      expect(words).toEqual([
        ...["--tools", "Read", "--append-system-prompt", `${before}${space}${text}${end}`],
        ...["--settings", '{"a":1}', "--last"],
      ]);
      // Nothing that searches the text itself finds a flag in it.
      expect(escaped).not.toContain("--");
    }),
    { numRuns: 2000 },
  );
});

it.each(["review", "mention"] as const)("%s has it behind what the preset has", (preset) => {
  const promptOf = (systemPrompt?: string) => {
    const given = { ...options, ...(systemPrompt === undefined ? {} : { systemPrompt }) };
    const words = readWords(
      String(stepOf(jobOf(preset, given), "Run Claude Code").with?.claude_args).replaceAll("${{", ""),
    );
    const at = words.indexOf("--append-system-prompt");
    return at < 0 ? undefined : words[at + 1];
  };
  const own = promptOf();
  const text = '# Rules\n\n## Say "why"\nNo $VARIABLE, no `id`. --model "x"';
  expect(promptOf(`\n${text}\n`)).toBe(own === undefined ? text : `${own}\n${text}`);
});
