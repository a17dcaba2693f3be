/**
 * Which OIDC tokens of GitHub Actions a federated identity accepts: those of one repository's Claude workflow, or those of
 * one central file.
 */
import type { CentralFile } from "./file.ts";
import { isCallableBranch, isRepositorySlug, isWorkflowPath } from "./names.ts";
import type { PresetName } from "./options.ts";
import { listEvents } from "./triggers.ts";

export interface SubjectOptions {
  readonly presets: readonly PresetName[];
  /** The environment of the jobs, spelt as in the repository's settings. */
  readonly environment?: string;
  /** As GitHub spells it now: `owner/name`. */
  readonly repository: string;
  readonly repositoryId: number;
  readonly ownerId: number;
  /** `.github/workflows/claude.yml` */
  readonly workflowPath: string;
  /** The labels of the jobs' runner. */
  readonly runsOn: string | readonly string[];
  readonly oidc: OidcCustomization;
  /** Where the jobs are, if the repository's own file only calls them. */
  readonly central?: CentralFile;
}

/** Of one central file, with the presets, the environment and the runner of its jobs. */
export interface OrganizationSubjectOptions
  extends Pick<SubjectOptions, "presets" | "environment" | "ownerId" | "runsOn"> {
  readonly central: CentralFile;
}

/** What `GET /repos/{owner}/{repo}/actions/oidc/customization/sub` says of a repository. */
export interface OidcCustomization {
  /** `use_default`: false if the repository uses a template of its own or of its organization. */
  readonly useDefault: boolean;
  /** `sub_claim_prefix`, such as `repo:acme@1/app@2`; older servers do not send it. */
  readonly subClaimPrefix?: string;
}

export interface FederatedSubject {
  /** In it `*` matches any characters, also `/` and `:`; all others match themselves. */
  subject: string;
  /** Claim -> pattern, all of which must match. */
  customClaimRules: Record<string, string>;
}

/**
 * Labels of GitHub's own runners: https://docs.github.com/actions/reference/runners/github-hosted-runners. Larger runners
 * have names that people give, and so have self-hosted ones.
 */
const hostedLabel = /^ubuntu-(latest|\d\d\.\d\d)(-arm)?$/;

/**
 * The narrowest subject that covers every trigger of the presets, and rules for what it leaves open.
 *
 * | workflow | subject | rules besides the two ids |
 * | --- | --- | --- |
 * | in an environment | `<prefix>:environment:<name>` | |
 * | triggered by `pull_request` only | `<prefix>:pull_request` | |
 * | other or several triggers | `<prefix>:*` | `workflow_ref` |
 * | any, with a customised subject | `*` | `workflow_ref`, and `environment` |
 * | called from a central file, any of these | as above | `job_workflow_ref`, exact, in place of `workflow_ref` |
 *
 * Besides, `event_name` where one event is meant, and `runner_environment` where the runner is GitHub's: then nobody gets
 * in with a token of a machine of their own. Merge groups start no job that asks for a token.
 * `repository_id` and `repository_owner_id` are always exact, so no other repository matches, whatever it is renamed to.
 * A customised subject (`use_default: false`) can consist of any claims in any order, so nothing is read from it; the
 * claims themselves stay in the token and say the same.
 * `workflow_ref` holds names, so it is used only where the subject does not name the trigger: it costs an update after
 * a rename. It is the file that an event started, in whatever version a branch has; `job_workflow_ref` is the file that the
 * job stands in, at the ref from which it was taken. So a central file's rule holds whatever a pull request makes of the
 * repository's own files, and `workflow_ref` would add nothing.
 *
 * Sources: https://docs.github.com/actions/reference/security/oidc,
 * https://tailscale.com/docs/features/workload-identity-federation. A `:` in an environment's name is `%3A` in the subject.
 * @throws RangeError if a name contains `*`.
 */
export function federatedSubject(options: SubjectOptions): FederatedSubject {
  const { environment, repository, workflowPath, oidc } = options;
  for (const [what, name] of Object.entries({ environment, repository, workflowPath, prefix: oidc.subClaimPrefix })) {
    if (name?.includes("*")) throw new RangeError(`${what}: "${name}" contains *, which would match any text.`);
  }
  const central = options.central && { job_workflow_ref: jobWorkflowRef(options.central) };
  const rules = {
    repository_id: String(options.repositoryId),
    repository_owner_id: String(options.ownerId),
    ...ruleOfEvents(options),
    ...central,
  };
  const workflow = central ?? { workflow_ref: `${repository}/${workflowPath}@*` };

  if (!oidc.useDefault)
    return {
      subject: "*",
      customClaimRules: { ...rules, ...workflow, ...(environment === undefined ? {} : { environment }) },
    };
  const context = contextOf(options);
  return {
    subject: `${oidc.subClaimPrefix ?? `repo:${repository}`}:${context}`,
    customClaimRules: context === "*" ? { ...rules, ...workflow } : rules,
  };
}

/**
 * The narrowest subject that covers every caller of a central file, in the old form (`repo:acme/app:...`) and the immutable
 * one (`repo:acme@1/app@2:...`), and the rules that decide: `repository_owner_id` and `job_workflow_ref`, both exact. The
 * owner's name in the subject only narrows, since another owner's name may begin with it. Which of the owner's repositories
 * may call, the jobs themselves say.
 *
 * Repositories with a subject of their own (`use_default: false`) are not covered.
 * @throws RangeError if a name contains `*`, or is none.
 */
export function organizationSubject(options: OrganizationSubjectOptions): FederatedSubject {
  if (options.environment?.includes("*"))
    throw new RangeError(`environment: "${options.environment}" contains *, which would match any text.`);
  const job_workflow_ref = jobWorkflowRef(options.central);
  const [owner = ""] = options.central.repository.split("/");
  return {
    subject: `repo:${owner}*/*:${contextOf(options)}`,
    customClaimRules: { repository_owner_id: String(options.ownerId), ...ruleOfEvents(options), job_workflow_ref },
  };
}

/** The claim of a job in this file, without a character that a rule would read as another. */
function jobWorkflowRef({ repository, path, branch }: CentralFile): string {
  for (const [what, text, isRight] of [
    ["repository", repository, isRepositorySlug(repository)],
    ["path", path, isWorkflowPath(path)],
    ["branch", branch, isCallableBranch(branch)],
  ] as const)
    if (!isRight) throw new RangeError(`central.${what}: "${text}" cannot be part of job_workflow_ref.`);
  return `${repository}/${path}@refs/heads/${branch}`;
}

/** What the subject ends with: an environment wins over every trigger. */
function contextOf({ environment, presets }: Pick<SubjectOptions, "environment" | "presets">): string {
  if (environment !== undefined) return `environment:${environment.replaceAll(":", "%3A")}`;
  return singleEvent(presets) === "pull_request" ? "pull_request" : "*";
}

function ruleOfEvents({ presets, runsOn }: Pick<SubjectOptions, "presets" | "runsOn">): Record<string, string> {
  const event = singleEvent(presets);
  const label = [runsOn].flat();
  return {
    ...(event === undefined ? {} : { event_name: event }),
    ...(label.length === 1 && hostedLabel.test(label[0] ?? "") ? { runner_environment: "github-hosted" } : {}),
  };
}

/** The event of the presets, where it is the only one. */
function singleEvent(presets: readonly PresetName[]): string | undefined {
  const [event, ...others] = listEvents(presets);
  return others.length === 0 ? event : undefined;
}
