/** The provider behind the gateway: which credential reaches it, and what it answers. In process; nothing is dialled. */
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { Refusal } from "./answers.ts";
import type { Provider } from "./configuration.ts";
import { type Message, type ModelRequest, messageOf } from "./model.ts";
import { reviewFiles } from "./review.ts";
import type { ApertureState, ProviderFailure } from "./state.ts";

/** The client's credential, as either of the two headers that Anthropic's API takes. */
export function credentialOf(c: Context): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  return c.req.header("x-api-key") || bearer || undefined;
}

/**
 * The provider's answer to a request.
 *
 * @throws Refusal for an error of the provider, or when the client gave up
 */
export async function askProvider(
  c: Context,
  state: ApertureState,
  provider: Provider,
  request: ModelRequest,
): Promise<Message> {
  const key = keyFor(provider, credentialOf(c));
  const url = `${provider.baseurl.replace(/\/$/, "")}/v1/messages`;
  state.providerRequests.push({ url, headers: key === undefined ? {} : { "x-api-key": key }, body: request });
  if (state.failure) await fail(c, state.failure, request);
  // As of a path that begins with /v1/v1: tailscale/aperture-recipes, validate-integration.
  if (url.endsWith("/v1/v1/messages")) throw new Refusal(405, "Method Not Allowed");
  if (key !== state.providerKey) throw new Refusal(401, "invalid x-api-key");
  const { reply = reviewFiles, providerRequests } = state;
  const id = String(providerRequests.length).padStart(6, "0");
  return messageOf(request, await reply(request), id);
}

/** In the mode `passthrough` the configured key is used only if the client sends no credential, and a placeholder is one. */
function keyFor(provider: Provider, credential: string | undefined): string | undefined {
  return provider.auth_mode === "passthrough" ? (credential ?? provider.apikey) : provider.apikey;
}

/** An overload in mid-stream is one from the beginning, where there is no stream. */
async function fail(c: Context, failure: ProviderFailure, { stream }: ModelRequest): Promise<void> {
  if (failure.kind === "status") throw new Refusal(failure.status, texts[failure.status]);
  if (failure.kind === "overload in mid-stream" && stream !== true) throw new Refusal(529, texts[529]);
  if (failure.kind !== "hang") return;
  await new Promise((resolve) => (c.env as HttpBindings).incoming.socket.once("close", resolve));
  // Nobody gets this: the socket is gone. In the log it is what proxies write in this case.
  throw new Refusal(499 as 400, "the provider did not answer, and the client gave up");
}

const texts = {
  429: "This request would exceed your organization's rate limit.",
  500: "Internal server error",
  502: "bad gateway: the provider cannot be reached",
  503: "Service unavailable",
  529: "Overloaded",
};
