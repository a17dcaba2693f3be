/** The Authorization header: an API key as it is, or an access token, fetched once and renewed before it expires. */
import { z } from "zod";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/tailscale-credentials.ts";
import { isPage, readJson, requireDocumented } from "../answer.ts";
import { type Connection, type Credential, CredentialError } from "./credentials.ts";
import { exchange, type HttpResponse } from "./http.ts";
import type { Runtime } from "./runtime.ts";

/** A token is renewed when it has less than this left, in milliseconds. Tailscale's live for an hour. */
const renewalMargin = 60_000;

/** RFC 6749 section 5.1. */
const accessToken = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  scope: z.string().optional(),
});
const identityToken = z.object({ value: z.string().min(1) });
const refusalReason = z.object({ message: z.string() });
/** Claims of a JSON Web Token. */
const expiry = z.object({ exp: z.number() });

interface Token {
  /** Whom it was made for: with another credential it is not used. */
  for: string;
  value: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

export class Authorization {
  readonly #runtime: Runtime;
  #token: Token | undefined;
  #pending: { for: string; token: Promise<Token> } | undefined;
  /** What the last token may do, where its answer said so: scopes between spaces. */
  scope: string | undefined;
  /** Every secret that was in use, for redaction. */
  readonly secrets = new Set<string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** The header's value. Calls at the same time share one token request. */
  async header(connection: Connection, signal?: AbortSignal): Promise<string> {
    const { credential } = connection;
    this.#remember(credential);
    if (credential.kind === "apiKey") return `Basic ${Buffer.from(`${credential.apiKey}:`).toString("base64")}`;
    return `Bearer ${(await this.#fresh(connection, credential, signal)).value}`;
  }

  /** Forgets the token that `header` used, because the server refused it. False when another one cannot be had. */
  invalidate(connection: Connection, header: string): boolean {
    if (connection.credential.kind === "apiKey") return false;
    if (header === `Bearer ${this.#token?.value}`) this.#token = undefined;
    return true;
  }

  async #fresh(connection: Connection, credential: TokenCredential, signal: AbortSignal | undefined): Promise<Token> {
    const identity = JSON.stringify([connection.baseUrl, credential]);
    if (this.#token?.for === identity && this.#runtime.now() < this.#token.expires - renewalMargin) return this.#token;
    if (this.#pending?.for !== identity) {
      const token = this.#request(connection, credential, signal).then((answer) => ({ for: identity, ...answer }));
      const pending = { for: identity, token };
      this.#pending = pending;
      const settle = () => {
        if (this.#pending === pending) this.#pending = undefined;
      };
      token.then(settle, settle);
    }
    this.#token = await this.#pending.token;
    return this.#token;
  }

  async #request(
    connection: Connection,
    credential: TokenCredential,
    signal: AbortSignal | undefined,
  ): Promise<{ value: string; expires: number }> {
    const started = this.#runtime.now();
    const response =
      credential.kind === "oauth"
        ? await this.#clientCredentials(connection.baseUrl, credential, signal)
        : await this.#tokenExchange(connection.baseUrl, credential, signal);
    if (response.status !== 200) throw refusal(credential, response);
    const answer = requireDocumented(accessToken, readJson(response), (what) => noAnswer(response, askForToken, what));
    this.secrets.add(answer.access_token);
    this.scope = answer.scope;
    return { value: answer.access_token, expires: started + (answer.expires_in ?? 3600) * 1000 };
  }

  #clientCredentials(
    baseUrl: string,
    credential: Credential & { kind: "oauth" },
    signal: AbortSignal | undefined,
  ): Promise<HttpResponse> {
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (credential.scopes.length > 0) form.set("scope", credential.scopes.join(" "));
    // RFC 6749 section 2.3.1: form-encoded before they go into the header.
    const basic = [credential.clientId, credential.clientSecret].map(encodeURIComponent).join(":");
    return this.#post(`${baseUrl}/api/v2/oauth/token`, form, signal, `Basic ${Buffer.from(basic).toString("base64")}`);
  }

  async #tokenExchange(
    baseUrl: string,
    credential: Exclude<TokenCredential, { kind: "oauth" }>,
    signal: AbortSignal | undefined,
  ): Promise<HttpResponse> {
    const jwt =
      credential.kind === "identityToken"
        ? checkIdentityToken(credential.identityToken, this.#runtime.now())
        : await this.#actionsIdentityToken(credential.audience, signal);
    this.secrets.add(jwt);
    const form = new URLSearchParams({ client_id: credential.clientId, jwt });
    return this.#post(`${baseUrl}/api/v2/oauth/token-exchange`, form, signal);
  }

  /** https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
  async #actionsIdentityToken(audience: string, signal: AbortSignal | undefined): Promise<string> {
    const { ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = this.#runtime.environment;
    if (!ACTIONS_ID_TOKEN_REQUEST_URL || !ACTIONS_ID_TOKEN_REQUEST_TOKEN) {
      throw new CredentialError(formatMessage(texts.noRuntimeToken, {}));
    }
    this.secrets.add(ACTIONS_ID_TOKEN_REQUEST_TOKEN);
    const url = new URL(ACTIONS_ID_TOKEN_REQUEST_URL);
    url.searchParams.set("audience", audience);
    const headers = { Authorization: `Bearer ${ACTIONS_ID_TOKEN_REQUEST_TOKEN}`, Accept: "application/json" };
    const request = { method: "GET", url: url.href, headers, retry: "always" } as const;
    const response = await exchange(this.#runtime, request, signal);
    const refuse = (what: string) => new CredentialError(formatMessage(texts.noIdentityToken, { what }));
    if (response.status !== 200) throw refuse(`status ${response.status}`);
    return requireDocumented(identityToken, readJson(response), refuse).value;
  }

  #post(url: string, form: URLSearchParams, signal: AbortSignal | undefined, authorization?: string) {
    const headers = {
      "Content-Type": "application/x-www-form-urlencoded",
      Accept: "application/json",
      ...(authorization ? { Authorization: authorization } : {}),
    };
    return exchange(this.#runtime, { method: "POST", url, headers, body: form.toString(), retry: "always" }, signal);
  }

  #remember(credential: Credential): void {
    if (credential.kind === "apiKey") this.secrets.add(credential.apiKey);
    if (credential.kind === "oauth") this.secrets.add(credential.clientSecret);
    if (credential.kind === "identityToken") this.secrets.add(credential.identityToken);
  }
}

const askForToken = "give an access token";

function noAnswer({ origin }: HttpResponse, action: string, what: string): CredentialError {
  return new CredentialError(formatMessage(texts.notTailscale, { origin, action, what }));
}

type TokenCredential = Exclude<Credential, { kind: "apiKey" }>;

function refusal(credential: TokenCredential, response: HttpResponse): CredentialError {
  const { status, headers, body } = response;
  if (isPage(body, headers.get("content-type"))) return noAnswer(response, askForToken, `an HTML page (${status})`);
  const { message } = refusalReason.safeParse(readJson(response)).data ?? {};
  const said = message ? `: ${message}` : "";
  if (credential.kind === "oauth") return new CredentialError(formatMessage(texts.clientRefused, { status, said }));
  // The answer holds no reason on purpose; the admin console does: https://tailscale.com/kb/1581/workload-identity-federation
  return new CredentialError(formatMessage(texts.identityRefused, { client: credential.clientId, status, said }));
}

/** The Tailscale provider refuses the same tokens (tailscale-client-go-v2, identityfederation.go). */
function checkIdentityToken(token: string, now: number): string {
  const [, payload = "", ...rest] = token.split(".");
  const { exp } = expiry.safeParse(decoded(payload)).data ?? {};
  if (rest.length !== 1 || exp === undefined) throw new CredentialError(formatMessage(texts.noJsonWebToken, {}));
  if (exp * 1000 <= now) {
    throw new CredentialError(formatMessage(texts.tokenExpired, { time: new Date(exp * 1000).toISOString() }));
  }
  return token;
}

function decoded(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString());
  } catch {
    return undefined;
  }
}
