/**
 * Aperture by Tailscale on the loopback interface: a gateway that knows its callers from the tailnet, gives them the models that their
 * grants cover, and keeps the provider's key to itself. The provider behind it is a function.
 *
 * Not modelled: other APIs than Anthropic's, token counting, hooks, exporters, connectors, chat, prices, `/metrics`. A request
 * for what is not served is a 501, recorded as unknown.
 */
import { randomBytes } from "node:crypto";
import { createService, listen, type Service, type ServiceOptions } from "../service.ts";
import { renderRefusal } from "./answers.ts";
import { addConfigurationRoutes } from "./configuration-routes.ts";
import { addListRoutes } from "./lists.ts";
import type { LogEntry } from "./log.ts";
import { addLogPage } from "./log-page.ts";
import { addMessageRoutes } from "./messages.ts";
import { type ApertureState, createState, publicState, type StateOptions } from "./state.ts";

export { type Caller, frontHeaders } from "./caller.ts";
export { configuredGrant, hideKeys, readConfiguration } from "./configuration.ts";
export type { LogEntry } from "./log.ts";
export * from "./model.ts";
export * from "./state.ts";
export * from "./switches.ts";

export interface ApertureOptions extends ServiceOptions, StateOptions {
  /** What the tailnet's front proves itself with. Default: made up anew. */
  frontSecret?: string;
}

export interface Aperture extends Service {
  /** Live and mutable. */
  state: ApertureState;
  /** Requests for answers, the oldest first: what `/admin/` shows. */
  log: LogEntry[];
  /** For the front alone. */
  frontSecret: string;
}

/** Starts the stand-in. Without `direct` only the tailnet's front can call it. */
export async function startAperture(options: ApertureOptions = {}): Promise<Aperture> {
  const state = createState(options);
  const frontSecret = options.frontSecret ?? randomBytes(24).toString("hex");
  state.secrets.add("secret of the tailnet's front", frontSecret);
  const { app, journal, faults, observer, controlAnswers } = createService(options, () => publicState(state));
  app.onError(renderRefusal);
  addMessageRoutes(app, state, frontSecret);
  addListRoutes(app, state, frontSecret);
  addConfigurationRoutes(app, state, frontSecret);
  addLogPage(app, state, frontSecret);
  return {
    ...(await listen(app, options.port)),
    journal,
    faults,
    observer,
    controlAnswers,
    secrets: () => state.secrets.list(),
    state,
    log: state.log,
    frontSecret,
  };
}
