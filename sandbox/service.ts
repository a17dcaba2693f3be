/** What every loopback service shares: a journal of its requests, latency, two control routes, and a 501 for the rest. */
import { type ServerType, serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { applyFault, type Fault, type Faults } from "./faults.ts";
import type { KnownSecret } from "./secrecy/known-secrets.ts";

/** One request that a service answered; control requests are left out. Holds no header and no body, so no secret. */
export interface JournalEntry {
  method: string;
  /** The path as sent, without the query. */
  path: string;
  /** The query as sent, without `?`; absent when empty. */
  query?: string;
  /** What a GraphQL request asked for at the top, one entry for each alias: `["createCommitOnBranch"]`, `["nodes"]`. */
  operations?: string[];
  status: number;
  /** What went wrong on purpose, in place of or after the service's own answer, whose status this is when it acted. */
  fault?: Fault["kind"];
  /** No route serves this: the stand-in lacks something that a client needs. Answered with 501; tests fail on it. */
  unknown?: true;
}

export interface ServiceOptions {
  /** Port on 127.0.0.1; 0 (default) lets the system choose. */
  port?: number;
  /** Delay before each answer, in milliseconds. Default 0. */
  latencyMs?: number;
}

export interface Service {
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  url: string;
  journal: JournalEntry[];
  /** Set by a test to let requests fail. */
  faults: { choose?: Faults };
  /** Set by a test to look at the world after each request, before its answer is sent. */
  observer: { afterRequest?: (entry: JournalEntry) => void };
  /** What the control routes answer, by path; also after `close`. */
  controlAnswers(): Promise<Record<string, string>>;
  /** Every secret that it issued or accepted so far. */
  secrets(): KnownSecret[];
  close(): Promise<void>;
}

/** Where a service has GraphQL, and how its requests are told apart. */
export interface GraphqlRoute {
  path: string;
  operationsIn(body: string): string[];
}

/** An empty service: add routes to `app`, then `listen`. */
export function createService(
  options: ServiceOptions,
  state: () => unknown,
  graphql?: GraphqlRoute,
): { app: Hono } & Pick<Service, "journal" | "faults" | "observer" | "controlAnswers"> {
  const app = new Hono();
  const journal: JournalEntry[] = [];
  const faults: Service["faults"] = {};
  const observer: Service["observer"] = {};
  const control = { "/_sandbox/journal": () => journal, "/_sandbox/state": () => state() as object };
  for (const [path, answer] of Object.entries(control)) app.get(path, (c) => c.json(answer()));
  app.use(async (c, next) => {
    if (options.latencyMs) await new Promise((resolve) => setTimeout(resolve, options.latencyMs));
    const url = new URL(c.req.url);
    const request = { method: c.req.method, path: url.pathname };
    const isGraphql = request.method === "POST" && request.path === graphql?.path;
    // A copy, since routes read the body in forms of their own.
    const body = isGraphql || faults.choose ? await c.req.raw.clone().text() : "";
    const operations = isGraphql ? graphql.operationsIn(body) : [];
    const fault = faults.choose?.({ ...request, body, operations });
    const answer = fault && (await applyFault(c, fault, next));
    if (!fault) await next();
    const entry: JournalEntry = {
      ...request,
      ...(url.search ? { query: url.search.slice(1) } : {}),
      ...(operations.length > 0 ? { operations } : {}),
      ...(fault ? { fault: fault.kind } : {}),
      status: (fault?.kind === "drop after" ? c.res : (answer ?? c.res)).status,
      ...(c.res.headers.get(unknownRouteHeader) ? { unknown: true as const } : {}),
    };
    journal.push(entry);
    observer.afterRequest?.(entry);
    return answer;
  });
  app.notFound((c) => unknownRoute(c));
  const controlAnswers = async () =>
    Object.fromEntries(
      await Promise.all(Object.keys(control).map(async (path) => [path, await (await app.request(path)).text()])),
    );
  return { app, journal, faults, observer, controlAnswers };
}

const unknownRouteHeader = "x-sandbox-unknown-route";

/** The answer to what the stand-in does not model; `detail` says more than the path does. */
export function unknownRoute(c: Context, detail = ""): Response {
  const message = `The sandbox does not serve ${c.req.method} ${new URL(c.req.url).pathname}. ${detail}`.trimEnd();
  return c.json({ message }, 501, { [unknownRouteHeader]: "1" });
}

/** Serves `app` on the loopback interface until `close`. */
export async function listen(app: Hono, port = 0): Promise<{ url: string; close(): Promise<void> }> {
  const server = await new Promise<ServerType>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, () => resolve(starting));
    starting.once("error", reject);
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no TCP address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
