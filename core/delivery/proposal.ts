/**
 * What a delivery by pull request does next, from what is there: the same decision for a file that is to come and for one that
 * is to go, in a preview, a refresh and an update.
 */
import type { ProposalMark } from "./proposal-mark.ts";

/** A pull request of our branch, in the repository itself: one of a fork with a branch of that name is nobody's business here. */
export interface Pull {
  id: string;
  number: number;
  url: string;
  state: "OPEN" | "CLOSED" | "MERGED";
  title: string;
  body: string;
  isDraft: boolean;
  /** The newest commit. */
  head: string;
  /** The branch that it goes to. */
  base: string;
  /** How many commits it brings, and how many files these change. */
  commits: number;
  files: number;
  /** In the merge queue, which a push would throw it out of. */
  isQueued: boolean;
  mergesItself: boolean;
  /** With its base: GitHub cannot merge it. False also where GitHub has not found out yet. */
  conflicts: boolean;
  labels: string[];
}

/** The head branch of a proposal. */
export interface ProposalBranch {
  /** Its newest commit. */
  head: string;
  /** Git's id of the file's text there; absent where there is none. */
  blob?: string;
  /** What the message of that commit says. */
  mark?: ProposalMark;
}

/** What is there of a proposal. */
export interface Scene {
  /** The default branch. */
  base: string;
  /** Git's id of the file's text on the default branch; absent where there is none. */
  live?: string;
  /** The file at another path, which the proposal is to take away, is still on the default branch. */
  hasFormer: boolean;
  branch?: ProposalBranch;
  /** Oldest first. */
  pulls: readonly Pull[];
}

/** What is wanted. */
export interface Goal {
  /** The stack's name. */
  owner: string;
  /** Git's id of the text that is to be on the default branch; undefined: no file. */
  blob: string | undefined;
  /** Propose again what was closed without being merged. */
  reopen: boolean;
}

/** What the state knows of the last proposal. */
export interface KnownProposal {
  /** Git's id of the text that was asked for. */
  proposed?: string;
  /** Our commit with that text; absent while it is in none. */
  head?: string;
  pullRequest?: number;
}

/** Nothing is to be done now. */
export type Rest<P = Pull> =
  /** The default branch is as it is to be. `pull`: one of others' commits, which is left to them. */
  | { kind: "live"; pull?: P }
  /** Merging is all that is left. */
  | { kind: "waiting"; pull: P }
  /** It has another text, and is in the merge queue: the next run looks again. */
  | { kind: "queued"; pull: P }
  /** Others have pushed to it: it is theirs now. `hasText`: with the text that is wanted. */
  | { kind: "foreign"; pull: P; hasText: boolean }
  /** People have said no to this very text. */
  | { kind: "closed"; pullRequest: number };

export type Action =
  /** The default branch is as it is to be, so what would bring it there is withdrawn. */
  | { kind: "withdraw"; pull: Pull }
  | { kind: "open" }
  | { kind: "rebuild"; pull: Pull; because: "text" | "base" | "conflict" }
  /** To be refused: the branch, without a pull request, has commits that are not ours and that would be lost. */
  | { kind: "taken" };

export type Decision = Rest | Action;

const actions: readonly Decision["kind"][] = ["withdraw", "open", "rebuild", "taken"] satisfies Action["kind"][];

export function isAction(decision: Decision): decision is Action {
  return actions.includes(decision.kind);
}

/**
 * The open pull request that is ours: to the default branch, or the one that the state knows. Somebody may have opened another one from
 * our branch, such as to a branch of a release.
 */
export function findOwnPull(pulls: readonly Pull[], base: string | undefined, known: KnownProposal): Pull | undefined {
  const open = pulls.filter(({ state }) => state === "OPEN");
  return open.find((one) => one.base === base) ?? open.find(({ number }) => number === known.pullRequest);
}

export function decideProposal(goal: Goal, scene: Scene, known: KnownProposal): Decision {
  const { base, branch, pulls, live } = scene;
  const isReached = live === goal.blob && !scene.hasFormer;
  const pull = findOwnPull(pulls, base, known);
  if (pull) return decideOpen(goal, scene, known, pull);
  if (isReached) return { kind: "live" };
  if (known.pullRequest !== undefined && known.head !== undefined && known.proposed === goal.blob && !goal.reopen) {
    const last = pulls.find(({ number }) => number === known.pullRequest);
    // One that is not in the list any more was closed: it holds the newest ones.
    if (last?.state !== "MERGED") return { kind: "closed", pullRequest: known.pullRequest };
  }
  return branch && !isFree(branch, scene, goal, known) ? { kind: "taken" } : { kind: "open" };
}

function decideOpen(goal: Goal, { base, branch, live, hasFormer }: Scene, known: KnownProposal, pull: Pull): Decision {
  // Between two answers of one query the branch may have moved: the pull request's head is what people see.
  const proposed = branch?.head === pull.head ? branch : { head: pull.head };
  const isOwn = isOwnCommit(proposed, goal.owner, known, { pull, files: hasFormer ? 2 : 1 });
  if (live === goal.blob && !hasFormer) return isOwn ? { kind: "withdraw", pull } : { kind: "live", pull };
  const hasText = proposed.blob === goal.blob && branch?.head === pull.head;
  if (!isOwn) return { kind: "foreign", pull, hasText };
  if (hasText && pull.base === base && !pull.conflicts) return { kind: "waiting", pull };
  if (pull.isQueued) return { kind: "queued", pull };
  if (!hasText) return { kind: "rebuild", pull, because: "text" };
  return { kind: "rebuild", pull, because: pull.base === base ? "conflict" : "base" };
}

/**
 * Whether a branch's newest commit is one that this stack has made: the state knows it, or its message says so of the very text
 * that it has. A person who amends our commit keeps its message: the text is another one then, or the pull request brings more than
 * one commit, or changes more `files` than ours does.
 */
export function isOwnCommit(
  branch: ProposalBranch,
  owner: string,
  known: KnownProposal,
  proposed?: { pull: Pull; files: number },
): boolean {
  if (branch.head === known.head) return true;
  if (proposed && (proposed.pull.commits > 1 || proposed.pull.files > proposed.files)) return false;
  return branch.mark !== undefined && branch.mark.owner === owner && branch.mark.blob === branch.blob;
}

/** Whether the branch may be moved: its commit is ours, or a pull request that is over keeps it. */
function isFree(branch: ProposalBranch, { pulls }: Scene, { owner }: Goal, known: KnownProposal): boolean {
  return isOwnCommit(branch, owner, known) || pulls.some(({ head }) => head === branch.head);
}
