/** A repository itself, and what a collaborator may do in it. */
import { Hono } from "hono";
import { accountJson, nodeId } from "./accounts.ts";
import { type Asked, apiUrl, notFound, origin } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Repository, slug } from "./model.ts";
import type { Permission } from "./options.ts";
import { roleOf } from "./roles.ts";
import type { GitHubState } from "./state.ts";
import { atLeast } from "./viewer.ts";

/** Below `/repos/:owner/:repo`. */
export function repositoryRoutes(state: GitHubState): Hono<Env> {
  return new Hono<Env>()
    .get("/", (c) => c.json(repositoryJson(c, c.var.repository, c.var.permission)))
    .get("/collaborators/:username/permission", (c) => {
      if (!atLeast(c.var.permission, "write")) throw notFound();
      const account = state.account(c.req.param("username"));
      if (!account) throw notFound();
      const role = roleOf(state, c.var.repository, account.login);
      const user = { ...accountJson(c, account), permissions: permissionsJson(role), role_name: role };
      return c.json({ permission: legacyPermission(role), role_name: role, user });
    });
}

/** The four values of the field that predates `triage` and `maintain`. */
function legacyPermission(role: Permission): "none" | "read" | "write" | "admin" {
  if (role === "maintain") return "write";
  return role === "triage" ? "read" : role;
}

function permissionsJson(role: Permission): Record<string, boolean> {
  return {
    admin: atLeast(role, "admin"),
    maintain: atLeast(role, "maintain"),
    push: atLeast(role, "write"),
    triage: atLeast(role, "triage"),
    pull: atLeast(role, "read"),
  };
}

function repositoryJson(c: Asked, repository: Repository, permission: Permission): object {
  const parent = repository.network.get(repository.parentId ?? 0);
  return {
    ...publicRepositoryJson(c, repository),
    permissions: permissionsJson(permission),
    ...(parent ? { parent: publicRepositoryJson(c, parent), source: publicRepositoryJson(c, parent) } : {}),
  };
}

/** As it stands within something else. */
export const minimalRepositoryJson = (c: Asked, repository: Repository) => ({
  id: repository.id,
  node_id: nodeId("R", repository.id),
  name: repository.name,
  full_name: slug(repository),
  owner: accountJson(c, repository.owner),
  private: repository.visibility !== "public",
  fork: repository.parentId !== undefined,
  html_url: `${origin(c)}/${slug(repository)}`,
  url: `${apiUrl(c)}/repos/${slug(repository)}`,
});

/** What does not hang on who asks. */
export function publicRepositoryJson(c: Asked, repository: Repository) {
  const fullName = slug(repository);
  const html = `${origin(c)}/${fullName}`;
  const tip = repository.git.tip(repository.defaultBranch);
  const pushedAt = tip?.committer.date ?? repository.createdAt;
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName,
    owner: accountJson(c, repository.owner),
    private: repository.visibility !== "public",
    visibility: repository.visibility,
    html_url: html,
    url: `${apiUrl(c)}/repos/${fullName}`,
    git_url: `git://${new URL(c.req.url).host}/${fullName}.git`,
    ssh_url: `git@${new URL(c.req.url).hostname}:${fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    description: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    fork: repository.parentId !== undefined,
    is_template: false,
    archived: repository.archived,
    disabled: repository.disabled,
    default_branch: repository.defaultBranch,
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    created_at: repository.createdAt,
    updated_at: pushedAt,
    pushed_at: pushedAt,
  };
}
