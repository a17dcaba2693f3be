/** The credentials of a tailnet that a deployer may see: https://tailscale.com/api#tag/keys */
import { z } from "zod";
import { readJson, requireDocumented } from "../answer.ts";
import type { TailnetConnection } from "./connection.ts";
import { apiError, isAPage, unexpected } from "./policy-file.ts";

const strings = z.array(z.string()).nullish();

/** `keyType` is `federated`, `client`, `auth` or `api`. What a list leaves out of a credential, its own answer has. */
const tailnetKey = z.object({
  id: z.string(),
  keyType: z.string().optional(),
  description: z.string().optional(),
  created: z.string().nullish(),
  updated: z.string().nullish(),
  scopes: strings,
  tags: strings,
  issuer: z.string().nullish(),
  subject: z.string().nullish(),
  audience: z.string().nullish(),
  customClaimRules: z.record(z.string(), z.string()).nullish(),
  expires: z.string().nullish(),
  invalid: z.boolean().nullish(),
  revoked: z.string().nullish(),
  /** Of an auth key. */
  capabilities: z
    .looseObject({ devices: z.looseObject({ create: z.looseObject({ tags: strings }).nullish() }).nullish() })
    .nullish(),
});
/** A list of nothing is `null` where Go writes it. */
const tailnetKeys = z.object({ keys: z.array(tailnetKey).nullable() });

/** A key of the tailnet, as `GET /keys` lists it. */
export type TailnetKey = z.infer<typeof tailnetKey>;

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
    if (response.status !== 200) throw apiError(response, listing, "federated_keys or oauth_keys");
    const refuse = (what: string) => unexpected(response, listing, what);
    return requireDocumented(tailnetKeys, readJson(response), refuse).keys ?? [];
  }

  /**
   * One of them, with all that the API says of it; undefined when it is gone.
   *
   * @throws {ApiError} @throws {ConnectionError}
   */
  async find(id: string): Promise<TailnetKey | undefined> {
    const response = await this.#tailnet.send(`keys/${encodeURIComponent(id)}`, { method: "GET", retry: "always" });
    if (response.status === 404 && !isAPage(response)) return undefined;
    if (response.status !== 200) throw apiError(response, reading, "federated_keys or oauth_keys");
    return requireDocumented(tailnetKey, readJson(response), (what) => unexpected(response, reading, what));
  }

  /**
   * The status of the answer: below 300, or 404 when it was gone already, is a success.
   *
   * @throws {ApiError} when something else answered. @throws {ConnectionError}
   */
  async delete(id: string): Promise<number> {
    const path = `keys/${encodeURIComponent(id)}`;
    const response = await this.#tailnet.send(path, { method: "DELETE", retry: "always" });
    if (isAPage(response)) throw unexpected(response, `delete the credential ${id}`);
    return response.status;
  }
}

const listing = "list the credentials";
const reading = "read a credential";
