/** What can go wrong between a client and a loopback service: chosen by a test, request by request. */
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

export type Fault =
  /** The connection breaks before the service has acted. */
  | { kind: "drop before" }
  /** The service acts, and the connection breaks before its answer. */
  | { kind: "drop after" }
  /** The service does not act, and its answer never comes: the client has to end the connection. */
  | { kind: "hang" }
  /** The service does not act and answers this. */
  | { kind: "answer"; status: number; body: object; headers?: Record<string, string> }
  /** The service does not act, and something else answers with a text, such as a page of HTML. */
  | { kind: "text"; status: number; text: string; type: string }
  /** The service does not act, and its error repeats the credential and the body that it was sent, as careless proxies do. */
  | { kind: "echo"; status: number };

/** One request, as a fault is chosen for it. */
export interface FaultyRequest {
  method: string;
  /** The path as sent, without the query. */
  path: string;
  /** The body as sent; empty when there is none. */
  body: string;
  /** What a GraphQL request asks for at the top, one entry for each alias; empty for any other request. */
  operations: readonly string[];
}

/** Chooses what goes wrong with a request, before the service has seen it; mostly nothing. */
export type Faults = (request: FaultyRequest) => Fault | undefined;

/** The answer to send in place of the service's; undefined: the service's own. `act` has the service act. */
export async function applyFault(c: Context, fault: Fault, act: () => Promise<void>): Promise<Response | undefined> {
  if (fault.kind === "answer") return Response.json(fault.body, fault);
  if (fault.kind === "text") {
    return new Response(fault.text, { status: fault.status, headers: { "content-type": fault.type } });
  }
  if (fault.kind === "echo") return echo(c, fault.status);
  if (fault.kind === "drop after") await act();
  const { socket } = (c.env as HttpBindings).incoming;
  if (fault.kind === "hang") await new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  // Nobody gets this: the socket is gone.
  return new Response(null, { status: 503 });
}

/** Says it as REST and GraphQL services do. */
async function echo(c: Context, status: number): Promise<Response> {
  const authorization = c.req.header("authorization") ?? "";
  const basic = /^Basic (.+)$/i.exec(authorization)?.[1] ?? "";
  const decoded = Buffer.from(basic, "base64").toString();
  const message = `cannot serve "Authorization: ${authorization}" (${decoded}) with the body ${await c.req.text()}`;
  return Response.json({ message, errors: [{ message }] }, { status });
}

/** The same fault for the first `times` requests that match, then none. */
export function faultFor(matches: (request: FaultyRequest) => boolean, fault: Fault, times = 1): Faults {
  let left = times;
  return (request) => {
    if (left === 0 || !matches(request)) return undefined;
    left -= 1;
    return fault;
  };
}

/** Whether a request is a GraphQL request with this mutation or query in it. */
export const asksFor =
  (operation: string) =>
  ({ operations }: FaultyRequest): boolean =>
    operations.includes(operation);
