/** About central workflows: files that other repositories call. */
import { message, type Section } from "./entry.ts";

export const centralMissing = message({
  when: "in a program of your own",
  says: "delivery is central, and there is no central workflow.",
  advice: " Give central: a CentralWorkflow, or its file, scope and permissions.",
  cause: 'a `ClaudeRepository` with `delivery: { kind: "central" }` and without the argument `central`',
  fix: "as it says",
});

export const centralRepositoryMissing = message({
  says: "It is to hold the central workflow, and does not exist, or the GitHub credential cannot see it.",
  advice: " Create it, or name another one: delivery.repository.",
  cause: "no repository of that name yet (default `OWNER/.github`), or the credential has no access to it",
  fix: "create it with a first commit, or set `delivery.repository`",
});

export const centralRepositoryEmpty = message({
  says: "It is to hold the central workflow, and is empty.",
  advice: " Push a first commit: callers name a branch.",
  cause: "no commit, so no branch yet",
  fix: "push one, such as a README",
});

export const centralBranchMissing = message({
  says: "It is to hold the central workflow on the branch {branch}, and has no such branch.",
  advice: " Create the branch, or set delivery.branch.",
  cause: "`delivery.branch` is misspelt, or the branch was deleted",
  fix: "as it says",
});

export const centralBranchUncallable = message({
  says: "It is to hold the central workflow, and callers cannot name its default branch {branch}.",
  advice: " Set delivery.branch to one of letters, digits, and . _ - / in its name.",
  cause: "a branch with other characters in its name cannot stand behind the `@` of `uses:`, or in the identity's rule",
  fix: "as it says",
});

export const centralAccess = message({
  says: "Its workflows cannot be called from other repositories (access level: {access}).",
  advice:
    " Allow it at {settings}: Access, or: gh api -X PUT repos/{repository}/actions/permissions/access -f access_level=organization",
  cause: "Settings > Actions > General > Access of the central repository is at its default",
  fix: "the setting, or the command that the message gives",
});

export const centralHidden = message({
  says: "It is {visibility}, and its workflows cannot be called from the public repositories {repositories}.",
  advice: " Give those another delivery, or keep the central workflow in a public repository.",
  cause: "GitHub lets public repositories call workflows of public repositories only",
  fix: "`delivery: { kind: commit }` for those, or a public central repository",
});

export const centralForeignFile = message({
  says: "{path} exists there and was not written by this stack.",
  advice: " Look at it; to replace it: workflow: { adopt: true }.",
  cause: "a file of somebody else, or of another stack, with the name of the central workflow",
  fix: "remove it, or `workflow: { adopt: true }`",
});

export const centralCustomSubject = message({
  says: "It has an OIDC subject of its own, which the identity of an organization cannot cover.",
  advice:
    " Use the default subject there (gh api -X PUT repos/{repository}/actions/oidc/customization/sub -F use_default=true),\n" +
    "    or give the repository an identity of its own: identity: { kind: federated, scope: repository }.",
  cause: "the repository, or the organization for it, has a subject template (`use_default: false`)",
  fix: "as it says",
});

export const centralUnprotected = message({
  says: "The branch {branch} of {repository} is not protected. Whoever can push it can run anything on the tailnet as {tag}.",
  advice: " Protect it: only a few people should be able to change what runs in every repository.",
  cause: "the central workflow decides what all callers run, and the identities trust it alone",
  fix: "a branch rule or ruleset on the central branch; then `delivery: { by: pull-request }`",
});

export const centralPublic = message({
  says: "{repository} is public, and so is what the central workflow holds: {holds}.",
  cause:
    "a public central repository shows prompts, models, tag and host name to everybody; with `scope: organization` the client ID, the audience and the ids of the repositories, too",
  fix: "a private or internal repository, unless public repositories have to call it. None of it is a credential",
});

export const checksRenamed = message({
  says: "Required checks of {repositories} will never come: the check {old} is called {new} with this delivery.",
  advice: " Change the branch rule when the workflow has changed.",
  cause: "a job that is called has the name of its caller in front",
  fix: "require the new name; keep both out of the rule while the delivery changes",
});

export const centralWorkflows: Section = {
  title: "Central workflows",
  introduction: "In the preview, with `delivery: { kind: central }`; the first ones are about the central repository.",
  entries: [
    centralRepositoryMissing,
    centralRepositoryEmpty,
    centralBranchMissing,
    centralBranchUncallable,
    centralAccess,
    centralHidden,
    centralForeignFile,
    centralCustomSubject,
    centralUnprotected,
    centralPublic,
    checksRenamed,
    centralMissing,
  ],
};
