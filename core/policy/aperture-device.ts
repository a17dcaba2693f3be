/** Which device of the tailnet is Aperture. */
import { formatMessage } from "../messages/entry.ts";
import { apertureFound, deviceNotTrusted, noDevice } from "../messages/start.ts";

/** A device of the tailnet, as far as it decides that. */
export interface Device {
  /** MagicDNS name, such as `ai.acme.ts.net`. */
  name: string;
  addresses: string[];
  tags: string[];
  /** Login of who owns it; of a tagged device, who registered it. */
  user: string;
  /** It belongs to another tailnet, and is shared into this one. */
  isExternal: boolean;
}

/** The same with what the API says of its connection. */
export interface TailnetDevice extends Device {
  /** Whether it is connected to the coordination server; absent where the API does not say. */
  isOnline?: boolean;
  /** When it was last connected, RFC 3339; absent for one that is connected now. */
  lastSeen?: string;
  /** When its node key expires, RFC 3339; absent where that is switched off. */
  keyExpires?: string;
}

/** `message` is for people; it is an error where there is no device. */
export type Choice = { kind: "found"; addresses: string[]; message: string } | { kind: "refused"; message: string };

/**
 * The device that Aperture's name stands for. A name proves nothing: every member can give it to a device of theirs, and
 * every job to its runner, as long as no other has it. A tag is given by its owners.
 */
export function chooseDevice(devices: Device[], hostname: string, runnerTags: string[]): Choice {
  const named = devices.filter(({ name }) => name.split(".")[0] === hostname || name === hostname);
  const own = named.filter(({ isExternal }) => !isExternal);
  // The short name of a device of another tailnet is not resolved.
  const [device, ...others] = own.length > 0 ? own : named;
  if (!device || others.length > 0) {
    const names = [device, ...others].flatMap((one) => one?.name ?? []);
    const place = own.length > 0 ? "of the tailnet" : "shared into the tailnet";
    const found = device
      ? `${names.length} devices ${place} (${names.join(", ")}) have`
      : "No device of the tailnet has";
    return { kind: "refused", message: formatMessage(noDevice, { found, hostname }) };
  }
  const { name, tags } = device;
  const addresses = device.addresses.toSorted();
  const why = distrust(device, runnerTags);
  if (why !== undefined) {
    const values = { name, why, addresses: addresses.join(", "), address: addresses[0] ?? "" };
    return { kind: "refused", message: formatMessage(deviceNotTrusted, values) };
  }
  const values = { name, hostname, addresses: addresses.join(", "), tags: tags.join(" and "), tag: tags[0] ?? "" };
  return { kind: "found", addresses, message: formatMessage(apertureFound, values) };
}

/** Why the device may be anybody's. */
function distrust({ tags, user, isExternal }: Device, runnerTags: string[]): string | undefined {
  if (isExternal) return `it is ${user}'s, shared from another tailnet`;
  if (tags.length === 0) return `it has no tag and is ${user}'s, and every member can give a device this name`;
  const shared = tags.find((tag) => runnerTags.includes(tag));
  return shared && `it carries ${shared}, as the runners do, and every job can give its runner this name`;
}
