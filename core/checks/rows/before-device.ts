/** Before the first `pulumi up`: which device Aperture is. */
import { adminPages } from "../../messages/admin-pages.ts";
import { chooseDevice } from "../../policy/aperture-device.ts";
import type { Settings } from "../../settings/settings.ts";
import { type BeforeFacts, type DeviceBefore, isRefused } from "../before-facts.ts";
import { type Fact, isUnread } from "../facts.ts";
import type { StackCheck } from "../judge.ts";
import { brokenByMessage } from "../message-verdicts.ts";
import { broken, judgeFact, link, ok, skip } from "../verdicts.ts";

type Row = StackCheck<BeforeFacts>;

const row = { category: "device", phase: "before", scope: "stack", severity: "error" } as const;

const machines = link(adminPages.machines, "The machines, in Tailscale's admin console");

const apertureDevice: Row = {
  ...row,
  severity: "fatal",
  id: "aperture-device",
  title: "Aperture is a device of the tailnet, and can be told from others",
  reads: "`GET /api/v2/tailnet/-/devices`",
  needs: ["tailscale-credential", "tailscale-devices-scope"],
  cause:
    "no device has the name, or it has no tag, or the runners' tag: every member, or every job, could take the name",
  fix: "`pulumi config set --path aperture.device tag:aperture`, after the device got that tag",
  judge: ({ settings, tailnet: { devices } }) => {
    const { device, hostname } = settings.aperture;
    if (device !== undefined && isRefused(devices))
      return ok("aperture.device names it; the credential sees no devices");
    return judgeFact(devices, (found) => {
      if (device === undefined) {
        const choice = chooseDevice([...found], hostname, runnerTags(settings));
        return choice.kind === "found"
          ? ok(choice.addresses.join(", "))
          : brokenByMessage(choice.message, "Set claude-aperture:aperture.device.");
      }
      const named = found.filter(({ tags, addresses }) => tags.includes(device) || addresses.includes(device));
      if (named.length > 0) return ok(named.map(({ name }) => name).join(", "));
      return broken(
        `No device of the tailnet ${device.startsWith("tag:") ? "carries" : "has the address"} ${device}, which aperture.device names.`,
        machines,
      );
    });
  },
};

const deviceOnline: Row = {
  ...row,
  id: "aperture-device-online",
  title: "Aperture's device is online",
  reads: "`GET /api/v2/tailnet/-/devices`: `connectedToControl`",
  needs: ["aperture-device"],
  cause: "the machine is off, or Tailscale does not run on it",
  fix: "start it; the [machines](https://login.tailscale.com/admin/machines) page shows when it was last seen",
  judge: ({ settings, tailnet: { devices } }) => {
    const { device, hostname } = settings.aperture;
    if (device !== undefined && isRefused(devices)) return skip("the credential sees no devices, and need not");
    return judgeFact(devices, (found) => {
      const meant = found.filter(({ name, tags, addresses }) =>
        device === undefined
          ? name.split(".")[0] === hostname || name === hostname
          : tags.includes(device) || addresses.includes(device),
      );
      if (meant.some(({ isOnline }) => isOnline !== false)) return ok();
      const names = meant.map(({ name }) => name).join(", ");
      return broken(`${names} is not connected to the tailnet.`, machines);
    });
  },
};

export const beforeDeviceChecks: readonly Row[] = [apertureDevice, deviceOnline];

const runnerTags = ({ repositories }: Settings): string[] => repositories.map(({ tag }) => tag);

/** Aperture as grant destinations, by the settings and the tailnet's devices. */
export function destinationsOf(settings: Settings, devices: Fact<readonly DeviceBefore[]>): Fact<string[]> {
  const { device, hostname } = settings.aperture;
  if (device !== undefined) return [device];
  if (isUnread(devices)) return { unread: devices.unread };
  const choice = chooseDevice([...devices], hostname, runnerTags(settings));
  return choice.kind === "found" ? choice.addresses : { unread: choice.message };
}
