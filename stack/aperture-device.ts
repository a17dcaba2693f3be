import * as pulumi from "@pulumi/pulumi";
import { getDevices } from "../components/providers.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { devicesUnread } from "../core/messages/start.ts";
import { chooseDevice } from "../core/policy/aperture-device.ts";

/** Where Aperture is, as the settings say it. */
export interface ApertureSettings {
  /** Its MagicDNS name without the tailnet's domain, such as `ai`. */
  hostname: string;
  /** A tag or a Tailscale address. */
  device?: string;
}

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

/** The provider's error ends in the status: `... (403)` (tailscale-client-go-v2, `APIError.Error`). */
function explainRefusal(error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  throw new pulumi.RunError(formatMessage(devicesUnread, { said }));
}
