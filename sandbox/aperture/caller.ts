/** Who is calling: what the tailnet's front found out with `WhoIs`. Nothing that a client says of itself counts. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { z } from "zod";
import { Refusal } from "./answers.ts";

/** What the front hands over with each request, as JSON. */
export interface Caller {
  /** MagicDNS name of the device: `github-runner-1`. */
  node: string;
  /** Of the device's user; a tagged device's user counts for nothing. */
  login: string;
  tags: string[];
  /** Tailscale address. */
  address: string;
  /** Values of `tailscale.com/cap/aperture` that the policy file gives it; anything that is JSON. */
  capabilities: unknown[];
}

/** The front's headers; of a request from anybody else they are a forgery. */
export const frontHeaders = { secret: "x-tailnet-front", caller: "x-tailnet-caller" } as const;

const schema = z.object({
  node: z.string(),
  login: z.string(),
  tags: z
    .array(z.string())
    .nullish()
    .transform((tags) => tags ?? []),
  address: z.string(),
  capabilities: z
    .array(z.unknown())
    .nullish()
    .transform((capabilities) => capabilities ?? []),
});

/**
 * The caller of a request: the front's word, or `direct` where there is no front in between.
 *
 * @throws Refusal 403 for a request that nobody vouches for
 */
export function callerOf(c: Context, frontSecret: string, direct: Caller | undefined): Caller {
  const [secret, caller] = [c.req.header(frontHeaders.secret), c.req.header(frontHeaders.caller)];
  if (secret === undefined && caller === undefined) {
    if (direct) return direct;
    throw new Refusal(403, "access denied: not called from the tailnet"); // our wording
  }
  if (!isEqual(secret ?? "", frontSecret)) throw new Refusal(403, "access denied: forged identity"); // our wording
  return readCaller(caller ?? "");
}

/**
 * The name by which Aperture knows a caller, in its log and in the `src` of its own grants: of a tagged device its tags, sorted and
 * joined (tailscale.com/docs/aperture, "How Aperture works").
 */
export function identityOf({ tags, login }: Caller): string {
  return tags.length > 0 ? tags.toSorted().join(",") : login;
}

function readCaller(header: string): Caller {
  try {
    // Go writes UTF-8 into headers, Node reads Latin-1 out of them.
    return schema.parse(JSON.parse(Buffer.from(header, "latin1").toString("utf8")));
  } catch {
    throw new Refusal(403, "access denied: the front named no caller"); // our wording
  }
}

/** In a time that tells nothing of how much of it is right. */
function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
