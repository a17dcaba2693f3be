/** Ranges of IP addresses, as policy files write them. */

/** All addresses from `first` to `last`, both included. */
export interface AddressRange {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/** What Tailscale gives to devices (tailscale.com/docs, "IP address types"). */
export const tailscaleRanges = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"].flatMap((text) => parseRange(text) ?? []);

/** `100.64.0.1`, `10.0.0.0/8`, `fd7a::/48`, `10.0.0.1-10.0.0.9`; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [from = "", to, ...others] = text.split("-");
  if (others.length > 0) return undefined;
  if (to !== undefined) {
    const [first, last] = [parseAddress(from), parseAddress(to)];
    if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
    return { family: first.family, first: first.value, last: last.value };
  }
  const [address = "", bits, ...rest] = text.split("/");
  const start = parseAddress(address);
  if (!start || rest.length > 0) return undefined;
  const width = start.family === 4 ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > width)) return undefined;
  const free = BigInt(width - Number(bits ?? width));
  const first = (start.value >> free) << free;
  return { family: start.family, first, last: first + (1n << free) - 1n };
}

export function containsRange(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function isSingleAddress({ first, last }: AddressRange): boolean {
  return first === last;
}

function parseAddress(text: string): { family: 4 | 6; value: bigint } | undefined {
  const octets = parseIPv4(text);
  if (octets !== undefined) return { family: 4, value: octets };
  // URL is the runtime's own IPv6 parser; it writes the address in its one canonical form.
  if (!/^[0-9a-f:]+$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined;
  const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return { family: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
}

function parseIPv4(text: string): bigint | undefined {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  if (!octets?.every((octet) => Number(octet) <= 255 && String(Number(octet)) === octet)) return undefined;
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}
