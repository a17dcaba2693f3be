/** The life of pull requests, whoever acts on them: REST, GraphQL, a push, or a test in the place of a person. */
import { timestamp } from "./answers.ts";
import { diffFiles } from "./git.ts";
import type { PullRequest, Repository } from "./model.ts";
import { hasRequirements } from "./protection.ts";
import { laterThan } from "./secret-store.ts";

/** Why a pull request cannot be opened. */
export type Obstacle =
  | { kind: "no head" }
  | { kind: "no base" }
  | { kind: "no commits"; message: string }
  | { kind: "exists"; message: string }
  | { kind: "no drafts"; message: string };

export interface NewPull {
  head: string;
  base: string;
  title: string;
  body?: string | null | undefined;
  draft?: boolean | undefined;
  maintainerCanModify?: boolean | undefined;
  author: PullRequest["author"];
}

/** Why there can be no open pull request for these branches; undefined when there can be. */
function findObstacle({ git, pulls, owner }: Repository, head: string, base: string): Obstacle | undefined {
  const headCommit = git.tip(head);
  const baseCommit = git.tip(base);
  if (!headCommit) return { kind: "no head" };
  if (!baseCommit) return { kind: "no base" };
  if (git.contains(baseCommit, headCommit.sha)) {
    return { kind: "no commits", message: `No commits between ${base} and ${head}` };
  }
  if (pulls.some((pull) => pull.state === "open" && pull.head === head && pull.base === base)) {
    return { kind: "exists", message: `A pull request already exists for ${owner.login}:${head}.` };
  }
  return undefined;
}

/** Opens a pull request within the repository, or says why not. */
export function openPull(repository: Repository, asked: NewPull): PullRequest | Obstacle {
  const { head, base, title, body, draft, maintainerCanModify, author } = asked;
  const obstacle = findObstacle(repository, head, base);
  if (obstacle) return obstacle;
  if (draft && !repository.draftPulls) {
    return { kind: "no drafts", message: "Draft pull requests are not supported in this repository." };
  }
  const now = timestamp();
  const pull: PullRequest = {
    number: repository.pulls.length + 1,
    title,
    body: body ?? null,
    state: "open",
    draft: draft ?? false,
    merged: false,
    base,
    head,
    headSha: repository.git.branches.get(head) ?? "",
    author,
    maintainerCanModify: maintainerCanModify ?? false,
    labels: [],
    comments: [],
    autoMerge: null,
    inMergeQueue: false,
    closedForGood: false,
    mergeSha: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    mergedAt: null,
  };
  repository.pulls.push(pull);
  return pull;
}

/** Changes fields, and the time of the last change with them. */
export function changePull(pull: PullRequest, change: Partial<PullRequest>): void {
  Object.assign(pull, change, { updatedAt: laterThan(pull.updatedAt) });
}

const leaving = { autoMerge: null, inMergeQueue: false } as const;

export function closePull(pull: PullRequest): void {
  changePull(pull, { state: "closed", closedAt: timestamp(), ...leaving });
}

export function recordMerge(pull: PullRequest, mergeSha: string | null): void {
  const now = timestamp();
  changePull(pull, { state: "closed", merged: true, mergeSha, closedAt: now, mergedAt: now, ...leaving });
}

/** Opens a closed pull request again, or says why that cannot be. */
export function reopenPull(repository: Repository, pull: PullRequest): string | undefined {
  const tip = repository.git.tip(pull.head);
  if (pull.merged) return "The pull request cannot be reopened.";
  if (!tip) return `The ${pull.head} branch has been deleted.`;
  if (pull.closedForGood || !repository.git.contains(tip, pull.headSha)) {
    return `The ${pull.head} branch was force-pushed or recreated.`;
  }
  const obstacle = findObstacle(repository, pull.head, pull.base);
  if (obstacle) return "message" in obstacle ? obstacle.message : `The ${pull.base} branch has been deleted.`;
  changePull(pull, { state: "open", closedAt: null, headSha: tip.sha });
  return undefined;
}

/**
 * What a branch that moved, or went, does to the open pull requests of it. A head without a commit of its own over the base
 * closes a pull request for good, even when commits follow; a base that has the head's commits merges it.
 */
export function settlePulls(repository: Repository, branch: string): void {
  const { git } = repository;
  for (const pull of repository.pulls) {
    if (pull.state !== "open" || (pull.head !== branch && pull.base !== branch)) continue;
    const base = git.tip(pull.base);
    const head = git.tip(pull.head);
    if (!base || !head) {
      closePull(pull);
    } else if (pull.head === branch && head.sha !== pull.headSha) {
      changePull(pull, { headSha: head.sha, inMergeQueue: false });
      if (git.contains(base, head.sha)) {
        closePull(pull);
        pull.closedForGood = true;
      }
    } else if (pull.base === branch && git.contains(base, head.sha)) {
      recordMerge(pull, base.sha);
    }
  }
}

/** The pull requests of a branch that has a new name go with it. */
export function followRename(repository: Repository, from: string, to: string): void {
  for (const pull of repository.pulls) {
    if (pull.head === from) pull.head = to;
    if (pull.base === from) pull.base = to;
  }
}

/** Why auto-merge cannot be enabled; undefined when it can. Where nothing is required, GitHub refuses to wait for it. */
export function autoMergeObstacle(repository: Repository, pull: PullRequest): string | undefined {
  if (!repository.autoMergeAllowed) return "Auto merge is not allowed for this repository";
  if (pull.state !== "open") return "Pull request is closed";
  return hasRequirements(repository, pull.base) ? undefined : "Pull request Pull request is in clean status";
}

/** Whether both sides changed a file since they parted, and not to the same. GitHub also merges within files. */
export function conflictsWithBase({ git }: Repository, { base, headSha }: PullRequest): boolean {
  const [baseTip, head] = [git.tip(base), git.commits.get(headSha)];
  if (!baseTip || !head) return false;
  const fork = git.history(head).find(({ sha }) => git.contains(baseTip, sha));
  const before = fork?.files ?? new Map<string, string>();
  return diffFiles(before, head.files).some(({ path }) => {
    const theirs = baseTip.files.get(path);
    return theirs !== before.get(path) && theirs !== head.files.get(path);
  });
}

/** Adds labels, which the repository gets when it lacks them; names are equal whatever their case. */
export function addLabels(repository: Repository, pull: PullRequest, names: string[]): void {
  const known = (list: string[], name: string) => list.find((one) => one.toLowerCase() === name.toLowerCase());
  for (const name of names) {
    if (!known(repository.labels, name)) repository.labels.push(name);
    const label = known(repository.labels, name) ?? name;
    if (!pull.labels.includes(label)) changePull(pull, { labels: [...pull.labels, label] });
  }
}

export function addComment(pull: PullRequest, author: PullRequest["author"], body: string): PullRequest["comments"][0] {
  const comment = { id: pull.comments.length + 1, author, body, createdAt: timestamp() };
  changePull(pull, { comments: [...pull.comments, comment] });
  return comment;
}
