import { message, type Section } from "./entry.ts";
import { githubErrors } from "./provider-errors.ts";

export const noGitHubCredentials = message({
  says: "No credentials for GitHub.",
  advice:
    "\n  Set GITHUB_TOKEN (classic: scopes repo and workflow; fine-grained: Contents, Secrets and Workflows read and write,\n" +
    "  Actions, Administration and Metadata read; for pull requests also Pull requests and Actions write), or GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PEM_FILE,\n" +
    "  or run: gh auth login",
  cause: "no `GITHUB_TOKEN`, no GitHub App, no login of `gh`",
  fix: "as it says",
});

export const appKeyUnreadable = message({
  says: "GITHUB_APP_PEM_FILE (or github:appAuth.pemFile) is no private key.",
  advice:
    "\n  Its value is the text of the .pem file that GitHub gave for the App, from -----BEGIN to -----END-----, and not the file's path.\n" +
    '  Line breaks may be written as \\n: export GITHUB_APP_PEM_FILE="$(cat app.private-key.pem)"',
  cause: "the path of the key in place of its text, or a text that was cut off",
  fix: "as it says",
});

export const githubUnauthorized = message({
  says: "GitHub answered 401 to {request}: {said}",
  advice: "\n  The token is wrong or expired: set GITHUB_TOKEN.",
  cause: "wrong or expired token",
  fix: "a new `GITHUB_TOKEN`",
});

export const githubForbidden = message({
  says: "GitHub answered 403 to {request}: {said}",
  advice:
    "\n  The token may not read this: classic tokens need the scopes repo and workflow, and single sign-on must be authorised.",
  cause: "a right is missing, or single sign-on is not authorised for the token",
  fix: "classic: `repo`, `workflow`; the list for others is in the [README](../README.md#use-it)",
});

export const scopeMissing = message({
  says: "The GitHub token lacks {missing}; it has: {scopes}.",
  advice:
    "\n  Without repo GitHub shows it no private repository, no secret and no OIDC subject; without workflow it may write no workflow file.\n" +
    "  Add it to the token (Settings > Developer settings > Personal access tokens), or run: gh auth refresh --scopes repo,workflow\n" +
    "  Nothing was changed.",
  cause: "a classic token, or the login of `gh`, without the scope `repo` or `workflow`. `public_repo` is not enough",
  fix: "as it says",
});

export const githubFailed = message({
  says: "GitHub answered {status} to {request}: {said}",
  advice: "\n  Is GitHub reachable from here, and GITHUB_BASE_URL right? Try again.",
  cause: "GitHub or what is between fails, or `GITHUB_BASE_URL` names no GitHub (404, 422)",
  fix: "run again; unset `GITHUB_BASE_URL` unless you have a GitHub of your own",
});

export const githubGraphqlFailed = message({
  says: "GitHub does not answer the query about the repositories: {said}",
  advice:
    "\n  The token may not read them (classic: scope repo; fine-grained and App: Metadata and Administration, read), or single\n" +
    "  sign-on is not authorised for it.",
  cause: "the GraphQL API answers 200 with errors: a missing right, single sign-on, or a limit",
  fix: "the rights in the [README](../README.md#use-it); authorise the token for single sign-on",
});

export const notGitHub = message({
  says: "{origin} did not answer as GitHub's API to {request}: it sent {what}.",
  advice:
    "\n  Something answered in its place, such as a proxy or the login page of a network, or GITHUB_BASE_URL names something else.\n" +
    "  Nothing was taken from the answer. Try again from a network that reaches the API.",
  cause: "a proxy, the login page of a network, a load balancer during an outage, or `GITHUB_BASE_URL`",
  fix: "open the address with `curl` from the same machine; then the proxy's settings, `NO_PROXY`, or `GITHUB_BASE_URL`",
});

const leaveAlone =
  " Remove it from claude-aperture:repositories, or leave such repositories alone: pulumi config set onUnavailable skip";

export const missing = message({
  says: "It does not exist, or the GitHub credential cannot see it.",
  advice: leaveAlone,
  cause: "GitHub answers both alike: misspelt, deleted, private, or not among the repositories of the token or App",
  fix: "correct it, or give access. `onUnavailable: skip` leaves it alone",
});

export const archived = message({
  says: "It is archived, so nothing can be written.",
  advice: leaveAlone,
  cause: "as it says",
  fix: "remove it, unarchive it, or `onUnavailable: skip`",
});

export const disabled = message({
  says: "It is disabled by GitHub, so nothing can be written.",
  advice: leaveAlone,
  cause: "GitHub blocked it, for instance for an unpaid bill or a takedown",
  fix: "remove it, or `onUnavailable: skip`",
});

export const renamed = message({
  says: "GitHub calls it {name} now.",
  advice: " Replace its entry by: { name: {new}, formerly: [{old}] }",
  cause: "renamed",
  fix: "the entry that the message gives: with `formerly` the resources are kept",
});

export const calledOtherwise = message({
  says: "GitHub calls it {name} now. Name it so.",
  cause: "renamed or transferred, and named by its old name in another program",
  fix: "the new name, with `aliases` of Pulumi where the resources have the old one",
});

export const transferred = message({
  says: "GitHub calls it {name} now: it belongs to another owner.",
  advice: " Remove it here, and list it in a stack of {owner}.",
  cause: "transferred",
  fix: "as it says",
});

export const readOnly = message({
  says: "The GitHub credential may only read it ({permission}).",
  advice: " Give its user or app write access, or admin where the organisation restricts secrets.",
  cause: "role read or triage",
  fix: "write, or admin where the organisation keeps secrets to admins",
});

export const empty = message({
  says: "It is empty, so there is no default branch to commit to.",
  advice: " Push a first commit, or set delivery: { kind: output }.",
  cause: "no commit yet",
  fix: "push one, or `delivery: { kind: output }`",
});

export const branchProtected = message({
  says: 'Its default branch "{branch}" takes no commit of the workflow file: {rules}.',
  advice:
    "\n    Set delivery: { kind: pull-request }, or { kind: central, callersBy: pull-request }, and people merge it; or\n" +
    "    { kind: output }, and commit the stack output `workflows` yourself; or let the deploying user or App bypass the rules\n" +
    "    (Settings > Rules > Rulesets, or Settings > Branches).",
  cause: "branch protection or a ruleset keeps commits off that come without a pull request",
  fix:
    "`delivery: { kind: pull-request }`, or `{ kind: central, callersBy: pull-request }`; or `{ kind: output }`, and commit the " +
    "output `workflows` yourself; or let the deploying user or App bypass the rules",
});

const otherPath = " Choose another workflow.path, or replace the file: workflow: { adopt: true }.";

export const foreignFile = message({
  says: "{path} exists and was not written by this program.",
  advice: otherPath,
  cause: "a workflow file of somebody else at `workflow.path`",
  fix: "another `path`, or `workflow: { adopt: true }` to replace it",
});

export const otherStacksFile = message({
  says: "{path} exists and is managed by the stack {owner}.",
  advice: otherPath,
  cause: "two stacks list one repository with one `path`",
  fix: "remove it from one of them",
});

export const foreignSecrets = message({
  says: "It has secrets that this stack would replace and has not written: {names}.",
  advice:
    " Delete them (Settings > Secrets and variables > Actions), or have them replaced: workflow: { adopt: true }. GitHub keeps no copy.",
  cause:
    "somebody made secrets with these names, perhaps by Tailscale's how-to; another stack did; or the state of this one was lost",
  fix: "delete them, or `workflow: { adopt: true }` for that repository, until the next `pulumi up` has written its own",
});

export const secretsUnseen = message({
  says: "GitHub does not show the names of its secrets: {said}",
  advice:
    " The credential needs Secrets, read and write (classic: the scope repo), and the role that the organisation wants for secrets.",
  cause: "a right or a role is missing: without it the secrets could not be written, either",
  fix: "the right Secrets, read and write (classic: the scope `repo`); admin where the organisation keeps secrets to admins",
});

export const rateLimited = message({
  says: "GitHub asks to wait (rate limit): waiting {seconds} s, until {time}.",
  cause:
    "GitHub's [limits](https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api): about 80 content-creating requests a minute, 500 an hour",
  fix: "wait. Hundreds of new repositories take hours, whatever the tool; an App of an Enterprise organisation has more requests",
});

export const limitReached = message({
  says: "GitHub's limit of requests is used up for this credential until {time}.",
  advice: " Other programs with the same token or app take from the same limit.",
  cause: "as it says; `npm run verify` reads about three times for each repository",
  fix: "run it again after that; or with some of the repositories only",
});

export const leftAndUnwritable = message({
  says: "{name} left the list and {reason}.",
  advice: " Its credential is deleted, its secrets and workflow file cannot be; the next `pulumi up` forgets them.",
  cause: "it was archived, blocked or deleted after it was set up, and GitHub lets nobody write to it",
  fix: "nothing: without its credential the workflow can reach nothing. If it is unarchived one day, delete the file there",
});

export const repositories: Section = {
  title: "Repositories and GitHub",
  introduction: `These come in the preview, for all repositories at once, unless said otherwise. What a provider says in \`up\` is explained
there, once for each cause; \`pulumi destroy\` explains nothing unless it runs the program too: \`--run-program\`.`,
  entries: [
    noGitHubCredentials,
    appKeyUnreadable,
    githubUnauthorized,
    githubForbidden,
    scopeMissing,
    githubFailed,
    githubGraphqlFailed,
    notGitHub,
    missing,
    archived,
    disabled,
    renamed,
    calledOtherwise,
    transferred,
    readOnly,
    empty,
    branchProtected,
    foreignFile,
    otherStacksFile,
    foreignSecrets,
    secretsUnseen,
    ...githubErrors,
    rateLimited,
    limitReached,
    {
      when: "in `destroy`",
      theirs: ["404 Not Found"],
      pattern: /DELETE \S+: 404 /,
      cause: "a secret is gone already: somebody deleted it, or an interrupted run did and could not note it",
      fix: "`pulumi destroy --refresh`",
    },
    leftAndUnwritable,
    {
      seen: "`the stack is currently locked by 1 lock(s)` after a run was killed",
      cause: "the killed run could not take its lock away",
      fix: "make sure that nobody is at it, then `pulumi cancel`. The next run goes on; a credential that the killed one made and did not note is found and deleted",
    },
    {
      seen: "a secret or a credential was changed or deleted by hand, and the preview says nothing",
      cause: "a plain preview reads the policy file and the workflow files anew, and nothing else",
      fix: "`pulumi preview --refresh`, `pulumi up --refresh`. A secret that was changed by hand is written again by a resource `...-restored-1`",
    },
  ],
};
