/** What a credential of GitHub must be allowed to do for a stack. */
import { deliverRepositoryFile } from "../delivery/file-delivery.ts";
import { formatMessage } from "../messages/entry.ts";
import { mayNotDisable } from "../messages/pull-request.ts";
import { scopeOf } from "./delivery-rules.ts";
import type { Settings } from "./settings.ts";

/**
 * `repo` is needed in any case: without it GitHub shows no private repository, and neither secrets nor the OIDC subject of a public
 * one (docs.github.com, "REST API endpoints for GitHub Actions secrets", "... OIDC"), so `public_repo` does not do. `workflow`
 * is needed to write a file in .github/workflows, on whatever branch ("Scopes for OAuth apps").
 */
export function findMissingScopes(
  scopes: ReadonlySet<string> | undefined,
  { repositories }: Pick<Settings, "repositories">,
): string[] {
  if (!scopes) return [];
  const writesFiles = repositories.some(({ delivery }) => delivery.kind !== "output");
  return ["repo", ...(writesFiles ? ["workflow"] : [])].filter((scope) => !scopes.has(scope));
}

/**
 * Tells of an App that may not disable workflows: what goes by pull request would run on without a credential until that is merged.
 * Classic tokens may with `repo`, which they need anyway.
 */
export function findMissingActionsRight(
  permissions: Readonly<Record<string, string>> | undefined,
  { repositories }: Pick<Settings, "repositories">,
): string | undefined {
  const goByPull = repositories.some(({ delivery }) => deliverRepositoryFile(delivery).kind === "pull-request");
  if (!permissions || permissions.actions === "write" || !goByPull) return undefined;
  return formatMessage(mayNotDisable, {});
}

/** Rights of an App or of a fine-grained token, in GitHub's names of them, and how far each has to go. */
export type Permissions = Readonly<Record<string, "read" | "write">>;

/** https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
export function listNeededPermissions({ repositories }: Pick<Settings, "repositories">): Permissions {
  const ways = repositories.map(({ delivery }) => deliverRepositoryFile(delivery).kind);
  const writesFiles = ways.some((kind) => kind !== "output");
  const goesByPull = ways.includes("pull-request");
  const writesSecrets = repositories.some(({ identity }) => scopeOf(identity) !== "organization");
  return {
    metadata: "read",
    administration: "read",
    actions: goesByPull ? "write" : "read",
    contents: writesFiles ? "write" : "read",
    ...(writesFiles ? { workflows: "write" } : {}),
    ...(goesByPull ? { pull_requests: "write" } : {}),
    ...(writesSecrets ? { secrets: "write" } : {}),
  };
}

/** Those that an installation lacks, such as `secrets: write`. */
export function findMissingPermissions(held: Readonly<Record<string, string>>, needed: Permissions): string[] {
  const levels = ["read", "write", "admin"];
  return Object.entries(needed)
    .filter(([right, level]) => levels.indexOf(held[right] ?? "") < levels.indexOf(level))
    .map(([right, level]) => `${right}: ${level}`);
}
