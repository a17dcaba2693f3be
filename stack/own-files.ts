/** Whose a workflow file is: this stack's, by its state or by the name in the header, or another one's. */
import { stackClaimType } from "../core/resource-types.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import type { RepositoryFindings } from "../services/github/repositories.ts";
import { findStanding, listStandingRepositories, readStackResources, type StackResources } from "./state.ts";
import { findHeaderOwner, type WorkflowFiles } from "./workflow-files.ts";

/** Where a stack of the same name would have left something. */
export interface Traces {
  /** Present and former names: credentials are named after them. */
  repositories: RepositorySlug[];
  /** Repositories whose workflow file has the stack's name in its header. */
  workflows: RepositorySlug[];
}

/** A file that a pull request of the stack's name is to remove is no trace: its stack has let go of it, and it waits for a merge. */
export function findTraces(
  { repositories, policy }: Settings,
  files: WorkflowFiles,
  findings: RepositoryFindings,
): Traces {
  const isTrace = (slug: RepositorySlug) =>
    findHeaderOwner(files.get(slug)) === policy.owner && !findings.get(slug)?.isBeingRemoved;
  return {
    repositories: repositories.flatMap(({ slug, formerly }) => [slug, ...formerly]),
    workflows: repositories.map(({ slug }) => slug).filter(isTrace),
  };
}

/** Whether the workflow file of a repository, with this name in its header or none, is the stack's own. */
export type IsOwnFile = (repository: RepositorySettings, headerOwner: string | undefined) => boolean;

/**
 * A stack that was given another name has files with the old one, and somebody may have put a file of their own in the place of
 * one of ours. Reads the state only where a file does not have the stack's name.
 */
export async function recogniseOwnFiles({ policy }: Settings, files: WorkflowFiles): Promise<IsOwnFile> {
  const isNamed = [...files.values()].every((file) => !file.live || findHeaderOwner(file) === policy.owner);
  if (isNamed) return (_, owner) => owner === policy.owner;
  return recogniseByState(policy.owner, await readStackResources().catch(() => ({})));
}

/** A file that stands in the state is the stack's: what others did to it is put right. Another stack's is not. */
export function recogniseByState(owner: string, state: StackResources): IsOwnFile {
  const claim = Object.values(state).find(({ type }) => type === stackClaimType)?.outputs;
  const formerly = Array.isArray(claim?.formerly) ? claim.formerly : [];
  const names = new Set<unknown>([undefined, claim?.owner, ...formerly]);
  const standing = listStandingRepositories(state);
  return (repository, headerOwner) =>
    headerOwner === owner || (names.has(headerOwner) && findStanding(standing, repository)?.hasWorkflow === true);
}
