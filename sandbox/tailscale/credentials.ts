/**
 * Auth keys and trust credentials: what may be made, by whom.
 * https://tailscale.com/kb/1623/trust-credentials and the API's reference. Errors without a mark are the service's.
 *
 * A tag that a credential uses may leave `tagOwners`: what the service does then is not documented, here the credential stays
 * and fails at its next use of the tag.
 */
import { ApiError, timestamp } from "./answers.ts";
import { hasScope, isScope } from "./authentication.ts";
import { readPolicy } from "./policy/judge.ts";
import type { AuthKeyRequest, FederatedIdentityRequest, KeyRequest, OAuthClientRequest } from "./request-body.ts";
import { digest, randomId } from "./secrets.ts";
import type { Caller, Key, TailscaleState } from "./state.ts";

const ninetyDays = 90 * 24 * 60 * 60;

/** Makes a key for `caller` and keeps it. `secret` is for the answer only. Throws 400, 403. */
export function createKey(state: TailscaleState, caller: Caller, request: KeyRequest): { key: Key; secret?: string } {
  check(state, caller, request);
  const now = timestamp(state.now());
  const userId = caller.kind === "user" ? caller.userId : "";
  const common = { id: `k${randomId()}CNTRL`, description: request.description, created: now, userId };
  switch (request.keyType) {
    case "auth": {
      const expirySeconds = request.expirySeconds || ninetyDays;
      const expires = timestamp(new Date(state.now().getTime() + expirySeconds * 1000));
      const { capabilities } = request;
      return keep(state, { ...common, keyType: "auth", expirySeconds, expires, capabilities }, "tskey-auth");
    }
    case "client":
      return keep(state, { ...common, ...request, updated: now }, "tskey-client");
    case "federated": {
      const id = `${state.tailnet}-${common.id}`;
      const audience = request.audience || `api.tailscale.com/${id}`;
      const key: Key = { ...common, ...request, id, audience, updated: now };
      state.keys.set(id, key);
      return { key };
    }
  }
}

type WithSecret<K> = K extends { secretDigest: string } ? Omit<K, "secretDigest"> : never;

function keep(state: TailscaleState, unsecured: WithSecret<Key>, prefix: string): { key: Key; secret: string } {
  const secret = `${prefix}-${unsecured.id}-${randomId(32)}`;
  const key: Key = { ...unsecured, secretDigest: digest(secret) };
  state.keys.set(key.id, key);
  state.secrets.add(`${key.keyType === "auth" ? "auth key" : "secret of OAuth client"} ${key.id}`, secret);
  return { key, secret };
}

/** Replaces what a trust credential may do. Throws 400, 403. */
export function updateKey(state: TailscaleState, caller: Caller, key: Key, request: KeyRequest): Key {
  if (key.keyType !== request.keyType) throw new ApiError(400, "keyType cannot be changed"); // our wording
  if (key.keyType === "auth" || request.keyType === "auth") throw new ApiError(400, "auth keys cannot be changed"); // our wording
  check(state, caller, request);
  const updated: Key = { ...key, ...request, updated: timestamp(state.now()) } as Key;
  if (updated.keyType === "federated" && key.keyType === "federated") updated.audience ||= key.audience;
  state.keys.set(key.id, updated);
  return updated;
}

function check(state: TailscaleState, caller: Caller, request: KeyRequest): void {
  if (!/^[A-Za-z0-9 -]{0,50}$/.test(request.description)) {
    throw new ApiError(400, "description: at most 50 letters, digits, hyphens and spaces"); // our wording
  }
  if (request.keyType === "auth") {
    checkAuthKey(state, caller, request);
    return;
  }
  checkScopes(caller, request);
  checkCredentialTags(state, caller, request);
  if (request.keyType === "federated") checkClaims(request);
}

function checkAuthKey(state: TailscaleState, caller: Caller, request: AuthKeyRequest): void {
  const { tags } = request.capabilities.devices.create;
  const tagOwners = readTagOwners(state);
  const exist = tags.every((tag) => tagOwners.has(tag));
  if (caller.kind === "user") {
    if (!exist) throw notPermitted(tags);
    return;
  }
  if (tags.length === 0) throw new ApiError(400, "tailnet-owned auth key must have tags set");
  const isWholeSet = tags.length === caller.tags.length && tags.every((tag) => caller.tags.includes(tag));
  if (!exist || !(isWholeSet || tags.every((tag) => isOwned(tagOwners, tag, caller.tags)))) throw notPermitted(tags);
}

function checkScopes(caller: Caller, { scopes }: OAuthClientRequest | FederatedIdentityRequest): void {
  if (scopes.length === 0) throw new ApiError(400, "at least one scope is required"); // our wording
  const unknown = scopes.filter((scope) => !isScope(scope));
  if (unknown.length > 0) throw new ApiError(400, `unknown scopes [${unknown.join(" ")}]`); // our wording
  const excess = scopes.filter((scope) => !hasScope(caller, scope));
  if (excess.length > 0) throw new ApiError(403, `OAuth client cannot grant scopes "${excess.join(" ")}"`);
}

function checkCredentialTags(
  state: TailscaleState,
  caller: Caller,
  request: OAuthClientRequest | FederatedIdentityRequest,
): void {
  const { scopes, tags } = request;
  if (tags.length === 0 && scopes.some((scope) => scope === "auth_keys" || scope === "devices:core")) {
    throw new ApiError(400, "tags are required with the scopes auth_keys and devices:core"); // our wording
  }
  const tagOwners = readTagOwners(state);
  const mayGive = (tag: string) =>
    caller.kind === "user" || caller.tags.includes(tag) || isOwned(tagOwners, tag, caller.tags);
  if (!tags.every((tag) => tagOwners.has(tag) && mayGive(tag))) throw notPermitted(tags);
}

/** Our wording. */
function checkClaims({ issuer, subject, customClaimRules }: FederatedIdentityRequest): void {
  const url = URL.parse(issuer);
  if (url?.protocol !== "https:") throw new ApiError(400, "issuer must be a valid https:// URL");
  if (subject === "") throw new ApiError(400, "subject is required");
  const reserved = Object.keys(customClaimRules).filter((claim) => ["sub", "iss", "aud"].includes(claim));
  if (reserved.length > 0) throw new ApiError(400, `customClaimRules: ${reserved.join(", ")} are reserved`);
}

const notPermitted = (tags: string[]) =>
  new ApiError(400, `requested tags [${tags.join(" ")}] are invalid or not permitted`);

const isOwned = (tagOwners: Map<string, string[]>, tag: string, owners: string[]): boolean =>
  (tagOwners.get(tag) ?? []).some((owner) => owners.includes(owner));

/** Throws `InvalidPolicy` when the file was set to something that cannot be read. */
const readTagOwners = (state: TailscaleState): Map<string, string[]> =>
  readPolicy(state.policy, state).policy.tagOwners;
