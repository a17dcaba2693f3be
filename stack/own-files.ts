/** Whose a workflow file is, by the name in its header: this stack's, under its present or a former name, or another one's. */
import { stackClaimType } from "../core/resource-types.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import { readHeaderOwner } from "../core/workflow/render.ts";
import type { RepositoryFindings } from "../services/github/repositories.ts";
import { findStanding, listStandingRepositories, readStackResources, type StackResources } from "./state.ts";

/** Where a stack of the same name would have left something. */
export interface Traces {
  /** Present and former names: credentials are named after them. */
  repositories: RepositorySlug[];
  /** Repositories whose workflow file has the stack's name in its header. */
  workflows: RepositorySlug[];
}

export function findTraces({ repositories, policy }: Settings, findings: RepositoryFindings): Traces {
  return {
    repositories: repositories.flatMap(({ slug, formerly }) => [slug, ...formerly]),
    workflows: repositories.map(({ slug }) => slug).filter((slug) => headerOwner(findings, slug) === policy.owner),
  };
}

/** Whether a workflow file with this name in its header is the stack's own file of the repository. */
export type IsOwnFile = (repository: RepositorySettings, headerOwner: string) => boolean;

/** A stack that was given another name has files with the old one. Reads the state only where a header has another name. */
export async function recogniseOwnFiles(settings: Settings, findings: RepositoryFindings): Promise<IsOwnFile> {
  const { repositories, policy } = settings;
  const headers = repositories.map(({ slug }) => headerOwner(findings, slug));
  if (headers.every((owner) => owner === undefined || owner === policy.owner)) {
    return (_, owner) => owner === policy.owner;
  }
  return recogniseByState(policy.owner, await readStackResources().catch(() => ({})));
}

/** By the names that the stack's claim has had, for files that stand in its state. */
export function recogniseByState(owner: string, state: StackResources): IsOwnFile {
  const claim = Object.values(state).find(({ type }) => type === stackClaimType)?.outputs;
  const formerly = Array.isArray(claim?.formerly) ? claim.formerly : [];
  const names = new Set<unknown>([claim?.owner, ...formerly]);
  const standing = listStandingRepositories(state);
  return (repository, headerOwner) =>
    headerOwner === owner || (names.has(headerOwner) && findStanding(standing, repository)?.hasWorkflow === true);
}

function headerOwner(findings: RepositoryFindings, slug: RepositorySlug): string | undefined {
  const text = findings.get(slug)?.workflowText;
  return text === undefined ? undefined : readHeaderOwner(text);
}
