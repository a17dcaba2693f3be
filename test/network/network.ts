/** A company's network on the loopback interface: host names that only its proxy resolves, and servers behind its own CA. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

interface Listening {
  port: number;
  close(): Promise<void>;
}

export interface ForwardProxy extends Listening {
  /** `http://127.0.0.1:PORT`, with the credential if it wants one. */
  url: string;
  /** `CONNECT api.example:443`, `GET http://api.example/path`: what it was asked for. */
  asked: string[];
}

export interface ProxyOptions {
  /** `host:port` to a port of this machine; anything else is answered with 502. */
  routes: Record<string, number>;
  /** `user:password`; a request without it is answered with 407. */
  credential?: string;
}

/** A forward proxy, which tunnels and forwards. */
export async function startProxy({ routes, credential }: ProxyOptions): Promise<ForwardProxy> {
  const asked: string[] = [];
  const wanted = credential && `Basic ${Buffer.from(credential).toString("base64")}`;
  const isAllowed = ({ headers }: IncomingMessage) => !wanted || headers["proxy-authorization"] === wanted;
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const url = URL.parse(incoming.url ?? "");
    const port = url && routes[`${url.hostname}:${url.port || 80}`];
    if (!isAllowed(incoming)) outgoing.writeHead(407).end();
    else if (!port) outgoing.writeHead(502, { "content-type": "text/html" }).end("<html>no such host</html>");
    else forward(incoming, outgoing, url, port);
  });
  server.on("connect", (incoming: IncomingMessage, client: Socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    const port = routes[incoming.url ?? ""];
    client.on("error", () => {});
    if (!isAllowed(incoming)) client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    else if (!port) client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    else {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      join(client, port);
    }
  });
  const { port, close } = await listen(server);
  return { port, close, asked, url: `http://${credential ? `${credential}@` : ""}127.0.0.1:${port}` };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, url: URL, port: number): void {
  const { method = "GET", headers } = incoming;
  const { "proxy-authorization": _, ...passed } = headers;
  const path = `${url.pathname}${url.search}`;
  const onward = request({ host: "127.0.0.1", port, path, method, headers: passed }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}

/** TLS in front of a plain server on `port` of this machine. */
export async function startTls(certificate: { key: string; cert: string }, port: number): Promise<Listening> {
  return listen(createTlsServer(certificate, (client) => join(client, port)));
}

/** Answers every request with the same bytes, whatever was asked. */
export async function startCannedServer(answer: string): Promise<Listening> {
  return listen(createTcpServer((client) => client.on("error", () => {}).once("data", () => client.end(answer))));
}

function join(client: Socket, port: number): void {
  const server = connect(port, "127.0.0.1");
  client.pipe(server).pipe(client);
  for (const socket of [client, server]) {
    socket.on("error", () => {
      client.destroy();
      server.destroy();
    });
  }
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
