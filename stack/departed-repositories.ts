/**
 * Repositories of the stack that cannot be written any more: archived, disabled or deleted since they were set up.
 *
 * Left out of the program, their resources would be deleted by the engine, GitHub would refuse that, and each run would fail.
 * So the program goes on declaring them, exactly as they are:
 * - One that is still listed (`onUnavailable: skip`) stays whole, until it can be written again.
 * - One that left the list loses its credential, which is Tailscale's and can go, in the first run. In that run its secrets
 *   and its workflow file get `retainOnDelete`; the next run leaves them out, and the engine forgets them.
 */
import { readKind } from "../core/resource-names.ts";
import { workflowFileType } from "../core/resource-types.ts";
import type { RepositorySettings, RepositorySlug } from "../core/settings/settings.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { type RepositoryFindings, readRepositories } from "../services/github/repositories.ts";
import { declareAsTheyAre, type KeptResource } from "./kept-resources.ts";
import { explainUnavailable, type SkippedRepository } from "./repository-checks.ts";
import { readLastName, readStackResources, type StackResources } from "./state.ts";

/** Those outputs of the stack's last run that this one needs. */
export interface PreviousOutputs {
  /** By slug: those that were set up, */
  repositories?: Record<RepositorySlug, unknown>;
  /** those that were listed and left alone, */
  skipped?: Record<RepositorySlug, string>;
  /** and those that had left the list and were kept for that run. */
  unremovable?: Record<RepositorySlug, string>;
}

/** Repositories of the last run that nobody lists now, under no name; without those that the engine may forget already. */
function findDeparted(previous: PreviousOutputs, listed: RepositorySettings[]): RepositorySlug[] {
  const names = new Set(listed.flatMap(({ slug, formerly }) => [slug, ...formerly]).map((name) => name.toLowerCase()));
  const slugs = Object.keys({ ...previous.repositories, ...previous.skipped }) as RepositorySlug[];
  return slugs.filter((slug) => !names.has(slug.toLowerCase()) && !Object.hasOwn(previous.unremovable ?? {}, slug));
}

/** Those that GitHub lets nobody write, and why. A renamed one can be written: GitHub redirects its old name. */
function findUnwritable(findings: RepositoryFindings): SkippedRepository[] {
  return [...findings].flatMap(([slug, facts]) => {
    const reason = explainUnavailable(facts);
    return reason === undefined ? [] : [{ slug, reason }];
  });
}

/** Which of the departed repositories have to be kept for this run. Asks GitHub only when one has left. */
export async function readUnremovable(
  previous: PreviousOutputs,
  listed: RepositorySettings[],
  connection: GitHubConnection,
): Promise<SkippedRepository[]> {
  const slugs = findDeparted(previous, listed);
  if (slugs.length === 0) return [];
  const requests = slugs.map((slug) => ({ slug, workflowPath: ".github" }));
  return findUnwritable(await readRepositories(requests, connection));
}

/** A repository whose resources are declared as the state has them. */
export interface KeptRepository {
  slug: RepositorySlug;
  /** What the names of its resources begin with. */
  name: string;
  /** Whether the next run may leave it out: the engine then forgets what GitHub does not let it delete. */
  hasLeft: boolean;
}

/** Declares what the state has of the repositories, unchanged. Reads the state once, and only when there is one to keep. */
export async function keepAsTheyAre(repositories: KeptRepository[]): Promise<void> {
  if (repositories.length === 0) return;
  const state = await readStackResources();
  for (const repository of repositories) {
    declareAsTheyAre(resourcesOf(state, repository), { mayGo: repository.hasLeft });
  }
}

/** What the state has of a repository, by name; of one that left the list, without its credential. The case of names is GitHub's. */
export function resourcesOf(state: StackResources, { slug, name, hasLeft }: KeptRepository): KeptResource[] {
  const repository = slug.slice(slug.indexOf("/") + 1).toLowerCase();
  return Object.entries(state).flatMap(([urn, { type, outputs }]) => {
    const child = readLastName(urn);
    const kind = readKind(name, child) ?? "";
    const isWritten =
      (kind === "workflow" && type === workflowFileType) ||
      (kind !== "" && String(outputs?.repository).toLowerCase() === repository);
    const isCredential = !hasLeft && /^identity-(federated$|oauth(-|$))/.test(kind);
    return outputs && (isWritten || isCredential) ? [{ type, child, outputs }] : [];
  });
}
