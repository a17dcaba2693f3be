/** What the provider says of the pull requests that bring workflow files, or remove them. */
import { message, type Section } from "./entry.ts";

export const pullWaiting = message({
  when: "in the output `waiting`",
  says: "waiting for {pull}",
  cause: "the pull request with the workflow file is open",
  fix: "merge it; nothing else is left to do",
});

export const pullForeign = message({
  says: "{pull} has commits of others",
  advice: ": it is left to them. Merge it, or close it; what is still missing then comes with the next pulumi up.",
  cause: "somebody pushed to the branch of our pull request, or updated it from its base",
  fix: "merge or close it. To have it rebuilt, reset its branch to our commit",
});

export const pullClosed = message({
  says: "{pull} was closed without merging",
  advice: ": no new one is opened before the text of the file changes, or delivery has reopen: true.",
  cause: "somebody closed our pull request, or deleted its branch",
  fix: "as it says; or take the repository out of `claude-aperture:repositories`",
});

export const pullQueued = message({
  says: "{pull} is in the merge queue with an earlier text",
  advice: ": a push would throw it out of there. Once it is merged, pulumi up brings the new text.",
  cause: "the settings changed while the pull request was about to be merged",
  fix: "`pulumi up` after the merge",
});

export const branchTaken = message({
  when: "in `up`",
  says: "The branch {branch} of {repository} has commits of others, and no pull request.",
  advice: " It is not overwritten. Open a pull request of it, or delete it; then run pulumi up.",
  cause: "somebody pushed to the branch that this stack uses for its pull request",
  fix: "as it says",
});

export const pullRefused = message({
  when: "in `up`",
  says: "GitHub does not take the pull request from {branch} in {repository}: {said}",
  advice:
    "\n  The token: classic tokens need the scopes repo and workflow; others Contents, Pull requests and Workflows, write.\n" +
    "  A ruleset: let the deploying user or App create branches below claude-aperture/. Drafts need a plan that has them.",
  cause: "a right that is missing, a rule for branches, or a repository without pull requests or drafts",
  fix: "as it says",
});

export const pullContended = message({
  when: "in `up`",
  says: "The branches of {repository} moved {tries} times while its pull request was to be written.",
  advice: " Run pulumi up again.",
  cause: "another run of this stack, or somebody who pushes all the time",
  fix: "`pulumi up` again: it goes on where it stopped",
});

export const labelsRefused = message({
  says: "{pull} is without its labels: {said}",
  cause:
    "the token may not label (fine-grained tokens: Issues or Pull requests, write), or GitHub does not take the name",
  fix: "give the right, or set the labels by hand",
});

export const autoMergeRefused = message({
  says: "{pull} does not merge itself: {said}",
  cause: 'auto-merge is off in the repository, or nothing is required before a merge ("clean status")',
  fix: "allow auto-merge and protect the branch; or merge it by hand",
});

export const noBase = message({
  says: "{repository} is empty, and a pull request needs a branch to go to.",
  advice: " Push a first commit.",
  cause: "a repository without a commit",
  fix: "as it says",
});

export const removalProposed = message({
  when: "in `destroy`",
  says: "{path} of {repository} goes with {url}: merge it.",
  advice: " {workflow}",
  cause: "a file that came by pull request goes by pull request",
  fix: "merge it",
});

export const workflowStaysEnabled = message({
  when: "in `destroy`",
  says: "The workflow {path} of {repository} could not be disabled",
  advice: ": the token lacks Actions, write. Until the file is gone its runs are red.",
  cause: "a token or App without that right (classic tokens: the scope `repo`)",
  fix: "disable it by hand: Actions > the workflow > Disable workflow",
});

export const workflowStaysDisabled = message({
  when: "in `up`",
  says: "The workflow {path} of {repository} could not be enabled again",
  advice: ": the token lacks Actions, write. Enable it by hand: Actions > the workflow > Enable workflow.",
  cause:
    "a token or App without that right (classic tokens: the scope `repo`), after the repository had left the stack",
  fix: "as it says",
});

export const mayNotDisable = message({
  when: "in `preview`",
  says: "The GitHub App may not disable workflows",
  advice:
    " (Actions, write). pulumi destroy would leave them running without credentials until its pull requests are merged.",
  cause: "an App without Actions, write. What a fine-grained token may do, GitHub does not say",
  fix: "give the right",
});

export const pullRequests: Section = {
  title: "Pull requests with workflow files",
  introduction: "With `delivery: { kind: pull-request }`.",
  entries: [
    pullWaiting,
    pullForeign,
    pullClosed,
    pullQueued,
    branchTaken,
    pullRefused,
    pullContended,
    labelsRefused,
    autoMergeRefused,
    noBase,
    removalProposed,
    workflowStaysEnabled,
    workflowStaysDisabled,
    mayNotDisable,
  ],
};
