/** `fetch` for the clients of this folder: through the proxy that the environment names. Nothing global is changed. */
import { findProxy, namesProxy } from "./proxy.ts";

type Fetch = typeof globalThis.fetch;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The global `fetch` where no proxy is named, and otherwise one that follows services/proxy.ts. A private CA is Node's own
 * matter: `NODE_EXTRA_CA_CERTS` holds for both.
 *
 * Not `NODE_USE_ENV_PROXY`: Node reads it when it starts, before a Pulumi program could set it, and since 22.21 only.
 */
export function fetchThroughProxy(environment: Environment): Fetch {
  if (!namesProxy(environment)) return (input, init) => globalThis.fetch(input, init);
  let fetching: Promise<Fetch> | undefined;
  return async (input, init) => {
    // Loaded when it is needed: most programs run without a proxy.
    fetching ??= import("undici").then((undici) => proxied(undici, environment));
    return (await fetching)(input, init);
  };
}

function proxied(undici: typeof import("undici"), environment: Environment): Fetch {
  const dispatcher = new undici.Agent({
    // Called once for each origin, those of redirects included.
    factory(origin, options) {
      const proxy = findProxy(new URL(origin), environment);
      if (!proxy) return new undici.Pool(origin, options);
      return new undici.ProxyAgent({
        uri: proxy.origin,
        // A plain HTTP request is forwarded, as Go does it: many proxies tunnel to port 443 only.
        proxyTunnel: false,
        ...(proxy.username ? { token: basic(proxy) } : {}),
      });
    },
  });
  // Types of undici and of Node describe one implementation in two versions.
  const send = undici.fetch as unknown as (input: unknown, init: object) => Promise<Response>;
  return (input, init) =>
    send(input, { ...init, dispatcher }).catch((error: unknown) => {
      const url = new URL(input instanceof Request ? input.url : input);
      throw withReason(error, findProxy(url, environment)?.host);
    });
}

/** The error with its last cause as its first: who shows a failed `fetch` looks one level deep. */
function withReason(error: unknown, proxy: string | undefined): unknown {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return error;
  let { cause } = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const status = /^Proxy response \((\d+)\)/.exec((cause as Error).message)?.[1];
  return new TypeError(error.message, {
    cause: status ? new Error(`the proxy ${proxy} answered ${status} when asked for a connection`) : cause,
  });
}

function basic({ username, password }: URL): string {
  const credential = [username, password].map(decodeURIComponent).join(":");
  return `Basic ${Buffer.from(credential).toString("base64")}`;
}
