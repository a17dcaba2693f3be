/** Pull requests as the REST API shows them. */
import { accountJson, nodeId, personJson } from "./accounts.ts";
import { type Asked, apiUrl, origin } from "./answers.ts";
import { conversationId, labelJson } from "./conversation-json.ts";
import type { Sha } from "./git.ts";
import { type PullRequest, type Repository, slug } from "./model.ts";
import { conflictsWithBase, mergeCommit } from "./pull-refs.ts";
import { headRepository } from "./pull-requests.ts";
import { minimalRepositoryJson } from "./repositories.ts";
import { associationOf } from "./roles.ts";

export function pullJson(c: Asked, repository: Repository, pull: PullRequest) {
  const isOpen = pull.state === "open";
  return {
    id: conversationId(repository, pull),
    number: pull.number,
    node_id: nodeId("PR", `${repository.id}:${pull.number}`),
    url: `${apiUrl(c)}/repos/${slug(repository)}/pulls/${pull.number}`,
    html_url: `${origin(c)}/${slug(repository)}/pull/${pull.number}`,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    merged: pull.merged,
    mergeable: isOpen ? !conflictsWithBase(repository, pull) : null,
    locked: false,
    labels: pull.labels.map((name) => labelJson(c, repository, name)),
    user: personJson(c, pull.author),
    author_association: associationOf(repository, pull.author.login),
    head: sideJson(c, headRepository(repository, pull), pull.head, pull.headSha),
    base: sideJson(c, repository, pull.base, repository.git.branches.get(pull.base)),
    auto_merge: pull.autoMerge && { merge_method: pull.autoMerge.mergeMethod.toLowerCase() },
    // Of an open one, the commit that merging would make.
    merge_commit_sha: isOpen ? (mergeCommit(repository, pull)?.sha ?? null) : pull.mergeSha,
    maintainer_can_modify: pull.maintainerCanModify,
    comments: pull.comments.length,
    review_comments: pull.reviewComments.length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
  };
}

const label = (repository: Repository | undefined, ref: string): string =>
  `${repository?.owner.login ?? "unknown"}:${ref}`;

/** `owner:branch`, by which lists of pull requests are filtered. */
export const headLabel = (repository: Repository, pull: PullRequest): string =>
  label(headRepository(repository, pull), pull.head);

/** A branch and its repository, which is null when it was deleted. */
function sideJson(c: Asked, repository: Repository | undefined, ref: string, sha: Sha | undefined) {
  return {
    label: label(repository, ref),
    ref,
    sha,
    user: repository ? accountJson(c, repository.owner) : null,
    repo: repository ? { ...minimalRepositoryJson(c, repository), default_branch: repository.defaultBranch } : null,
  };
}
