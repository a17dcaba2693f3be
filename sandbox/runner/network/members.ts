/** Whom the job's `tailscaled` sees: what its names stand for, and nothing where the job has not joined. */
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import type { Membership } from "./network.ts";

export interface Peer {
  /** First label of its name. */
  label: string;
  /** IPv4. */
  address: string;
}

export type Lookup = { membership: Membership; peer: Peer } | "no name" | "no route";

/** Addresses that Tailscale gives to nodes: https://tailscale.com/kb/1015/100.x-addresses */
const ofTailscale = /^(100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[?fd7a:115c:a1e0:)/i;

const ofThisMachine = /^(localhost|127\..*|\[?::1\]?)$/i;

/** Whether the host can only be one of a tailnet: a name without a dot, one below `ts.net`, an address of a node. */
export function isOfTailnet(host: string): boolean {
  if (ofThisMachine.test(host)) return false;
  return !/[.:]/.test(host) || /\.ts\.net\.?$/i.test(host) || ofTailscale.test(host);
}

export async function lookUp(host: string, membershipFile: string): Promise<Lookup> {
  const isAddress = ofTailscale.test(host);
  const absent = isAddress ? "no route" : "no name";
  const membership = await readFile(membershipFile, "utf8").then(
    (text) => JSON.parse(text) as Membership,
    () => undefined,
  );
  const status = membership && (await readStatus(membership.socket).catch(() => undefined));
  if (!membership || status?.BackendState !== "Running") return absent;
  if (!isAddress && !status.CurrentTailnet?.MagicDNSEnabled) return absent;
  const wanted = host.toLowerCase().replace(/^\[|\]$|\.$/g, "");
  for (const { DNSName = "", TailscaleIPs = [] } of Object.values(status.Peer ?? {})) {
    const name = DNSName.toLowerCase().replace(/\.$/, "");
    const [label = ""] = name.split(".");
    const [address = ""] = TailscaleIPs;
    if ([name, label, ...TailscaleIPs].includes(wanted)) return { membership, peer: { label, address } };
  }
  return absent;
}

interface Status {
  BackendState?: string;
  CurrentTailnet?: { MagicDNSEnabled?: boolean } | null;
  Peer?: Record<string, { DNSName?: string; TailscaleIPs?: string[] }> | null;
}

/** `tailscale status --json`, without starting a program. */
function readStatus(socketPath: string): Promise<Status> {
  return new Promise((resolve, reject) => {
    const headers = { Host: "local-tailscaled.sock" };
    const asking = request({ socketPath, path: "/localapi/v0/status", headers, timeout: 5000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => {
        try {
          resolve(JSON.parse(text) as Status);
        } catch (error) {
          reject(error);
        }
      });
    });
    asking.once("error", reject).end();
  });
}
