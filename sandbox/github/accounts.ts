/** `/user` and `/orgs/{org}`. */
import { type Context, Hono } from "hono";
import { apiUrl, notFound, origin } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Owner } from "./model.ts";
import type { GitHubState } from "./state.ts";

export function accountRoutes(state: GitHubState): Hono<Env> {
  return new Hono<Env>()
    .get("/user", (c) => c.json(accountJson(c, { ...c.var.viewer, type: "User" })))
    .get("/orgs/:org", (c) => {
      const owner = state.owner(c.req.param("org"));
      if (owner?.type !== "Organization") throw notFound();
      return c.json({ ...accountJson(c, owner), url: `${apiUrl(c)}/orgs/${owner.login}`, name: owner.login });
    });
}

export function accountJson(c: Context, { login, id, type }: Owner) {
  return {
    login,
    id,
    node_id: nodeId(type === "User" ? "U" : "O", id),
    avatar_url: `${origin(c)}/avatars/u/${id}`,
    url: `${apiUrl(c)}/users/${login}`,
    html_url: `${origin(c)}/${login}`,
    type,
    site_admin: false,
  };
}

/** An opaque id, as GraphQL's global node ids are: a type prefix and what identifies the node. */
export const nodeId = (prefix: string, id: number | string): string =>
  `${prefix}_${Buffer.from(String(id)).toString("base64url")}`;
