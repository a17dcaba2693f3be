/** What the stand-in knows: one tailnet. */
import { randomInt } from "node:crypto";
import { KnownSecrets } from "../secrecy/known-secrets.ts";
import { timestamp } from "./answers.ts";
import { randomId } from "./secrets.ts";

export type KeyType = "auth" | "client" | "federated";

interface KeyBase {
  id: string;
  description: string;
  /** RFC 3339. */
  created: string;
  /** Whose it is; empty: the tailnet's, made with a trust credential. */
  userId: string;
}

/** Lets a device register. */
export interface AuthKey extends KeyBase {
  keyType: "auth";
  secretDigest: string;
  /** It was used, and may be used only once. The name is the API's. */
  invalid?: true;
  expirySeconds: number;
  /** RFC 3339. */
  expires: string;
  capabilities: {
    devices: { create: { reusable: boolean; ephemeral: boolean; preauthorized: boolean; tags: string[] } };
  };
}

interface TrustCredentialBase extends KeyBase {
  /** RFC 3339. */
  updated: string;
  scopes: string[];
  tags: string[];
}

export interface OAuthClient extends TrustCredentialBase {
  keyType: "client";
  secretDigest: string;
}

export interface FederatedIdentity extends TrustCredentialBase {
  keyType: "federated";
  audience: string;
  issuer: string;
  /** Pattern for the `sub` claim; `*` matches any characters. */
  subject: string;
  /** Claim -> pattern. */
  customClaimRules: Record<string, string>;
}

export type TrustCredential = OAuthClient | FederatedIdentity;
export type Key = AuthKey | TrustCredential;

/** Who makes a request. */
export type Caller =
  | { kind: "user"; userId: string }
  | { kind: "credential"; id: string; keyType: "client" | "federated"; scopes: string[]; tags: string[] };

export interface AccessToken {
  caller: Caller & { kind: "credential" };
  expires: Date;
}

/** A refused token exchange, as the admin console shows it; the answer to the caller says nothing. */
export interface RefusedExchange {
  clientId: string;
  reason: string;
}

export interface TailnetSettings {
  aclsExternallyManagedOn: boolean;
  aclsExternalLink: string;
  devicesApprovalOn: boolean;
  devicesAutoUpdatesOn: boolean;
  devicesKeyDurationDays: number;
  usersApprovalOn: boolean;
  usersRoleAllowedToJoinExternalTailnets: "none" | "admin" | "member";
  networkFlowLoggingOn: boolean;
  regionalRoutingOn: boolean;
  postureIdentityCollectionOn: boolean;
  httpsEnabled: boolean;
}

export interface DeviceOptions {
  /** MagicDNS name: `ai.acme.ts.net`. */
  name: string;
  /** Default: the first label of `name`. */
  hostname?: string;
  addresses: string[];
  /** Default none: the device is its user's. */
  tags?: string[];
  /** Login. Default: the tailnet's owner. */
  user?: string;
  /** Default true. */
  connectedToControl?: boolean;
  /** When its key expires, RFC 3339. Default: as soon as it was made, which counts only where expiry is not disabled. */
  expires?: string;
  /** Default: for devices with tags. */
  keyExpiryDisabled?: boolean;
}

export interface Device extends Required<DeviceOptions> {
  id: string;
  nodeId: string;
  created: string;
  lastSeen: string;
  authorized: boolean;
  isEphemeral: boolean;
  os: string;
  clientVersion: string;
  /** Of the program that is the device; empty: there is none. */
  machineKey: string;
  nodeKey: string;
}

/** Live and mutable: a test changes it as somebody at the admin console would. */
export interface TailscaleState {
  /** The tailnet's ID, an alternative to `-` in paths. */
  tailnet: string;
  /** MagicDNS name, which its devices' names end with. */
  domain: string;
  /** Text of the tailnet policy file. Not judged when set here, as if it were from a time when the rules were others. */
  policy: string;
  keys: Map<string, Key>;
  /** Whoever changes a device's name, tags, addresses or expiry says so with `announce`. */
  devices: Device[];
  settings: TailnetSettings;
  /** Whether names of devices resolve in the tailnet: the page DNS of the console. */
  magicDns: boolean;
  /** Login -> `owner`, `admin`, `it-admin`, `member`, ... Whoever has a device or is in a group of the policy file is a member, too. */
  roles: Map<string, string>;
  /** Those that `user:*@domain` may name. Default: the owner's, and those that the first policy file names. */
  domains: Set<string>;
  /** API access tokens of the owner. */
  apiKeys: Set<string>;
  /** Digest of a token -> what it allows. */
  accessTokens: Map<string, AccessToken>;
  /** Seconds that an access token lives. Default 3600. */
  tokenLifetime: number;
  /** The time that tokens, keys and their expiry go by. Default: the system's. */
  now: () => Date;
  refusedExchanges: RefusedExchange[];
  /** Called after each change of the policy file and of MagicDNS, and by `announce`. */
  observers: Set<() => void>;
  /** What was issued, and what somebody proved who they are with. */
  secrets: KnownSecrets;
}

/** The user that API access tokens belong to, and that owns devices without a user. */
export const owner = { userId: "uOwnerExample11CNTRL", login: "owner@example.com" };

const [, ownerDomain = ""] = owner.login.split("@");

/** The service has accepted the file that it begins with, so the domains in it are the tailnet's. */
const namedDomains = (policy: string): string[] =>
  [...policy.matchAll(/"\s*(?:user|localpart):\*@([^"\s]+)/g)].map(([, domain = ""]) => domain);

/** A device with what the service adds. */
export function createDevice(options: DeviceOptions, created: string): Device {
  const tags = options.tags ?? [];
  return {
    hostname: options.name.split(".", 1)[0] ?? options.name,
    user: owner.login,
    connectedToControl: true,
    expires: created,
    keyExpiryDisabled: tags.length > 0,
    ...options,
    tags,
    id: String(1_000_000 + randomInt(1_000_000_000)),
    nodeId: `n${randomId()}CNTRL`,
    created,
    lastSeen: created,
    authorized: true,
    isEphemeral: false,
    os: "linux",
    clientVersion: "1.94.2",
    machineKey: "",
    nodeKey: "",
  };
}

/** Tells whoever follows the state that it has changed. */
export function announce({ observers }: Pick<TailscaleState, "observers">): void {
  for (const observer of observers) observer();
}

export function createState(policy: string, apiKeys: string[], devices: DeviceOptions[]): TailscaleState {
  const created = timestamp(new Date());
  const observers = new Set<() => void>();
  let current = policy;
  let magicDns = true;
  return {
    tailnet: `T${randomId()}CNTRL`,
    domain: devices[0]?.name.split(".").slice(1).join(".") || "acme.ts.net",
    get policy() {
      return current;
    },
    set policy(text) {
      current = text;
      announce({ observers });
    },
    keys: new Map(),
    devices: devices.map((device) => createDevice(device, created)),
    settings: {
      aclsExternallyManagedOn: false,
      aclsExternalLink: "",
      devicesApprovalOn: false,
      devicesAutoUpdatesOn: false,
      devicesKeyDurationDays: 180,
      usersApprovalOn: false,
      usersRoleAllowedToJoinExternalTailnets: "member",
      networkFlowLoggingOn: false,
      regionalRoutingOn: false,
      postureIdentityCollectionOn: false,
      httpsEnabled: true,
    },
    get magicDns() {
      return magicDns;
    },
    set magicDns(isOn) {
      magicDns = isOn;
      announce({ observers });
    },
    roles: new Map([[owner.login, "owner"]]),
    domains: new Set([ownerDomain, ...namedDomains(policy)]),
    apiKeys: new Set(apiKeys),
    accessTokens: new Map(),
    tokenLifetime: 3600,
    now: () => new Date(),
    refusedExchanges: [],
    observers,
    secrets: new KnownSecrets(),
  };
}

/** What `/_sandbox/state` shows: nothing that lets anybody in. */
export function publicState({
  policy,
  keys,
  settings,
  devices,
  refusedExchanges,
  accessTokens,
}: TailscaleState): object {
  return {
    policy,
    keys: [...keys.values()].map(publicKey),
    settings,
    devices,
    accessTokens: [...accessTokens.values()].map(({ caller, expires }) => ({
      of: caller.id,
      scopes: caller.scopes,
      expires,
    })),
    refusedExchanges,
  };
}

/** A key as the API shows it after it was made. */
export function publicKey(key: Key): object {
  if (key.keyType === "federated") return key;
  const { secretDigest: _, ...shown } = key;
  return shown;
}
