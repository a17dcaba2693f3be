/** A repository's Git objects and branches, in memory, with the object ids that Git itself would compute. */
import { createHash } from "node:crypto";

/** 40 hexadecimal digits. */
export type Sha = string;

export interface Signature {
  name: string;
  email: string;
  /** ISO 8601, whole seconds, UTC. */
  date: string;
}

export interface Commit {
  sha: Sha;
  message: string;
  author: Signature;
  committer: Signature;
  parents: Sha[];
  treeSha: Sha;
  /** The whole tree: path to blob. */
  files: ReadonlyMap<string, Sha>;
  /** Signed by GitHub. */
  verified: boolean;
  /** Of one that was pushed: all that it says, such as time zones and other people's signatures. */
  text?: string;
}

export interface FileChange {
  path: string;
  status: "added" | "modified" | "removed";
  sha: Sha;
}

/** A Git object's id: the SHA-1 of `<type> <length>\0<content>`. */
export function objectId(type: "blob" | "tree" | "commit", content: Uint8Array | string): Sha {
  const bytes = Buffer.from(content);
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

export interface NewCommit {
  /** By path: the content that the commit sets; `undefined` removes the file. */
  files: Record<string, string | Uint8Array | undefined>;
  message: string;
  author: Signature;
  /** Default: the author. */
  committer?: Signature;
  /** Signed by GitHub. Default false. */
  verified?: boolean;
  /** Where a branch begins that this commit creates. */
  start?: Sha;
  /** The second parent of a merge. */
  mergedParent?: Sha;
}

/** A branch that was created (no `before`), moved or deleted (no `after`). */
export interface Move {
  branch: string;
  before: Sha | undefined;
  after: Sha | undefined;
}

/** Branches, which say when one was created, moved or deleted. */
class Branches extends Map<string, Sha> {
  onMove: (move: Move) => void = () => {};

  override set(branch: string, sha: Sha): this {
    const before = this.get(branch);
    super.set(branch, sha);
    if (before !== sha) this.onMove({ branch, before, after: sha });
    return this;
  }

  override delete(branch: string): boolean {
    const before = this.get(branch);
    const existed = super.delete(branch);
    if (existed) this.onMove({ branch, before, after: undefined });
    return existed;
  }
}

export class GitStore {
  readonly blobs: Map<Sha, Buffer>;
  readonly commits: Map<Sha, Commit>;
  /** Branch name to the commit at its tip. */
  readonly branches = new Branches();
  /** What a name below `refs/` other than a branch's stands for: `pull/1/merge`. */
  hiddenRef: (name: string) => Commit | undefined = () => undefined;

  /** `parent`: of a fork, which has its objects in common with it. */
  constructor(parent?: GitStore) {
    this.blobs = parent?.blobs ?? new Map();
    this.commits = parent?.commits ?? new Map();
  }

  /** Moves `branch` (created when absent) by one commit. */
  commit(branch: string, asked: NewCommit): Commit {
    const { files, mergedParent, start = "" } = asked;
    const parent = this.tip(branch) ?? this.commits.get(start);
    const tree = new Map(parent?.files);
    for (const [path, content] of Object.entries(files)) {
      if (content === undefined) tree.delete(path);
      else tree.set(path, this.#store(content));
    }
    const parents = [parent?.sha, mergedParent].filter((sha) => sha !== undefined);
    const commit = this.add(tree, parents, asked);
    this.branches.set(branch, commit.sha);
    return commit;
  }

  /** Adds a commit that no branch has yet. */
  add(
    files: ReadonlyMap<string, Sha>,
    parents: Sha[],
    asked: Omit<NewCommit, "files" | "start" | "mergedParent">,
  ): Commit {
    const { message, author, committer = author, verified = false } = asked;
    const treeSha = treeId(files);
    const sha = objectId("commit", commitText({ treeSha, parents, author, committer, message }));
    const commit: Commit = { sha, message, author, committer, parents, treeSha, files, verified };
    this.commits.set(sha, commit);
    return commit;
  }

  tip(branch: string): Commit | undefined {
    return this.commits.get(this.branches.get(branch) ?? "");
  }

  /** The commit that a branch name, a name below `refs/` or a full object id stands for. */
  resolve(revision: string): Commit | undefined {
    return (
      this.tip(revision.replace(/^refs\/heads\//, "")) ??
      this.commits.get(revision) ??
      this.hiddenRef(revision.replace(/^refs\//, ""))
    );
  }

  /** A file's bytes. */
  read(commit: Commit, path: string): Buffer | undefined {
    return this.blobs.get(commit.files.get(path) ?? "");
  }

  /** The commit and everything before it, newest first. */
  history(commit: Commit): Commit[] {
    const found: Commit[] = [];
    for (let next: Commit | undefined = commit; next; next = this.commits.get(next.parents[0] ?? "")) found.push(next);
    return found;
  }

  /** Whether `sha` is the commit or an ancestor of it. */
  contains(commit: Commit, sha: Sha): boolean {
    return this.reach([commit]).has(sha);
  }

  /** Where two commits parted: the last that both have. Of several, one. */
  mergeBase(one: Commit, other: Commit): Commit | undefined {
    const known = this.reach([other]);
    return [...this.reach([one]).values()].find(({ sha }) => known.has(sha));
  }

  /** The commits and all before them, or so many rows of them, the nearest first. */
  reach(tips: Commit[], depth = Number.POSITIVE_INFINITY): Map<Sha, Commit> {
    const found = new Map<Sha, Commit>();
    let row = tips;
    for (let level = 1; row.length > 0 && level <= depth; level += 1) {
      const fresh = row.filter(({ sha }) => !found.has(sha));
      for (const commit of fresh) found.set(commit.sha, commit);
      row = fresh.flatMap(({ parents }) => parents.flatMap((sha) => this.commits.get(sha) ?? []));
    }
    return found;
  }

  /** What a commit changed against its first parent. */
  changes(commit: Commit): FileChange[] {
    const before = this.commits.get(commit.parents[0] ?? "")?.files ?? new Map<string, Sha>();
    return diffFiles(before, commit.files);
  }

  #store(content: string | Uint8Array): Sha {
    const bytes = Buffer.from(content);
    const sha = objectId("blob", bytes);
    this.blobs.set(sha, bytes);
    return sha;
  }
}

/** What leads from one tree to another, sorted by path. */
export function diffFiles(before: ReadonlyMap<string, Sha>, after: ReadonlyMap<string, Sha>): FileChange[] {
  const written = [...after].flatMap(([path, sha]): FileChange[] => {
    const old = before.get(path);
    if (old === sha) return [];
    return [{ path, sha, status: old === undefined ? "added" : "modified" }];
  });
  const removed = [...before].flatMap(([path, sha]): FileChange[] =>
    after.has(path) ? [] : [{ path, sha, status: "removed" }],
  );
  return [...written, ...removed].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A commit as Git stores it. */
export function commitText({
  treeSha,
  parents,
  author,
  committer,
  message,
  text,
}: Omit<Commit, "sha" | "files" | "verified">): string {
  if (text !== undefined) return text;
  const person = (role: string, by: Signature): string =>
    `${role} ${by.name} <${by.email}> ${Math.floor(Date.parse(by.date) / 1000)} +0000`;
  return [
    `tree ${treeSha}`,
    ...parents.map((sha) => `parent ${sha}`),
    person("author", author),
    person("committer", committer),
    "",
    message,
  ].join("\n");
}

interface FolderEntry {
  name: string;
  mode: string;
  sha: Sha;
  /** What is in it, where it is a folder. */
  folder?: ReadonlyMap<string, Sha>;
}

/** What stands in a tree itself. Git sorts entries by bytes, a folder as if its name ended in `/`. */
export function listFolder(files: ReadonlyMap<string, Sha>): FolderEntry[] {
  const entries = new Map<string, FolderEntry>();
  const folders = new Map<string, Map<string, Sha>>();
  for (const [path, sha] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      entries.set(path, { name: path, mode: "100644", sha });
      continue;
    }
    const name = path.slice(0, slash);
    const folder = folders.get(name) ?? new Map<string, Sha>();
    folders.set(name, folder.set(path.slice(slash + 1), sha));
  }
  for (const [name, folder] of folders) {
    entries.set(`${name}/`, { name, mode: "40000", sha: treeId(folder), folder });
  }
  return [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map(([, entry]) => entry);
}

export const treeId = (files: ReadonlyMap<string, Sha>): Sha => objectId("tree", treeContent(files));

/** A tree as Git stores it. */
export const treeContent = (files: ReadonlyMap<string, Sha>): Buffer =>
  Buffer.concat(
    listFolder(files).flatMap(({ mode, name, sha }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, "hex")]),
  );
