/** What the stand-in knows: one gateway, and the provider behind it. */
import { randomBytes } from "node:crypto";
import { KnownSecrets } from "../secrecy/known-secrets.ts";
import type { Caller } from "./caller.ts";
import {
  type Configuration,
  type ConfiguredGrant,
  hideKeys,
  type Provider,
  renderConfiguration,
} from "./configuration.ts";
import type { LogEntry } from "./log.ts";
import type { Model, ModelRequest } from "./model.ts";
import { Balances } from "./quotas.ts";

/** What goes wrong behind the gateway. */
export type ProviderFailure =
  /** It answers with an error: 500, 503, or 529, an overload. */
  | { kind: "status"; status: 429 | 500 | 502 | 503 | 529 }
  /** It never answers: the client has to give up. */
  | { kind: "hang" }
  /** An overload when the answer has begun; without streaming, like a status of 529. */
  | { kind: "overload in mid-stream" };

/** A request as the provider gets it. */
export interface ProviderRequest {
  url: string;
  headers: Record<string, string>;
  body: ModelRequest;
}

/** Live and mutable: a test changes it as somebody at the dashboard would, or as fate does. */
export interface ApertureState {
  /** HuJSON, keys included. `editConfiguration` is for changes of it. */
  configuration: string;
  /** Who calls when no front is in between. Absent: nobody does. */
  direct?: Caller;
  /** The model behind the provider. Absent: a short review that names the files in the prompt. */
  reply?: Model;
  /** The one key that the provider takes. */
  providerKey: string;
  failure?: ProviderFailure;
  /** What a hook in front of the model says against a request; undefined: nothing. */
  guardrail?: (request: ModelRequest) => { status: 400 | 403; message: string } | undefined;
  /** What a caller with a role gets for a model that no grant covers: older texts say 403, newer ones 404. */
  deniedModelStatus: 403 | 404;
  /** Dollars for a million tokens. */
  price: { input: number; output: number };
  balances: Balances;
  now: () => Date;
  log: LogEntry[];
  /** What reached the provider, credentials included: in process only. */
  providerRequests: ProviderRequest[];
  secrets: KnownSecrets;
}

export interface StateOptions {
  /** Default: `anthropic`, with three models. One without a key has that which the provider takes. */
  providers?: Record<string, Provider>;
  /** Aperture's own, in addition to those of the policy file. Default: none. */
  grants?: ConfiguredGrant[];
  quotas?: Configuration["quotas"];
  direct?: Caller;
}

export function createState(options: StateOptions): ApertureState {
  const providerKey = `sk-ant-example-loopback-${randomBytes(12).toString("hex")}`;
  const secrets = new KnownSecrets();
  secrets.add("Aperture's key of the provider", providerKey);
  const providers = Object.entries(options.providers ?? { anthropic: anthropicProvider }).map(
    ([name, provider]) => [name, { apikey: providerKey, ...provider }] as const,
  );
  return {
    configuration: renderConfiguration({
      providers: Object.fromEntries(providers),
      grants: options.grants ?? [],
      quotas: options.quotas ?? {},
    }),
    ...(options.direct ? { direct: options.direct } : {}),
    providerKey,
    deniedModelStatus: 404,
    price: { input: 3, output: 15 },
    balances: new Balances(),
    now: () => new Date(),
    log: [],
    providerRequests: [],
    secrets,
  };
}

/** As "Get started with Aperture" has it. */
const anthropicProvider: Provider = {
  name: "Anthropic",
  description: "Claude",
  baseurl: "https://api.anthropic.com",
  authorization: "x-api-key",
  models: ["claude-opus-5", "claude-sonnet-4-6", "claude-haiku-4-5"],
  compatibility: { anthropic_messages: true },
};

/** What `/_sandbox/state` shows: no key. */
export function publicState({
  configuration,
  direct,
  log,
  balances,
  failure,
  deniedModelStatus,
}: ApertureState): object {
  return { configuration: hideKeys(configuration), direct, log, balances: balances.list(), failure, deniedModelStatus };
}
