/** GitHub's secondary limits on what creates content. Off unless a stand-in is started with them. */
import type { Context, MiddlewareHandler } from "hono";
import { Refusal, renderRefusal } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Clock } from "./clock.ts";
import type { ContentLimits } from "./options.ts";

const hour = 3600;
const minute = 60;

/** Which provider and octokit know a secondary limit by: the end of this path, and the words of the message. */
const documentation = "rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits";

/** Counts the content that one user creates. */
export interface ContentLimiter {
  /** Counts one write. Throws `TooMuchContent`, and counts nothing, when it is one too many. */
  count(): void;
}

/** One write too many. */
export class TooMuchContent extends Error {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    super(exceeded);
    this.retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  }

  /** The answer to the whole request: 403 with `Retry-After`. */
  answer(c: Context): Response {
    c.header("Retry-After", String(this.retryAfterSeconds));
    return renderRefusal(new Refusal(403, exceeded, documentation), c);
  }
}

/**
 * Allows 80 writes in a minute and 500 in an hour of one user, in sliding windows; everything when `limits` is absent.
 *
 * Counted are commits by `PUT` and `DELETE` of contents and `createCommitOnBranch`, new pull requests and comments: what
 * GitHub's page on rate limits calls content-generating as far as it is served here. Each mutation of a GraphQL request
 * counts. Secrets and variables are settings, not content. GitHub does not say which requests it counts beyond that, nor
 * whether a refused one counts; here it does not.
 */
export function createContentLimits(
  clock: Clock,
  limits: ContentLimits | undefined,
): (userId: number) => ContentLimiter {
  if (!limits) return () => ({ count() {} });
  const { perMinute = 80, perHour = 500 } = limits;
  const writes = new Map<number, number[]>();
  return (userId) => ({
    count() {
      const now = clock.now();
      const recent = (writes.get(userId) ?? []).filter((time) => time > now - clock.windowMs(hour));
      const waitMs = Math.max(
        untilFree(recent, perMinute, clock.windowMs(minute), now),
        untilFree(recent, perHour, clock.windowMs(hour), now),
      );
      if (waitMs > 0) throw new TooMuchContent(waitMs);
      writes.set(userId, [...recent, now]);
    },
  });
}

/** The limits on what REST requests create. */
export function limitContent(limiterOf: (userId: number) => ContentLimiter): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (!createsContent(c.req.method, c.req.path)) return next();
    try {
      limiterOf(c.var.viewer.id).count();
    } catch (error) {
      if (error instanceof TooMuchContent) return error.answer(c);
      throw error;
    }
    return next();
  };
}

const exceeded =
  "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. " +
  "Please retry your request again later.";

function createsContent(method: string, path: string): boolean {
  return method === "POST"
    ? /\/pulls$|\/issues\/\d+\/comments$/.test(path)
    : ["PUT", "DELETE"].includes(method) && /\/repos\/[^/]+\/[^/]+\/contents\//.test(path);
}

/** Milliseconds until one more write fits into the window; 0 when it does now. `times` in ascending order. */
function untilFree(times: number[], limit: number, windowMs: number, now: number): number {
  const oldest = times.at(-limit);
  return oldest === undefined ? 0 : Math.max(0, oldest + windowMs - now);
}
