/** Requests to one tailnet's API, with the credential of the environment. */

import { redact } from "../../core/messages/redact.ts";
import { type ProviderSettings, readConnection } from "./credentials.ts";
import { exchange, type HttpRequest, type HttpResponse } from "./http.ts";
import type { Runtime } from "./runtime.ts";
import { Authorization } from "./tokens.ts";

export class TailnetConnection {
  readonly #runtime: Runtime;
  readonly #settings: ProviderSettings;
  readonly #authorization: Authorization;
  readonly #signal: AbortSignal | undefined;

  /** Makes no request and reads no credential yet. `signal` aborts requests under way. */
  constructor(runtime: Runtime, settings: ProviderSettings, signal?: AbortSignal) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#authorization = new Authorization(runtime);
    this.#signal = signal;
  }

  /** Whether requests are made with a user's API key, and not with a trust credential. Throws CredentialError. */
  isUser(): boolean {
    return readConnection(this.#settings, this.#runtime).credential.kind === "apiKey";
  }

  /**
   * The answer to a request below `/api/v2/tailnet/{tailnet}/`, whatever its status.
   * @throws {ConnectionError} @throws {CredentialError}
   */
  async send(path: string, request: Omit<HttpRequest, "url">): Promise<HttpResponse> {
    for (let renewed = false; ; renewed = true) {
      const connection = readConnection(this.#settings, this.#runtime);
      const authorization = await this.#authorization.header(connection, this.#signal);
      const url = `${connection.baseUrl}/api/v2/tailnet/${encodeURIComponent(connection.tailnet)}/${path}`;
      const headers = { ...request.headers, Authorization: authorization, "User-Agent": "claude-aperture" };
      const response = await exchange(this.#runtime, { ...request, url, headers }, this.#signal);
      // A token can be revoked before its time; one new one is worth a try. A 401 did nothing, so this is safe.
      if (response.status !== 401 || renewed || !this.#authorization.invalidate(connection, authorization)) {
        return response;
      }
    }
  }

  /** What the access token in use may do, where Tailscale said so; undefined before the first request, and for an API key. */
  grantedScopes(): string[] | undefined {
    const scopes = this.#authorization.scope?.split(" ").filter(Boolean) ?? [];
    return scopes.length > 0 ? scopes : undefined;
  }

  /** `text` without any secret that was in use. Everything that people read passes through here. */
  redact(text: string): string {
    return redact(text, this.#authorization.secrets);
  }
}
