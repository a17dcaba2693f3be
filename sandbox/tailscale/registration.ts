/** Nodes that join the tailnet and leave it: whom an auth key lets in, as what. Messages without a mark are the service's. */
import { isIP } from "node:net";
import { timestamp } from "./answers.ts";
import { poolStatus } from "./policy/addresses.ts";
import { InvalidPolicy } from "./policy/document.ts";
import { readPolicy } from "./policy/judge.ts";
import { digest } from "./secrets.ts";
import { type AuthKey, announce, createDevice, type Device, owner, type TailscaleState } from "./state.ts";

/** What a node says of itself. Its keys are public ones. */
export interface Registration {
  key: string;
  /** Its key before this one. */
  oldKey?: string;
  machine: string;
  /** Empty: none. */
  authKey: string;
  hostname: string;
  os: string;
  version: string;
  /** Those that it asks for. */
  tags: string[];
  ephemeral: boolean;
}

/** The node is told the message. */
export class RegistrationRefused extends Error {}

/**
 * Lets a node in: a new device, or one that there is already. Undefined where somebody has to log in at a web page.
 *
 * @throws RegistrationRefused
 */
export function registerNode(state: TailscaleState, node: Registration): Device | undefined {
  const known = state.devices.find(({ nodeKey }) => nodeKey === node.key);
  if (known) {
    if (known.machineKey !== node.machine) throw new RegistrationRefused("node key is another machine's"); // our wording
    return isExpired(state, known) ? undefined : known;
  }
  if (node.authKey === "") return undefined;
  const key = findAuthKey(state, node.authKey);
  const { reusable, ephemeral, preauthorized, tags: keyTags } = key.capabilities.devices.create;
  const tags = keyTags.length > 0 ? keyTags : node.tags;
  checkTags(state, node.tags, tags);
  if (!reusable) key.invalid = true;
  state.secrets.add(`auth key ${key.id}`, node.authKey);
  const device = deviceOf(state, node);
  Object.assign(device, {
    tags: [...tags],
    authorized: preauthorized || !state.settings.devicesApprovalOn,
    isEphemeral: ephemeral || node.ephemeral,
    keyExpiryDisabled: tags.length > 0,
    expires: timestamp(new Date(state.now().getTime() + state.settings.devicesKeyDurationDays * 24 * 3600 * 1000)),
  } satisfies Partial<Device>);
  connectNode(state, device, node);
  return device;
}

/** Makes a program the device, which was set up without one, or with another. */
export function connectNode(state: TailscaleState, device: Device, node: Registration): void {
  Object.assign(device, {
    nodeKey: node.key,
    machineKey: node.machine,
    os: node.os,
    clientVersion: node.version,
  } satisfies Partial<Device>);
  announce(state);
}

/** A logout. An ephemeral device is gone with it, another one stays with a key that has expired. */
export function logOutNode(state: TailscaleState, { key, machine }: Pick<Registration, "key" | "machine">): void {
  const device = state.devices.find(({ nodeKey, machineKey }) => nodeKey === key && machineKey === machine);
  if (!device) return;
  if (device.isEphemeral) state.devices.splice(state.devices.indexOf(device), 1);
  else Object.assign(device, { expires: timestamp(state.now()), keyExpiryDisabled: false } satisfies Partial<Device>);
  announce(state);
}

/** Whether it has to log in again. */
const isExpired = (state: TailscaleState, { expires, keyExpiryDisabled }: Device): boolean =>
  !keyExpiryDisabled && new Date(expires) <= state.now();

/** Known from reports: of a used key tailscale/tailscale#9715, of one that has expired or was revoked k3s-io/k3s#10729. */
function findAuthKey(state: TailscaleState, secret: string): AuthKey {
  const wanted = digest(secret);
  for (const key of state.keys.values()) {
    if (key.keyType !== "auth" || key.secretDigest !== wanted) continue;
    if (new Date(key.expires) <= state.now()) break;
    if (key.invalid) throw new RegistrationRefused(`invalid key: API key ${key.id} not valid`);
    return key;
  }
  throw new RegistrationRefused("invalid key: API key does not exist");
}

/** Of an auth key with tags a node may ask for no others; with one of a user for each that there is. */
function checkTags(state: TailscaleState, wanted: readonly string[], allowed: readonly string[]): void {
  const exists = tagsOf(state);
  if (wanted.every((tag) => allowed.includes(tag)) && allowed.every(exists)) return;
  const refused = wanted.length > 0 ? wanted : allowed;
  throw new RegistrationRefused(`requested tags [${refused.join(" ")}] are invalid or not permitted`);
}

function tagsOf(state: TailscaleState): (tag: string) => boolean {
  try {
    const { tagOwners } = readPolicy(state.policy, state).policy;
    return (tag) => tagOwners.has(tag);
  } catch (error) {
    // A file that cannot be read takes no tag away: what was compiled before it stays in force.
    if (error instanceof InvalidPolicy) return () => true;
    throw error;
  }
}

/** The device that the node was before, or a new one. */
function deviceOf(state: TailscaleState, { oldKey, machine, hostname }: Registration): Device {
  const before =
    state.devices.find(({ nodeKey, machineKey }) => nodeKey !== "" && nodeKey === oldKey && machineKey === machine) ??
    state.devices.find(({ machineKey }) => machineKey === machine);
  if (before) return before;
  const name = freeName(state, hostname);
  const device = createDevice(
    { name, hostname, addresses: freeAddresses(state), user: owner.login },
    timestamp(state.now()),
  );
  device.connectedToControl = false;
  state.devices.push(device);
  return device;
}

/** A second device of a name gets `-1`. */
function freeName({ devices, domain }: TailscaleState, hostname: string): string {
  const label =
    hostname
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "") || "device";
  for (let count = 0; ; count++) {
    const name = `${count === 0 ? label : `${label}-${count}`}.${domain}`;
    if (!devices.some((device) => device.name === name)) return name;
  }
}

/** One of each family; the last 32 bits are the same. */
function freeAddresses({ devices }: TailscaleState): string[] {
  const used = new Set(devices.flatMap(({ addresses }) => addresses));
  for (let number = (100 << 24) + (65 << 16) + 1; ; number++) {
    const octets = [24, 16, 8, 0].map((shift) => (number >> shift) & 255);
    const address = octets.join(".");
    if (used.has(address) || isIP(address) !== 4 || poolStatus({ address, bits: 32 }) !== "usable") continue;
    const [high, low] = [(number >>> 16).toString(16), (number & 0xffff).toString(16)];
    return [address, `fd7a:115c:a1e0::${high}:${low}`];
  }
}
