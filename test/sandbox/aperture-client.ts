/** A stand-in Aperture for one test, the callers that the tailnet knows, and the official client of Anthropic's API. */
import Anthropic from "@anthropic-ai/sdk";
import { onTestFinished } from "vitest";
import { type ApertureOptions, type Caller, frontHeaders, startAperture } from "../../sandbox/aperture/index.ts";

const capabilities = [{ role: "user" }, { models: "anthropic/**" }];

/** A runner of the documentation's grant. */
export const runner: Caller = {
  node: "github-runner-1",
  login: "tagged-devices",
  tags: ["tag:ci"],
  address: "100.64.0.9",
  capabilities,
};

export const admin: Caller = {
  node: "laptop",
  login: "alice@acme.example",
  tags: [],
  address: "100.64.0.2",
  capabilities: [{ role: "admin" }],
};

/** The runner, with other entries in its grant. */
export const granted = (...entries: unknown[]): Caller => ({ ...runner, capabilities: entries });

export const model = "claude-sonnet-4-6";

export const question = {
  model,
  max_tokens: 500,
  messages: [{ role: "user" as const, content: "Review the change of src/shop.ts, please." }],
};

/** Closed when the test ends. */
export async function aperture(options: ApertureOptions = {}) {
  const service = await startAperture(options);
  onTestFinished(() => service.close());

  /** What the front of the tailnet sends along. */
  const front = (caller: Caller) => ({
    [frontHeaders.secret]: service.frontSecret,
    [frontHeaders.caller]: JSON.stringify(caller),
  });
  /** A request of `caller`; of nobody: straight, past the front. */
  const send = async (method: string, path: string, caller?: Caller, body?: object, headers = {}) => {
    const response = await fetch(service.url + path, {
      method,
      redirect: "manual",
      headers: { ...(caller ? front(caller) : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return {
    ...service,
    front,
    send,
    get: (path: string, caller?: Caller, headers = {}) => send("GET", path, caller, undefined, headers),
    ask: (caller?: Caller, body: object = question, headers = {}) =>
      send("POST", "/v1/messages", caller, body, headers),
    /** The client as Claude Code has it: a placeholder for a key, and no second try. */
    client: (caller: Caller = runner, headers = {}) =>
      new Anthropic({
        baseURL: service.url,
        apiKey: "-",
        authToken: null,
        maxRetries: 0,
        defaultHeaders: { ...front(caller), ...headers },
      }),
  };
}

export type Gateway = Awaited<ReturnType<typeof aperture>>;

// biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is its type.
function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
