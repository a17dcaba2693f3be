/** What the provider says of a workflow file in a repository. */
import { message, type Section } from "./entry.ts";

export const repositoryUnseen = message({
  when: "in `up`",
  says: "{repository} does not exist any more, or the GitHub credential cannot see it.",
  advice: " Nothing was written. `pulumi preview` tells which repositories of the stack cannot be seen.",
  cause:
    "deleted since the preview, or the credential lost its access: a token that expired, single sign-on, an App that was uninstalled",
  fix: "give access; or take the repository out of `claude-aperture:repositories`",
});

export const anotherName = message({
  says: "GitHub calls {repository} {name} now.",
  advice: " Nothing was written. Name it so.",
  cause: "renamed or transferred since the preview",
  fix: "`pulumi preview` gives the entry that keeps its resources",
});

export const anotherRepository = message({
  says: "{repository} is another repository than the one that this stack has set up: that one was deleted or renamed, and its name taken.",
  advice:
    " Nothing is written to it. Take it out of claude-aperture:repositories, run pulumi up, and list it again to set up the new one.",
  cause: "a repository was deleted, and another one made under its name; or it was renamed, and its old name taken",
  fix: "as it says. One that was renamed: list it under its new name",
});

export const cannotBeWritten = message({
  says: "{repository} {reason}.",
  advice: " Nothing was written.",
  cause: "archived, or blocked by GitHub, since the preview",
  fix: "unarchive it, or `onUnavailable: skip`",
});

export const branchMissing = message({
  says: "{repository} has no branch {branch}, to which the file is to go.",
  advice: " Nothing was written. Create the branch, or name another one: delivery.branch.",
  cause: "misspelt, or deleted since the preview",
  fix: "as it says",
});

export const twoWriters = message({
  says: "{path} of {repository} is written by {other}, too.",
  advice: " Give one of the two another path.",
  cause: "two resources of one program for one file",
  fix: "as it says",
});

export const commitRefused = message({
  when: "in `up`",
  says: "GitHub does not take the commit to the branch {branch} of {repository}: {said}",
  advice:
    "\n  A protected branch: let the deploying user or App bypass the rule, or set delivery: { kind: pull-request }.\n" +
    "  The token: classic tokens need the scopes repo and workflow; others Contents and Workflows, write.",
  cause: "a branch rule or ruleset that the preview did not see, or a right that is missing",
  fix: "as it says",
});

export const branchContended = message({
  when: "in `up`",
  says: "The branch {branch} of {repository} moved {tries} times while the workflow file was to be committed.",
  advice: " Nothing was written. Run pulumi up again.",
  cause: "others push to that branch all the time",
  fix: "`pulumi up` again: it goes on where it stopped",
});

export const commitLost = message({
  when: "in `up` or `destroy`",
  says: "GitHub does not say what became of the commit of {path} to {repository}: {said}",
  advice: "\n  It may have happened. Run the same command again: it looks first.",
  cause: "the connection broke, or GitHub or what is between failed, again and again",
  fix: "[githubstatus.com](https://www.githubstatus.com); then the same command again: it goes on where it stopped",
});

export const formerBranchStays = message({
  when: "in `up`",
  says: "{path} stays on {branch} of {repository}, which was the default branch: {reason}",
  advice: "\n  Pull requests to that branch still run it: delete it there.",
  cause: "the default branch was changed, and the former one takes no commit of the deploying user or App",
  fix: "delete the file there by hand or by pull request",
});

export const formerFileStays = message({
  when: "in `up`",
  says: "{path} of {repository} was changed by hand since this stack wrote it, so it stays beside the file at the new path.",
  advice: " Its jobs still run: delete it there.",
  cause: "`workflow.path` was changed; only a file that is still as we wrote it is deleted",
  fix: "delete it by hand, if nobody wants it",
});

export const editedFileStays = message({
  when: "in `destroy`",
  says: "{path} of {repository} was changed by hand since this stack wrote it, so it stays.",
  advice: " Its credential is gone: delete the file there, or its runs are red.",
  cause: "only a file that is still as we wrote it is deleted",
  fix: "delete it by hand, if nobody wants it",
});

export const fileCannotGo = message({
  when: "in `destroy`",
  says: "{path} of {repository} stays: the repository {reason}.",
  advice: " Without its credential the workflow can reach nothing.",
  cause: "archived, blocked or deleted, or the credential cannot see it any more",
  fix: "nothing; if the repository can be written one day, delete the file there",
});

export const repositoryNotFound = message({
  when: "in `pulumi import`",
  says: "No workflow file {id}.",
  advice: " Write OWNER/NAME:PATH, such as acme/app:.github/workflows/claude.yml.",
  cause: "the id is of another form, or there is no such repository or file",
  fix: "as it says",
});

export const workflowFiles: Section = {
  title: "Workflow files",
  introduction: "From our provider, about the workflow file in one repository.",
  entries: [
    repositoryUnseen,
    anotherName,
    anotherRepository,
    cannotBeWritten,
    branchMissing,
    twoWriters,
    commitRefused,
    branchContended,
    commitLost,
    formerBranchStays,
    formerFileStays,
    editedFileStays,
    fileCannotGo,
    repositoryNotFound,
  ],
};
