/** Deployment environments. https://docs.github.com/en/rest/deployments/environments */
import { type Context, Hono } from "hono";
import { nodeId } from "./accounts.ts";
import { apiUrl, notFound, origin, page } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Environment, type Repository, slug } from "./model.ts";
import { secretRoutes } from "./secrets.ts";

/** Below `/repos/:owner/:repo/environments`. Names ignore case. */
export function environmentRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", (c) => {
      const { environments } = c.var.repository;
      const shown = page(c, environments).map((one) => environmentJson(c, one));
      return c.json({ total_count: environments.length, environments: shown });
    })
    .get("/:environment", (c) => c.json(environmentJson(c, existing(c))))
    .route(
      "/:environment/secrets",
      secretRoutes((c) => existing(c).secrets),
    );
}

function existing(c: Context<Env>): Environment {
  const found = findEnvironment(c.var.repository, c.req.param("environment") ?? "");
  if (!found) throw notFound();
  return found;
}

export const findEnvironment = ({ environments }: Repository, name: string): Environment | undefined =>
  environments.find((one) => one.name.toLowerCase() === name.toLowerCase());

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
