/** What a credential of GitHub must be allowed to do for a stack. */
import { deliverRepositoryFile } from "../delivery/file-delivery.ts";
import { formatMessage } from "../messages/entry.ts";
import { mayNotDisable } from "../messages/pull-request.ts";
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
