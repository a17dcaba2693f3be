/** Messages about what people set of Claude's task: its tools, its words, and what it looks at. */
import { message } from "./entry.ts";

export const notAnExactCommand = message({
  says: "{rule} is not one exact command.",
  advice:
    " Write every word of it, such as Bash(npm test): letters, digits and . _ - / : @ % + = with single spaces, at most {most} characters. A pattern would allow what nobody read; put longer commands into a script of the repository, such as Bash(./scripts/check.sh).",
  cause:
    "`Bash`, `Bash(npm:*)`, or a command with `*`, quotes, `;`, `&&`, `|`, `$`, `<` or `>` in `workflow.allowedTools`",
  fix: "as it says",
});

export const toolPastAperture = message({
  says: "{rule} reaches other servers than Aperture, and could carry there what Claude has read.",
  advice: " Put what Claude has to know into the repository or the prompt.",
  cause:
    "`WebFetch` (which asks `api.anthropic.com` about every address), `WebSearch`, or a tool of an MCP server, in `workflow.allowedTools`",
  fix: "as it says",
});

export const unknownTool = message({
  says: "{rule} is no tool that can be added.",
  advice:
    " Two kinds can: an exact command, such as Bash(npm test), and a folder outside of the checkout to read, such as Read(//opt/standards/**). Claude reads the checkout without a rule, and only mention edits it.",
  cause: "`Write`, `Edit`, `Agent`, `Read` without a folder or the like in `workflow.allowedTools`",
  fix: "as it says",
});

export const codeNotTrusted = message({
  says: "Bash({command}) runs code that a pull request brings, beside the job's token and whatever lets the job join the tailnet.",
  advice: " If everyone who can push may have these: trustPullRequestCode: true.",
  cause: "a `Bash` rule in `workflow.allowedTools`, without `workflow.trustPullRequestCode`",
  fix: "[what that means](security.md#commands); then the setting, or no such rule",
});

export const codeTrusted = message({
  says: "The code of pull requests in {repository} gets the job's token and {credential}.",
  advice:
    " Bash({command}) runs it, every process of a job can take what the job has, and with a shell Claude can read .git/config.",
  when: "warning",
  cause: "`workflow.trustPullRequestCode` and a `Bash` rule in `workflow.allowedTools`",
  fix: "[what that means](security.md#commands). A tag of its own for the repository limits it",
});

export const notATriggerPhrase = message({
  says: "{value} cannot start a mention.",
  advice:
    " Write 2 to 50 letters, digits, - and _ that stand in a comment as words of their own, such as @claude, /review or hey claude.",
  cause:
    "quotes, dots or other punctuation in `workflow.triggerPhrase`, which the Claude action would not find or GitHub would not read",
  fix: "as it says",
});

export const notAPathPattern = message({
  says: "{value} is not a pattern for paths: {why}.",
  cause:
    "a pattern in `workflow.paths` or `workflow.skipPaths` that GitHub would read another way than it is meant, or that matches no file",
  fix: "as it says; the patterns are [GitHub's](https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet)",
});

export const onlyNegativePatterns = message({
  says: "All patterns begin with !, so there is nothing that they take away from.",
  advice: " Begin with one that includes, such as **.",
  cause: "`paths: ['!docs/**']`",
  fix: "`skipPaths: [docs/**]`, or `paths: ['**', '!docs/**']`",
});

export const expressionInSystemPrompt = message({
  says: "An expression cannot stand in the system prompt: its value would be read as arguments of Claude Code.",
  advice: " Put it into the prompt.",
  cause: "`${{ }}` in `workflow.systemPrompt`",
  fix: "`workflow.prompt`, where one that no outsider controls may stand",
});

export const systemPromptTooLong = message({
  says: "The system prompt is {length} characters long for GitHub, which counts quotes and braces twice; at most {most} fit.",
  advice: " Put the text into a file of the repository, such as CLAUDE.md, and name it in the prompt.",
  cause: "it stands in one expression with the rules for tools, and GitHub takes none above 21,000 characters",
  fix: "as it says",
});

/** In the order of the page. */
export const workflowSettingsMessages = [
  notAnExactCommand,
  toolPastAperture,
  unknownTool,
  codeNotTrusted,
  codeTrusted,
  notATriggerPhrase,
  notAPathPattern,
  onlyNegativePatterns,
  expressionInSystemPrompt,
  systemPromptTooLong,
] as const;
