/** `refs/pull/N/head` and `refs/pull/N/merge`: what a pull request's runs check out. */
import { type Commit, diffFiles, type Sha } from "./git.ts";
import type { PullRequest, Repository } from "./model.ts";

/** What the name below `refs/` stands for: `pull/1/merge`. */
export function resolvePullRef(repository: Repository, name: string): Commit | undefined {
  const [, number, side] = /^pull\/(\d+)\/(head|merge)$/.exec(name) ?? [];
  const pull = repository.pulls.find((one) => one.number === Number(number));
  if (!pull) return undefined;
  if (side === "head") return repository.git.commits.get(pull.headSha);
  return pull.state === "open" ? mergeCommit(repository, pull) : undefined;
}

/**
 * The commit that merging would make; undefined when there are conflicts. Its id hangs on base and head alone, so it is made
 * when somebody asks for it, and is the same each time.
 */
export function mergeCommit(repository: Repository, pull: PullRequest): Commit | undefined {
  const { git } = repository;
  const [base, head] = [git.tip(pull.base), git.commits.get(pull.headSha)];
  if (!base || !head || conflictsWithBase(repository, pull)) return undefined;
  const files = new Map(base.files);
  for (const { path, sha, status } of diffFiles(forkPoint(repository, pull)?.files ?? new Map(), head.files)) {
    if (status === "removed") files.delete(path);
    else files.set(path, sha);
  }
  const date = [base, head].map(({ committer }) => committer.date).sort()[1] ?? "";
  const author = { name: "GitHub", email: "noreply@github.com", date };
  return git.add(files, [base.sha, head.sha], {
    message: `Merge ${head.sha} into ${base.sha}`,
    author,
    verified: true,
  });
}

/** Where the head parted from the base. */
function forkPoint({ git }: Repository, { base, headSha }: { base: string; headSha: Sha }): Commit | undefined {
  const [baseTip, head] = [git.tip(base), git.commits.get(headSha)];
  return baseTip && head && git.mergeBase(head, baseTip);
}

/** Whether both sides changed a file since they parted, and not to the same. GitHub also merges within files. */
export function conflictsWithBase(repository: Repository, pull: { base: string; headSha: Sha }): boolean {
  const { git } = repository;
  const [baseTip, head] = [git.tip(pull.base), git.commits.get(pull.headSha)];
  if (!baseTip || !head) return false;
  const before = forkPoint(repository, pull)?.files ?? new Map<string, string>();
  return diffFiles(before, head.files).some(({ path }) => {
    const theirs = baseTip.files.get(path);
    return theirs !== before.get(path) && theirs !== head.files.get(path);
  });
}
