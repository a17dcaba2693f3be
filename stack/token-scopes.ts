/** Whether a classic token of GitHub has the scopes that the stack needs: known before any repository is judged. */
import * as pulumi from "@pulumi/pulumi";
import { formatMessage } from "../core/messages/entry.ts";
import { scopeMissing } from "../core/messages/repositories.ts";
import type { Settings } from "../core/settings/settings.ts";
import { findMissingScopes } from "../core/settings/token-rights.ts";
import type { TokenScopes } from "../services/github/scopes.ts";

/** @throws pulumi.RunError, once for the stack, when the token lacks one. */
export function requireScopes(scopes: TokenScopes | undefined, settings: Pick<Settings, "repositories">): void {
  const missing = findMissingScopes(scopes, settings);
  if (missing.length === 0) return;
  const what = `the ${missing.length === 1 ? "scope" : "scopes"} ${missing.join(" and ")}`;
  throw new pulumi.RunError(formatMessage(scopeMissing, { missing: what, scopes: [...(scopes ?? [])].join(", ") }));
}
