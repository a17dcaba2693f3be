/** Reads Aperture itself, where this machine is in the tailnet: found out by its own addresses, or said by `--aperture`. */
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { type Fact, isUnread } from "../../core/checks/facts.ts";
import type { Inside } from "../../core/checks/inside-facts.ts";
import type { TailnetDevice } from "../../core/policy/aperture-device.ts";
import { isTailscaleAddress } from "../../core/policy/rules.ts";
import { readLists, readLog, readOwnConfiguration } from "../../services/aperture/read.ts";
import { findProxy } from "../../services/proxy.ts";
import type { Runtime } from "../../services/tailscale/runtime.ts";
import { readFact } from "./connections.ts";

/** What is asked of the machine itself. */
export interface Machine {
  addresses(): string[];
  /** Addresses of a name, as this machine resolves it. Throws where it does not. */
  lookup(name: string): Promise<string[]>;
}

export const thisMachine: Machine = {
  addresses: () => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
  lookup: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
};

export interface InsideQuestion {
  hostname: string;
  /** Of `--aperture`. */
  given?: string | undefined;
  /** Those of the stack's tailnet. */
  devices: Promise<Fact<readonly Pick<TailnetDevice, "addresses">[]>>;
}

const outside: Inside = {
  kind: "outside",
  reason: "this machine is not in the tailnet; run it on one that is, or with --aperture URL",
};

export async function readInside(
  runtime: Runtime,
  machine: Machine,
  { hostname, given, devices }: InsideQuestion,
): Promise<Inside> {
  if (given !== undefined) return readAperture(runtime, given);
  const url = `http://${hostname}`;
  if (findProxy(new URL(url), runtime.environment)) {
    // A proxy of one's own, such as a tailscaled without rights; or one of a company, which knows no such name.
    const found = await readAperture(runtime, url);
    return found.kind === "inside" && ["served", "no role"].includes(found.answer.kind) ? found : outside;
  }
  const own = machine.addresses().filter(isTailscaleAddress);
  if (own.length === 0) return outside;
  // Networks of carriers and clouds have such addresses (RFC 6598), and so has a machine of another tailnet.
  const known = await devices;
  const isThere = isUnread(known) || known.some(({ addresses }) => addresses.some((one) => own.includes(one)));
  if (!isThere) return outside;
  const addresses = await readFact(() => machine.lookup(hostname));
  return { ...(await readAperture(runtime, url)), addresses };
}

async function readAperture(runtime: Runtime, url: string): Promise<Inside & { kind: "inside" }> {
  const answer = await readLists(runtime, url);
  if (answer.kind !== "served") {
    const nothing = { unread: "Aperture serves nothing to this machine" };
    return { kind: "inside", url, answer, configuration: nothing, log: nothing };
  }
  const [configuration, log] = await Promise.all([
    readFact(async () => (await readOwnConfiguration(runtime, url)) ?? ("no admin" as const)),
    readFact(async () => (await readLog(runtime, url)) ?? ("a page" as const)),
  ]);
  return { kind: "inside", url, answer, configuration, log };
}
