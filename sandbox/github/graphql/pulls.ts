/** What a query sees of pull requests. */
import { nodeId } from "../accounts.ts";
import { type PullRequest, type Repository, slug } from "../model.ts";
import { conflictsWithBase } from "../pull-refs.ts";
import { pullChanges } from "../pull-requests.ts";
import { connection, type PageArguments } from "./connections.ts";
import { commitNode, refNode } from "./nodes.ts";
import { type GraphqlRequest, parseNodeId, refuse, repositoryByNodeId } from "./request.ts";

type PullState = "OPEN" | "CLOSED" | "MERGED";

export interface PullsArguments extends PageArguments {
  headRefName?: string | null;
  baseRefName?: string | null;
  states?: PullState[] | null;
  labels?: string[] | null;
  orderBy?: { field: "CREATED_AT" | "UPDATED_AT"; direction: "ASC" | "DESC" } | null;
}

const stateOf = ({ state, merged }: PullRequest): PullState => {
  if (merged) return "MERGED";
  return state === "open" ? "OPEN" : "CLOSED";
};

const pullId = (repository: Repository, { number }: PullRequest): string => nodeId("PR", `${repository.id}:${number}`);

/** `Repository.pullRequests`: oldest first, unless `orderBy` says otherwise. */
export function pullsConnection(repository: Repository, wanted: PullsArguments, request: GraphqlRequest) {
  const { headRefName, baseRefName, states, labels, orderBy } = wanted;
  const found = repository.pulls.filter(
    (pull) =>
      (!headRefName || pull.head === headRefName) &&
      (!baseRefName || pull.base === baseRefName) &&
      (!states || states.includes(stateOf(pull))) &&
      (!labels || labels.some((label) => pull.labels.includes(label))),
  );
  const key = (pull: PullRequest) => (orderBy?.field === "UPDATED_AT" ? pull.updatedAt : pull.createdAt);
  found.sort((a, b) => key(a).localeCompare(key(b)) || a.number - b.number);
  if (orderBy?.direction === "DESC") found.reverse();
  return connection("pullRequests", found, wanted, (pull) => pullNode(repository, pull, request));
}

/** The pull request of that node id; `NOT_FOUND` when there is none that the token may see. */
export function pullByNodeId(id: string, request: GraphqlRequest): { repository: Repository; pull: PullRequest } {
  const parsed = parseNodeId(id);
  const [repositoryId = "", number] = parsed?.prefix === "PR" ? parsed.value.split(":") : [];
  const missing = refuse("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  if (!number) throw missing;
  const repository = repositoryByNodeId(nodeId("R", repositoryId), request);
  const pull = repository.pulls.find((one) => one.number === Number(number));
  if (!pull) throw missing;
  return { repository, pull };
}

export function pullNode(repository: Repository, pull: PullRequest, request: GraphqlRequest) {
  const { git } = repository;
  const url = `${request.html}/${slug(repository)}/pull/${pull.number}`;
  const merge = git.commits.get(pull.mergeSha ?? "");
  return {
    __typename: "PullRequest",
    id: pullId(repository, pull),
    number: pull.number,
    url,
    state: stateOf(pull),
    closed: pull.state === "closed",
    isDraft: pull.draft,
    title: pull.title,
    body: pull.body ?? "",
    changedFiles: () => pullChanges(repository, pull).files.length,
    commits: (page: PageArguments) =>
      connection("commits", pullChanges(repository, pull).commits, page, (commit) => ({
        commit: commitNode(commit, repository, request),
      })),
    headRefName: pull.head,
    headRefOid: pull.headSha,
    headRef: () => refNode(repository, pull.head, request),
    baseRefName: pull.base,
    baseRefOid: () => git.branches.get(pull.base),
    isCrossRepository: pull.headRepositoryId !== repository.id,
    isInMergeQueue: pull.inMergeQueue,
    autoMergeRequest: pull.autoMerge,
    author: { __typename: "User", login: pull.author.login },
    merged: pull.merged,
    mergeable: conflictsWithBase(repository, pull) ? "CONFLICTING" : "MERGEABLE",
    mergedAt: pull.mergedAt,
    mergeCommit: merge && commitNode(merge, repository, request),
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    closedAt: pull.closedAt,
    labels: (page: PageArguments) =>
      connection("labels", pull.labels, page, (name) => ({ id: nodeId("LA", `${repository.id}:${name}`), name })),
    comments: (page: PageArguments) =>
      connection("comments", pull.comments, page, (comment) => commentNode(url, comment)),
  };
}

export const commentNode = (pullUrl: string, { id, author, body, createdAt }: PullRequest["comments"][0]) => ({
  id: nodeId("IC", `${pullUrl}:${id}`),
  author: { __typename: "User", login: author.login },
  body,
  createdAt,
  url: `${pullUrl}#issuecomment-${id}`,
});
