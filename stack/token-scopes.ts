/** Whether a classic token of GitHub has the scopes that the stack needs: known before any repository is judged. */
import * as pulumi from "@pulumi/pulumi";
import { deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { mayNotDisable } from "../core/messages/pull-request.ts";
import { scopeMissing } from "../core/messages/repositories.ts";
import type { Settings } from "../core/settings/settings.ts";
import type { TokenScopes } from "../services/github/scopes.ts";

/**
 * `repo` is needed in any case: without it GitHub shows no private repository, and neither secrets nor the OIDC subject of a public
 * one (docs.github.com, "REST API endpoints for GitHub Actions secrets", "... OIDC"), so `public_repo` does not do. `workflow`
 * is needed to write a file in .github/workflows, on whatever branch ("Scopes for OAuth apps").
 */
export function findMissingScopes(
  scopes: TokenScopes | undefined,
  { repositories }: Pick<Settings, "repositories">,
): string[] {
  if (!scopes) return [];
  const writesFiles = repositories.some(({ delivery }) => delivery.kind !== "output");
  return ["repo", ...(writesFiles ? ["workflow"] : [])].filter((scope) => !scopes.has(scope));
}

/** @throws pulumi.RunError, once for the stack, when the token lacks one. */
export function requireScopes(scopes: TokenScopes | undefined, settings: Pick<Settings, "repositories">): void {
  const missing = findMissingScopes(scopes, settings);
  if (missing.length === 0) return;
  const what = `the ${missing.length === 1 ? "scope" : "scopes"} ${missing.join(" and ")}`;
  throw new pulumi.RunError(formatMessage(scopeMissing, { missing: what, scopes: [...(scopes ?? [])].join(", ") }));
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
