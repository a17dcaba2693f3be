/** Access tokens for OAuth clients and for federated identities. */
import type { Context, Hono } from "hono";
import type { JWTVerifyGetKey } from "jose";
import { ApiError } from "./answers.ts";
import { basicCredentials, includesScope, issueAccessToken } from "./authentication.ts";
import { refusalReason } from "./identity-token.ts";
import { digest } from "./secrets.ts";
import type { OAuthClient, TailscaleState, TrustCredential } from "./state.ts";

/** The one issuer of identity tokens whose keys the stand-in can reach. */
export interface TrustedIssuer {
  issuer: string;
  keys: JWTVerifyGetKey;
}

export function addOAuthRoutes(app: Hono, state: TailscaleState, trusted: TrustedIssuer | undefined): void {
  app.post("/api/v2/oauth/token", async (c) => {
    const form = await readForm(c);
    const grantType = form.get("grant_type");
    if (grantType !== null && grantType !== "client_credentials") throw new ApiError(400, "unsupported grant_type"); // our wording
    // The client id is not looked at: Tailscale's own client sends "some-client-id" (tailscale/tailscale, feature/oauthkey).
    const secret = basicCredentials(c.req.header("authorization") ?? "")?.password || form.get("client_secret") || "";
    const client = findClient(state, secret);
    if (!client) throw new ApiError(401, "API token invalid");
    const wanted = (form.get("scope") ?? "").split(/[\s,]+/).filter((scope) => scope !== "");
    const excess = wanted.filter((scope) => !includesScope(client.scopes, scope));
    if (excess.length > 0) throw new ApiError(403, `OAuth client cannot grant scopes "${excess.join(" ")}"`);
    return c.json(issueAccessToken(state, caller(client, wanted.length > 0 ? wanted : client.scopes)));
  });

  app.post("/api/v2/oauth/token-exchange", async (c) => {
    // golang.org/x/oauth2 sends `grant_type`, `code` and an empty Basic header as well; they mean nothing here.
    const form = await readForm(c);
    const clientId = form.get("client_id") ?? "";
    const identity = state.keys.get(clientId);
    const jwt = form.get("jwt") ?? "";
    const reason =
      identity?.keyType === "federated"
        ? await refusalReason(jwt, identity, trusted, state.now())
        : "no federated identity has this client ID";
    if (reason !== undefined || identity?.keyType !== "federated") {
      state.refusedExchanges.push({ clientId, reason: reason ?? "" });
      throw new ApiError(
        403,
        "Unauthorized. Visit https://login.tailscale.com/admin/settings/trust-credentials for details",
      );
    }
    state.secrets.add(`identity token for ${clientId}`, jwt);
    return c.json(issueAccessToken(state, caller(identity, identity.scopes)));
  });
}

async function readForm(c: Context): Promise<URLSearchParams> {
  return new URLSearchParams(await c.req.text());
}

function findClient(state: TailscaleState, secret: string): OAuthClient | undefined {
  const wanted = digest(secret);
  for (const key of state.keys.values()) if (key.keyType === "client" && key.secretDigest === wanted) return key;
  return undefined;
}

function caller({ id, keyType, tags }: TrustCredential, scopes: string[]) {
  return { kind: "credential" as const, id, keyType, scopes, tags };
}
