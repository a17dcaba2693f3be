/** Which runs GitHub trusts, and what a job may do in one that it does not. */
import { findEnvironment } from "../environments.ts";
import { type PullRequest, type Repository, slug } from "../model.ts";
import type { SecretStore } from "../secret-store.ts";
import type { WorkflowRun } from "./model.ts";

export type Permissions = Readonly<Record<string, "read" | "write">>;

export const dependabot = "dependabot[bot]";

const pullEvents = ["pull_request", "pull_request_review", "pull_request_review_comment"];

/** Events whose runs are treated as a fork's when Dependabot caused them. */
const dependabotEvents = [...pullEvents, "push", "create", "deployment", "deployment_status"];

/** What decides about trust; a run has it. */
export type Cause = Pick<WorkflowRun, "event" | "actor" | "pulls">;

export const isOfFork = (repository: Repository, pull: PullRequest): boolean => pull.headRepositoryId !== repository.id;

/**
 * Whether the run is for what somebody else wrote, and so gets no secrets, no OIDC token and a token that only reads: a pull
 * request of a fork, and what Dependabot did. https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
export function isUntrusted(repository: Repository, { event, actor, pulls }: Cause): boolean {
  if (actor === dependabot && dependabotEvents.includes(event)) return true;
  if (!pullEvents.includes(event)) return false;
  const found = repository.pulls.filter(({ number }) => pulls.includes(number));
  // Of a pull request that nobody knows, nobody knows where it comes from.
  return found.length === 0 || found.some((pull) => isOfFork(repository, pull));
}

/** The permissions that a job of the run really has of those that its workflow grants. */
export function grantedPermissions(repository: Repository, cause: Cause, asked: Permissions): Permissions {
  if (!isUntrusted(repository, cause)) return asked;
  const scopes = Object.keys(asked).filter((scope) => scope !== "id-token");
  return Object.fromEntries(scopes.map((scope) => [scope, "read" as const]));
}

/** The Actions secrets that a job of the run gets, by name: the organization's, and the repository's in their place. */
export function jobSecrets(repository: Repository, cause: Cause): Record<string, string> {
  if (isUntrusted(repository, cause)) return {};
  const shared = sharedSecrets(repository).map(({ name, value }) => [name, value]);
  return { ...Object.fromEntries(shared), ...valuesOf(repository.secrets) };
}

/** What a job of the run that references the environment gets besides, in place of secrets of the same names. */
export function environmentSecrets(repository: Repository, cause: Cause, name: string): Record<string, string> {
  const environment = findEnvironment(repository, name);
  return environment && !isUntrusted(repository, cause) ? valuesOf(environment.secrets) : {};
}

const valuesOf = (store: SecretStore): Record<string, string> =>
  Object.fromEntries([...store.metadata.keys()].map((name) => [name, store.value(name) ?? ""]));

/** The organization's secrets that the repository gets. */
export const sharedSecrets = (repository: Repository) =>
  repository.owner.secrets.filter(
    ({ visibility, selected }) =>
      visibility === "all" ||
      (visibility === "private" && repository.visibility !== "public") ||
      (visibility === "selected" && selected.includes(repository.id)),
  );

/** The name by which people know a run. */
export const nameOfRun = (repository: Repository, { id }: WorkflowRun): string => `run ${id} of ${slug(repository)}`;
