/**
 * The way out of a job: an HTTP proxy. It leads to GitHub and to Tailscale, through the job's `tailscaled` into the tailnet, and
 * nowhere else, since no process of the sandbox may dial another machine. What does not go to GitHub, Tailscale or Aperture is
 * told of.
 *
 * A job on a real runner has no proxy but routes and names. What a proxy hides from curl, `network/curl.ts` asks here first.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isOfTailnet, lookUp } from "./members.ts";
import type { Bypass, Network } from "./network.ts";
import { forwardPath, reachPath } from "./paths.ts";

export interface Egress {
  /** `http://127.0.0.1:<port>` */
  url: string;
  close(): Promise<void>;
}

export interface EgressOptions {
  network: Network;
  membershipFile: string;
  onBypass: (bypass: Bypass) => void;
}

/** How a connection goes on; `verdict` is what a client without a proxy would see. */
type Route = { kind: "direct" } | { kind: "tailnet"; proxy: string } | { kind: "none"; verdict: "no name" | "timeout" };

export type Verdict = "reached" | "refused" | "no name" | "timeout";

/** How long a node may take to answer; a packet that the filter drops gets no answer at all. */
const patienceMs = 1500;

export async function startEgress(options: EgressOptions): Promise<Egress> {
  const { network, membershipFile, onBypass } = options;
  const own = new Set(
    [network.github, network.tailscale, network.tailnet?.controlUrl].flatMap((url) => (url ? [new URL(url).host] : [])),
  );

  async function findRoute(host: string, port: number): Promise<Route> {
    if (own.has(`${host}:${port}`)) return { kind: "direct" };
    if (!isOfTailnet(host)) {
      // The job's own services, and whatever else is on this machine alone.
      if (/^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host)) return { kind: "direct" };
      onBypass({ host, port });
      return { kind: "none", verdict: "no name" };
    }
    const found = await lookUp(host, membershipFile);
    const isAperture =
      typeof found === "string" ? host.split(".")[0] === network.aperture : found.peer.label === network.aperture;
    if (!isAperture) onBypass({ host, port });
    if (found === "no route") return { kind: "none", verdict: "timeout" };
    if (found === "no name") return { kind: "none", verdict: "no name" };
    return { kind: "tailnet", proxy: found.membership.proxy };
  }

  async function answerReach(url: URL, response: ServerResponse): Promise<void> {
    const [host, port] = [url.searchParams.get("host") ?? "", Number(url.searchParams.get("port"))];
    const route = await findRoute(host, port);
    const tunnel = route.kind === "tailnet" ? await openTunnel(route.proxy, host, port) : undefined;
    const verdict = route.kind === "none" ? route.verdict : route.kind === "direct" ? "reached" : tunnel;
    if (typeof tunnel === "object") tunnel.destroy();
    response.end(typeof verdict === "string" ? verdict : "reached");
  }

  async function handOn(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(incoming.url ?? "", "http://egress");
    if (asked.host === "egress" && asked.pathname === reachPath) return answerReach(asked, response);
    const url = asked.host === "egress" ? targetOf(asked) : asked;
    if (!url) {
      response.writeHead(404).end();
      return;
    }
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    const route = await findRoute(url.hostname, port);
    // Without a proxy a client gets no answer at all.
    const fail = (verdict: Verdict) =>
      asked === url ? refuse(response, verdict, url.host) : void incoming.socket.destroy();
    if (route.kind === "none") return fail(route.verdict);
    const headers = { ...incoming.headers };
    delete headers["proxy-connection"];
    headers.host = url.host;
    const [proxyHost = "", proxyPort = ""] = route.kind === "tailnet" ? route.proxy.split(":") : [];
    const target =
      route.kind === "tailnet"
        ? { host: proxyHost, port: Number(proxyPort), path: url.href }
        : { host: url.hostname, port, path: `${url.pathname}${url.search}` };
    const outgoing = request({ ...target, method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => (response.headersSent ? response.destroy() : fail("timeout")));
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  const server = createServer((incoming, response) => {
    handOn(incoming, response).catch(() => response.destroy());
  });
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("connect", async (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    client.on("error", () => client.destroy());
    const { hostname, port: text } = new URL(`http://${incoming.url}`);
    const port = Number(text || 80);
    const route = await findRoute(hostname, port);
    const opened = route.kind === "none" ? route.verdict : await open(route, hostname, port);
    if (typeof opened === "string") {
      client.end(`HTTP/1.1 ${opened === "timeout" ? "504 Gateway Timeout" : "502 Bad Gateway"}\r\n\r\n`);
      return;
    }
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) opened.write(head);
    opened.on("error", () => client.destroy()).pipe(client);
    client.on("close", () => opened.destroy()).pipe(opened);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function targetOf({ pathname, searchParams }: URL): URL | undefined {
  const target = searchParams.get("url") ?? "";
  return pathname === forwardPath && URL.canParse(target) ? new URL(target) : undefined;
}

const open = (route: Exclude<Route, { kind: "none" }>, host: string, port: number): Promise<Socket | Verdict> =>
  route.kind === "tailnet" ? openTunnel(route.proxy, host, port) : openDirectly(host, port);

function openDirectly(host: string, port: number): Promise<Socket | Verdict> {
  return new Promise((resolve) => {
    const socket = connect(port, host.replace(/^\[|\]$/g, ""), () => resolve(socket));
    socket.once("error", () => resolve("refused"));
  });
}

/** A connection through the job's `tailscaled`, or why there is none. */
function openTunnel(proxy: string, host: string, port: number): Promise<Socket | Verdict> {
  const [proxyHost = "", proxyPort = ""] = proxy.split(":");
  return new Promise((resolve) => {
    const asking = request({ host: proxyHost, port: Number(proxyPort), method: "CONNECT", path: `${host}:${port}` });
    const timer = setTimeout(() => {
      asking.destroy();
      resolve("timeout");
    }, patienceMs);
    asking.once("connect", ({ statusCode }, socket) => {
      clearTimeout(timer);
      if (statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      resolve("refused");
    });
    asking.once("error", () => {
      clearTimeout(timer);
      resolve("refused");
    });
    asking.end();
  });
}

function refuse(response: ServerResponse, verdict: Verdict, host: string): void {
  response.writeHead(verdict === "timeout" ? 504 : 502, { "Content-Type": "text/plain" });
  response.end(`The sandbox does not reach ${host}: ${verdict}.\n`);
}
