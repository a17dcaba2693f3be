/**
 * Which proxy a request goes through. The rules are those of Go (golang.org/x/net/http/httpproxy), which Pulumi's engine and the
 * GitHub and Tailscale providers follow: one environment leads every part of a run the same way.
 */
import { BlockList, isIP, isIPv6 } from "node:net";

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable names a proxy that cannot be used. Names the variable, never its value, which can hold a password. */
export class ProxyError extends Error {}

/** Whether any request of a program in this environment may go through a proxy. */
export function namesProxy(environment: Environment): boolean {
  return ["HTTPS_PROXY", "HTTP_PROXY"].some((name) => variable(name, environment) !== undefined);
}

/**
 * The proxy for a request to `url`: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, each also in lower case. Undefined: none, as
 * for hosts that `NO_PROXY` names, and always for this machine.
 * @throws {ProxyError}
 */
export function findProxy(url: URL, environment: Environment): URL | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = variable(name, environment);
  if (value === undefined || isThisMachine(hostOf(url)) || isExempt(url, variable("NO_PROXY", environment))) {
    return undefined;
  }
  const proxy = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (proxy && ["http:", "https:"].includes(proxy.protocol)) return proxy;
  throw new ProxyError(
    `${name} is not the address of an HTTP proxy. Expected something like http://proxy.example:3128`,
  );
}

function variable(name: string, environment: Environment): string | undefined {
  return environment[name] || environment[name.toLowerCase()] || undefined;
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

function isThisMachine(host: string): boolean {
  return host === "localhost" || contains(loopback, host);
}

function contains(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** `noProxy` is a list of hosts, addresses and CIDR ranges, each with or without a port; `*` is everything. */
function isExempt(url: URL, noProxy = ""): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && (entry === "*" || isNamed(host, port, entry)));
}

function isNamed(host: string, port: string, entry: string): boolean {
  if (entry.includes("/")) return isInRange(host, entry);
  const [, bracketed, plain, wantedPort] = /^(?:\[(.+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const name = bracketed ?? plain ?? "";
  if (isIP(name)) return host === hostOf(new URL(isIPv6(name) ? `http://[${name}]` : `http://${name}`));
  // `example.com` is the host and its subdomains; `.example.com` and `*.example.com` are the subdomains alone.
  const domain = name.replace(/^\*\./, ".");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function isInRange(host: string, range: string): boolean {
  const [address = "", prefix] = range.split("/");
  const list = new BlockList();
  try {
    list.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
  } catch {
    return false;
  }
  return contains(list, host);
}
