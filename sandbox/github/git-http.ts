/**
 * Fetching with Git, by the protocol for servers that know nothing of Git: refs as a list, and each object as a file of its own.
 * Slow for a large history, and without `--depth`. https://git-scm.com/book/en/v2/Git-Internals-Transfer-Protocols
 *
 * Not modelled: pushing, tags, packs.
 */
import { deflateSync } from "node:zlib";
import { type Context, Hono } from "hono";
import { type Commit, commitText, type GitStore, listFolder, objectId, type Sha, treeContent } from "./git.ts";
import type { Repository } from "./model.ts";
import { mergeCommit } from "./pull-refs.ts";
import type { GitHubState } from "./state.ts";

type Files = ReadonlyMap<string, Sha>;

/** Below the address of the stand-in itself: `/:owner/:repo`, if wanted with `.git`. */
export function gitRoutes(state: GitHubState): Hono {
  const read = (serve: (c: Context, repository: Repository) => Response) => (c: Context) => {
    const repository = readable(state, c);
    return "status" in repository ? repository : serve(c, repository);
  };
  return new Hono()
    .get("/:owner/:repo/info/refs", read(listRefs))
    .get(
      "/:owner/:repo/HEAD",
      read((c, { defaultBranch }) => c.text(`ref: refs/heads/${defaultBranch}\n`)),
    )
    .get("/:owner/:repo/objects/:folder{[0-9a-f]{2}}/:file{[0-9a-f]{38}}", read(serveObject))
    .get("/:owner/:repo/objects/info/:file{packs|alternates|http-alternates}", (c) => c.text("", 404));
}

/** The repository, if the token in the password may read its contents. As GitHub, it does not tell what the token may not see. */
function readable(state: GitHubState, c: Context): Repository | Response {
  const [, encoded = ""] = /^basic (.+)$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  const token = Buffer.from(encoded, "base64").toString("utf8").split(":").slice(1).join(":");
  const found = state.find(c.req.param("owner") ?? "", (c.req.param("repo") ?? "").replace(/\.git$/, ""))?.repository;
  const viewer = state.viewers.get(token);
  if (found?.visibility !== "public" && !viewer) return c.text("", 401, { "WWW-Authenticate": 'Basic realm="GitHub"' });
  const isSeen = found && (found.visibility === "public" || (viewer?.access(found) ?? "none") !== "none");
  if (!isSeen) return c.text("Repository not found.", 404);
  const isPrivate = found.visibility !== "public";
  if (isPrivate && viewer?.job && viewer.job.permissions.contents === undefined)
    return c.text("Write access to repository not granted.", 403);
  return found;
}

function listRefs(c: Context, repository: Repository): Response {
  const { git, pulls } = repository;
  const refs: [string, Sha][] = [...git.branches].map(([branch, sha]) => [`refs/heads/${branch}`, sha]);
  for (const pull of pulls) {
    const merge = pull.state === "open" && mergeCommit(repository, pull);
    refs.push([`refs/pull/${pull.number}/head`, pull.headSha]);
    if (merge) refs.push([`refs/pull/${pull.number}/merge`, merge.sha]);
  }
  refs.sort(([one], [other]) => (one < other ? -1 : 1));
  return c.text(refs.map(([ref, sha]) => `${sha}\t${ref}\n`).join(""));
}

function serveObject(c: Context, { git }: Repository): Response {
  const sha = `${c.req.param("folder")}${c.req.param("file")}`;
  const found = findObject(git, sha);
  if (!found) return c.text("", 404);
  const [type, content] = found;
  const bytes = Buffer.from(content);
  const object = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  return c.body(new Uint8Array(deflateSync(object)), 200, { "Content-Type": "application/x-git-loose-object" });
}

type GitObject = [type: "blob" | "tree" | "commit", content: Buffer | string];

function findObject(git: GitStore, sha: Sha): GitObject | undefined {
  const blob = git.blobs.get(sha);
  if (blob) return ["blob", blob];
  const commit = git.commits.get(sha);
  if (commit) return ["commit", commitText(commit)];
  const tree = treesOf(git).get(sha);
  return tree && ["tree", tree];
}

/** Trees are not kept: they are made of the files of commits. */
const trees = new WeakMap<GitStore["commits"], { known: Set<Commit>; byId: Map<Sha, Buffer> }>();

function treesOf({ commits }: GitStore): Map<Sha, Buffer> {
  const { known, byId } = trees.get(commits) ?? { known: new Set<Commit>(), byId: new Map<Sha, Buffer>() };
  trees.set(commits, { known, byId });
  for (const commit of commits.values()) {
    if (known.has(commit)) continue;
    known.add(commit);
    addTree(commit.files);
  }
  return byId;

  function addTree(files: Files): void {
    const content = treeContent(files);
    const id = objectId("tree", content);
    if (byId.has(id)) return;
    byId.set(id, content);
    for (const { folder } of listFolder(files)) if (folder) addTree(folder);
  }
}
