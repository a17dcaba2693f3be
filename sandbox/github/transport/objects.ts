/** Objects as Git stores them, and which ones a commit needs. */
import { type Commit, commitText, type GitStore, listFolder, type Sha, treeContent } from "../git.ts";

export type ObjectType = "commit" | "tree" | "blob";

export interface GitObject {
  type: ObjectType;
  content: Buffer;
}

/** Objects by id, each once. */
export type Objects = Map<Sha, GitObject>;

/** A commit with all that it needs, but for its parents. */
export function addCommit(git: GitStore, commit: Commit, objects: Objects): void {
  objects.set(commit.sha, { type: "commit", content: Buffer.from(commitText(commit)) });
  addTree(git, commit.treeSha, commit.files, objects);
}

function addTree(git: GitStore, sha: Sha, files: ReadonlyMap<string, Sha>, objects: Objects): void {
  if (objects.has(sha)) return;
  objects.set(sha, { type: "tree", content: treeContent(files) });
  for (const entry of listFolder(files)) {
    if (entry.folder) addTree(git, entry.sha, entry.folder, objects);
    else objects.set(entry.sha, { type: "blob", content: git.blobs.get(entry.sha) ?? Buffer.alloc(0) });
  }
}

/** Every folder of the commits, by its tree's id. */
export function treesOf(commits: Iterable<Commit>): Map<Sha, ReadonlyMap<string, Sha>> {
  const trees = new Map<Sha, ReadonlyMap<string, Sha>>();
  const add = (sha: Sha, files: ReadonlyMap<string, Sha>): void => {
    if (trees.has(sha)) return;
    trees.set(sha, files);
    for (const { sha: own, folder } of listFolder(files)) if (folder) add(own, folder);
  };
  for (const { treeSha, files } of commits) add(treeSha, files);
  return trees;
}
