import * as pulumi from "@pulumi/pulumi";
import { getDevices } from "../components/providers.ts";
import { say } from "../core/messages/entry.ts";
import { devicesUnread, noDevice } from "../core/messages/start.ts";

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
 *
 * @throws pulumi.RunError when no device, or more than one, has the name, or when the credential may not see the devices.
 */
export async function apertureDestinations({ hostname, device }: ApertureSettings): Promise<string[]> {
  if (device !== undefined) return [device];
  const { devices = [] } = await getDevices({ namePrefix: hostname }).catch(explainRefusal);
  const named = devices.filter(({ name }) => name.split(".")[0] === hostname || name === hostname);
  const [only] = named;
  if (named.length === 1 && only) return only.addresses.toSorted();
  const found = named.length === 0 ? "No device" : `${named.length} devices`;
  throw new pulumi.RunError(say(noDevice, { found, hostname }));
}

/** The provider's error ends in the status: `... (403)` (tailscale-client-go-v2, `APIError.Error`). */
function explainRefusal(error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  throw new pulumi.RunError(say(devicesUnread, { said }));
}
