/** How names resolve in the tailnet: https://tailscale.com/api#tag/dns */
import { z } from "zod";
import { readJson, requireDocumented } from "../answer.ts";
import type { TailnetConnection } from "./connection.ts";
import { apiError, unexpected } from "./policy-file.ts";

const answer = z.looseObject({ magicDNS: z.boolean() });
const reading = "read the DNS preferences";

/**
 * Whether MagicDNS is on. Needs the scope `dns:read`.
 * @throws {ApiError} @throws {ConnectionError} @throws {CredentialError}
 */
export async function readMagicDns(tailnet: TailnetConnection): Promise<boolean> {
  const response = await tailnet.send("dns/preferences", { method: "GET", retry: "always" });
  if (response.status !== 200) throw apiError(response, reading, "dns:read");
  return requireDocumented(answer, readJson(response), (what) => unexpected(response, reading, what)).magicDNS;
}
