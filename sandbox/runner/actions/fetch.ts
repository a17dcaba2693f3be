/** `fetch` of what runs in a job: GitHub directly, Tailscale's API where it is here, and all else by the job's way out. */

import type { ActionSettings } from "../network/network.ts";
import { forwardPath } from "../network/paths.ts";

export function createFetch({ egress, tailscale }: Pick<ActionSettings, "egress" | "tailscale">): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.hostname === "127.0.0.1") return fetchDirectly(input, init);
    if (url.hostname === "api.tailscale.com" && tailscale) {
      return fetchDirectly(`${tailscale}${url.pathname}${url.search}`, init);
    }
    return fetchDirectly(`${egress}${forwardPath}?${new URLSearchParams({ url: url.href })}`, init);
  };
}

/** For code that calls the global one. */
export function replaceFetch(settings: ActionSettings): void {
  globalThis.fetch = createFetch(settings);
}

const fetchDirectly = globalThis.fetch;
