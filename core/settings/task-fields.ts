/** The settings of a workflow that say what Claude does, and about what. */
import { z } from "zod";
import { formatMessage } from "../messages/entry.ts";
import {
  expressionInSystemPrompt,
  notATriggerPhrase,
  onlyNegativePatterns,
  systemPromptTooLong,
} from "../messages/workflow-settings.ts";
import { isLabel, isPrintable, isTriggerPhrase, longestSystemPrompt } from "../workflow/names.ts";
import { hasPositivePattern, refusePathPattern } from "../workflow/path-patterns.ts";
import { maximumTurns, minimumTurns, mostListed, systemPromptLength, taskDefaults } from "../workflow/task.ts";
import { mostToolRules, refuseToolRule } from "../workflow/tool-rules.ts";
import { quoteInput, text } from "./objects.ts";

const flag = z.boolean({ error: "Expected true or false." }).optional();

/** @param refuse what is wrong with an entry, given also as messages quote it. */
function listOf(expected: string, most: number, refuse: (entry: string, shown: string) => string | undefined) {
  const entry = text(expected).refine((one) => refuse(one, "") === undefined, {
    error: (issue) => refuse(String(issue.input), quoteInput(issue)),
  });
  return z
    .array(entry, { error: `Expected a list: ${expected}, and more if need be.` })
    .max(most, { error: `At most ${most} entries.` });
}

const patterns = listOf("a pattern for paths, such as src/**", mostListed, refusePathPattern).refine(
  hasPositivePattern,
  { error: () => formatMessage(onlyNegativePatterns, {}) },
);

const ofGitHub =
  "The patterns are GitHub's: `*` stays within a folder and `**` does not, `?` makes the character before it optional, `+` " +
  "repeats it, `[a-z]` is one of several, and a pattern with `!` takes away from those before it.";

export const taskFields = {
  allowedTools: listOf("a rule, such as Bash(npm test)", mostToolRules, refuseToolRule)
    .optional()
    .meta({
      description:
        "Tools that Claude may use beside those of the preset: exact commands, `Bash(npm test)`, which need " +
        "`trustPullRequestCode`, and folders outside of the checkout that it may read, `Read(//opt/standards/**)`.",
      examples: [["Bash(npm test)"]],
    }),
  trustPullRequestCode: flag.meta({
    description:
      "Whether commands of `allowedTools` may run. They run what the pull request makes of them, beside the job's token and " +
      "whatever lets the job join the tailnet: set it only where everyone who can push may have these. docs/security.md says more.",
    default: taskDefaults.trustPullRequestCode,
    examples: [true],
  }),
  maxTurns: z
    .int({ error: "Expected a whole number of turns." })
    .min(minimumTurns, { error: `At least ${minimumTurns} turns: the first reads the pull request.` })
    .max(maximumTurns, { error: `At most ${maximumTurns} turns.` })
    .optional()
    .meta({
      description:
        "After how many answers of the model a run ends, red. By default `timeoutMinutes` is the only limit.",
      examples: [40],
    }),
  systemPrompt: text("the text of a system prompt")
    .refine((prompt) => prompt.trim() !== "", { error: "The system prompt is empty. Remove the key." })
    .refine(isPrintable, {
      error: "The system prompt has a control character, which no YAML file can hold. Remove it.",
    })
    .refine((prompt) => !prompt.includes("${{"), { error: () => formatMessage(expressionInSystemPrompt, {}) })
    .refine((prompt) => systemPromptLength(prompt) <= longestSystemPrompt, {
      error: ({ input }) =>
        formatMessage(systemPromptTooLong, { length: systemPromptLength(String(input)), most: longestSystemPrompt }),
    })
    .optional()
    .meta({
      description:
        "What is added to Claude Code's system prompt, for a review and for answers to mentions, behind what the preset has " +
        "there. Expressions are refused.",
      examples: ["Answer in French."],
    }),
  triggerPhrase: text("a phrase, such as @claude")
    .refine(isTriggerPhrase, { error: (issue) => formatMessage(notATriggerPhrase, { value: quoteInput(issue) }) })
    .optional()
    .meta({
      description: "What people write to ask for an answer, as a word of its own; for `mention`. Case does not count.",
      default: taskDefaults.triggerPhrase,
      examples: ["@reviewer"],
    }),
  paths: patterns.optional().meta({
    description:
      `Files that need a review; without one in the pull request the job ends green and says so. ${ofGitHub} An empty list is ` +
      "all files. Both names of a renamed file count, and more than 3,000 files always get a review.",
    examples: [["src/**", "go.mod"]],
  }),
  skipPaths: patterns.optional().meta({
    description:
      "Files that need no review, as patterns like those of `paths`. A pull request that has no others gets none.",
    examples: [["docs/**", "**.md"]],
  }),
  skipLabels: listOf("the name of a label", mostListed, (label, shown) =>
    isLabel(label) ? undefined : `${shown} is not the name of a label: one line without commas, at most 50 characters.`,
  )
    .optional()
    .meta({
      description:
        "Labels of pull requests that get no review; who can label can so do without one. A label starts no run: one that is " +
        "put on or taken off later counts at the next push.",
      examples: [["no-review"]],
    }),
  headers: flag.meta({
    description:
      "Whether requests say where they come from, in the headers `X-GitHub-Repository`, `X-GitHub-Run` and `X-GitHub-Number` " +
      "(of the pull request or issue). Aperture's log can be filtered by them, which tells repositories with one tag apart.",
    default: taskDefaults.headers,
    examples: [false],
  }),
};

type Task = { [Key in keyof typeof taskFields]?: z.output<(typeof taskFields)[Key]> };

/** These settings of a workflow and no others. */
export function pickTask(workflow: Task): Task {
  const keys = Object.keys(taskFields) as (keyof Task)[];
  return Object.fromEntries(keys.map((key) => [key, workflow[key]]));
}
