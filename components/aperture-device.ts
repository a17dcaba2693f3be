import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";

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
 * @throws pulumi.RunError when no device, or more than one, has the name.
 */
export async function apertureDestinations({ hostname, device }: ApertureSettings): Promise<string[]> {
  if (device !== undefined) return [device];
  const { devices = [] } = await tailscale.getDevices({ namePrefix: hostname });
  const named = devices.filter(({ name }) => name.split(".")[0] === hostname || name === hostname);
  const [only] = named;
  if (named.length === 1 && only) return only.addresses.toSorted();
  const found = named.length === 0 ? "No device" : `${named.length} devices`;
  throw new pulumi.RunError(
    `${found} of the tailnet has the MagicDNS name "${hostname}", so the grant has no destination.\n` +
      "  Name Aperture's tag or address: pulumi config set --path aperture.device tag:aperture\n" +
      "  or its host name, if it is another: pulumi config set --path aperture.hostname NAME",
  );
}
