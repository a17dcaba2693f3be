/** Ports in the form of a grant's `ip`: tailscale.com/docs/reference/syntax/grants. */

export interface PortRange {
  first: number;
  last: number;
}

/** `tcp:80`, `tcp:80-443` or `icmp:*`; undefined for anything else. `tcp` is absent where the entry opens no TCP port. */
export function parsePort(port: string): { tcp?: PortRange } | undefined {
  if (port === "icmp:*") return {};
  const match = /^tcp:([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/.exec(port);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= 65535 ? { tcp: { first, last } } : undefined;
}
