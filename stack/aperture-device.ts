import * as pulumi from "@pulumi/pulumi";
import { getDevices } from "../components/providers.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { apertureFound, deviceNotTrusted, devicesUnread, noDevice } from "../core/messages/start.ts";

/** Where Aperture is, as the settings say it. */
export interface ApertureSettings {
  /** Its MagicDNS name without the tailnet's domain, such as `ai`. */
  hostname: string;
  /** A tag or a Tailscale address. */
  device?: string;
}

/** A device of the tailnet, as the Tailscale provider shows it. */
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

/** `message` is for people; it is an error where there is no device. */
export type Choice = { kind: "found"; addresses: string[]; message: string } | { kind: "refused"; message: string };

/**
 * Aperture as grant destinations: the device of the settings, or the addresses of the one device with Aperture's name.
 *
 * A grant takes no machine name (tailscale.com/docs, "Grants syntax"), so a name has to become an address here.
 * `runnerTags` are those that the runners of this stack carry.
 *
 * @throws pulumi.RunError when no device, or more than one, has the name; when the device that has it is not one of the
 *   tailnet's own with a tag; and when the credential may not see the devices.
 */
export async function findApertureDestinations(
  { hostname, device }: ApertureSettings,
  runnerTags: string[] = [],
): Promise<string[]> {
  if (device !== undefined) return [device];
  const { devices = [] } = await getDevices({ namePrefix: hostname }).catch(explainRefusal);
  const choice = chooseDevice(devices, hostname, runnerTags);
  if (choice.kind === "refused") throw new pulumi.RunError(choice.message);
  await pulumi.log.info(choice.message);
  return choice.addresses;
}

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

/** The provider's error ends in the status: `... (403)` (tailscale-client-go-v2, `APIError.Error`). */
function explainRefusal(error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  throw new pulumi.RunError(formatMessage(devicesUnread, { said }));
}
