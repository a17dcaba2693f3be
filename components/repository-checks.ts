/** Which of the listed repositories can be set up: decided from what GitHub says, before anything is written. */
import type { Problem } from "../settings/problem.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../settings/settings.ts";
import { managedBy } from "../workflow/render.ts";
import type { BranchProtection, RepositoryFacts, RepositoryFindings } from "./repositories.ts";

/** A repository that can be set up: what is wanted, and what GitHub says of it. */
export interface AvailableRepository {
  settings: RepositorySettings;
  facts: RepositoryFacts;
}

/** A repository that is left alone (`onUnavailable: skip`), and why. */
export interface SkippedRepository {
  slug: RepositorySlug;
  reason: string;
}

export interface RepositoryDecision {
  available: AvailableRepository[];
  skipped: SkippedRepository[];
  problems: Problem[];
}

/** Every problem of every repository at once; unavailable repositories are a problem or skipped, as the settings say. */
export function decideRepositories(settings: Settings, findings: RepositoryFindings): RepositoryDecision {
  const decision: RepositoryDecision = { available: [], skipped: [], problems: [] };
  for (const repository of settings.repositories) {
    const facts = findings.get(repository.slug);
    const reason = unavailable(facts);
    if (reason === undefined && facts) {
      decision.available.push({ settings: repository, facts });
      decision.problems.push(
        ...obstacles(repository, facts, settings.policy.owner).map((message) => ({ path: repository.slug, message })),
      );
    } else if (settings.onUnavailable === "skip") {
      decision.skipped.push({ slug: repository.slug, reason: reason ?? "is missing" });
    } else {
      const message = `It ${reason}. Remove it from claude-aperture:repositories, or leave such repositories alone: pulumi config set onUnavailable skip`;
      decision.problems.push({ path: repository.slug, message });
    }
  }
  return decision;
}

/** Why nothing can be written to a repository; undefined when it can. */
export function unavailable(facts: RepositoryFacts | undefined): string | undefined {
  if (!facts) return "does not exist, or the GitHub credential can not see it";
  if (facts.archived) return "is archived, so nothing can be written";
  if (facts.disabled) return "is disabled by GitHub, so nothing can be written";
  return undefined;
}

function obstacles(settings: RepositorySettings, facts: RepositoryFacts, stackOwner: string): string[] {
  return [
    renamed(settings, facts),
    lacksPermission(facts),
    ...(settings.delivery.kind === "commit"
      ? [emptyRepository(facts), protectedBranch(facts), foreignWorkflow(settings, facts, stackOwner)]
      : []),
  ].filter((message) => message !== undefined);
}

function renamed(settings: RepositorySettings, facts: RepositoryFacts): string | undefined {
  if (facts.slug.toLowerCase() === settings.slug.toLowerCase()) return undefined;
  const [owner, name] = facts.slug.split("/");
  const [askedOwner, askedName] = settings.slug.split("/");
  return owner?.toLowerCase() === askedOwner?.toLowerCase()
    ? `GitHub calls it ${facts.slug} now. Replace its entry by: { name: ${name}, formerly: [${askedName}] }`
    : `GitHub calls it ${facts.slug} now: it belongs to another owner. Remove it here, and list it in a stack of ${owner}.`;
}

function lacksPermission({ permission }: RepositoryFacts): string | undefined {
  if (permission !== "READ" && permission !== "TRIAGE") return undefined;
  return `The GitHub credential may only read it (${permission.toLowerCase()}). Give its user or app write access, or admin where the organisation restricts secrets.`;
}

function emptyRepository({ defaultBranch }: RepositoryFacts): string | undefined {
  return defaultBranch
    ? undefined
    : "It is empty, so there is no default branch to commit to. Push a first commit, or set delivery: { kind: output }.";
}

function protectedBranch({ defaultBranch, permission }: RepositoryFacts): string | undefined {
  const protection = defaultBranch?.protection;
  if (!defaultBranch || !protection || !refusesCommits(protection, permission)) return undefined;
  const rule = protection.requiresReviews
    ? "requires a pull request"
    : protection.requiresStatusChecks
      ? "requires status checks"
      : "lets only others push";
  return (
    `Its default branch "${defaultBranch.name}" is protected: it ${rule}, so the workflow file can not be committed. Let the ` +
    "deploying user or app bypass the rule (Settings > Branches), or set delivery: { kind: output } and commit the stack output " +
    "`workflows` by pull request."
  );
}

function refusesCommits(protection: BranchProtection, permission: RepositoryFacts["permission"]): boolean {
  // Administrators pass a rule that does not include them.
  if (permission === "ADMIN" && protection.holdsAdministrators === false) return false;
  return !protection.mayPush || protection.requiresReviews || protection.requiresStatusChecks;
}

function foreignWorkflow(
  { workflow }: RepositorySettings,
  { workflowText }: RepositoryFacts,
  stackOwner: string,
): string | undefined {
  if (workflowText === undefined || workflow.adopt) return undefined;
  const owner = managedBy(workflowText);
  if (owner === stackOwner) return undefined;
  const whose = owner === undefined ? "was not written by this program" : `is managed by the stack ${owner}`;
  return `${workflow.path} exists and ${whose}. Choose another workflow.path, or replace the file: workflow: { adopt: true }.`;
}
