/** What a test does in the place of a person at github.com. Each takes effect at once and asks for no permission. */
import { diffFiles, type GitStore } from "./git.ts";
import { type PullRequest, type Repository, somebody } from "./model.ts";
import { mergeCommit } from "./pull-refs.ts";
import { headRepository, recordMerge, tellMerge } from "./pull-requests.ts";

/** The pull request of that number. Throws when there is none. */
export function pullOf(repository: Repository, number: number): PullRequest {
  const pull = repository.pulls.find((one) => one.number === number);
  if (!pull) throw new Error(`no pull request ${number}`);
  return pull;
}

/** Pushes one commit onto a branch, which is created when it is absent; returns the commit's id. */
export function pushCommit(
  repository: Repository,
  branch: string,
  files: Record<string, string | undefined>,
  message = "A commit of somebody else",
): string {
  return repository.git.commit(branch, { files, message, author: somebody() }).sha;
}

/** Puts an open pull request into the merge queue, which asks for checks. A push to its branch takes it out again. */
export function enqueuePull(repository: Repository, number: number): void {
  const pull = openPullOf(repository, number);
  pull.inMergeQueue = true;
  const head = mergeCommit(repository, pull);
  const ref = `refs/heads/gh-readonly-queue/${pull.base}/pr-${number}-${repository.git.branches.get(pull.base)}`;
  if (head) repository.tell({ name: "merge_group", action: "checks_requested", pull, head, ref });
}

/** Merges an open pull request with GitHub's button. Where both sides changed a file, the pull request wins. */
export function mergePull(
  repository: Repository,
  number: number,
  { method = "merge", deleteBranch = false }: { method?: "merge" | "squash" | "rebase"; deleteBranch?: boolean } = {},
): void {
  const pull = openPullOf(repository, number);
  const { git } = repository;
  const base = git.tip(pull.base);
  const head = git.commits.get(pull.headSha);
  if (!base || !head) throw new Error(`pull request ${number} has lost a branch`);
  const own = git.history(head).filter((commit) => !git.contains(base, commit.sha));
  const from = headRepository(repository, pull);
  const fork = git.commits.get(own.at(-1)?.parents[0] ?? "");
  // First, so that the base's move finds no open pull request.
  recordMerge(pull, null);
  const title = `${pull.title} (#${number})`;
  const files = contents(git, diffFiles(fork?.files ?? new Map(), head.files));
  const author = somebody();
  if (method === "rebase") {
    for (const { message, parents, files: after, author: by } of own.reverse()) {
      const before = git.commits.get(parents[0] ?? "")?.files ?? new Map();
      git.commit(pull.base, { files: contents(git, diffFiles(before, after)), message, author: by, committer: author });
    }
  } else {
    const message = method === "merge" ? `Merge pull request #${number} from ${pull.head}` : title;
    git.commit(pull.base, { files, message, author, ...(method === "merge" ? { mergedParent: head.sha } : {}) });
  }
  pull.mergeSha = git.branches.get(pull.base) ?? null;
  tellMerge(pull);
  if (deleteBranch) from?.git.branches.delete(pull.head);
}

function openPullOf(repository: Repository, number: number): PullRequest {
  const pull = pullOf(repository, number);
  if (pull.state !== "open") throw new Error(`pull request ${number} is not open`);
  return pull;
}

const contents = (git: GitStore, changes: ReturnType<typeof diffFiles>): Record<string, Buffer | undefined> =>
  Object.fromEntries(
    changes.map(({ path, sha, status }) => [path, status === "removed" ? undefined : git.blobs.get(sha)]),
  );
