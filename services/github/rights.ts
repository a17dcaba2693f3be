/** What the credential in use may do, as far as GitHub says it. */
import type { GitHubRights } from "../../core/checks/before-facts.ts";
import type { GitHubConnection } from "./connection.ts";
import { readAppPermissions, type TokenScopes } from "./scopes.ts";

/** Octokit tells an installation's token by its prefix: https://github.com/octokit/auth-token.js#readme */
interface TokenAuthentication {
  type: string;
  tokenType?: string;
}

/** @param scopes as answers to it have told them. Makes at most the request for an App's own token. */
export async function identifyRights(github: GitHubConnection, scopes: TokenScopes | undefined): Promise<GitHubRights> {
  if (scopes) return { kind: "scopes", scopes };
  const permissions = await readAppPermissions(github);
  if (permissions) return { kind: "app", permissions };
  const { tokenType } = (await github.auth()) as TokenAuthentication;
  return tokenType === "installation" ? { kind: "installation-token" } : { kind: "fine-grained" };
}
