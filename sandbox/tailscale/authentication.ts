/** Who calls, and what they may do: https://tailscale.com/kb/1623/trust-credentials */
import type { Context } from "hono";
import { ApiError } from "./answers.ts";
import { digest, randomId } from "./secrets.ts";
import { type AccessToken, type Caller, owner, type TailscaleState } from "./state.ts";

/** The scopes there are, without `:read`. */
const scopeNames = [
  "all",
  "account_settings",
  "api_access_tokens",
  "auth_keys",
  "device_invites",
  "devices:core",
  "devices:posture_attributes",
  "devices:routes",
  "dns",
  "federated_keys",
  "feature_settings",
  "log_streaming",
  "logs:configuration",
  "logs:network",
  "networking_settings",
  "oauth_keys",
  "policy_file",
  "services",
  "users",
  "webhooks",
];

export const isScope = (scope: string): boolean => scopeNames.includes(scope.replace(/:read$/, ""));

/** Whether `held` include `scope`: itself, its writing form, `all`, and `all:read` for what reads. */
export function includesScope(held: string[], scope: string): boolean {
  if (held.includes(scope) || held.includes("all")) return true;
  return scope.endsWith(":read") && (held.includes("all:read") || held.includes(scope.slice(0, -":read".length)));
}

/**
 * The caller of a route under `/api/v2/tailnet/:tailnet`. The token comes as a Bearer token or as the user name of HTTP Basic.
 * Throws 401 without a valid one, 404 for another tailnet, 403 when the caller lacks `scope`.
 */
export function authorize(state: TailscaleState, c: Context, scope?: string): Caller {
  const caller = callerOf(state, c.req.header("authorization") ?? "");
  const tailnet = c.req.param("tailnet");
  if (tailnet !== "-" && tailnet !== state.tailnet) throw new ApiError(404, "tailnet not found"); // our wording
  if (scope !== undefined) requireScope(caller, scope);
  return caller;
}

/** Throws 403 when the caller lacks `scope`. */
export function requireScope(caller: Caller, scope: string): void {
  if (!hasScope(caller, scope)) {
    throw new ApiError(403, "calling actor does not have enough permissions to perform this function");
  }
}

/** A user is the tailnet's owner, who may do everything. */
export const hasScope = (caller: Caller, scope: string): boolean =>
  caller.kind === "user" || includesScope(caller.scopes, scope);

function callerOf(state: TailscaleState, authorization: string): Caller {
  const token = /^Bearer (.+)$/i.exec(authorization)?.[1] ?? basicCredentials(authorization)?.user ?? "";
  if (state.apiKeys.has(token)) {
    state.secrets.add("API key", token);
    return { kind: "user", userId: owner.userId };
  }
  const accessToken = state.accessTokens.get(digest(token));
  // A token ends with its credential.
  if (accessToken && state.now() < accessToken.expires && state.keys.has(accessToken.caller.id))
    return accessToken.caller;
  throw new ApiError(401, "API token invalid");
}

/** `Authorization: Basic`; the parts as sent. */
export function basicCredentials(authorization: string): { user: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [user = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return { user, password: password.join(":") };
}

/** Makes an access token, and the answer of the token endpoints. */
export function issueAccessToken(state: TailscaleState, caller: AccessToken["caller"]): object {
  const token = `tskey-api-${caller.id}-${randomId(32)}`;
  const expires = new Date(state.now().getTime() + state.tokenLifetime * 1000);
  state.accessTokens.set(digest(token), { caller, expires });
  state.secrets.add(`access token of ${caller.id}`, token);
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: state.tokenLifetime,
    scope: caller.scopes.join(" "),
    ...(caller.tags.length > 0 ? { tags: caller.tags.join(" ") } : {}),
  };
}
