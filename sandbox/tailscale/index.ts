/**
 * Tailscale's API on the loopback interface: one tailnet's policy file, keys, access tokens, devices and settings, as far as
 * the set-up, the Tailscale provider and a runner need them.
 *
 * Not modelled: rule previews, API access tokens as keys, writing devices or settings, posture conditions in the policy
 * file. A request for what is not served is a 501, recorded as unknown.
 */
import { createRemoteJWKSet } from "jose";
import { createService, listen, type Service, type ServiceOptions } from "../service.ts";
import { renderApiError } from "./answers.ts";
import { addDeviceRoutes } from "./devices.ts";
import { addKeyRoutes } from "./keys.ts";
import { addOAuthRoutes } from "./oauth.ts";
import { addPolicyRoutes } from "./policy-file.ts";
import { createState, type DeviceOptions, publicState, type TailscaleState } from "./state.ts";

export { createKey } from "./credentials.ts";
export * from "./people.ts";
export { defaultPolicy } from "./policy-file.ts";
export * from "./state.ts";

export interface TailscaleOptions extends ServiceOptions {
  /** Text of the tailnet policy file. */
  policy: string;
  /** What the service keeps of a file that it is sent: the text, or its canonical form. Default `raw`. */
  store?: "raw" | "canonical";
  /** `hujson.Format`; needed for `canonical`, and for ETags like the service's. Without it, ETags are digests of the text. */
  format?: (text: string) => Promise<string>;
  /** API access tokens of the tailnet's owner. Default none. */
  apiKeys?: string[];
  /** Whose identity tokens can be verified. Default: nobody's. */
  githubIssuer?: { issuer: string; jwksUrl: string };
  /** Default none. */
  devices?: DeviceOptions[];
}

/** Starts the stand-in. */
export async function startTailscale(options: TailscaleOptions): Promise<Service & { state: TailscaleState }> {
  const { store = "raw", format, githubIssuer } = options;
  if (store === "canonical" && !format) throw new Error('store "canonical" needs `format`');
  const state = createState(options.policy, options.apiKeys ?? [], options.devices ?? []);
  const { app, journal, faults, observer, controlAnswers } = createService(options, () => publicState(state));
  app.onError(renderApiError);
  addPolicyRoutes(app, state, { store, ...(format ? { format } : {}) });
  addKeyRoutes(app, state);
  addDeviceRoutes(app, state);
  addOAuthRoutes(
    app,
    state,
    githubIssuer && {
      issuer: githubIssuer.issuer,
      keys: createRemoteJWKSet(new URL(githubIssuer.jwksUrl), {
        cooldownDuration: 0,
        // The default of 5 s is the patience of a network; here a busy machine is all that can be slow.
        timeoutDuration: 60_000,
      }),
    },
  );
  return {
    ...(await listen(app, options.port)),
    journal,
    faults,
    observer,
    controlAnswers,
    secrets() {
      for (const apiKey of state.apiKeys) state.secrets.add("API key", apiKey);
      return state.secrets.list();
    },
    state,
  };
}
