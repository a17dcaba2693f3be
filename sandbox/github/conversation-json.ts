/** Issues, comments and reviews as the REST API shows them. */
import { nodeId, personJson } from "./accounts.ts";
import { type Asked, apiUrl, origin } from "./answers.ts";
import {
  type Comment,
  type Issue,
  type PullRequest,
  type Repository,
  type Review,
  type ReviewComment,
  slug,
} from "./model.ts";
import { associationOf } from "./roles.ts";

export const labelJson = (c: Asked, repository: Repository, name: string) => ({
  node_id: nodeId("LA", `${repository.id}:${name}`),
  url: `${apiUrl(c)}/repos/${slug(repository)}/labels/${encodeURIComponent(name)}`,
  name,
  color: "ededed",
  default: false,
});

/** An issue, or a pull request as the issue that it is as well. */
export function issueJson(c: Asked, repository: Repository, conversation: Issue | PullRequest) {
  const { number, title, body, state, author, labels, comments, createdAt, updatedAt, closedAt } = conversation;
  const isPull = conversation.head !== undefined;
  const html = `${origin(c)}/${slug(repository)}/${isPull ? "pull" : "issues"}/${number}`;
  const api = `${apiUrl(c)}/repos/${slug(repository)}`;
  return {
    id: conversationId(repository, conversation),
    node_id: nodeId(isPull ? "PR" : "I", `${repository.id}:${number}`),
    number,
    url: `${api}/issues/${number}`,
    repository_url: api,
    comments_url: `${api}/issues/${number}/comments`,
    html_url: html,
    title,
    body,
    state,
    state_reason: state === "closed" && !isPull ? "completed" : null,
    locked: false,
    user: personJson(c, author),
    labels: labels.map((name) => labelJson(c, repository, name)),
    assignee: null,
    assignees: [],
    milestone: null,
    comments: comments.length,
    author_association: associationOf(repository, author.login),
    created_at: createdAt,
    updated_at: updatedAt,
    closed_at: closedAt,
    ...(conversation.head === undefined ? {} : { draft: conversation.draft, pull_request: pullLinks() }),
  };

  function pullLinks() {
    const mergedAt = conversation.head === undefined ? null : conversation.mergedAt;
    const url = `${api}/pulls/${number}`;
    return { url, html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch`, merged_at: mergedAt };
  }
}

/** Unique at a server, unlike the number. */
export const conversationId = (repository: Repository, { number }: { number: number }): number =>
  (repository.id % 1_000_000) * 1_000_000 + number;

export function commentJson(c: Asked, repository: Repository, conversation: Issue | PullRequest, comment: Comment) {
  const { id, author, body, createdAt, updatedAt } = comment;
  const { html_url: html, url } = issueJson(c, repository, conversation);
  return {
    id,
    node_id: nodeId("IC", `${html}:${id}`),
    url: `${apiUrl(c)}/repos/${slug(repository)}/issues/comments/${id}`,
    html_url: `${html}#issuecomment-${id}`,
    issue_url: url,
    user: personJson(c, author),
    author_association: associationOf(repository, author.login),
    body,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

export function reviewJson(c: Asked, repository: Repository, { number }: PullRequest, review: Review) {
  const { id, author, state, body, commitId, submittedAt } = review;
  const html = `${origin(c)}/${slug(repository)}/pull/${number}`;
  return {
    id,
    node_id: nodeId("PRR", `${repository.id}:${id}`),
    user: personJson(c, author),
    body,
    state,
    html_url: `${html}#pullrequestreview-${id}`,
    pull_request_url: `${apiUrl(c)}/repos/${slug(repository)}/pulls/${number}`,
    author_association: associationOf(repository, author.login),
    submitted_at: submittedAt,
    commit_id: commitId,
  };
}

export function reviewCommentJson(c: Asked, repository: Repository, { number }: PullRequest, comment: ReviewComment) {
  const { id, reviewId, author, body, path, line, side, commitId, inReplyTo, createdAt, updatedAt } = comment;
  const pull = `${apiUrl(c)}/repos/${slug(repository)}/pulls`;
  return {
    id,
    node_id: nodeId("PRRC", `${repository.id}:${id}`),
    pull_request_review_id: reviewId,
    url: `${pull}/comments/${id}`,
    html_url: `${origin(c)}/${slug(repository)}/pull/${number}#discussion_r${id}`,
    pull_request_url: `${pull}/${number}`,
    user: personJson(c, author),
    author_association: associationOf(repository, author.login),
    body,
    path,
    line,
    original_line: line,
    side,
    commit_id: commitId,
    original_commit_id: commitId,
    ...(inReplyTo === undefined ? {} : { in_reply_to_id: inReplyTo }),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
