/** How Aperture says no: in Anthropic's form where Anthropic's API is spoken, elsewhere as RFC 9457 has it. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Where in a request something is wrong, as RFC 9457 answers list it: `header.If-Match`. */
export interface ProblemDetail {
  location: string;
  message: string;
}

/** An answer with an error status; thrown by handlers and rendered by `renderRefusal`. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly headers: Record<string, string>;
  readonly details: ProblemDetail[];

  constructor(
    status: ContentfulStatusCode | 529,
    message: string,
    { headers = {}, details = [] }: { headers?: Record<string, string>; details?: ProblemDetail[] } = {},
  ) {
    super(message);
    // Anthropic's own status of an overload, which no list of statuses has.
    this.status = status as ContentfulStatusCode;
    this.headers = headers;
    this.details = details;
  }
}

/** Renders a `Refusal`; anything else is a fault of the stand-in and is passed on. */
export function renderRefusal(error: Error, c: Context): Response {
  if (!(error instanceof Refusal)) throw error;
  const { status, message, headers, details } = error;
  if (c.req.path.startsWith("/v1/")) return c.json(messagesError(status, message), status, headers);
  const problem = { title: titles[status] ?? "Error", detail: message, status };
  return c.json({ ...problem, ...(details.length > 0 ? { errors: details } : {}) }, status, {
    ...headers,
    "content-type": "application/problem+json",
  });
}

/** https://docs.anthropic.com/en/api/errors */
export function messagesError(status: number, message: string) {
  return { type: "error", error: { type: errorTypes[status] ?? "api_error", message } };
}

const errorTypes: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

const titles: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  412: "Precondition Failed",
  422: "Unprocessable Entity",
};
