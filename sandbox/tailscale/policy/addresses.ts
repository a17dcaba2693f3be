/** IP addresses and prefixes. */
import { BlockList, isIP } from "node:net";

export interface Prefix {
  address: string;
  bits: number;
}

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** `100.64.0.1`, `10.0.0.0/8`, `fd7a::/48`; undefined for anything else. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return undefined;
  const width = version === 6 ? 128 : 32;
  if (bits === undefined) return { address, bits: width };
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? { address, bits: Number(bits) } : undefined;
}

export const isSingleAddress = ({ address, bits }: Prefix): boolean => bits === (isIP(address) === 6 ? 128 : 32);

export function contains({ address, bits }: Prefix, candidate: string): boolean {
  if (family(address) !== family(candidate)) return false;
  const block = new BlockList();
  block.addSubnet(address, bits, family(address));
  return block.check(candidate, family(candidate));
}

const ranges = (...texts: string[]): Prefix[] => texts.flatMap((text) => parsePrefix(text) ?? []);
const tailscale = ranges("100.64.0.0/10", "fd7a:115c:a1e0::/48");
const notOnTheInternet = [
  ...tailscale,
  ...ranges(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
  ),
];

/** An address that Tailscale gives to a device. */
export const isTailscaleAddress = (address: string): boolean => tailscale.some((range) => contains(range, address));

/** Out of which devices get their IPv4 address, and the parts that none gets (https://tailscale.com/kb/1610). */
const [pool] = tailscale;
const reserved = ranges("100.100.0.0/24", "100.100.100.0/24", "100.115.92.0/23");

/** Whether devices may get their addresses from `prefix`. */
export function poolStatus(prefix: Prefix): "usable" | "reserved" | "elsewhere" {
  if (!pool || prefix.bits < pool.bits || !contains(pool, prefix.address)) return "elsewhere";
  return reserved.some((range) => overlap(range, prefix)) ? "reserved" : "usable";
}

const overlap = (a: Prefix, b: Prefix): boolean => contains(a, b.address) || contains(b, a.address);

export const isInternetAddress = (address: string): boolean =>
  !notOnTheInternet.some((range) => contains(range, address));
