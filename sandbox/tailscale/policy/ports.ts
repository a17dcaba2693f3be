/** Protocols and ports of rules. Messages are those that the service gives unless marked. */
import { InvalidPolicy } from "./document.ts";

export interface PortRange {
  first: number;
  last: number;
}

export const allPorts: PortRange = { first: 0, last: 65535 };

/** What of a destination a rule opens. */
export interface Opening {
  /** IP protocol numbers. */
  protocols: readonly number[];
  ports: PortRange[];
}

export const tcp = 6;
export const udp = 17;
const icmp = [1, 58];

const protocolNumbers: Record<string, readonly number[]> = {
  icmp,
  igmp: [2],
  ipv4: [4],
  "ip-in-ip": [4],
  tcp: [tcp],
  egp: [8],
  igp: [9],
  udp: [udp],
  gre: [47],
  esp: [50],
  ah: [51],
  sctp: [132],
};

/**
 * Those of a rule that names no protocol, `*` as well: packet filters of both are recorded without protocols, which nodes take
 * for these (tailcfg.FilterRule).
 */
const usualProtocols = [tcp, udp, ...icmp];

export const isUsual = (protocols: readonly number[]): boolean => protocols === usualProtocols;

/** Protocols with ports; for the others a rule opens the protocol as a whole. */
export const hasPorts = (protocol: number): boolean => [tcp, udp, 132].includes(protocol);

/** `tcp`, `17`; empty for none named. */
export function parseProtocol(text: string): readonly number[] | undefined {
  if (text === "") return undefined;
  const known = protocolNumbers[text];
  if (known) return known;
  if (/^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= 255) return [Number(text)];
  throw new InvalidPolicy(
    `proto name ${JSON.stringify(text)} not known; use protocol number 0-255 or protocol name (icmp, tcp, udp, etc.)`,
  );
}

/** `*`, `443`, `80-443`. */
function parsePortRange(text: string): PortRange {
  if (text === "*") return allPorts;
  const [first = "", last = first] = text.split("-", 2);
  const refuse = (reason: string) => new InvalidPolicy(`port range ${JSON.stringify(text)}: ${reason}`);
  if (!isPort(first)) throw refuse("invalid first integer");
  if (Number(first) === 0) throw refuse("first port must be >0, or use '*' for wildcard");
  // Our wording from here.
  if (!isPort(last)) throw refuse("invalid last integer");
  if (Number(last) < Number(first)) throw refuse("first port must be <= last port");
  return { first: Number(first), last: Number(last) };
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65535;

/** One word of a grant's `ip`: `*`, `443`, `80-443`, `tcp:443`, `icmp:*`, `*:443`. */
export function parseIp(text: string): Opening {
  const [protocol, ports, ...rest] = text.split(":");
  if (rest.length > 0) throw new InvalidPolicy("expected only one colon in Internet protocol and port type");
  if (ports === undefined) return { protocols: usualProtocols, ports: [parsePortRange(text)] };
  // Common in policy files; that it means the same as the port alone is our reading.
  if (protocol === "*") return { protocols: usualProtocols, ports: [parsePortRange(ports)] };
  const protocols = parseProtocol(protocol ?? "") ?? usualProtocols;
  // Our wording.
  if (ports !== "*" && !protocols.some(hasPorts))
    throw new InvalidPolicy(`${JSON.stringify(text)}: ${protocol} has no ports, use "*"`);
  return { protocols, ports: [parsePortRange(ports)] };
}

/** `host:22,80-90` of an access rule. The host may contain colons. */
export function parseHostPorts(text: string, proto: string): { host: string; opening: Opening } {
  const colon = text.lastIndexOf(":");
  try {
    const ports = text.slice(colon + 1).split(",");
    const opening = { protocols: parseProtocol(proto) ?? usualProtocols, ports: ports.map(parsePortRange) };
    return { host: withoutBrackets(text.slice(0, Math.max(colon, 0))), opening };
  } catch (error) {
    throw error instanceof InvalidPolicy ? new InvalidPolicy(`dst=${JSON.stringify(text)}: ${error.message}`) : error;
  }
}

export const withoutBrackets = (host: string): string => /^\[(.*)\]$/.exec(host)?.[1] ?? host;

export function opens({ protocols, ports }: Opening, protocol: number, port: number): boolean {
  if (!protocols.includes(protocol)) return false;
  return !hasPorts(protocol) || ports.some(({ first, last }) => first <= port && port <= last);
}
