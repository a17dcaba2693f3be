/** The Aperture device, to which the grant leads. */
import { adminPages } from "../../messages/admin-pages.ts";
import type { TailnetDevice } from "../../policy/aperture-device.ts";
import { isTailscaleAddress } from "../../policy/rules.ts";
import type { Verdict } from "../check.ts";
import { type Fact, isUnread, type StackFacts } from "../facts.ts";
import type { StackCheck } from "../judge.ts";
import { findDestinations } from "../policy-view.ts";
import { broken, command, link, ok, skip, text, unknown } from "../verdicts.ts";

const row = (own: Omit<StackCheck, "category" | "phase" | "scope" | "reads"> & { reads?: string }): StackCheck => ({
  category: "device",
  phase: "after",
  scope: "stack",
  reads: "`GET /api/v2/tailnet/-/devices`",
  ...own,
});

const machines = link(adminPages.machines, "the machines of the tailnet");

/** Aperture warns its administrators as early. */
const soon = 7 * 24 * 60 * 60 * 1000;

/** A device that says nothing of its connection counts as online so long after it was seen. */
const grace = 10 * 60 * 1000;

export const deviceRows: readonly StackCheck[] = [
  row({
    id: "device-found",
    severity: "error",
    title: "A device of the tailnet is where the grant leads",
    cause:
      "the Aperture device was deleted, lost its tag, or has another address. Where it cannot be told: the credential lacks the scope `devices:core:read`",
    fix: "`aperture.device`: the tag of the device, which outlives its address",
    judge(stack) {
      const found = findDevices(stack);
      if (isUnread(found)) return unknown(found.unread);
      const places = findDestinations(stack).join(", ");
      if (places === "") return unknown("Neither aperture.device nor the state says where Aperture is.");
      if (found.length > 0) return ok(found.map(({ name }) => name).join(", "));
      return broken(`No device of the tailnet is ${places}.`, machines);
    },
  }),
  row({
    id: "device-online",
    severity: "error",
    title: "The device is online",
    needs: ["device-found"],
    cause: "the machine is off, or its Tailscale does not run",
    fix: "start it; the admin console says when it was last seen",
    judge: judgeDevices((devices, { now }) => {
      if (devices.some((device) => isOnline(device, now) === true)) return ok();
      const [device] = devices;
      if (!device || devices.some((one) => isOnline(one, now) === undefined))
        return unknown("The API does not say it.");
      const last = readTime(device.lastSeen);
      const seen = last === undefined ? "" : `; it was last seen ${formatDay(last)}`;
      return broken(`${device.name} is offline${seen}.`, machines);
    }),
  }),
  row({
    id: "device-name",
    severity: "error",
    title: "The device has the name that runners ask for",
    needs: ["device-found"],
    cause: "it was renamed, or `aperture.hostname` is another name. MagicDNS knows a device by its own name only",
    fix: "`pulumi config set --path aperture.hostname NAME`, then `pulumi up`",
    judge: judgeDevices((devices, { settings, stack }) => {
      const { hostname } = settings.aperture;
      if (devices.some(({ name, addresses }) => isCalled(name, hostname) || addresses.includes(hostname))) return ok();
      const name = devices[0]?.name ?? "";
      const label = /^[a-z0-9][a-z0-9-]*/.exec(name)?.[0];
      return broken(
        `Runners ask for ${hostname}, and the device is ${name}.`,
        label === undefined
          ? machines
          : command(`pulumi config set --path aperture.hostname ${label} --stack ${stack}`),
      );
    }),
  }),
  row({
    id: "device-magicdns",
    severity: "error",
    title: "MagicDNS is on, so that the device's name resolves",
    reads: "`GET /api/v2/tailnet/-/dns/preferences`",
    cause: "MagicDNS was switched off in the admin console. The ping passes all the same: it needs no DNS",
    fix: "the page [DNS](https://login.tailscale.com/admin/dns): enable MagicDNS; or the address of the device as `aperture.hostname`",
    judge({ magicDns, settings }) {
      if (isTailscaleAddress(settings.aperture.hostname)) return skip("runners ask for an address");
      // A right that nothing else needs: the runs tell it as well.
      if (isUnread(magicDns)) return skip(magicDns.unread);
      return magicDns ? ok() : broken("MagicDNS is off.", link(adminPages.dns, "DNS, in the admin console"));
    },
  }),
  row({
    id: "device-key",
    severity: "error",
    title: "The device's node key has not expired",
    needs: ["device-found"],
    cause: "a device without a tag has a key that expires. Aperture cannot be recovered from that",
    fix: "disable key expiry, or give the device a tag, in good time",
    judge: judgeDevices((devices, { now }) =>
      keysOf(devices).flatMap(({ name, expires }) =>
        expires <= now ? [broken(`The key of ${name} expired ${formatDay(expires)}.`, machines)] : [],
      ),
    ),
  }),
  row({
    id: "device-key-soon",
    severity: "warning",
    title: "The device's node key does not expire within a week",
    needs: ["device-found"],
    cause: "a device without a tag has a key that expires",
    fix: "disable key expiry in the admin console, or give the device a tag",
    judge: judgeDevices((devices, { now }) =>
      keysOf(devices).flatMap(({ name, expires }) =>
        expires > now && expires - now < soon
          ? [broken(`The key of ${name} expires ${formatDay(expires)}.`, machines)]
          : [],
      ),
    ),
  }),
  row({
    id: "device-shared",
    severity: "warning",
    title: "The device is this tailnet's own, and nothing else carries its tag",
    needs: ["device-found"],
    cause:
      "a device of another tailnet that is shared into this one; or further devices with the tag, each of which the runners may reach as well",
    fix: "a tag that nothing else has",
    judge: judgeDevices((devices) => {
      const shared = devices.find(({ isExternal }) => isExternal);
      if (shared) return broken(`${shared.name} is shared from another tailnet.`, machines);
      if (devices.length < 2) return ok();
      return broken(
        `The grant leads to ${devices.length} devices: ${devices.map(({ name }) => name).join(", ")}.`,
        text("Give Aperture a tag that nothing else has, and name it in aperture.device."),
      );
    }),
  }),
];

function judgeDevices(
  judge: (devices: readonly TailnetDevice[], stack: StackFacts) => Verdict | readonly Verdict[],
): StackCheck["judge"] {
  return (stack) => {
    const found = findDevices(stack);
    return isUnread(found) ? unknown(found.unread) : judge(found, stack);
  };
}

/** The devices to which the grant leads. */
function findDevices(stack: StackFacts): Fact<readonly TailnetDevice[]> {
  const { devices } = stack;
  if (isUnread(devices)) return devices;
  const places = new Set(findDestinations(stack));
  return devices.filter(({ tags, addresses }) => [...tags, ...addresses].some((place) => places.has(place)));
}

function isOnline({ isOnline: said, lastSeen }: TailnetDevice, now: number): boolean | undefined {
  const last = readTime(lastSeen);
  return said ?? (last === undefined ? undefined : now - last < grace);
}

function readTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}

/** Those whose key can expire. The API gives a date to one whose key cannot, too: 0001-01-01. */
function keysOf(devices: readonly TailnetDevice[]): { name: string; expires: number }[] {
  return devices.flatMap(({ name, keyExpires }) => {
    const expires = Date.parse(keyExpires ?? "");
    return expires > 0 ? [{ name, expires }] : [];
  });
}

/** By its short name, or the whole. */
function isCalled(name: string, hostname: string): boolean {
  const asked = hostname.toLowerCase().replace(/\.$/, "");
  return name.toLowerCase() === asked || name.toLowerCase().split(".")[0] === asked;
}

const formatDay = (time: number): string => `on ${new Date(time).toISOString().slice(0, 10)}`;
