/** Devices, MagicDNS and tailnet settings, read only. */
import type { Hono } from "hono";
import { ApiError } from "./answers.ts";
import { authorize, hasScope } from "./authentication.ts";
import type { Device, TailnetSettings, TailscaleState } from "./state.ts";

export function addDeviceRoutes(app: Hono, state: TailscaleState): void {
  app.get("/api/v2/tailnet/:tailnet/devices", (c) => {
    authorize(state, c, "devices:core:read");
    const devices = state.devices.map(shownDevice);
    const filters = Object.entries(c.req.queries()).filter(([field]) => field !== "fields");
    return c.json({
      devices: devices.filter((device) => filters.every(([field, values]) => isMatch(device, field, values))),
    });
  });

  app.get("/api/v2/tailnet/:tailnet/dns/preferences", (c) => {
    authorize(state, c, "dns:read");
    return c.json({ magicDNS: state.magicDns });
  });

  app.get("/api/v2/tailnet/:tailnet/settings", (c) => {
    const caller = authorize(state, c);
    const { aclsExternallyManagedOn, aclsExternalLink, networkFlowLoggingOn, httpsEnabled, ...features } =
      state.settings;
    const readable: Partial<TailnetSettings> = {
      ...(hasScope(caller, "feature_settings:read") ? features : {}),
      ...(hasScope(caller, "policy_file:read") ? { aclsExternallyManagedOn, aclsExternalLink } : {}),
      ...(hasScope(caller, "logs:network:read") ? { networkFlowLoggingOn } : {}),
      ...(hasScope(caller, "networking_settings:read") ? { httpsEnabled } : {}),
    };
    if (Object.keys(readable).length === 0) {
      throw new ApiError(403, "calling actor does not have enough permissions to perform this function");
    }
    return c.json(readable);
  });
}

function shownDevice(device: Device) {
  return {
    ...device,
    blocksIncomingConnections: false,
    isExternal: false,
    tailnetLockError: "",
    tailnetLockKey: "",
    updateAvailable: false,
  };
}

/** Filters are `field=value` with exact values, any top-level field; several are joined by AND. */
function isMatch(device: object, field: string, values: string[]): boolean {
  if (!Object.hasOwn(device, field)) throw new ApiError(400, `unknown device field ${JSON.stringify(field)}`); // our wording
  const found: unknown = Object.getOwnPropertyDescriptor(device, field)?.value;
  return values.every((value) => (Array.isArray(found) ? found.includes(value) : String(found) === value));
}
