/** Messages about mistakes in the stack configuration, and warnings. */
import { message } from "./entry.ts";

export const settingsUnusable = message({
  says: "{count} of Pulumi.{stack}.yaml cannot be used; nothing was changed.",
  cause: "mistakes in the stack configuration, all at once, each with its path",
  fix: "as each line says",
});

export const unknownKeySettings = message({
  says: "There is no key {key}. {advice}",
  cause: "a misspelt key, or one on a level where it does not belong",
  fix: "as it says",
});

export const keyNeedsPath = message({
  says: 'The key "{key}" has a path in its name, so it sets nothing.',
  advice: " Run: pulumi config rm {full}, then pulumi config set --path '{key}' VALUE",
  cause: "`pulumi config set workflow.model ...` without `--path`",
  fix: "as it says",
});

export const wrongNamespace = message({
  says: '"{key}" is in the namespace "{namespace}", which nothing reads.',
  advice: " Rename it to {meant}.",
  cause:
    "a misspelt namespace, or another project name in `Pulumi.yaml`: the settings are always under `claude-aperture:`",
  fix: "rename the key in the stack's file",
});

export const twoOwners = message({
  says: 'The stack says "{configured}" and the environment variable GITHUB_OWNER says "{variable}"; the GitHub provider would follow the environment.',
  advice: " Unset GITHUB_OWNER or make them equal.",
  cause: "the GitHub provider follows the variable and not the stack",
  fix: "unset `GITHUB_OWNER`",
});

export const noOwner = message({
  says: "The owner of the repositories is missing.",
  advice: " Run: pulumi config set github:owner ORGANISATION",
  cause: "neither `github:owner` nor `GITHUB_OWNER`",
  fix: "`pulumi config set github:owner ORGANISATION`",
});

export const notAnOwner = message({
  says: "{value} is not a GitHub user or organisation.",
  advice: " {meant}Write its name as it stands in the address of its page, such as acme.",
  cause: "an address, or a repository, in place of the owner's name",
  fix: "`pulumi config set github:owner ORGANISATION`",
});

export const notAnAddress = message({
  says: "{value} is not the address of a GitHub.",
  advice: " Write it with its scheme, such as https://github.example.com/, or remove it for github.com.",
  cause: "`github:baseUrl` or `GITHUB_BASE_URL` is not a URL",
  fix: "unset it unless you have a GitHub of your own",
});

export const plainGithubCredential = message({
  says: "It stands in clear in Pulumi.{stack}.yaml.",
  advice: " Revoke it and run: pulumi config rm {key}. Credentials come from the environment ({variable}).",
  cause: "`github:token`, or the key in `github:appAuth`, was set without `--secret`",
  fix: "as it says; who can read the file, or its history, has the credential",
});

export const githubConfigured = message({
  says: "GitHub's credentials are taken from the environment only: workflow files are read before the program could hand any over.",
  advice: " Set {variables}, and run: pulumi config rm {key}",
  cause: "`github:token` or `github:appAuth` in the stack, also as a secret",
  fix: "the variables that the message names, and `pulumi config rm KEY`",
});

export const addressNotInEnvironment = message({
  says: "{value} is not the address in GITHUB_BASE_URL, which is {variable}: workflow files would be read from another GitHub.",
  advice: " Set GITHUB_BASE_URL to this address, or run: pulumi config rm github:baseUrl",
  cause: "`github:baseUrl` alone: workflow files are read with the environment's address",
  fix: "set `GITHUB_BASE_URL` to the same",
});

export const foreignOwner = message({
  says: '{name} belongs to another owner than the GitHub provider\'s, "{owner}".',
  advice: " Use a stack per owner.",
  cause: "a stack serves one GitHub owner",
  fix: "a stack for each; they share one policy file without harm",
});

export const notARepository = message({
  says: "{value} is not a repository.",
  advice:
    ' {meant}Write name, or owner/name with the owner of the GitHub provider: letters, digits, ".", "-" and "_", without ".git" behind it.',
  cause: "an address, a name with `.git`, or a name that GitHub does not allow",
  fix: "`app` or `acme/app`",
});

export const tailscaleConfigured = message({
  says: "Tailscale is configured by the environment only.",
  advice: " {instead}, and run: pulumi config rm {key}",
  cause: "a `tailscale:` key in the stack",
  fix: "the variable that the message names, and `pulumi config rm KEY`",
});

export const looksLikeCredential = message({
  says: "The value looks like {what}.",
  cause: "an Anthropic key, a Tailscale key, a GitHub token or a private key in the stack's file",
  fix: "remove it, revoke it. Aperture holds Anthropic's key; the others come from the environment",
});

export const outsidersExpression = message({
  says: '"{expression}" is text that an outsider controls: a prompt or script injection.',
  advice: " Remove it; Claude reads the pull request itself.",
  cause: "an expression such as `github.event.pull_request.title` in a prompt or another setting",
  fix: "as it says",
});

export const secretsExpression = message({
  says: '"{expression}" would put a secret into the text.',
  advice: " Remove it: a prompt goes to the model, stands in Aperture's logs, and Claude can repeat it in a comment.",
  cause: "`secrets`, `github.token`, `toJSON(secrets)` or the like in a prompt or another setting",
  fix: "as it says. Claude needs no secret to read and comment",
});

export const openExpression = message({
  says: "An expression is opened and never closed, so GitHub would refuse the whole workflow file.",
  advice: " Close it, or write it another way.",
  cause: "GitHub reads `${{` as an expression wherever it stands, also in the middle of a sentence",
  fix: "as it says",
});

export const promptTooLong = message({
  says: "The prompt is {length} characters long for GitHub, which counts quotes and braces twice; at most {most} fit.",
  advice: " Put the text into a file of the repository, such as CLAUDE.md, and name it in the prompt.",
  cause: "GitHub takes no expression above 21,000 characters, and a text with `${{ }}` in it is one",
  fix: "as it says",
});

export const notLinux = message({
  says: "{label} is not a Linux runner.",
  advice: " The workflow's steps and Tailscale's action need Linux, such as ubuntu-latest or [self-hosted, linux].",
  cause: "`runsOn` names Windows or macOS",
  fix: "a Linux runner",
});

export const differentModels = message({
  says: "{repository} and {other} share {tag} and so its grant, but want different models.",
  advice: " Give one of them a tag of its own, such as {suggestion}.",
  cause: "a grant belongs to a tag, not to a repository",
  fix: "give one of them the `tag` that the message suggests",
});

export const notAModelPattern = message({
  says: "{value} is not a model pattern. Write provider/pattern",
  advice:
    ", where the provider is its key in Aperture's configuration: anthropic/**, anthropic/claude-sonnet-*, or anthropic/{model}.",
  cause: "`claude-sonnet-4-6` without its provider",
  fix: "`anthropic/claude-sonnet-4-6`. The first part is the provider's key in Aperture's configuration",
});

export const noModel = message({
  says: "It is missing: the grant ({models}) is narrower than a provider",
  advice: ", and Claude Code's own default may lie outside. Name the model, such as anthropic/claude-sonnet-4-6.",
  cause: "Claude Code's own default model may lie outside of the grant",
  fix: "`workflow: { model: anthropic/... }`",
});

export const modelOutsideGrant = message({
  says: "The grant does not allow {model}: its models are {models}.",
  advice: " Add it to models, or choose another.",
  cause: "`workflow.model` is not covered by `models`",
  fix: "as it says",
});

export const notATag = message({
  says: '{value} is not a tag. Write "tag:", a letter, then letters, digits or dashes, such as tag:ci.',
  advice: " Exactly one: with two tags Aperture sees another identity.",
  cause: "a tag without `tag:`, or two tags in one text",
  fix: "`tag:ci`",
});

export const notATagOwner = message({
  says: "{value} cannot own a tag.",
  advice: " Write a user (alice@example.com), a group:, an autogroup: or another tag:.",
  cause: "a name in `tagOwners` that Tailscale does not take there",
  fix: "as it says",
});

export const notADestination = message({
  says: "{value} is not a grant destination.",
  advice:
    " Write the tag of the Aperture device, such as tag:aperture, or its Tailscale address (100.64.0.0/10 or fd7a:115c:a1e0::/48); a machine name is none.",
  cause:
    "a machine or MagicDNS name as `aperture.device`; grants take [no such name](https://tailscale.com/docs/reference/syntax/grants)",
  fix: "tag the Aperture device, or give its Tailscale address",
});

export const otherApi = message({
  says: "{model} is nothing that Claude Code can speak to: it knows Anthropic's Messages API only.",
  advice: " The grant allows it all the same; remove it, unless other callers share the tag.",
  cause: "`models` names a model of another maker",
  fix: "a pattern of a provider with Anthropic's API, such as `anthropic/**`",
});

export const notABranch = message({
  says: "{value} is not a branch that workflows can be called from.",
  advice: ' Write its name, such as main: letters, digits, ".", "_", "-" and "/".',
  cause: "`delivery.branch` has `@` or `*`, begins with `refs/`, is a commit, or is a name that git refuses",
  fix: "`main`",
});

export const draftMerge = message({
  says: "A draft is never merged automatically.",
  advice: " Remove draft or autoMerge.",
  cause: "`draft` and `autoMerge` are both true",
  fix: "remove one of them",
});

export const useless = message({
  says: "Nothing goes by pull request, so it would mean nothing.",
  advice: " Set by or callersBy to pull-request, or remove the key.",
  cause: "a key for pull requests in `delivery: { kind: central }`, whose files are all committed",
  fix: "`by: pull-request`, `callersBy: pull-request`, or remove the key",
});

export const differentCentral = message({
  says: "{repository} and {other} share the central branch of {central}, but say different things of how its files get there: {keys}.",
  advice: " Give both the same; only callersBy may differ.",
  cause: "a central workflow is delivered in one way for all repositories that call it",
  fix: "set `delivery` once, for the stack; for a repository repeat it, with another `callersBy`",
});

export const organizationElsewhere = message({
  says: "An identity of the scope organization trusts the jobs of one central workflow, and delivery: { kind: {delivery} } has none.",
  advice: " Set delivery: { kind: central }, or remove scope.",
  cause: "`identity: { scope: organization }` without `delivery: { kind: central }`",
  fix: "`delivery: { kind: central }`",
});

export const organizationSecret = message({
  says: "An OAuth client cannot serve an organization: its secret would stand in a central workflow for all to read.",
  advice: " Use identity: { kind: federated, scope: organization }, or remove scope.",
  cause: "`identity: { kind: oauth, scope: organization }`",
  fix: "`kind: federated`, which has no secret",
});

export const unprotectedEnvironment = message({
  says: 'The environment "{environment}" does not protect an OAuth client.',
  advice:
    " Its secret is a repository secret, which every workflow of the repository can read without that environment. With identity: { kind: federated } the tailnet lets in only jobs of the environment.",
  cause: "`identity: { kind: oauth }` together with `workflow.environment`",
  fix: "`identity: { kind: federated }`",
});

/** In the order of the page. */
export const settingsMessages = [
  settingsUnusable,
  unknownKeySettings,
  keyNeedsPath,
  wrongNamespace,
  twoOwners,
  noOwner,
  notAnOwner,
  notAnAddress,
  plainGithubCredential,
  githubConfigured,
  addressNotInEnvironment,
  foreignOwner,
  notARepository,
  tailscaleConfigured,
  looksLikeCredential,
  outsidersExpression,
  secretsExpression,
  openExpression,
  promptTooLong,
  notLinux,
  differentModels,
  notAModelPattern,
  noModel,
  modelOutsideGrant,
  notATag,
  notATagOwner,
  notADestination,
  notABranch,
  draftMerge,
  useless,
  differentCentral,
  organizationElsewhere,
  organizationSecret,
  otherApi,
  unprotectedEnvironment,
] as const;
