/** The endpoints of auth keys and trust credentials: https://tailscale.com/api#tag/keys. API access tokens are not modelled. */
import type { Hono } from "hono";
import { ApiError } from "./answers.ts";
import { authorize, requireScope } from "./authentication.ts";
import { createKey, updateKey } from "./credentials.ts";
import { readKeyRequest } from "./request-body.ts";
import { type Caller, type Key, type KeyType, publicKey, type TailscaleState } from "./state.ts";

const scopes: Record<KeyType, string> = { auth: "auth_keys", client: "oauth_keys", federated: "federated_keys" };
const path = "/api/v2/tailnet/:tailnet/keys";

export function addKeyRoutes(app: Hono, state: TailscaleState): void {
  const find = (id: string): Key => {
    const key = state.keys.get(id);
    if (!key) throw new ApiError(404, "key not found"); // our wording
    return key;
  };

  app.post(path, async (c) => {
    const caller = authorize(state, c);
    const request = await readKeyRequest(c);
    requireScope(caller, scopes[request.keyType]);
    const { key, secret } = createKey(state, caller, request);
    return c.json({ ...publicKey(key), ...(secret === undefined ? {} : { key: secret }) });
  });

  app.get(path, (c) => {
    const caller = authorize(state, c);
    const all = c.req.query("all") === "true";
    return c.json({ keys: [...state.keys.values()].filter(isListed(caller, all)).map(publicKey) });
  });

  app.get(`${path}/:id`, (c) => {
    const caller = authorize(state, c);
    const key = find(c.req.param("id"));
    // A credential may always look at itself.
    if (!(caller.kind === "credential" && caller.id === key.id)) requireScope(caller, `${scopes[key.keyType]}:read`);
    return c.json(publicKey(key));
  });

  app.put(`${path}/:id`, async (c) => {
    const caller = authorize(state, c);
    const key = find(c.req.param("id"));
    requireScope(caller, scopes[key.keyType]);
    return c.json(publicKey(updateKey(state, caller, key, await readKeyRequest(c))));
  });

  app.delete(`${path}/:id`, (c) => {
    const caller = authorize(state, c);
    const key = find(c.req.param("id"));
    requireScope(caller, scopes[key.keyType]);
    state.keys.delete(key.id);
    return c.body(null, 200);
  });
}

/** Without `all`: a user's own keys; for a credential those of its type. */
function isListed(caller: Caller, all: boolean): (key: Key) => boolean {
  if (caller.kind === "user") return (key) => all || key.userId === caller.userId;
  requireScope(caller, all ? "all:read" : `${scopes[caller.keyType]}:read`);
  return (key) => all || key.keyType === caller.keyType;
}
