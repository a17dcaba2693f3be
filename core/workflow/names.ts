/**
 * What a workflow, and GitHub, take as a name or a text. `findWorkflowProblems` and the settings both ask here, so that no
 * setting is accepted of which no workflow can be made.
 */

/** One label is at most 63 characters, a name 253 (RFC 1123). */
const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
export const hostnamePattern = new RegExp(`^${label}(\\.${label})*$`);

/** A host name without scheme, port and path: `ai`, `ai.example.ts.net`. */
export function isHostname(text: string): boolean {
  return text.length <= 253 && hostnamePattern.test(text);
}

/**
 * A model as `--model` takes it, without its provider: `claude-sonnet-4-6`. `[1m]` at the end asks for the long context.
 * No `*`: this is a name, not a pattern; no quote, space or `$`, because the action splits its arguments like a shell.
 */
export function isModelName(text: string): boolean {
  return text.length <= 256 && /^[A-Za-z0-9][A-Za-z0-9._:@/+-]*(\[1m\])?$/.test(text);
}

export const workflowPathPattern = /^\.github\/workflows\/[A-Za-z0-9._-]{1,250}\.ya?ml$/;

/** A file that GitHub runs as a workflow: directly in `.github/workflows/`, with a name that a file system takes. */
export function isWorkflowPath(text: string): boolean {
  return workflowPathPattern.test(text);
}

/**
 * A branch whose workflows others can call. Narrower than git: `uses:` is split at its only `@`, and in a claim rule `*`
 * would match anything.
 */
export function isCallableBranch(text: string): boolean {
  return (
    text.length <= 200 &&
    /^[A-Za-z0-9_][A-Za-z0-9._/-]*[A-Za-z0-9_-]$|^[A-Za-z0-9_]$/.test(text) &&
    !isRefusedByGit(text)
  );
}

/** Of names in those characters: https://git-scm.com/docs/git-check-ref-format */
function isRefusedByGit(branch: string): boolean {
  return /\.\.|\/\/|\/\.|\.lock(\/|$)|^refs\/|^[0-9a-f]{40}$/.test(branch);
}

/** The client ID of a Tailscale trust credential, such as k1234511CNTRL-kZDRvszg8621CNTRL; never a `tskey-`, which is a secret. */
export function isClientId(text: string): boolean {
  return /^(?!tskey)[A-Za-z0-9-]{1,100}$/.test(text);
}

/** The audience of a federated identity: `api.tailscale.com/<client id>`, or one that somebody chose. */
export function isAudience(text: string): boolean {
  return /^(?!tskey)[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}$/.test(text);
}

/** An environment as the OIDC subject can name it: one line, no `*` (it would match anything), no expression. */
export function isEnvironmentName(text: string): boolean {
  return isOneLine(text) && !/\*|\$\{\{/.test(text);
}

/** One line without spaces around it and without characters that YAML cannot hold, at most 255 of them. */
export function isOneLine(text: string): boolean {
  return (
    text !== "" &&
    text.trim() === text &&
    text.length <= 255 &&
    !/[\n\r\u0085\u2028\u2029\t]/.test(text) &&
    isPrintable(text)
  );
}

/** All characters are such that a YAML file may hold them (`c-printable`, yaml.org/spec/1.2.2, 5.1). */
export function isPrintable(text: string): boolean {
  return /^[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
}

/** GitHub takes no expression with more characters (actions/runner, `ExpressionConstants.MaxLength`). */
export const longestExpression = 21_000;

/**
 * GitHub makes one expression of a text with `${{ }}` in it, quotes and braces doubled. The rest of
 * `longestExpression` is left for the preset's own words.
 */
export const longestPrompt = 16_000;

/** Stands in one expression with the rules for tools, and beside the preset's own words. */
export const longestSystemPrompt = 8_000;

/** How long a prompt is to GitHub, see `longestPrompt`. */
export function promptLength(text: string): number {
  return text.length + (text.match(/['{}]/g)?.length ?? 0);
}

/**
 * A phrase that the Claude action finds: it looks for it between spaces, with `.,!?;:` as a possible end
 * (src/github/validation/trigger.ts). Without a quote, which would end the text in a job's `if`, and without a character that
 * means something in a regular expression.
 */
export function isTriggerPhrase(text: string): boolean {
  return /^(?=.{2,50}$)[@/#!]?[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+)*$/u.test(text);
}

/** A GitHub-hosted label, or a self-hosted runner's own, of another system than Linux. */
export function isOtherSystem(runnerLabel: string): boolean {
  // docs.github.com, "GitHub-hosted runners reference": windows-2025, windows-11-arm, macos-15-intel, macos-latest-xlarge.
  return /^(windows|macos)(-(latest|\d+(\.\d+)?)(-[a-z0-9]+)*)?$/i.test(runnerLabel);
}

/**
 * A user or organisation. Underscores stand in the names of managed users (`alice_acme`), and older names may begin or end
 * with a hyphen.
 */
export function isOwnerName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,100}$/.test(text);
}

/** A repository without its owner. GitHub itself takes `.git` off a name. */
export function isRepositoryName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,100}$/.test(text) && !/^\.{1,2}$|\.git$/i.test(text);
}

/** `name` or `owner/name`, roughly, for editors; `isRepositoryName` and `isRepositorySlug` have the whole rule. */
export const repositoryPattern = /^([A-Za-z0-9_-]+\/)?[A-Za-z0-9._-]{1,100}$/;

/** `owner/name`. */
export function isRepositorySlug(text: string): text is `${string}/${string}` {
  const [owner = "", name = "", ...rest] = text.split("/");
  return rest.length === 0 && isOwnerName(owner) && isRepositoryName(name);
}

/** What a person may have copied in place of a name: the address of a page, or what `git clone` takes. Its `owner/name` or `owner`. */
export function findNameInAddress(text: string): string | undefined {
  const path = /^(?:[a-z+]+:\/\/|[\w.-]+@)[^/:\s]+(?::\d+)?[/:]([^\s?#]+)/i.exec(text)?.[1] ?? text;
  const [owner = "", repository] = path.replace(/(\.git)?\/*$/, "").split("/");
  const name = repository === undefined ? owner : `${owner}/${repository}`;
  return name !== text && (isOwnerName(name) || isRepositorySlug(name)) ? name : undefined;
}

/**
 * A label of a pull request, also where it stands in a workflow file. GitHub has at most 50 characters, and separates the
 * labels of a search by commas.
 */
export function isLabel(text: string): boolean {
  return isOneLine(text) && [...text].length <= 50 && !/,|\$\{\{/.test(text);
}

/** A commit message that GitHub takes. */
export function isCommitMessage(text: string): boolean {
  return text.trim() !== "" && text.length <= 10_000 && isPrintable(text);
}

/**
 * A model, or a pattern of models, with which Claude Code cannot speak: it knows Anthropic's Messages API, and a provider's
 * name and a model's name are all that is known here. Aperture's documentation names providers after their makers.
 */
export function hasOtherApi(pattern: string): boolean {
  return /^(openai|azure-openai|gemini|google)\//i.test(pattern) || /\/(gpt-|o\d|gemini-|chatgpt)[^/]*$/i.test(pattern);
}
