/** One HTTP exchange with the Tailscale API: time limit, retries, errors. */
import { formatMessage } from "../../core/messages/entry.ts";
import { unreachable } from "../../core/messages/tailscale-credentials.ts";
import type { Place } from "../../core/policy/policy-error.ts";
import { chooseDelay, type Runtime } from "./runtime.ts";
import { decodeUtf8 } from "./utf8.ts";

export interface HttpRequest {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /**
   * `always`: may be sent again after any temporary failure. `rejected`: only when the server surely did not act on it
   * (429), because a write that got lost on the way back may have happened.
   */
  retry: "always" | "rejected";
}

export interface HttpResponse {
  /** Of the request. */
  origin: string;
  status: number;
  headers: Headers;
  body: string;
  /** Where the body is not UTF-8; `body` then differs from what was sent. */
  malformed?: Place;
}

/** The request got no answer, or the answer got lost. */
export class ConnectionError extends Error {}

const timeout = 60_000;
const attempts = 6;
const firstDelay = 500;
const longestDelay = 15_000;
/** A server that asks for a longer wait than this gets none: the failure is reported instead. */
const longestRetryAfter = 120_000;

/**
 * The answer to `request`, whatever its status. Up to 6 tries on 429, 5xx and connection errors, with growing delays,
 * or as `Retry-After` says; a try may take a minute. Redirects are not followed: they would carry the credential away.
 * @throws {ConnectionError} when the last try got no answer.
 */
export async function exchange(runtime: Runtime, request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await once(runtime, request, signal);
    signal?.throwIfAborted();
    const wait = attempt < attempts ? retryDelay(runtime, request, outcome, attempt) : undefined;
    if (wait === undefined) {
      if (outcome instanceof ConnectionError) throw outcome;
      return outcome;
    }
    await runtime.sleep(wait, signal);
  }
}

async function once(
  runtime: Runtime,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpResponse | ConnectionError> {
  const limit = AbortSignal.timeout(timeout);
  const { origin } = new URL(request.url);
  try {
    const response = await runtime.fetch(request.url, {
      method: request.method,
      redirect: "manual",
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
      ...(request.headers ? { headers: request.headers } : {}),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return {
      origin,
      status: response.status,
      headers: response.headers,
      ...decodeUtf8(new Uint8Array(await response.arrayBuffer())),
    };
  } catch (error) {
    const reason = limit.aborted ? "no answer in 60 s" : cause(error);
    return new ConnectionError(formatMessage(unreachable, { origin, reason }));
  }
}

/** Milliseconds until the next try, or undefined when there is to be none. */
function retryDelay(
  runtime: Runtime,
  request: HttpRequest,
  outcome: HttpResponse | ConnectionError,
  attempt: number,
): number | undefined {
  const delay = chooseDelay(runtime, attempt, firstDelay, longestDelay);
  if (outcome instanceof ConnectionError) return request.retry === "always" ? delay : undefined;
  if (outcome.status !== 429 && (outcome.status < 500 || request.retry !== "always")) return undefined;
  // 501 says that the server will never do this.
  if (outcome.status === 501) return undefined;
  const asked = retryAfter(runtime, outcome.headers);
  if (asked === undefined) return delay;
  return asked <= longestRetryAfter ? asked : undefined;
}

/** `Retry-After` in milliseconds: seconds or a date, RFC 9110 section 10.2.3. */
function retryAfter(runtime: Runtime, headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - runtime.now());
}

/** fetch says only "fetch failed"; the reason is in its cause. */
function cause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof AggregateError) return cause(error.cause.errors[0]);
  return error.cause instanceof Error ? error.cause.message || cause(error.cause) : error.message;
}
