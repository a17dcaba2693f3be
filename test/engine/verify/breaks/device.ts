/** With the Aperture device. */
import { deviceOf } from "../../../../sandbox/tailscale/index.ts";
import { type Break, byHand, type Site } from "./break.ts";

const machines = /^the machines of the tailnet: https:\/\/login\.tailscale\.com\/admin\/machines/;
const day = 24 * 60 * 60 * 1000;

function expire({ world: { tailscale } }: Site, inDays: number | undefined): void {
  const { state } = tailscale;
  const expires = new Date(state.now().getTime() + (inDays ?? 0) * day).toISOString();
  Object.assign(deviceOf(state, "ai"), { keyExpiryDisabled: inDays === undefined, expires });
}

export const deviceBreaks: readonly Break[] = [
  {
    title: "the device loses its tag",
    howTo: [4],
    check: "device-found",
    isForAll: true,
    says: "No device of the tailnet is tag:aperture.",
    break: (site) => byHand(site, "console", "device", "untag", "ai"),
    mend: { advice: machines, by: (site) => byHand(site, "console", "device", "tag", "ai", "tag:aperture") },
  },
  {
    title: "the device is off",
    howTo: [4],
    check: "device-online",
    isForAll: true,
    says: "ai.acme.ts.net is offline",
    break: (site) => byHand(site, "console", "device", "offline", "ai"),
    mend: { advice: machines, by: (site) => byHand(site, "console", "device", "online", "ai") },
  },
  {
    title: "the device is renamed",
    check: "device-name",
    isForAll: true,
    says: "Runners ask for ai, and the device is gateway.acme.ts.net.",
    break: (site) => byHand(site, "console", "device", "rename", "ai", "gateway"),
    mend: {
      advice: "pulumi config set --path aperture.hostname gateway --stack test",
      by: (site) => byHand(site, "console", "device", "rename", "gateway", "ai"),
    },
  },
  {
    title: "somebody switches MagicDNS off",
    check: "device-magicdns",
    isForAll: true,
    says: "MagicDNS is off.",
    break: (site) => byHand(site, "console", "magic-dns", "off"),
    mend: {
      advice: "DNS, in the admin console: https://login.tailscale.com/admin/dns",
      by: (site) => byHand(site, "console", "magic-dns", "on"),
    },
  },
  {
    title: "the node key of the device has expired",
    check: "device-key",
    isForAll: true,
    says: "The key of ai.acme.ts.net expired on",
    break: (site) => expire(site, -1),
    mend: { advice: machines, by: (site) => expire(site, undefined) },
  },
  {
    title: "the node key of the device expires in three days",
    check: "device-key-soon",
    isForAll: true,
    says: "The key of ai.acme.ts.net expires on",
    break: (site) => expire(site, 3),
    mend: { advice: machines, by: (site) => expire(site, undefined) },
  },
  {
    title: "another device gets the tag of Aperture",
    check: "device-shared",
    isForAll: true,
    says: "The grant leads to 2 devices: ai.acme.ts.net, build.acme.ts.net.",
    break({ world: { tailscale } }) {
      const { devices } = tailscale.state;
      const [device] = devices;
      if (device)
        devices.push({ ...device, id: "2", nodeId: "n2", name: "build.acme.ts.net", addresses: ["100.64.0.6"] });
    },
    mend: {
      advice: "Give Aperture a tag that nothing else has",
      by: ({ world: { tailscale } }) => void tailscale.state.devices.pop(),
    },
  },
];
