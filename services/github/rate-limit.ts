/** GitHub's limits as its answers tell of them. */
import { z } from "zod";
import type { GitHubConnection } from "./connection.ts";

/** An hour's requests of a credential, as an answer of GitHub's REST API has them. Times in milliseconds since 1970. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** When `remaining` is `limit` again. */
  reset: number;
}

const count = z.number().int();
const limits = z.object({ resources: z.object({ core: z.object({ limit: count, remaining: count, reset: count }) }) });

/**
 * What remains of this hour's limit; asking costs nothing. Undefined where GitHub does not say, as a GitHub Enterprise Server without
 * limits, which answers 404.
 */
export async function readRateLimit(github: GitHubConnection): Promise<RateLimit | undefined> {
  const answer = await github.request("GET /rate_limit").catch(() => undefined);
  const { core } = limits.safeParse(answer?.data).data?.resources ?? {};
  return core && { ...core, reset: core.reset * 1000 };
}

/** What the answers of GitHub's REST API said last. Times in milliseconds since 1970. */
export interface Observation {
  /** Absent where GitHub counts no requests. */
  rateLimit?: RateLimit;
  /** GitHub's time; before the first answer, the machine's. */
  now: number;
}

type Headers = Record<string, string | number | undefined>;

/** Watches the answers to a connection. GraphQL has an allowance of its own, which is left out. */
export function observeLimits(github: GitHubConnection): () => Observation {
  let observed: Observation | undefined;
  github.hook.after("request", ({ headers }, { url }) => {
    if (url.endsWith("/graphql")) return;
    const rateLimit = rateLimitOf(headers);
    const earlier = observed?.rateLimit;
    // Answers come in any order: within one hour the lowest count is the latest.
    const isOlder =
      earlier && rateLimit && (earlier.reset - rateLimit.reset || rateLimit.remaining - earlier.remaining) > 0;
    if (!isOlder) observed = { ...(rateLimit ? { rateLimit } : {}), now: timeOf(headers) };
  });
  return () => observed ?? { now: Date.now() };
}

function rateLimitOf(headers: Headers): RateLimit | undefined {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => headers[`x-ratelimit-${name}`]);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit: Number(limit), remaining: Number(remaining), reset: Number(reset) * 1000 };
}

const timeOf = (headers: Headers): number => Date.parse(String(headers.date)) || Date.now();

/** When GitHub answers again, if an error of the connection says that a limit is reached; in milliseconds since 1970. */
export function findLimitEnd(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("response" in error)) return undefined;
  // An error without an answer has the field as well, without a value.
  const { headers = {} } = (error.response ?? {}) as { headers?: Headers };
  const retryAfter = Number(headers["retry-after"]);
  if (/secondary rate/i.test(error.message)) return timeOf(headers) + (retryAfter || 60) * 1000;
  const rateLimit = rateLimitOf(headers);
  return rateLimit?.remaining === 0 && /rate limit/i.test(error.message) ? rateLimit.reset : undefined;
}

/** `18:05 UTC`, rounded up to the minute. */
export function formatClockTime(time: number): string {
  const minutes = Math.ceil(time / 60_000);
  return `${new Date(minutes * 60_000).toISOString().slice(11, 16)} UTC`;
}
