/** `/user`, `/users/{username}` and `/orgs/{org}`. */
import { Hono } from "hono";
import { refused } from "./actions/job-rights.ts";
import { type Asked, apiUrl, notFound, origin, Refusal } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Account, type Person, typeOfPerson } from "./model.ts";
import type { GitHubState } from "./state.ts";

export function accountRoutes(state: GitHubState): Hono<Env> {
  return new Hono<Env>()
    .get("/user", (c) => {
      // There is no user behind the token of a job.
      if (c.var.viewer.job) throw new Refusal(403, refused, "rest/users/users");
      return c.json(personJson(c, c.var.viewer));
    })
    .get("/users/:username", (c) => {
      const account = state.account(c.req.param("username"));
      if (!account) throw notFound();
      return c.json(accountJson(c, account));
    })
    .get("/orgs/:org", (c) => {
      const owner = state.owner(c.req.param("org"));
      if (owner?.type !== "Organization") throw notFound();
      return c.json({ ...accountJson(c, owner), url: `${apiUrl(c)}/orgs/${owner.login}`, name: owner.login });
    });
}

const prefixes = { User: "U", Organization: "O", Bot: "BOT" };

export function accountJson(c: Asked, { login, id, type }: Account) {
  const app = login.replace(/\[bot\]$/, "");
  return {
    login,
    id,
    node_id: nodeId(prefixes[type], id),
    avatar_url: `${origin(c)}/avatars/u/${id}`,
    url: `${apiUrl(c)}/users/${encodeURIComponent(login)}`,
    html_url: type === "Bot" ? `${origin(c)}/apps/${app}` : `${origin(c)}/${login}`,
    type,
    site_admin: false,
  };
}

/** Of a person or a bot, which the end of its login tells. */
export const personJson = (c: Asked, { login, id }: Person) => accountJson(c, { login, id, type: typeOfPerson(login) });

/** An opaque id, as GraphQL's global node ids are: a type prefix and what identifies the node. */
export const nodeId = (prefix: string, id: number | string): string =>
  `${prefix}_${Buffer.from(String(id)).toString("base64url")}`;
