/** Commits. https://docs.github.com/en/rest/commits/commits */
import { type Context, Hono } from "hono";
import { nodeId } from "./accounts.ts";
import { apiUrl, notFound, origin, page, Refusal } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Commit } from "./git.ts";
import { slug } from "./model.ts";

/** Below `/repos/:owner/:repo/commits`. */
export function commitRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(notEmpty)
    .get("/", (c) => {
      const { git, defaultBranch } = c.var.repository;
      const start = git.resolve(c.req.query("sha") ?? defaultBranch);
      if (!start) throw notFound();
      const path = c.req.query("path");
      const touches = (commit: Commit): boolean =>
        git.changes(commit).some((change) => change.path === path || change.path.startsWith(`${path}/`));
      const commits = git.history(start).filter((commit) => !path || touches(commit));
      return c.json(page(c, commits).map((commit) => commitJson(c, commit)));
    })
    .get("/:ref{.+}", (c) => {
      const ref = c.req.param("ref");
      const commit = c.var.repository.git.resolve(ref);
      if (!commit) throw new Refusal(422, `No commit found for SHA: ${ref}`, "rest/commits/commits#get-a-commit");
      const files = c.var.repository.git.changes(commit).map(({ path, status, sha }) => ({
        filename: path,
        status,
        sha: status === "removed" ? null : sha,
      }));
      return c.json({ ...commitJson(c, commit), files });
    });
}

/** Git's own data of a repository without a commit is a 409, not a 404. */
export async function notEmpty(c: Context<Env>, next: () => Promise<void>): Promise<void> {
  if (c.var.repository.git.commits.size === 0) throw new Refusal(409, "Git Repository is empty.", "rest/git");
  await next();
}

export function commitJson(c: Context<Env>, commit: Commit): object {
  const { sha, node_id, html_url, parents, ...rest } = gitCommitJson(c, commit);
  return {
    sha,
    node_id,
    html_url,
    url: `${apiUrl(c)}/repos/${slug(c.var.repository)}/commits/${sha}`,
    commit: rest,
    author: null,
    committer: null,
    parents,
  };
}

/** A commit as Git knows it; the commits API wraps it, the contents API answers with it. */
export function gitCommitJson(c: Context<Env>, commit: Commit) {
  const { sha, message, author, committer, parents, treeSha, verified } = commit;
  const api = `${apiUrl(c)}/repos/${slug(c.var.repository)}/git`;
  const html = `${origin(c)}/${slug(c.var.repository)}/commit`;
  return {
    sha,
    node_id: nodeId("C", sha),
    url: `${api}/commits/${sha}`,
    html_url: `${html}/${sha}`,
    author,
    committer,
    message,
    tree: { sha: treeSha, url: `${api}/trees/${treeSha}` },
    parents: parents.map((parent) => ({ sha: parent, url: `${api}/commits/${parent}`, html_url: `${html}/${parent}` })),
    verification: {
      verified,
      reason: verified ? "valid" : "unsigned",
      signature: null,
      payload: null,
      verified_at: verified ? committer.date : null,
    },
  };
}
