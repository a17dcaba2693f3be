/** From `claude_args` to the command line of Claude Code, as anthropics/claude-code-action v1.0.200 and its SDK do it. */
import type { SplitLikeShell } from "./claude-code.ts";

/** Flags whose values add up, over several words and over several flags; commas separate values as well. */
const lists = new Set(["allowedTools", "disallowedTools"]);

/** What a shell takes for operators is text here: `Read(a)` is one word. */
const operators = [..."()|&;<>"];
const hidden = (character: string) => String.fromCodePoint(0xe000 + operators.indexOf(character));

function wordsOf(given: string, split: SplitLikeShell): string[] {
  const lines = given.split("\n").filter((line) => !line.trim().startsWith("#"));
  const hide = lines.join("\n").replace(/[()|&;<>]/g, hidden);
  return split(hide)
    .map((word) => (typeof word === "string" ? word : (word.pattern ?? "")))
    .map((word) => operators.reduce((shown, character) => shown.replaceAll(hidden(character), character), word));
}

/** Flag -> value; null for a flag without one. The last of several wins, except for lists. */
export function flagsOf(claudeArgs: string, split: SplitLikeShell): Map<string, string | null> {
  const flags = new Map<string, string | null>();
  const words = wordsOf(claudeArgs, split);
  for (let at = 0; at < words.length; at++) {
    const flag = words[at]?.startsWith("--") ? (words[at]?.slice(2) ?? "") : undefined;
    if (flag === undefined) continue;
    const values: string[] = [];
    const isValue = (word: string | undefined) => word !== undefined && word !== "" && !word.startsWith("--");
    while (isValue(words[at + 1]) && (lists.has(flag) || values.length === 0)) values.push(words[++at] ?? "");
    const before = lists.has(flag) ? (flags.get(flag)?.split(",") ?? []) : [];
    flags.set(flag, values.length === 0 ? null : [...before, ...values].join(","));
  }
  return flags;
}

/** The flags that the SDK writes by itself come first, and others, in their order, behind them. */
export function commandLineOf(claudeArgs: string, split: SplitLikeShell): string[] {
  const flags = flagsOf(claudeArgs, split);
  const own = ["model", ...lists, "setting-sources"];
  return [
    ...["model", ...lists].flatMap((flag) => (flags.has(flag) ? [`--${flag}`, flags.get(flag) ?? ""] : [])),
    `--setting-sources=${flags.get("setting-sources") ?? "user,project,local"}`,
    "--permission-mode",
    "default",
    ...[...flags]
      .filter(([flag]) => !own.includes(flag))
      .flatMap(([flag, value]) => (value === null ? [`--${flag}`] : [`--${flag}`, value])),
  ];
}
