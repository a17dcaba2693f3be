/** Git's own objects. https://docs.github.com/en/rest/git/trees, .../git/blobs, .../git/commits */
import { type Context, Hono } from "hono";
import { nodeId } from "./accounts.ts";
import { apiUrl, notFound } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { gitCommitJson, notEmpty } from "./commits.ts";
import { type GitStore, listFolder, type Sha } from "./git.ts";
import { slug } from "./model.ts";

/** Below `/repos/:owner/:repo/git`: of every commit of the repository's network, merge commits of pull requests too. */
export function objectRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(notEmpty)
    .get("/commits/:sha", (c) => {
      const commit = c.var.repository.git.commits.get(c.req.param("sha"));
      if (!commit) throw notFound();
      return c.json(gitCommitJson(c, commit));
    })
    .get("/blobs/:sha", (c) => {
      const sha = c.req.param("sha");
      const bytes = c.var.repository.git.blobs.get(sha);
      if (!bytes) throw notFound();
      if (/\braw\b/.test(c.req.header("Accept") ?? "")) return c.body(new Uint8Array(bytes));
      const content = bytes.toString("base64");
      return c.json({
        sha,
        node_id: nodeId("B", sha),
        size: bytes.length,
        url: objectUrl(c, "blobs", sha),
        content,
        encoding: "base64",
      });
    })
    .get("/trees/:sha{.+}", (c) => {
      const { git } = c.var.repository;
      const found = findTree(git, c.req.param("sha"));
      if (!found) throw notFound();
      const tree = entries(found.files, c.req.query("recursive") !== undefined).map((entry) => ({
        ...entry,
        ...(entry.type === "blob" ? { size: git.blobs.get(entry.sha)?.length ?? 0 } : {}),
        url: objectUrl(c, entry.type === "blob" ? "blobs" : "trees", entry.sha),
      }));
      return c.json({ sha: found.sha, url: objectUrl(c, "trees", found.sha), tree, truncated: false });
    });
}

const objectUrl = (c: Context<Env>, kind: string, sha: Sha): string =>
  `${apiUrl(c)}/repos/${slug(c.var.repository)}/git/${kind}/${sha}`;

type Files = ReadonlyMap<string, Sha>;

/** A tree by its own id, or by a commit or ref that has it. */
function findTree(git: GitStore, name: string): { sha: Sha; files: Files } | undefined {
  const commit = git.resolve(name);
  if (commit) return { sha: commit.treeSha, files: commit.files };
  for (const { treeSha, files } of git.commits.values()) {
    if (treeSha === name) return { sha: name, files };
    const folder = entries(files, true).find(({ type, sha }) => type === "tree" && sha === name);
    if (folder) return { sha: name, files: below(files, folder.path) };
  }
  return undefined;
}

const below = (files: Files, folder: string): Files =>
  new Map(
    [...files].flatMap(([path, sha]) =>
      path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), sha] as const] : [],
    ),
  );

interface Entry {
  path: string;
  mode: string;
  type: "blob" | "tree";
  sha: Sha;
}

function entries(files: Files, isRecursive: boolean, prefix = ""): Entry[] {
  return listFolder(files).flatMap(({ name, mode, sha, folder }): Entry[] => {
    const path = prefix + name;
    const padded = mode.padStart(6, "0");
    if (!folder) return [{ path, mode: padded, type: "blob", sha }];
    const own: Entry = { path, mode: padded, type: "tree", sha };
    return isRecursive ? [own, ...entries(folder, true, `${path}/`)] : [own];
  });
}
