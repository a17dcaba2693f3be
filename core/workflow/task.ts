/** The options that say what Claude does, and about what: their defaults and limits, and what is wrong with given ones. */
import { formatMessage } from "../messages/entry.ts";
import {
  codeNotTrusted,
  expressionInSystemPrompt,
  notATriggerPhrase,
  onlyNegativePatterns,
} from "../messages/workflow-settings.ts";
import type { Problem } from "../problem.ts";
import { escapeArgumentText } from "./argument-text.ts";
import { isLabel, isPrintable, isTriggerPhrase, longestSystemPrompt, promptLength } from "./names.ts";
import type { WorkflowOptions } from "./options.ts";
import { hasPositivePattern, refusePathPattern } from "./path-patterns.ts";
import { listCommands, mostToolRules, refuseToolRule } from "./tool-rules.ts";

/** Of options that settings and arguments leave out where nobody sets them. */
export const taskDefaults = {
  trustPullRequestCode: false,
  triggerPhrase: "@claude",
  headers: true,
} as const satisfies Partial<WorkflowOptions>;

/** Fewer end before Claude has read the change. */
export const minimumTurns = 2;
export const maximumTurns = 1000;
/** Of patterns, and of labels. */
export const mostListed = 50;

/** How long a system prompt is to GitHub, as it stands in the file. */
export function systemPromptLength(text: string): number {
  return promptLength(escapeArgumentText(text));
}

export function findTaskProblems(options: WorkflowOptions): Problem[] {
  const { allowedTools = [], maxTurns, systemPrompt, triggerPhrase } = options;
  const untrusted = findUntrustedCommand(options);
  return [
    ...listProblems("allowedTools", allowedTools, mostToolRules, (rule) => refuseToolRule(rule)),
    ...listProblems("paths", options.paths, mostListed, (one) => refusePathPattern(one)),
    ...listProblems("skipPaths", options.skipPaths, mostListed, (one) => refusePathPattern(one)),
    ...listProblems("skipLabels", options.skipLabels, mostListed, (label) =>
      isLabel(label) ? undefined : `${JSON.stringify(label)} is not the name of a label.`,
    ),
    ...(["paths", "skipPaths"] as const)
      .filter((path) => !hasPositivePattern(options[path] ?? []))
      .map((path) => ({ path, message: formatMessage(onlyNegativePatterns, {}) })),
    ...problem(untrusted === undefined, "allowedTools", untrusted ?? ""),
    ...problem(
      maxTurns === undefined || (Number.isInteger(maxTurns) && maxTurns >= minimumTurns && maxTurns <= maximumTurns),
      "maxTurns",
      `must be a whole number from ${minimumTurns} to ${maximumTurns}, not ${maxTurns}.`,
    ),
    ...problem(
      triggerPhrase === undefined || isTriggerPhrase(triggerPhrase),
      "triggerPhrase",
      formatMessage(notATriggerPhrase, { value: JSON.stringify(triggerPhrase) }),
    ),
    ...(systemPrompt === undefined ? [] : findSystemPromptProblems(systemPrompt)),
  ];
}

function findSystemPromptProblems(text: string): Problem[] {
  const path = "systemPrompt";
  const length = systemPromptLength(text);
  return [
    ...problem(text.trim() !== "", path, "is empty; leave it out."),
    ...problem(isPrintable(text), path, "has a character that a YAML file cannot hold; remove control characters."),
    ...problem(!text.includes("${{"), path, formatMessage(expressionInSystemPrompt, {})),
    ...problem(
      length <= longestSystemPrompt,
      path,
      `is ${length} characters long for GitHub, of at most ${longestSystemPrompt}.`,
    ),
  ];
}

/** What is wrong with a command, which runs code of a pull request, unless that is trusted. */
export function findUntrustedCommand({
  allowedTools,
  trustPullRequestCode = taskDefaults.trustPullRequestCode,
}: Pick<WorkflowOptions, "allowedTools" | "trustPullRequestCode">): string | undefined {
  const [command] = trustPullRequestCode ? [] : listCommands(allowedTools);
  return command === undefined ? undefined : formatMessage(codeNotTrusted, { command });
}

function listProblems(
  path: string,
  list: readonly string[] = [],
  most: number,
  refuse: (one: string) => string | undefined,
): Problem[] {
  return [
    ...list.flatMap((one, index) => {
      const message = refuse(one);
      return message === undefined ? [] : [{ path: `${path}[${index}]`, message }];
    }),
    ...problem(list.length <= most, path, `has ${list.length} entries, of at most ${most}.`),
  ];
}

function problem(isRight: boolean, path: string, message: string): Problem[] {
  return isRight ? [] : [{ path, message }];
}
