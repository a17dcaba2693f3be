/** The scopes of a classic token, as GitHub's answers tell of them. */
import { z } from "zod";
import type { GitHubConnection } from "./connection.ts";

export type TokenScopes = ReadonlySet<string>;

/**
 * Watches the answers to a connection for `X-OAuth-Scopes` (docs.github.com, "Scopes for OAuth apps"). What is returned answers
 * undefined before the first answer, and for credentials that have no scopes: fine-grained tokens and Apps. An empty header says as
 * little: GitHub's own `gh` takes it for an App's token.
 */
export function observeScopes(github: GitHubConnection): () => TokenScopes | undefined {
  let observed: TokenScopes | undefined;
  const note = (headers: Record<string, unknown> | undefined) => {
    const names = String(headers?.["x-oauth-scopes"] ?? "").split(/[\s,]+/);
    const scopes = new Set(names.filter((name) => name !== ""));
    if (scopes.size > 0) observed = scopes;
  };
  github.hook.after("request", ({ headers }) => note(headers));
  github.hook.error("request", (error) => {
    if ("response" in error) note(error.response?.headers);
    throw error;
  });
  return () => observed;
}

/**
 * What an App's installation may do, such as `{ actions: "write" }`: it comes with its token. Undefined for other credentials; what a
 * fine-grained token may do cannot be read.
 */
export async function readAppPermissions(
  github: Pick<GitHubConnection, "auth">,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { data } = installation.safeParse(await github.auth({ type: "installation" }));
  return data?.permissions;
}

const installation = z.looseObject({ permissions: z.record(z.string(), z.string()) });
