/** Which actions a repository may run. https://docs.github.com/en/rest/actions/permissions */
import { Hono } from "hono";
import { adminOnly } from "./access.ts";
import { apiUrl, invalidRequest, Refusal, readBody } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type ActionsPermissions, slug } from "./model.ts";
import type { ActionsAccess } from "./options.ts";

const policies: readonly string[] = ["all", "local_only", "selected"] satisfies ActionsPermissions["allowedActions"][];

const accessLevels: readonly ActionsAccess[] = ["none", "user", "organization", "enterprise"];

const documentation = "rest/actions/permissions";

const isPolicy = (text: string): text is ActionsPermissions["allowedActions"] => policies.includes(text);

/** Below `/repos/:owner/:repo/actions/permissions`. */
export function actionsPermissionRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(adminOnly)
    .get("/", (c) => {
      const { enabled, allowedActions, shaPinningRequired } = c.var.repository.actions;
      if (!enabled) return c.json({ enabled });
      const selectedUrl = `${apiUrl(c)}/repos/${slug(c.var.repository)}/actions/permissions/selected-actions`;
      return c.json({
        enabled,
        allowed_actions: allowedActions,
        ...(allowedActions === "selected" ? { selected_actions_url: selectedUrl } : {}),
        sha_pinning_required: shaPinningRequired,
      });
    })
    .put("/", async (c) => {
      const { actions } = c.var.repository;
      const body = await readBody(c, {
        enabled: "boolean",
        allowed_actions: "string?",
        sha_pinning_required: "boolean?",
      });
      const policy = body.allowed_actions ?? actions.allowedActions;
      if (!isPolicy(policy)) {
        throw invalidRequest(`${JSON.stringify(policy)} is not a member of ${JSON.stringify(policies)}.`);
      }
      actions.enabled = body.enabled;
      actions.allowedActions = policy;
      actions.shaPinningRequired = body.sha_pinning_required ?? actions.shaPinningRequired;
      return c.body(null, 204);
    })
    .use("/access", async (c, next) => {
      if (c.var.repository.visibility === "public") {
        throw new Refusal(422, "Access policy only applies to internal and private repositories.", documentation);
      }
      await next();
    })
    .get("/access", (c) => c.json({ access_level: c.var.repository.actionsAccess }))
    .put("/access", async (c) => {
      const { access_level: level } = await readBody(c, { access_level: "string" });
      const known = accessLevels.find((one) => one === level);
      if (!known) throw invalidRequest(`${JSON.stringify(level)} is not a member of ${JSON.stringify(accessLevels)}.`);
      c.var.repository.actionsAccess = known;
      return c.body(null, 204);
    })
    .use("/selected-actions", async (c, next) => {
      const { enabled, allowedActions } = c.var.repository.actions;
      if (!enabled || allowedActions !== "selected") throw new Refusal(409, "Conflict", documentation);
      await next();
    })
    .get("/selected-actions", (c) => {
      const { githubOwnedAllowed, verifiedAllowed, patternsAllowed } = c.var.repository.actions.selected;
      return c.json({
        github_owned_allowed: githubOwnedAllowed,
        verified_allowed: verifiedAllowed,
        patterns_allowed: patternsAllowed,
      });
    })
    .put("/selected-actions", async (c) => {
      const { selected } = c.var.repository.actions;
      const body = await readBody(c, {
        github_owned_allowed: "boolean?",
        verified_allowed: "boolean?",
        patterns_allowed: "array?",
      });
      selected.githubOwnedAllowed = body.github_owned_allowed ?? selected.githubOwnedAllowed;
      selected.verifiedAllowed = body.verified_allowed ?? selected.verifiedAllowed;
      selected.patternsAllowed = body.patterns_allowed?.map(String) ?? selected.patternsAllowed;
      return c.body(null, 204);
    });
}
