/** What a query sees of owners, branches and Git objects. */
import { nodeId } from "../accounts.ts";
import { type Commit, type Sha, treeId } from "../git.ts";
import { type Account, type Repository, slug } from "../model.ts";
import { binds } from "../protection.ts";
import { atLeast, type Viewer } from "../viewer.ts";
import { checkSuites, type SuitesArguments } from "./checks.ts";
import type { PageArguments } from "./connections.ts";
import { type PullsArguments, pullsConnection } from "./pulls.ts";
import type { GraphqlRequest } from "./request.ts";
import { rulesConnection } from "./rules.ts";

export function account({ login, id, type }: Account, html: string) {
  return {
    __typename: type,
    databaseId: id,
    id: nodeId(type === "User" ? "U" : "O", id),
    login,
    url: `${html}/${login}`,
  };
}

/** A branch; undefined when there is none of that name. */
export function refNode(repository: Repository, name: string, request: GraphqlRequest) {
  const commit = repository.git.tip(name);
  if (!commit) return undefined;
  return {
    __typename: "Ref",
    associatedPullRequests: (wanted: PullsArguments) =>
      pullsConnection(repository, { ...wanted, headRefName: name }, request),
    ...protectionNodes(repository, name, request.viewer),
    id: nodeId("REF", `${repository.id}:${name}`),
    name,
    prefix: "refs/heads/",
    rules: (page: PageArguments) => rulesConnection(repository, name, page),
    target: commitNode(commit, repository, request),
  };
}

/**
 * The rule itself is shown to administrators only; `refUpdateRule` to who may read. Whether `viewerCanPush` counts required
 * reviews is not documented: here it is false for those whom they stop, and required checks do not change it.
 */
function protectionNodes(repository: Repository, branch: string, viewer: Viewer) {
  const { protection } = repository;
  if (!protection || branch !== repository.defaultBranch) return {};
  const permission = viewer.access(repository);
  const checks = protection.requiredStatusChecks ?? [];
  const reviews = protection.requiredReviews ?? 0;
  const shared = {
    pattern: branch,
    requiredApprovingReviewCount: reviews || null,
    requiredStatusCheckContexts: checks,
  };
  const rule = {
    ...shared,
    isAdminEnforced: protection.enforceAdmins ?? false,
    requiresApprovingReviews: reviews > 0,
    requiresStatusChecks: checks.length > 0,
  };
  const viewerCanPush = atLeast(permission, "write") && !(reviews > 0 && binds(repository, permission));
  return {
    branchProtectionRule: permission === "admin" ? rule : null,
    refUpdateRule: { ...shared, viewerCanPush },
  };
}

/** What `git rev-parse` makes of `<revision>` or `<revision>:<path>`, or the object of that id. */
export function gitObject(
  repository: Repository,
  { expression, oid }: { expression?: string; oid?: string },
  request: GraphqlRequest,
) {
  const { git } = repository;
  if (oid !== undefined) {
    const commit = git.commits.get(oid);
    return commit ? commitNode(commit, repository, request) : blobNode(repository, oid);
  }
  const [revision = "", ...path] = (expression ?? "").split(":");
  const commit = revision === "HEAD" ? git.tip(repository.defaultBranch) : git.resolve(revision);
  if (!commit || path.length === 0) return commit && commitNode(commit, repository, request);
  const wanted = path.join(":").replace(/\/$/, "");
  const blob = commit.files.get(wanted);
  if (blob !== undefined) return blobNode(repository, blob);
  const prefix = wanted === "" ? "" : `${wanted}/`;
  const below = [...commit.files].filter(([file]) => file.startsWith(prefix));
  if (below.length === 0) return undefined;
  return objectNode("Tree", treeId(new Map(below.map(([file, sha]) => [file.slice(prefix.length), sha]))));
}

const objectNode = (type: "Blob" | "Commit" | "Tree", oid: Sha) => ({
  __typename: type,
  abbreviatedOid: oid.slice(0, 7),
  id: nodeId(type[0] ?? "", oid),
  oid,
});

export const commitNode = (
  { sha, message, parents, verified }: Commit,
  repository: Repository,
  request: GraphqlRequest,
) => ({
  ...objectNode("Commit", sha),
  checkSuites: (wanted: SuitesArguments) => checkSuites(repository, sha, wanted, request),
  message,
  parents: { totalCount: parents.length, nodes: parents.map((parent) => objectNode("Commit", parent)) },
  signature: verified ? { __typename: "GpgSignature", isValid: true, wasSignedByGitHub: true } : null,
  url: `${request.html}/${slug(repository)}/commit/${sha}`,
});

function blobNode({ git }: Repository, oid: Sha) {
  const bytes = git.blobs.get(oid);
  if (!bytes) return undefined;
  const isBinary = bytes.includes(0);
  return {
    ...objectNode("Blob", oid),
    byteSize: bytes.length,
    isBinary,
    isTruncated: false,
    text: isBinary ? null : bytes.toString("utf8"),
  };
}
