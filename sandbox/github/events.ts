/** What GitHub would send a webhook for, and what a workflow run learns of it. */
import { actAsNobody, currentActor } from "./actor.ts";
import type { Commit, Move } from "./git.ts";
import type { Comment, Issue, PullRequest, Repository, Review, ReviewComment } from "./model.ts";
import { mergeCommit } from "./pull-refs.ts";
import type { GitHubState } from "./state.ts";
import { createPayload } from "./webhooks.ts";

type PullAction =
  | "opened"
  | "synchronize"
  | "reopened"
  | "closed"
  | "ready_for_review"
  | "converted_to_draft"
  | "labeled"
  | "unlabeled";

/** What happened in a repository, by the webhook that tells of it. */
export type Occurrence =
  | { name: "push"; move: Move }
  | { name: "pull_request"; action: PullAction; pull: PullRequest; label?: string; before?: string }
  | { name: "pull_request_review"; action: "submitted"; pull: PullRequest; review: Review }
  | { name: "pull_request_review_comment"; action: "created"; pull: PullRequest; comment: ReviewComment }
  | { name: "issues"; action: "opened"; conversation: Issue }
  | { name: "issue_comment"; action: "created"; conversation: Issue | PullRequest; comment: Comment }
  | { name: "merge_group"; action: "checks_requested"; pull: PullRequest; head: Commit; ref: string };

/** An event as workflows see it. */
export interface RepositoryEvent {
  repository: Repository;
  name: Occurrence["name"];
  action?: string;
  /** `github.event`: what the webhook carries. */
  payload: object;
  /** `GITHUB_REF` of the runs that it starts. `pull_request_target` has the base branch instead. */
  ref: string;
  /** `GITHUB_SHA`. Empty where there is nothing to run for: a pull request with conflicts, a branch that is gone. */
  sha: string;
  /** Login of who did it. */
  actor: string;
}

/**
 * Tells the listener what happened. Nothing that a job does with its token is told of, since it starts no run:
 * https://docs.github.com/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow
 */
export function announce(state: GitHubState, repository: Repository, occurrence: Occurrence): void {
  const actor = currentActor();
  const { onEvent } = state;
  if (!onEvent || actor.job) return;
  const event: RepositoryEvent = {
    repository,
    name: occurrence.name,
    ...("action" in occurrence ? { action: occurrence.action } : {}),
    payload: createPayload(state, repository, occurrence, actor),
    ...placeOf(repository, occurrence),
    actor: actor.login,
  };
  actAsNobody(() => onEvent(event));
}

/** https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows */
function placeOf(repository: Repository, occurrence: Occurrence): { ref: string; sha: string } {
  if (occurrence.name === "push") {
    return { ref: `refs/heads/${occurrence.move.branch}`, sha: occurrence.move.after ?? "" };
  }
  if (occurrence.name === "merge_group") return { ref: occurrence.ref, sha: occurrence.head.sha };
  if ("conversation" in occurrence) {
    const { defaultBranch, git } = repository;
    return { ref: `refs/heads/${defaultBranch}`, sha: git.branches.get(defaultBranch) ?? "" };
  }
  const { pull } = occurrence;
  if (pull.merged) return { ref: `refs/heads/${pull.base}`, sha: pull.mergeSha ?? "" };
  return { ref: `refs/pull/${pull.number}/merge`, sha: mergeCommit(repository, pull)?.sha ?? "" };
}
