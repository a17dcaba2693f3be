/** The credentials of a tailnet, as far as a deployer may see them: https://tailscale.com/api#tag/keys */
import { z } from "zod";
import { formatMessage } from "../../core/messages/entry.ts";
import { notTailscale } from "../../core/messages/tailscale-credentials.ts";
import { documented, isPage, jsonOf } from "../answer.ts";
import type { TailnetConnection } from "./connection.ts";
import { ApiError, apiError } from "./policy-file.ts";

const listedKey = z.object({
  id: z.string(),
  /** `federated`, `client`, `auth` or `api`. */
  keyType: z.string().optional(),
  description: z.string().optional(),
});
/** A list of nothing is `null` where Go writes it. */
const listedKeys = z.object({ keys: z.array(listedKey).nullable() });

/** A key of the tailnet, as far as a list shows it. */
export type TailnetKey = z.infer<typeof listedKey>;

export class KeysApi {
  readonly #tailnet: TailnetConnection;

  constructor(tailnet: TailnetConnection) {
    this.#tailnet = tailnet;
  }

  /**
   * All keys that the credential may see: a user's are all; a trust credential's are those of its own kind.
   *
   * @throws {ApiError} on any other answer than the list. @throws {ConnectionError} @throws {CredentialError}
   */
  async list(): Promise<TailnetKey[]> {
    // `all` is for users: a trust credential would need the scope all:read, and lists what it manages without.
    const path = this.#tailnet.isUser() ? "keys?all=true" : "keys";
    const response = await this.#tailnet.send(path, { method: "GET", retry: "always" });
    const { status, origin } = response;
    if (status !== 200) throw apiError(response, listing, "federated_keys or oauth_keys");
    const refuse = (what: string) =>
      new ApiError(status, formatMessage(notTailscale, { origin, action: listing, what }));
    return documented(listedKeys, jsonOf(response), refuse).keys ?? [];
  }

  /**
   * The status of the answer: below 300, or 404 when it was gone already, is a success.
   *
   * @throws {ApiError} when something else answered. @throws {ConnectionError} @throws {CredentialError}
   */
  async delete(id: string): Promise<number> {
    const path = `keys/${encodeURIComponent(id)}`;
    const { status, origin, body, headers } = await this.#tailnet.send(path, { method: "DELETE", retry: "always" });
    if (!isPage(body, headers.get("content-type"))) return status;
    const action = `delete the credential ${id}`;
    throw new ApiError(status, formatMessage(notTailscale, { origin, action, what: `an HTML page (${status})` }));
  }
}

const listing = "list the credentials";
