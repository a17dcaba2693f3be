import { message, type Section } from "./entry.ts";

export const noWordOfItsOwn = message({
  when: "green",
  says: "Claude was not asked: {phrase} is not a word of its own here.",
  cause: "`me@claude.ai`, `@claude-bot`",
  fix: "nothing; or write `@claude` with a space around it",
});

export const skippedLabel = message({
  when: "green",
  says: "Nothing was reviewed: the pull request has a label of skipLabels.",
  cause: "`workflow.skipLabels`",
  fix: "nothing; or take the label off and run the job again. A label alone starts no run",
});

export const nothingInScope = message({
  when: "green",
  says: "Nothing was reviewed: no file of the pull request is one that paths and skipPaths leave.",
  cause: "`workflow.paths`, `workflow.skipPaths`",
  fix: "nothing; or other patterns",
});

export const noWriteAccess = message({
  when: "green",
  says: "Claude was not asked: that takes write access to this repository.",
  cause: "comment of a person without write access",
  fix: "somebody with write access asks",
});

export const otherRepository = message({
  when: "green, and a reply",
  says: "Claude was not asked: its commits on the code of a fork would land in this repository.",
  cause:
    "the Claude action checks out the fork's branch and [commits to a branch of that name here](security.md#who-can-start-a-run)",
  fix: "ask about it in an issue; or `workflow.allowForks`, if forks are people whom you trust",
});

export const branchOfThatName = message({
  when: "green, and a reply",
  says: "Claude was not asked: its commits would land on a branch here that has the name of the fork's.",
  cause: "`workflow.allowForks`, and a fork whose branch is called `main`, say",
  fix: "the author opens it again from a branch of another name",
});

export const headMoved = message({
  when: "green, and a reply",
  says: "Claude was not asked: the branch changed after this was written. Read the new commits and ask again.",
  cause:
    "commits were pushed after the comment, or the review was about older ones; for a fork also: GitHub did not say when",
  fix: "as it says",
});

export const nothingPosted = message({
  when: "green, with a warning",
  says: "Claude answered without a text, so nothing was posted.",
  cause: "the prompt asks for comments on lines only, or the model ended with a tool call",
  fix: "`workflow.prompt`; run the job again",
});

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
      logged: /actions? .*(is|are) not allowed (to be used )?in /i,
      cause: "the organisation allows only chosen actions",
      fix: "allow the four of [security.md](security.md#pins), or give mirrors in `workflow.actions`",
    },
    {
      seen: "green; `No trigger found, skipping remaining steps`; no `conclusion`",
      logged: /No trigger found, skipping remaining steps/,
      cause:
        "a workflow by hand: `on: pull_request` without `prompt`. `@claude` in a pull request's body does not help",
      fix: "use a preset. Ours fails instead",
    },
    noWordOfItsOwn,
    skippedLabel,
    nothingInScope,
    noWriteAccess,
    otherRepository,
    branchOfThatName,
    headMoved,
    {
      seen: "green; `workflow_not_found_on_default_branch` or `workflow validation failed` in the log of the Claude step",
      logged: /workflow_not_found_on_default_branch|workflow validation failed/i,
      cause:
        "a workflow by hand without `github_token`: Claude's own App refuses a file that differs from the default branch's",
      fix: "give `github_token`, as ours does. Ours runs the version of the pull request",
    },
    nothingPosted,
    {
      seen: "a required check **Claude review** waits for ever in a merge queue",
      cause: "a workflow file of an earlier release, without `merge_group`",
      fix: "`pulumi up`. The job is skipped there, which GitHub counts as success",
    },
  ],
};
