/** The devices of the tailnet: https://tailscale.com/api#tag/devices */
import { z } from "zod";
import type { TailnetDevice } from "../../core/policy/aperture-device.ts";
import { readJson, requireDocumented } from "../answer.ts";
import type { TailnetConnection } from "./connection.ts";
import { apiError, unexpected } from "./policy-file.ts";

const device = z.looseObject({
  name: z.string(),
  addresses: z.array(z.string()),
  tags: z.array(z.string()).nullish(),
  user: z.string().nullish(),
  isExternal: z.boolean().nullish(),
  connectedToControl: z.boolean().nullish(),
  lastSeen: z.string().nullish(),
  expires: z.string().nullish(),
  keyExpiryDisabled: z.boolean().nullish(),
});
const answer = z.looseObject({ devices: z.array(device).nullable() });
const listing = "list the devices";

/**
 * All of them. Needs the scope `devices:core:read`.
 * @throws {ApiError} @throws {ConnectionError} @throws {CredentialError}
 */
export async function listDevices(tailnet: TailnetConnection): Promise<TailnetDevice[]> {
  const response = await tailnet.send("devices", { method: "GET", retry: "always" });
  if (response.status !== 200) throw apiError(response, listing, "devices:core:read");
  const found = requireDocumented(answer, readJson(response), (what) => unexpected(response, listing, what));
  return (found.devices ?? []).map((one) => ({
    name: one.name,
    addresses: one.addresses,
    tags: one.tags ?? [],
    user: one.user ?? "",
    isExternal: one.isExternal ?? false,
    ...(typeof one.connectedToControl === "boolean" ? { isOnline: one.connectedToControl } : {}),
    ...(one.lastSeen && !one.connectedToControl ? { lastSeen: one.lastSeen } : {}),
    ...(one.expires && one.keyExpiryDisabled !== true ? { keyExpires: one.expires } : {}),
  }));
}
