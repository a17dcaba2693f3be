/** `POST /v1/messages`: who may, with which model, until which quota; then the provider's answer, whole or as a stream. */
import type { Context, Hono } from "hono";
import { type Access, accessOf, modelAccessOf } from "./access.ts";
import { messagesError, Refusal, renderRefusal } from "./answers.ts";
import { type Caller, callerOf } from "./caller.ts";
import { type Configuration, configurationOf } from "./configuration.ts";
import { eventsOf, streamEvents } from "./events.ts";
import { beginEntry, clip, type LogEntry } from "./log.ts";
import { countTokens, type Message, type ModelRequest, modelRequest } from "./model.ts";
import { askProvider, credentialOf } from "./provider.ts";
import { type Bucket, bucketsOf } from "./quotas.ts";
import type { ApertureState } from "./state.ts";

export function addMessageRoutes(app: Hono, state: ApertureState, frontSecret: string): void {
  app.post("/v1/messages", async (c) => {
    const entry = beginEntry(c, state.now(), undefined);
    try {
      const caller = callerOf(c, frontSecret, state.direct);
      Object.assign(entry, beginEntry(c, state.now(), caller));
      return await answer(c, state, caller, entry);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      Object.assign(entry, { status: error.status, reason: error.message });
      return renderRefusal(error, c);
    } finally {
      state.log.push(entry);
    }
  });
}

async function answer(c: Context, state: ApertureState, caller: Caller, entry: LogEntry): Promise<Response> {
  noteCredential(c, state);
  const body: unknown = await c.req.json().catch(() => undefined);
  const { model } = (body ?? {}) as { model?: unknown };
  if (typeof model === "string") entry.model = clip(model);
  const configuration = configurationOf(state.configuration);
  const access = accessOf(caller, configuration);
  if (!access.role) throw new Refusal(403, "access denied: no role granted");
  const request = readRequest(body);
  const { key, provider, quotas } = choose(request.model, access, configuration, state);
  entry.provider = key;
  const buckets = admit(state, bucketsOf(quotas, configuration.quotas, caller), request);
  const blocked = state.guardrail?.(request);
  // The envelope of a block: tailscale/aperture-recipes, docs/protocol-reference.md.
  if (blocked) return block(c, entry, blocked);
  const message = await askProvider(c, state, provider, request);
  settle(state, buckets, message, entry);
  const headers = { "request-id": `req_${message.id}` };
  if (request.stream !== true) return c.json(message, 200, headers);
  if (state.failure?.kind !== "overload in mid-stream") return streamEvents(eventsOf(message), headers);
  entry.reason = "the provider broke off: Overloaded";
  return streamEvents(eventsOf(message, messagesError(529, "Overloaded")), headers);
}

/** So that a search for secrets knows it; the placeholder of the documentation is none. */
function noteCredential(c: Context, { secrets }: ApertureState): void {
  const credential = credentialOf(c);
  if (credential !== undefined && credential.length >= 8) secrets.add("a client's own key", credential);
}

function readRequest(body: unknown): ModelRequest {
  const { data, error } = modelRequest.safeParse(body);
  if (data) return data;
  const [issue] = error.issues;
  throw new Refusal(400, `${issue?.path.join(".") || "body"}: ${issue?.message}`); // our wording
}

/** The provider that serves the model, and what holds for the caller there; of several the first that is granted. */
function choose(model: string, access: Access, { providers }: Configuration, state: ApertureState) {
  const serving = Object.entries(providers).filter(([, { models }]) => models.includes(model));
  if (serving.length === 0) throw new Refusal(404, `no provider serves the model ${clip(model)}`); // our wording
  for (const [key, provider] of serving) {
    const granted = modelAccessOf(access, `${key}/${model}`);
    if (granted) return { key, provider, quotas: granted.quotas };
  }
  throw new Refusal(state.deniedModelStatus, `access denied: no grant for the model ${clip(model)}`); // our wording
}

/** Lets a request through when every bucket can pay for what it asks; what the answer costs is not known yet. */
function admit(state: ApertureState, buckets: ReturnType<typeof bucketsOf>, request: ModelRequest): Bucket[] {
  const { messages, system, tools } = request;
  const cost = priceOf(state, countTokens({ messages, system, tools }), 0);
  const now = state.now().getTime();
  return buckets.map((bucket) => {
    if (bucket === "unreadable") throw new Refusal(429, "quota exceeded: a quota of this grant cannot be read"); // our wording
    const wait = state.balances.wait(bucket, cost, now);
    if (wait === 0) return bucket;
    const headers = { "retry-after": String(wait) };
    throw new Refusal(429, `quota exceeded: ${bucket.name}`, { headers }); // our wording
  });
}

function settle(state: ApertureState, buckets: Bucket[], { usage }: Message, entry: LogEntry): void {
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
  Object.assign(entry, { status: 200, inputTokens, outputTokens });
  for (const bucket of buckets) {
    state.balances.spend(bucket, priceOf(state, inputTokens, outputTokens), state.now().getTime());
  }
}

function priceOf({ price }: ApertureState, input: number, output: number): number {
  return (price.input * input + price.output * output) / 1_000_000;
}

function block(c: Context, entry: LogEntry, { status, message }: { status: 400 | 403; message: string }): Response {
  Object.assign(entry, { status, reason: `blocked by a hook: ${message}` });
  return c.json(messagesError(400, message), status);
}
