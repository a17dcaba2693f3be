/** The control route of a running sandbox: takes a command line from `npm run sandbox -- do` and has its command performed. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { z } from "zod";
import { createService, listen } from "../service.ts";
import { announce } from "../tailscale/index.ts";
import type { World } from "../world.ts";
import { readCommand, UsageError } from "./read.ts";

export interface Hand {
  /** Where the client finds it, and what it shows to be let in. */
  environment: { SANDBOX_HAND_URL: string; SANDBOX_HAND_TOKEN: string };
  close(): Promise<void>;
}

const bodySchema = z.strictObject({ arguments: z.array(z.string()), files: z.record(z.string(), z.string()) });

export async function startHand(world: World): Promise<Hand> {
  const token = randomBytes(24).toString("base64url");
  const { app } = createService({}, () => ({}));
  let host = "";
  app.post("/do", async (c) => {
    const reason = forgery(c, host, token);
    if (reason) return c.json({ message: reason }, 403);
    const body = bodySchema.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return c.json({ message: "not a command line" }, 400);
    try {
      return c.json({ said: await perform(world, body.data) });
    } catch (error) {
      if (error instanceof UsageError) return c.json({ message: error.message }, 400);
      if (isMistake(error)) throw error;
      return c.json({ message: error instanceof Error ? error.message : String(error) }, 422);
    }
  });
  const { url, close } = await listen(app);
  host = new URL(url).host;
  return { environment: { SANDBOX_HAND_URL: url, SANDBOX_HAND_TOKEN: token }, close };
}

/**
 * Why a request is not our client's. A page in the person's browser can post to this port: with a foreign `Origin`, or, where its
 * name leads to this machine (DNS rebinding), with a foreign `Host`. It never knows the token.
 */
function forgery(c: Context, host: string, token: string): string | undefined {
  if (c.req.header("host") !== host) return "This address is served under another name.";
  if (c.req.header("origin") !== undefined) return "Pages in a browser have no hand here.";
  if (c.req.header("content-type") !== "application/json") return "The body is not JSON.";
  const given = Buffer.from(c.req.header("authorization") ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return "The token is not this sandbox's.";
  return undefined;
}

async function perform(world: World, { arguments: args, files }: z.output<typeof bodySchema>): Promise<unknown> {
  const { command, values, files: named } = readCommand(args);
  for (const [key, parameter] of Object.entries(command.takes)) {
    const path = values[key];
    if (!("kind" in parameter) || parameter.kind !== "file" || typeof path !== "string") continue;
    if (!Object.hasOwn(files, path)) throw new UsageError(`The content of ${named.join(", ")} is missing.`);
    values[key] = files[path];
  }
  const said = await command.perform(world, values);
  // Real nodes hear of what it did to a device.
  announce(world.tailscale.state);
  return said;
}

/** Of this code; what the world refuses is a plain error. */
const isMistake = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
