import type { Section } from "./entry.ts";

export const noRun: Section = {
  title: "No run, a skipped job, or green and nothing happened",
  entries: [
    {
      seen: "no run at all",
      cause:
        "the workflow file is not on the default branch (`delivery: output`; comment events need it there), Actions are off, or the event is not one of the preset's",
      fix: "commit it; Settings > Actions; the `on:` of the file",
    },
    {
      seen: "a pull request with merge conflicts has no run",
      cause: "GitHub runs `pull_request` workflows on the merge commit",
      fix: "resolve the conflicts",
    },
    {
      seen: "the job is skipped",
      cause:
        "the `if`: fork, Dependabot, a bot, a draft; for `mention`: no `@claude`, or an author without a place in the repository",
      fix: '[who can start a run](security.md#who-can-start-a-run). For a draft: "Ready for review"',
    },
    {
      seen: "the job waits",
      cause: "its environment wants a reviewer, or no runner has the labels of `runsOn`",
      fix: "approve; correct `runsOn`",
    },
    {
      seen: "the run fails at once and names an action that is not allowed",
      cause: "the organisation allows only chosen actions",
      fix: "allow the four of [security.md](security.md#pins), or give mirrors in `workflow.actions`",
    },
    {
      seen: "green; `No trigger found, skipping remaining steps`; no `conclusion`",
      cause:
        "a workflow by hand: `on: pull_request` without `prompt`. `@claude` in a pull request's body does not help",
      fix: "use a preset. Ours fails instead: `The Claude action found nothing to do and called no model.`",
    },
    {
      when: "green",
      says: "Claude was not asked: the text contains @claude, but not as a word of its own.",
      file: "core/workflow/scripts.ts",
      cause: "`me@claude.ai`, `@claude-bot`",
      fix: "nothing; or write `@claude` with a space around it",
    },
    {
      when: "green",
      says: "Claude was not asked: {name} has no write access to this repository.",
      file: "core/workflow/scripts.ts",
      cause: "comment of a person without write access",
      fix: "somebody with write access asks",
    },
    {
      seen: "green; `workflow_not_found_on_default_branch` or `workflow validation failed` in the log of the Claude step",
      cause:
        "a workflow by hand without `github_token`: Claude's own App refuses a file that differs from the default branch's",
      fix: "give `github_token`, as ours does. Ours runs the version of the pull request",
    },
    {
      when: "green",
      says: "The job was cancelled before Claude was done.",
      file: "core/workflow/scripts.ts",
      cause: "a newer commit, or a person",
      fix: "the newer run",
    },
    {
      seen: "green, and no comment",
      cause: "Claude found nothing and said so only in its answer, or a comment was denied",
      fix: "the log of **Run Claude Code**; `prompt`",
    },
  ],
};
