/** Tokens, scopes and rate limits: what is checked before any route. */
import type { Context, MiddlewareHandler } from "hono";
import { actAs } from "./actor.ts";
import { notFound, Refusal, renderRefusal } from "./answers.ts";
import type { Repository } from "./model.ts";
import type { GitHubOptions, Permission } from "./options.ts";
import type { GitHubState } from "./state.ts";
import { type RateLimit, refill, seconds, spend, type Viewer } from "./viewer.ts";

/** What the checks leave for the routes. */
export interface Env {
  Variables: {
    viewer: Viewer;
    /** Set under `/repos/...` and `/repositories/...`. */
    repository: Repository;
    /** What the token may do in `repository`; at least `read`. */
    permission: Permission;
  };
}

/** What GitHub grants per hour to who brings no valid token. */
const anonymousLimit = 60;

/**
 * 401 without a known token, 403 beyond the rate limit; every answer carries GitHub's common headers, of which those of the
 * rate limit are absent where there is none: https://docs.github.com/en/enterprise-server/rest/rate-limit/rate-limit
 */
export function authenticate(
  state: GitHubState,
  resource: "core" | "graphql",
  rateLimits: GitHubOptions["rateLimits"] = "hourly",
): MiddlewareHandler<Env> {
  const isCounted = rateLimits === "hourly";
  let requests = 0;
  return async (c, next) => {
    requests += 1;
    const requestId = `SAND:${requests.toString(16).toUpperCase().padStart(8, "0")}`;
    const token = tokenOf(c) ?? "";
    const viewer = state.viewers.get(token);
    const now = state.clock.now();
    const resetMs = now + state.clock.windowMs(3600);
    const rateLimit = viewer?.rateLimits[resource] ?? { limit: anonymousLimit, used: 1, reset: seconds(resetMs) };
    if (!viewer) {
      c.res = renderRefusal(unauthorized(tokenOf(c)), c);
    } else if (resource === "core" && /\/rate_limit$/.test(c.req.path)) {
      // Free of charge, and answered when nothing is left.
      refill(rateLimit, now, resetMs);
      c.res = isCounted
        ? c.json({ resources: viewer.shownLimits(), rate: viewer.shownLimits().core })
        : renderRefusal(notFound("Rate limiting is not enabled."), c);
    } else if (isCounted && !spend(rateLimit, now, resetMs)) {
      c.res = resource === "core" ? renderRefusal(exhausted(viewer), c) : exhaustedGraphql(c, viewer);
    } else {
      state.secrets.add(`token of ${viewer.login}`, token);
      c.set("viewer", viewer);
      await actAs(viewer, next);
    }
    const headers = isCounted ? rateLimitHeaders(rateLimit, resource) : {};
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
    c.res.headers.set("Date", new Date(now).toUTCString());
    c.res.headers.set("X-GitHub-Request-Id", requestId);
    c.res.headers.set("X-GitHub-Media-Type", "github.v3; format=json");
    if (viewer?.kind === "personal access token") c.res.headers.set("X-OAuth-Scopes", [...viewer.scopes].join(", "));
  };
}

function tokenOf(c: Context): string | undefined {
  return /^(?:bearer|token)\s+(\S+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
}

/** Anonymous reading, which github.com allows for public repositories, is not served. */
const unauthorized = (token: string | undefined): Refusal =>
  new Refusal(401, token === undefined ? "Requires authentication" : "Bad credentials");

const exhausted = (viewer: Viewer): Refusal =>
  new Refusal(
    403,
    `API rate limit exceeded for user ID ${viewer.id}.`,
    "rest/using-the-rest-api/rate-limits-for-the-rest-api",
  );

/** GraphQL stays at 200. https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api */
const exhaustedGraphql = (c: Context, viewer: Viewer): Response =>
  c.json({ errors: [{ type: "RATE_LIMITED", message: exhausted(viewer).message }] });

function rateLimitHeaders({ limit, used, reset }: RateLimit, resource: string): Record<string, string> {
  return {
    "X-RateLimit-Limit": String(limit),
    "X-RateLimit-Remaining": String(limit - used),
    "X-RateLimit-Reset": String(reset),
    "X-RateLimit-Used": String(used),
    "X-RateLimit-Resource": resource,
  };
}
