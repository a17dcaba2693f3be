/** `fetch` of what runs in a job: GitHub directly, Tailscale's API where it is here, and all else by the job's way out. */
import { ProxyAgent, fetch as undiciFetch } from "undici";
import type { ActionSettings } from "../network/network.ts";

export function createFetch({ egress, tailscale }: Pick<ActionSettings, "egress" | "tailscale">): typeof fetch {
  const dispatcher = new ProxyAgent(egress);
  return (async (input: string | URL, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.hostname === "api.tailscale.com" && tailscale) {
      return fetchDirectly(`${tailscale}${url.pathname}${url.search}`, init);
    }
    if (url.hostname === "127.0.0.1") return fetchDirectly(input, init);
    return undiciFetch(url.href, { ...(init as object), dispatcher });
  }) as typeof fetch;
}

/** For code that calls the global one. */
export function replaceFetch(settings: ActionSettings): void {
  globalThis.fetch = createFetch(settings);
}

const fetchDirectly = globalThis.fetch;
