/** Deployment environments. https://docs.github.com/en/rest/deployments/environments */
import { type Context, Hono } from "hono";
import { adminOnly } from "./access.ts";
import { nodeId } from "./accounts.ts";
import { apiUrl, notFound, origin, page } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Environment, slug } from "./model.ts";
import { secretJson } from "./secrets.ts";

/** Below `/repos/:owner/:repo/environments`. Names ignore case. */
export function environmentRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", (c) => {
      const { environments } = c.var.repository;
      const shown = page(c, environments).map((one) => environmentJson(c, one));
      return c.json({ total_count: environments.length, environments: shown });
    })
    .get("/:name", (c) => {
      const name = c.req.param("name").toLowerCase();
      const found = c.var.repository.environments.find((one) => one.name.toLowerCase() === name);
      if (!found) throw notFound();
      return c.json(environmentJson(c, found));
    })
    .get("/:name/secrets", adminOnly, (c) => {
      const name = c.req.param("name").toLowerCase();
      const found = c.var.repository.environments.find((one) => one.name.toLowerCase() === name);
      if (!found) throw notFound();
      return c.json({ total_count: found.secrets.length, secrets: page(c, found.secrets).map(secretJson) });
    });
}

function environmentJson(c: Context<Env>, { id, name, rules, createdAt }: Environment) {
  const { repository } = c.var;
  return {
    id,
    node_id: nodeId("EN", id),
    name,
    url: `${apiUrl(c)}/repos/${slug(repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${origin(c)}/${slug(repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: createdAt,
    updated_at: createdAt,
    can_admins_bypass: true,
    protection_rules: rules.map((type, index) => ({ id: id * 10 + index, type })),
    deployment_branch_policy: rules.includes("branch_policy")
      ? { protected_branches: true, custom_branch_policies: false }
      : null,
  };
}
