/** From a path to a repository: who sees it, where a renamed one went, and who may change it. */
import type { Context, MiddlewareHandler } from "hono";
import { apiUrl, notFound, origin, Refusal, singleSignOnRequired } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Repository } from "./model.ts";
import type { GitHubState } from "./state.ts";
import { atLeast } from "./viewer.ts";

const base = "/api/v3";

/**
 * Finds the repository of `/repos/:owner/:repo/...` or `/repositories/:id/...`. What the token may not see does not exist
 * (404); a former name is redirected to the path by id, with 301 for reading and 307, which keeps method and body, for
 * writing. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
export function findRepository(state: GitHubState): MiddlewareHandler<Env> {
  return async (c, next) => {
    const id = c.req.param("id");
    const found =
      id === undefined
        ? state.find(c.req.param("owner") ?? "", c.req.param("repo") ?? "")
        : { kind: "current" as const, repository: state.byId(Number(id)) };
    if (!found?.repository) throw notFound();
    const permission = c.var.viewer.access(found.repository);
    if (permission === "none") throw notFound();
    if (c.var.viewer.needsSingleSignOn(found.repository)) {
      c.header("X-GitHub-SSO", `required; url=${origin(c)}/orgs/${found.repository.owner.login}/sso`);
      throw new Refusal(403, singleSignOnRequired);
    }
    if (found.kind === "renamed") return redirect(c, found.repository);
    c.set("repository", found.repository);
    c.set("permission", permission);
    await next();
  };
}

function redirect(c: Context, repository: Repository): Response {
  const { pathname, search } = new URL(c.req.url);
  const rest = pathname.slice(base.length).split("/").slice(4);
  const url = [`${apiUrl(c)}/repositories/${repository.id}`, ...rest].join("/") + search;
  const documentation = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";
  const status = c.req.method === "GET" || c.req.method === "HEAD" ? 301 : 307;
  return c.json({ message: "Moved Permanently", url, documentation_url: documentation }, status, { Location: url });
}

const reads = new Set(["GET", "HEAD"]);

/** 403 to every write in a repository that is archived or disabled. */
export const writable: MiddlewareHandler<Env> = async (c, next) => {
  const { archived, disabled } = c.var.repository;
  if (!reads.has(c.req.method)) {
    if (archived) throw new Refusal(403, "Repository was archived so is read-only.");
    if (disabled) throw new Refusal(403, "Repository access blocked");
  }
  await next();
};

/**
 * Routes that only administrators use. GitHub's REST API lets collaborators with write access manage secrets and variables
 * of some repositories; the stand-in always asks for admin, so what works here does not hang on that exception.
 */
export const adminOnly: MiddlewareHandler<Env> = async (c, next) => {
  if (!atLeast(c.var.permission, "admin")) throw new Refusal(403, "Must have admin rights to Repository.");
  await next();
};

/** Writing needs write access; without it GitHub answers as if the route did not exist. */
export const writersOnly: MiddlewareHandler<Env> = async (c, next) => {
  if (!reads.has(c.req.method) && !atLeast(c.var.permission, "write")) throw notFound();
  await next();
};
