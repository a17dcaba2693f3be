/** What a query sees of repositories. */
import { nodeId } from "../accounts.ts";
import { type Repository, slug } from "../model.ts";
import { branchOfRef } from "../refs.ts";
import { account, gitObject, refNode } from "./nodes.ts";
import { type PullsArguments, pullNode, pullsConnection } from "./pulls.ts";
import { type GraphqlRequest, refuse } from "./request.ts";

export function repositoryNode(repository: Repository, request: GraphqlRequest) {
  const { viewer, html } = request;
  const permission = viewer.access(repository);
  const { git } = repository;
  return {
    __typename: "Repository",
    databaseId: repository.id,
    defaultBranchRef: () => refNode(repository, repository.defaultBranch, request),
    id: nodeId("R", repository.id),
    isArchived: repository.archived,
    isDisabled: repository.disabled,
    isEmpty: git.commits.size === 0,
    isPrivate: repository.visibility !== "public",
    name: repository.name,
    nameWithOwner: slug(repository),
    object: (by: { expression?: string; oid?: string }) => gitObject(repository, by, request),
    owner: account(repository.owner, html),
    autoMergeAllowed: repository.autoMergeAllowed,
    pullRequest({ number }: { number: number }) {
      const pull = repository.pulls.find((one) => one.number === number);
      if (!pull) throw refuse("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
      return pullNode(repository, pull, request);
    },
    pullRequests: (wanted: PullsArguments) => pullsConnection(repository, wanted, request),
    ref: ({ qualifiedName }: { qualifiedName: string }) => refNode(repository, branchOfRef(qualifiedName), request),
    url: `${html}/${slug(repository)}`,
    viewerDefaultMergeMethod: "MERGE",
    viewerCanAdminister: permission === "admin",
    viewerPermission: permission.toUpperCase(),
    visibility: repository.visibility.toUpperCase(),
  };
}
