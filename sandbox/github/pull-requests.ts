/** The life of pull requests, whoever acts on them: REST, GraphQL, a push, or a test in the place of a person. */
import { timestamp } from "./answers.ts";
import { nextNumber } from "./conversations.ts";
import { type Commit, diffFiles, type Move } from "./git.ts";
import type { Issue, Person, PullRequest, Repository } from "./model.ts";
import { hasRequirements } from "./protection.ts";
import { laterThan } from "./secret-store.ts";

/** Where a pull request is, which its plain data does not say. */
const homes = new WeakMap<PullRequest, Repository>();

type Tale = Extract<Parameters<Repository["tell"]>[0], { name: "pull_request" }>;

/** Tells of what happened to a pull request. */
function tell(pull: PullRequest, action: Tale["action"], more: Pick<Tale, "label" | "before"> = {}): void {
  homes.get(pull)?.tell({ name: "pull_request", action, pull, ...more });
}

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
  author: Person;
  /** Who has the head's branch: a fork. Default: the repository itself. */
  headRepository?: Repository | undefined;
}

/** The repository of the head's branch; undefined when it was deleted. */
export const headRepository = (repository: Repository, pull: PullRequest): Repository | undefined =>
  repository.network.get(pull.headRepositoryId);

/** The commit to which the head's branch points now. */
const headTip = (repository: Repository, pull: PullRequest): Commit | undefined =>
  headRepository(repository, pull)?.git.tip(pull.head);

/** Why there can be no open pull request for these branches; undefined when there can be. */
function findObstacle({ git, pulls }: Repository, from: Repository, head: string, base: string): Obstacle | undefined {
  const headCommit = from.git.tip(head);
  const baseCommit = git.tip(base);
  if (!headCommit) return { kind: "no head" };
  if (!baseCommit) return { kind: "no base" };
  if (git.contains(baseCommit, headCommit.sha)) {
    return { kind: "no commits", message: `No commits between ${base} and ${head}` };
  }
  const isSame = (pull: PullRequest) =>
    pull.state === "open" && pull.head === head && pull.headRepositoryId === from.id && pull.base === base;
  if (pulls.some(isSame)) {
    return { kind: "exists", message: `A pull request already exists for ${from.owner.login}:${head}.` };
  }
  return undefined;
}

/** Where the setting "Allow GitHub Actions to create and approve pull requests" is off, as it is at first. */
export const notByActions = "GitHub Actions is not permitted to create or approve pull requests.";

/** Opens a pull request, or says why not. */
export function openPull(repository: Repository, asked: NewPull): PullRequest | Obstacle {
  const { head, base, title, body, draft, maintainerCanModify, author, headRepository: from = repository } = asked;
  const obstacle = findObstacle(repository, from, head, base);
  if (obstacle) return obstacle;
  if (draft && !repository.draftPulls) {
    return { kind: "no drafts", message: "Draft pull requests are not supported in this repository." };
  }
  const now = timestamp();
  const pull: PullRequest = {
    number: nextNumber(repository),
    title,
    body: body ?? null,
    state: "open",
    draft: draft ?? false,
    merged: false,
    base,
    head,
    headRepositoryId: from.id,
    headSha: from.git.branches.get(head) ?? "",
    author,
    maintainerCanModify: maintainerCanModify ?? false,
    labels: [],
    comments: [],
    reviews: [],
    reviewComments: [],
    autoMerge: null,
    inMergeQueue: false,
    closedForGood: false,
    mergeSha: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    mergedAt: null,
  };
  homes.set(pull, repository);
  repository.pulls.push(pull);
  tell(pull, "opened");
  return pull;
}

/** Changes fields, and the time of the last change with them. */
export function changePull(pull: PullRequest, change: Partial<PullRequest>): void {
  Object.assign(pull, change, { updatedAt: laterThan(pull.updatedAt) });
}

const leaving = { autoMerge: null, inMergeQueue: false } as const;

export function closePull(pull: PullRequest): void {
  changePull(pull, { state: "closed", closedAt: timestamp(), ...leaving });
  tell(pull, "closed");
}

export function setDraft(pull: PullRequest, draft: boolean): void {
  const isNews = pull.draft !== draft;
  changePull(pull, { draft });
  if (isNews) tell(pull, draft ? "converted_to_draft" : "ready_for_review");
}

/** Merged, as far as the pull request knows; `tellMerge` says so when its base is there as well. */
export function recordMerge(pull: PullRequest, mergeSha: string | null): void {
  const now = timestamp();
  changePull(pull, { state: "closed", merged: true, mergeSha, closedAt: now, mergedAt: now, ...leaving });
}

export const tellMerge = (pull: PullRequest): void => tell(pull, "closed");

/** Opens a closed pull request again, or says why that cannot be. */
export function reopenPull(repository: Repository, pull: PullRequest): string | undefined {
  const from = headRepository(repository, pull);
  const tip = from?.git.tip(pull.head);
  if (pull.merged) return "The pull request cannot be reopened.";
  if (!from || !tip) return `The ${pull.head} branch has been deleted.`;
  if (pull.closedForGood || !repository.git.contains(tip, pull.headSha)) {
    return `The ${pull.head} branch was force-pushed or recreated.`;
  }
  const obstacle = findObstacle(repository, from, pull.head, pull.base);
  if (obstacle) return "message" in obstacle ? obstacle.message : `The ${pull.base} branch has been deleted.`;
  changePull(pull, { state: "open", closedAt: null, headSha: tip.sha });
  tell(pull, "reopened");
  return undefined;
}

/**
 * What a branch that moved, or went, does to the open pull requests of it; `moved` is the repository that has the branch. A
 * head without a commit of its own over the base closes a pull request for good, even when commits follow; a base that has
 * the head's commits merges it.
 */
export function settlePulls(repository: Repository, moved: Repository, { branch }: Pick<Move, "branch">): void {
  const { git } = repository;
  for (const pull of repository.pulls) {
    const isHead = pull.head === branch && pull.headRepositoryId === moved.id;
    const isBase = pull.base === branch && repository === moved;
    if (pull.state !== "open" || (!isHead && !isBase)) continue;
    const base = git.tip(pull.base);
    const head = headTip(repository, pull);
    if (!base || !head) {
      closePull(pull);
    } else if (isHead && head.sha !== pull.headSha) {
      const before = pull.headSha;
      changePull(pull, { headSha: head.sha, inMergeQueue: false });
      tell(pull, "synchronize", { before });
      if (git.contains(base, head.sha)) {
        closePull(pull);
        pull.closedForGood = true;
      }
    } else if (isBase && git.contains(base, head.sha)) {
      recordMerge(pull, base.sha);
      tellMerge(pull);
    }
  }
}

/** The pull requests of a branch that has a new name go with it. */
export function followRename(repository: Repository, from: string, to: string): void {
  for (const pull of repository.pulls) {
    if (pull.head === from && pull.headRepositoryId === repository.id) pull.head = to;
    if (pull.base === from) pull.base = to;
  }
}

/** Why auto-merge cannot be enabled; undefined when it can. Where nothing is required, GitHub refuses to wait for it. */
export function autoMergeObstacle(repository: Repository, pull: PullRequest): string | undefined {
  if (!repository.autoMergeAllowed) return "Auto merge is not allowed for this repository";
  if (pull.state !== "open") return "Pull request is closed";
  return hasRequirements(repository, pull.base) ? undefined : "Pull request Pull request is in clean status";
}

/** What a pull request brings: commits that its base does not have, newest first, and the files that they change together. */
export function pullChanges({ git }: Repository, { base, headSha, mergeSha }: PullRequest) {
  // Of a merged one, the base from before.
  const onto = git.commits.get(git.commits.get(mergeSha ?? "")?.parents[0] ?? "") ?? git.tip(base);
  const head = git.commits.get(headSha);
  const own = head ? git.history(head).filter((commit) => !onto || !git.contains(onto, commit.sha)) : [];
  // GitHub lists them oldest first.
  const commits = own.reverse();
  const fork = head && onto && git.mergeBase(head, onto);
  return { commits, fork, files: diffFiles(fork?.files ?? new Map(), head?.files ?? new Map()) };
}

/** Adds labels, which the repository gets when it lacks them; names are equal whatever their case. */
export function addLabels(repository: Repository, conversation: Issue | PullRequest, names: string[]): void {
  const known = (list: string[], name: string) => list.find((one) => one.toLowerCase() === name.toLowerCase());
  for (const name of names) {
    if (!known(repository.labels, name)) repository.labels.push(name);
    const label = known(repository.labels, name) ?? name;
    if (conversation.labels.includes(label)) continue;
    Object.assign(conversation, {
      labels: [...conversation.labels, label],
      updatedAt: laterThan(conversation.updatedAt),
    });
    if (conversation.head !== undefined) tell(conversation, "labeled", { label });
  }
}

export function removeLabels(conversation: Issue | PullRequest, names: string[]): void {
  for (const label of conversation.labels.filter((one) => names.includes(one))) {
    const labels = conversation.labels.filter((one) => one !== label);
    Object.assign(conversation, { labels, updatedAt: laterThan(conversation.updatedAt) });
    if (conversation.head !== undefined) tell(conversation, "unlabeled", { label });
  }
}
