/** GitHub's secondary limits on what creates content. Off unless a stand-in is started with them. */
import type { MiddlewareHandler } from "hono";
import { Refusal, renderRefusal } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Clock } from "./clock.ts";
import type { ContentLimits } from "./options.ts";

const hour = 3600;
const minute = 60;

/** Which provider and octokit know a secondary limit by: the end of this path, and the words of the message. */
const documentation = "rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits";

/**
 * Refuses content beyond 80 in a minute or 500 in an hour of one user, in sliding windows, with `Retry-After`.
 *
 * Counted are commits by `PUT` and `DELETE` of contents and new pull requests: what GitHub's page on rate limits calls
 * content-generating as far as it is served here. Secrets and variables are settings, not content. GitHub does not say
 * which requests it counts beyond that, nor whether a refused one counts; here it does not.
 */
export function limitContent(clock: Clock, limits: ContentLimits): MiddlewareHandler<Env> {
  const { perMinute = 80, perHour = 500 } = limits;
  const writes = new Map<number, number[]>();
  return async (c, next) => {
    if (!createsContent(c.req.method, c.req.path)) return next();
    const now = clock.now();
    const recent = (writes.get(c.var.viewer.id) ?? []).filter((time) => time > now - clock.windowMs(hour));
    const waitMs = Math.max(
      untilFree(recent, perMinute, clock.windowMs(minute), now),
      untilFree(recent, perHour, clock.windowMs(hour), now),
    );
    if (waitMs === 0) {
      writes.set(c.var.viewer.id, [...recent, now]);
      return next();
    }
    c.header("Retry-After", String(Math.max(1, Math.ceil(waitMs / 1000))));
    return renderRefusal(new Refusal(403, exceeded, documentation), c);
  };
}

const exceeded =
  "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. " +
  "Please retry your request again later.";

export function createsContent(method: string, path: string): boolean {
  return method === "POST"
    ? /\/pulls$/.test(path)
    : ["PUT", "DELETE"].includes(method) && /\/repos\/[^/]+\/[^/]+\/contents\//.test(path);
}

/** Milliseconds until one more write fits into the window; 0 when it does now. `times` in ascending order. */
function untilFree(times: number[], limit: number, windowMs: number, now: number): number {
  const oldest = times.at(-limit);
  return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - now);
}
