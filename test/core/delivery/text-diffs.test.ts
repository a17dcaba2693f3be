/** Differences of workflow files as a person reads them in a preview. */
import { describe, expect, it } from "vitest";
import { type ChangedText, describeTextDiffs, groupTextDiffs } from "../../../core/delivery/text-diffs.ts";
import { claudeWorkflow } from "../../../core/workflow/presets.ts";
import { render } from "../../../core/workflow/render.ts";
import { options } from "../workflow/workflows.ts";

const path = ".github/workflows/claude.yml";
const change = (name: string, live: string | undefined, wanted: string): ChangedText => ({
  repository: `acme/${name}`,
  path,
  live,
  wanted,
});
const lines = (count: number, word: string) => Array.from({ length: count }, (_, n) => `${word}${n}\n`).join("");
const told = (...changes: ChangedText[]) => describeTextDiffs(groupTextDiffs(changes));

it("one change in many repositories, and another by hand in one, are the golden file", async () => {
  const text = (more: object) => render(claudeWorkflow({ ...options, ...more }));
  const [before, after] = [text({}), text({ model: "claude-sonnet-4-6", timeoutMinutes: 20 })];
  const edited = before.replace("timeout-minutes: 30", "timeout-minutes: 300");
  const names = ["app", "api", "web", ...Array.from({ length: 97 }, (_, n) => `service-${n}`)];
  const changes = names.map((name) => change(name, before, after));
  const texts = told(change("edited", edited, after), ...changes);
  await expect(`${texts.join("\n\n")}\n`).toMatchFileSnapshot("text-diffs.golden.txt");
});

describe("the repositories that share a difference", () => {
  it.each<[number, string]>([
    [1, "acme/r1:"],
    [2, "acme/r1 and acme/r2:"],
    [3, "acme/r1, acme/r2 and acme/r3:"],
    [4, "acme/r1, acme/r2 and acme/r3 (same in 1 other):"],
    [100, "acme/r1, acme/r2 and acme/r3 (same in 97 others):"],
  ])("%i: %s", (count, want) => {
    const changes = Array.from({ length: count }, (_, index) => change(`r${index + 1}`, "a\n", "b\n"));
    expect(told(...changes)).toEqual([`${path} of ${want}\n@@ -1,1 +1,1 @@\n-a\n+b`]);
  });
});

describe("differences", () => {
  it.each<{ in: string; changes: ChangedText[]; want: string[][] }>([
    { in: "no changes", changes: [], want: [] },
    {
      in: "the same lines in longer texts",
      changes: [
        change("app", `a\n${lines(9, "same")}`, `b\n${lines(9, "same")}`),
        change("api", `a\n${lines(9, "same")}more\n`, `b\n${lines(9, "same")}more\n`),
      ],
      want: [["acme/app", "acme/api"]],
    },
    {
      in: "two, the one of more repositories last",
      changes: [change("app", "a", "b"), change("api", "c", "b"), change("web", "c", "b")],
      want: [["acme/api", "acme/web"], ["acme/app"]],
    },
    {
      in: "the same at another path",
      changes: [change("app", "a", "b"), { ...change("api", "a", "b"), path: "other.yml" }],
      want: [["acme/app"], ["acme/api"]],
    },
  ])("of $in", ({ changes, want }) => {
    expect(groupTextDiffs(changes).map(({ repositories }) => repositories)).toEqual(want);
  });

  it.each<{ in: string; live: string | undefined; wanted: string; want: string }>([
    { in: "an empty file", live: "", wanted: "a\n", want: "@@ -0,0 +1,1 @@\n+a" },
    {
      in: "a file without a last line break",
      live: "a",
      wanted: "a\n",
      want: "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a",
    },
    {
      in: "a file that cannot be read",
      live: undefined,
      wanted: "a\n",
      want: "The live file is binary or too long to be compared. It is replaced.",
    },
    {
      in: "a long file of somebody else",
      live: lines(2000, "theirs"),
      wanted: lines(300, "ours"),
      want: "The live file has little in common with the new one. It is replaced.",
    },
    {
      in: "two texts that redaction made equal",
      live: "token: [secret]\n",
      wanted: "token: [secret]\n",
      want: "They differ only in what is not shown, such as a credential.",
    },
    {
      in: "what a terminal or Pulumi would act upon",
      live: "a\u001b[2J\r\n\u202eb <{%fg 1%}>\tc\n",
      wanted: "a\n",
      want: String.raw`@@ -1,2 +1,1 @@${"\n"}-a\u001b[2J\u000d${"\n"}-\u202eb <{ %fg 1%}>${"\tc\n"}+a`,
    },
    {
      in: "a long line",
      live: "x".repeat(1000),
      wanted: "a\n",
      want: `@@ -1,1 +1,1 @@\n-${"x".repeat(199)}... (801 more characters)\n\\ No newline at end of file\n+a`,
    },
  ])("with $in: $want", ({ live, wanted, want }) => {
    expect(told(change("app", live, wanted))).toEqual([`${path} of acme/app:\n${want}`]);
  });

  it("of many lines are cut, and the rest is counted", () => {
    const [text = ""] = told(change("app", lines(100, "a"), lines(100, "b")));
    expect(text.split("\n")).toHaveLength(1 + 120 + 1);
    expect(text).toMatch(/\+b18\n\.\.\. and 81 more lines\.$/);
  });

  it("are at most five, and the rest is counted", () => {
    const changes = Array.from({ length: 7 }, (_, index) => change(`r${index}`, `${index}\n`, "b\n"));
    const texts = told(...changes, change("more", "6\n", "b\n"));
    expect(texts).toHaveLength(6);
    expect(texts[0]).toMatch(/of acme\/r6 and acme\/more:/);
    expect(texts.at(-1)).toBe("and 2 other diffs, of 2 repositories.");
  });
});
