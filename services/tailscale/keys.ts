/** The credentials of a tailnet, as far as a deployer may see them: https://tailscale.com/api#tag/keys */
import type { TailnetConnection } from "./connection.ts";
import { ApiError, apiError } from "./policy-file.ts";

/** A key of the tailnet, as `GET /keys` lists it. */
export interface TailnetKey {
  id: string;
  /** `federated`, `client`, `auth` or `api`. */
  keyType?: string;
  description?: string;
}

export class KeysApi {
  readonly #tailnet: TailnetConnection;

  constructor(tailnet: TailnetConnection) {
    this.#tailnet = tailnet;
  }

  /**
   * All keys that the credential may see: a trust credential sees those of its own kind only.
   *
   * @throws {ApiError} @throws {ConnectionError}
   */
  async list(): Promise<TailnetKey[]> {
    // `all` is for users: a trust credential would need the scope all:read, and lists what it manages without.
    const path = this.#tailnet.isUser() ? "keys?all=true" : "keys";
    const response = await this.#tailnet.send(path, { method: "GET", retry: "always" });
    if (response.status !== 200) throw apiError(response, "list the credentials", "federated_keys or oauth_keys");
    const keys = parseKeys(response.body);
    if (!keys) throw new ApiError(200, "Tailscale answered 200 to GET /keys, and not with a list of keys.");
    return keys;
  }

  /** The status of the answer: below 300, or 404 when it was gone already, is a success. */
  async delete(id: string): Promise<number> {
    const { status } = await this.#tailnet.send(`keys/${encodeURIComponent(id)}`, {
      method: "DELETE",
      retry: "always",
    });
    return status;
  }
}

function parseKeys(body: string): TailnetKey[] | undefined {
  try {
    const { keys } = JSON.parse(body) as { keys?: TailnetKey[] };
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}
