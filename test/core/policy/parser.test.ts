/** Our parser against Tailscale's: the same texts are refused, and the others mean the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonValue, parse } from "../../../core/policy/hujson.ts";
import { PolicyError } from "../../../core/policy/policy-error.ts";
import { policyText } from "./generated.ts";
import { startJudge } from "./judge.ts";

const judge = await startJudge();

type Verdict = { ok: true; value: unknown } | { ok: false; line: number | undefined };

function ours(text: string): Verdict {
  try {
    return { ok: true, value: jsonValue(text, parse(text).root) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { ok: false, line: error.line };
  }
}

/** What parsers disagree about, and pieces of everything else. */
const odd = [
  ...["//", "/*", "*/", "\n", "\r", "\t", " ", "\u2028", "\u2029", "\u00a0", "\f", "\v", "\u0085", "\u3000", "\ufeff"],
  ...[
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    "\\u",
    "\\uD800",
    "\\u00",
    "\\x",
    '\\"',
    "\\/",
    "'",
    "\0",
    "\x7f",
    "#",
    "\u{1F600}",
  ],
  ...[
    "-",
    "+",
    ".",
    "0",
    "01",
    "1e5",
    "1E+",
    "-0",
    "1.",
    ".5",
    "0x1",
    "NaN",
    "true",
    "True",
    "nul",
    "null",
    "a",
    '"a"',
    "1",
  ],
];

const mutated = fc
  .tuple(policyText, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...odd)), { maxLength: 4 }))
  .map(([policy, changes]) =>
    changes.reduce((text, [at, deleted, inserted]) => {
      const index = at % (text.length + 1);
      return text.slice(0, index) + inserted + text.slice(index + deleted);
    }, policy),
  );
const fragments = fc.array(fc.constantFrom(...odd), { maxLength: 8 }).map((pieces) => pieces.join(""));

describe("the parser", () => {
  it("agrees with github.com/tailscale/hujson on policy files and on what is left of them after odd changes", async () => {
    if (!judge) return;
    let refused = 0;
    await fc.assert(
      // Text that is not well formed cannot reach the judge: it is no UTF-8.
      fc.asyncProperty(
        fc.oneof(mutated, fragments).filter((text) => text.isWellFormed()),
        async (text) => {
          const theirs = await judge.parse(text);
          const verdict = ours(text);
          expect(verdict.ok, JSON.stringify(theirs)).toBe(theirs.ok);
          if (verdict.ok && theirs.ok) expect(verdict.value).toEqual(theirs.value);
          if (!verdict.ok) {
            refused += 1;
            expect(verdict.line).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it.each<[string, string, number, number]>([
    ["a line comment at the end without a line break", "{} // end", 1, 4],
    ["nothing", "", 1, 1],
    ["a comment only", "/* nothing */", 1, 14],
    ["a tab in a string", '{"a": "\t"}', 1, 8],
    ["a non-breaking space between values", '{"a":\u00a01}', 1, 6],
    ["a byte order mark", "\ufeff{}", 1, 1],
    ["single quotes", "{\n  'a': 1\n}", 2, 3],
    ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ["a bare name", "{a: 1}", 1, 2],
    ["two commas", "[1,,2]", 1, 4],
    ["a comma before the first", "[,1]", 1, 2],
    ["hexadecimal", "[0x10]", 1, 2],
    ["a leading zero", "[01]", 1, 2],
    ["text behind the value", "{} {}", 1, 4],
    ["a comment that is not closed", "{ /* }", 1, 3],
  ])("refuses %s, with line and column", (_, text, line, column) => {
    expect(() => parse(text)).toThrow(PolicyError);
    try {
      parse(text);
    } catch (error) {
      expect(error).toMatchObject({ line, column });
    }
  });

  it("takes a nesting that would exhaust a recursive parser", () => {
    const depth = 100_000;
    expect(() => parse(`${"[".repeat(depth)}${"]".repeat(depth)}`)).not.toThrow();
  });
});
