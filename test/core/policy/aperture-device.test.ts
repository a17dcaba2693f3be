/** Which device the name of Aperture stands for: a name that anybody can take is not enough. */
import { expect, it } from "vitest";
import { chooseDevice, type Device } from "../../../core/policy/aperture-device.ts";

const device = (change: Partial<Device> = {}): Device => ({
  name: "ai.acme.ts.net",
  addresses: ["fd7a:115c:a1e0::5", "100.64.0.5"],
  tags: ["tag:aperture"],
  user: "owner@acme.example",
  isExternal: false,
  ...change,
});
const shared = device({ name: "ai.other.ts.net", tags: [], user: "mallory@other.example", isExternal: true });

it.each<[string, Device[], string]>([
  [
    "its tagged device",
    [device(), device({ name: "ai-1.acme.ts.net" })],
    "Aperture is ai.acme.ts.net with tag:aperture (100.64.0.5, fd7a:115c:a1e0::5), the device with the name ai. " +
      "To go by its tag and not by its name: pulumi config set --path aperture.device tag:aperture",
  ],
  [
    "its tagged device, beside one of the same name in another tailnet",
    [shared, device({ tags: ["tag:gateway", "tag:prod"] })],
    "Aperture is ai.acme.ts.net with tag:gateway and tag:prod (100.64.0.5, fd7a:115c:a1e0::5), the device with the " +
      "name ai. To go by its tag and not by its name: pulumi config set --path aperture.device tag:gateway",
  ],
])("finds %s, and says so", (_, devices, message) => {
  expect(chooseDevice(devices, "ai", ["tag:ci"])).toEqual({
    kind: "found",
    addresses: ["100.64.0.5", "fd7a:115c:a1e0::5"],
    message,
  });
});

const advice = `
  If it is Aperture, say so: pulumi config set --path aperture.device 100.64.0.5
  or better, give it a tag that nothing else has: pulumi config set --path aperture.device tag:aperture`;

it.each<[string, Device[], string]>([
  [
    "a laptop of that name",
    [device({ tags: [], user: "mallory@acme.example" })],
    "The device ai.acme.ts.net (100.64.0.5, fd7a:115c:a1e0::5) is not taken for Aperture: it has no tag and is " +
      `mallory@acme.example's, and every member can give a device this name.${advice}`,
  ],
  [
    "a device of another tailnet",
    [shared],
    "The device ai.other.ts.net (100.64.0.5, fd7a:115c:a1e0::5) is not taken for Aperture: it is mallory@other.example's, " +
      `shared from another tailnet.${advice}`,
  ],
  [
    "a runner of that name",
    [device({ tags: ["tag:ci"] })],
    "The device ai.acme.ts.net (100.64.0.5, fd7a:115c:a1e0::5) is not taken for Aperture: it carries tag:ci, as the " +
      `runners do, and every job can give its runner this name.${advice}`,
  ],
])("refuses %s, and says whose it is and how to name it", (_, devices, message) => {
  expect(chooseDevice(devices, "ai", ["tag:ci"])).toEqual({ kind: "refused", message });
});

it.each<[string, Device[], string]>([
  ["No device", [device({ name: "ai2.acme.ts.net" })], "No device of the tailnet has"],
  ["two devices", [device(), device()], "2 devices of the tailnet (ai.acme.ts.net, ai.acme.ts.net) have"],
  [
    "two of other tailnets",
    [shared, shared],
    "2 devices shared into the tailnet (ai.other.ts.net, ai.other.ts.net) have",
  ],
])("%s of that name is an error", (_, devices, found) => {
  const { message } = chooseDevice(devices, "ai", []);
  expect(message.startsWith(`${found} the MagicDNS name "ai", so the grant has no destination.`), message).toBe(true);
});

it("the whole name finds a device of another tailnet, and does not trust it", () => {
  expect(chooseDevice([shared], "ai.other.ts.net", [])).toMatchObject({ kind: "refused" });
});
