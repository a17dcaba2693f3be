/** A tailnet with a small echo in place of Aperture, and nodes that join it as runners do. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { startTailnet, type TailnetCaller } from "../../sandbox/tailnet/index.ts";
import { joinArguments, joinTailnet, type NodeOptions, type TailnetNode } from "../../sandbox/tailnet/node.ts";
import { addIdentity, createKey, owner } from "../../sandbox/tailscale/index.ts";
import { startWorld } from "../../sandbox/world.ts";

export const frontSecret = "front-secret-example";

/** What the how-to's grant gives. */
export const howTo = [{ role: "user" }, { models: "anthropic/**" }];

/** The rule of `tag:ci`, as the how-to has it, and one of `tag:monitoring` that nothing here changes. */
export function policyWith(rule: object | undefined): string {
  return JSON.stringify({
    tagOwners: { "tag:aperture": [], "tag:ci": [], "tag:monitoring": [], "tag:other": [] },
    grants: [
      ...(rule ? [{ src: ["tag:ci"], dst: ["tag:aperture"], ...rule }] : []),
      { src: ["tag:monitoring"], dst: ["tag:aperture"], ip: ["tcp:80"] },
    ],
  });
}

export const grant = { ip: ["tcp:80"], app: { "tailscale.com/cap/aperture": howTo } };

export interface Arrival {
  url: string;
  front: string | undefined;
  caller: TailnetCaller;
  body: string;
}

export type Stage = Awaited<ReturnType<typeof startStage>>;

export async function startStage() {
  const world = await startWorld({ policy: policyWith(grant) });
  const { state } = world.tailscale;
  const arrivals: Arrival[] = [];
  const echo = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
    const { "x-tailnet-front": front, "x-tailnet-caller": caller } = incoming.headers;
    arrivals.push({ url: incoming.url ?? "", front: front?.toString(), caller: JSON.parse(`${caller}`), body });
    outgoing.end("echo");
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const tailnet = await startTailnet({ tailscale: world.tailscale, aperture: { url, frontSecret } });
  const nodes: TailnetNode[] = [];
  const administrator = { kind: "user", userId: owner.userId } as const;
  let joined = 0;

  return {
    world,
    state,
    tailnet,
    arrivals,
    /** Joins as a runner; closed with the stage. */
    async join(as: string[], options: Partial<NodeOptions> = {}): Promise<TailnetNode> {
      const node = await joinTailnet(tailnet, { hostname: `runner-${++joined}`, as, ...options });
      nodes.push(node);
      return node;
    },
    /** By the secret of a new OAuth client that holds the tags. */
    byClient(holds: string[], ...tags: string[]): string[] {
      const credential = { description: "", scopes: ["auth_keys"], tags: holds };
      const { secret = "" } = createKey(state, administrator, { keyType: "client", ...credential });
      return joinArguments.client(tailnet, secret, ...tags);
    },
    /** By a token of a job, as a new federated identity for pull requests of acme/app. */
    async byIdentity({ tags = ["tag:ci"], repository = "acme/app", issuedAt = new Date() } = {}): Promise<string[]> {
      const subject = await subjectOf("acme/app");
      const { id } = addIdentity(state, { subject, tags: ["tag:ci"], issuer: world.github.oidc.issuer });
      return joinArguments.identity(id, await tokenOf(repository, `api.tailscale.com/${id}`, issuedAt), ...tags);
    },
    /** By a new auth key, made at the admin console. */
    byKey(options: { reusable?: boolean; ephemeral?: boolean; tags?: string[] } = {}, ...asked: string[]): string[] {
      return joinArguments.key(this.createKey(options), ...asked);
    },
    createKey({ reusable = false, ephemeral = true, tags = ["tag:ci"] } = {}): string {
      const create = { reusable, ephemeral, preauthorized: true, tags };
      const key = {
        keyType: "auth",
        description: "",
        expirySeconds: 0,
        capabilities: { devices: { create } },
      } as const;
      return createKey(state, administrator, key).secret ?? "";
    },
    async close() {
      await Promise.all(nodes.map((node) => node.kill()));
      await tailnet.close();
      await world.close();
      echo.close();
    },
  };

  function tokenOf(repository: string, audience: string, issuedAt: Date): Promise<string> {
    const job = { repository, event: "pull_request", workflowPath: ".github/workflows/claude.yml" };
    return world.github.issueToken({ ...job, audience, issuedAt });
  }

  async function subjectOf(repository: string): Promise<string> {
    const [, claims = ""] = (await tokenOf(repository, "example", new Date())).split(".");
    return JSON.parse(Buffer.from(claims, "base64url").toString()).sub;
  }
}

/** What a program behind the node's proxy gets from `http://ai`, by a request of the form that clients use. */
export function ask(node: TailnetNode, path: string, headers: Record<string, string> = {}, body = ""): Promise<string> {
  const { hostname, port } = new URL(node.proxy);
  const options = { hostname, port, path: `http://ai${path}`, headers: { host: "ai", ...headers } };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, method: body ? "POST" : "GET" }, async (incoming) => {
      let text = "";
      for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
      resolve(`${incoming.statusCode} ${text}`);
    });
    outgoing.once("error", reject).end(body);
  });
}

/**
 * Whether a new connection to a port of Aperture is opened; it is closed at once. Undefined when the signal comes first: what a
 * packet filter drops is never answered. By CONNECT, since the proxy keeps connections of `ask` open, and a packet filter lets
 * those pass that it has seen begin.
 */
export function connect(node: TailnetNode, port: number, signal?: AbortSignal): Promise<boolean | undefined> {
  const proxy = new URL(node.proxy);
  const target = `ai:${port}`;
  const options = {
    hostname: proxy.hostname,
    port: proxy.port,
    method: "CONNECT",
    path: target,
    headers: { host: target },
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, ...(signal ? { signal } : {}) });
    outgoing.once("connect", ({ statusCode }, socket) => {
      socket.destroy();
      resolve(statusCode === 200);
    });
    outgoing.once("error", (error) => (signal?.aborted ? resolve(undefined) : reject(error)));
    outgoing.end();
  });
}

/** Whether a node reaches a port of Aperture, as soon as another one has reached it several times since it began to try. */
export async function reaches(node: TailnetNode, port: number, other: TailnetNode): Promise<boolean> {
  const giveUp = new AbortController();
  const connection = connect(node, port, giveUp.signal);
  for (let count = 0; count < 5; count++) await connect(other, 80);
  giveUp.abort();
  return (await connection) === true;
}
