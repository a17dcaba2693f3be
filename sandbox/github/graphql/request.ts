/** What every resolver knows of its request, and how it finds and refuses. */
import { GraphQLError } from "graphql";
import { nodeId } from "../accounts.ts";
import { isOwn, refused } from "../actions/job-rights.ts";
import { singleSignOnRequired } from "../answers.ts";
import type { Repository } from "../model.ts";
import type { Permission } from "../options.ts";
import type { GitHubState } from "../state.ts";
import { atLeast, type Viewer } from "../viewer.ts";

export interface GraphqlRequest {
  state: GitHubState;
  viewer: Viewer;
  /** Where `url` fields point: `http://127.0.0.1:<port>`. */
  html: string;
}

/** The `type` that GitHub puts beside an error's message. */
export type ErrorType = "FORBIDDEN" | "NOT_FOUND" | "STALE_DATA" | "UNPROCESSABLE";

export const refuse = (type: ErrorType, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { type } });

/** What a global node id stands for: the type's prefix and what `nodeId` was given; undefined for what is no such id. */
export function parseNodeId(id: string): { prefix: string; value: string } | undefined {
  const [, prefix, encoded] = /^([A-Z]+)_([\w-]+)$/.exec(id) ?? [];
  if (prefix === undefined || encoded === undefined) return undefined;
  const value = Buffer.from(encoded, "base64url").toString();
  return nodeId(prefix, value) === id ? { prefix, value } : undefined;
}

/** The repository of that node id; `NOT_FOUND` when there is none that the token may see. */
export function repositoryByNodeId(id: string, { state, viewer }: GraphqlRequest): Repository {
  const parsed = parseNodeId(id);
  const repository = parsed?.prefix === "R" ? state.byId(Number(parsed.value)) : undefined;
  if (!repository || viewer.access(repository) === "none") {
    throw refuse("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  }
  requireSingleSignOn(repository, viewer);
  return repository;
}

/** The visible repository that has this name; a former name only counts with `followRenames`. */
export function repositoryByName(
  nameWithOwner: string,
  { state, viewer }: GraphqlRequest,
  followRenames: boolean,
): Repository {
  const [owner = "", name = ""] = nameWithOwner.split("/");
  const found = state.find(owner, name);
  const isVisible = found && viewer.access(found.repository) !== "none";
  if (!isVisible || (found.kind === "renamed" && !followRenames)) {
    throw refuse("NOT_FOUND", `Could not resolve to a Repository with the name '${nameWithOwner}'.`);
  }
  requireSingleSignOn(found.repository, viewer);
  return found.repository;
}

function requireSingleSignOn(repository: Repository, viewer: Viewer): void {
  if (viewer.needsSingleSignOn(repository)) throw refuse("FORBIDDEN", singleSignOnRequired);
}

/** Throws unless the token may run this mutation in the repository, and the repository takes writes. */
export function requirePermission(
  mutation: string,
  repository: Repository,
  { viewer }: GraphqlRequest,
  needed: Permission = "write",
): void {
  if (!isOwn(viewer, repository)) throw refuse("FORBIDDEN", refused);
  if (!atLeast(viewer.access(repository), needed)) {
    const name = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
    throw refuse("FORBIDDEN", `${viewer.login} does not have the correct permissions to execute \`${name}\``);
  }
  if (repository.archived) throw refuse("FORBIDDEN", "Repository was archived so is read-only.");
  if (repository.disabled) throw refuse("FORBIDDEN", "Repository access blocked");
}
