/** Which OIDC tokens of GitHub Actions a federated identity accepts: those of one repository's Claude workflow. */
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
 *
 * Besides, `event_name` where one event is meant, and `runner_environment` where the runner is GitHub's: then nobody gets
 * in with a token of a machine of their own. Merge groups start no job that asks for a token.
 * `repository_id` and `repository_owner_id` are always exact, so no other repository matches, whatever it is renamed to.
 * A customised subject (`use_default: false`) can consist of any claims in any order, so nothing is read from it; the
 * claims themselves stay in the token and say the same.
 * `workflow_ref` holds names, so it is used only where the subject does not name the trigger: it costs an update after
 * a rename.
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
  const [event, ...otherEvents] = listEvents(options.presets);
  const label = [options.runsOn].flat();
  const rules = {
    repository_id: String(options.repositoryId),
    repository_owner_id: String(options.ownerId),
    ...(event !== undefined && otherEvents.length === 0 ? { event_name: event } : {}),
    ...(label.length === 1 && hostedLabel.test(label[0] ?? "") ? { runner_environment: "github-hosted" } : {}),
  };
  const workflow = { workflow_ref: `${repository}/${workflowPath}@*` };

  if (!oidc.useDefault)
    return {
      subject: "*",
      customClaimRules: { ...rules, ...workflow, ...(environment === undefined ? {} : { environment }) },
    };
  const prefix = oidc.subClaimPrefix ?? `repo:${repository}`;
  if (environment !== undefined)
    return { subject: `${prefix}:environment:${environment.replaceAll(":", "%3A")}`, customClaimRules: rules };
  if (rules.event_name === "pull_request") return { subject: `${prefix}:pull_request`, customClaimRules: rules };
  return { subject: `${prefix}:*`, customClaimRules: { ...rules, ...workflow } };
}
