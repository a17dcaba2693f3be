/** How many new repositories fit into what GitHub still allows in this hour: decided before anything is written. */

import type { RateLimit } from "../services/github/rate-limit.ts";

export interface Budget<Repository> {
  /** In the order of the settings. */
  repositories: readonly Repository[];
  /** In the stack's state: never left out, because Pulumi deletes a resource that the program leaves out. */
  stands(repository: Repository): boolean;
  /** Those that stand and are still to be finished, after a run that was interrupted. Default 0. */
  unfinished?: number;
  /** Undefined where GitHub counts no requests: a GitHub Enterprise Server without rate limits. */
  rateLimit: RateLimit | undefined;
  /** Requests that go before the first repository is set up. Default 0. */
  reads?: number;
  /** When this stack committed to a repository, as far as it is known; only the last hour counts. */
  commits: readonly number[];
  /** GitHub's time. */
  now: number;
}

export interface Wave<Repository> {
  /** All that stand and as many new ones as fit, in the order of the settings. */
  now: Repository[];
  /** Left for another run, in the order of the settings. */
  later: Repository[];
  /** When the next run has room for them, or for as many as an hour holds; absent when nothing is left. */
  goOnAt?: number;
}

/**
 * Each of two secrets: repository, public key, write, read back. Queries and commits are of the GraphQL API, which GitHub counts
 * apart: one point a request, for several repositories.
 */
export const requestsPerRepository = 8;

/** GitHub allows about 500 content-creating requests in an hour (docs.github.com, "Rate limits for the REST API"). */
export const commitsPerHour = 500;

const hourMs = 3_600_000;

/** A share of the hour's requests that is not spent: for the providers' start, for retries and for other programs. */
export const reserve = ({ limit }: Pick<RateLimit, "limit">): number => Math.ceil(limit / 50);

/** Chooses what this run sets up. A new repository costs 8 requests and one commit. */
export function chooseWave<Repository>(budget: Budget<Repository>): Wave<Repository> {
  const { repositories, stands, commits, now, unfinished = 0 } = budget;
  const recent = commits.filter((time) => time > now - hourMs);
  const places = {
    requests: Math.floor(spendable(budget) / requestsPerRepository) - unfinished,
    commits: commitsPerHour - recent.length - unfinished,
  };
  let free = Math.max(0, Math.min(places.requests, places.commits));
  const isNow = repositories.map((repository) => stands(repository) || free-- > 0);
  const wave = {
    now: repositories.filter((_, index) => isNow[index]),
    later: repositories.filter((_, index) => !isNow[index]),
  };
  if (wave.later.length === 0) return wave;
  const made = wave.now.length - repositories.filter(stands).length + unfinished;
  const goOnAt = Math.max(
    places.requests < places.commits ? (budget.rateLimit?.reset ?? now) : now,
    whenCommitsFit(wave.later.length, [...recent, ...Array<number>(made).fill(now)], now),
  );
  return { ...wave, goOnAt };
}

/** Whether all would fit if none stood, so that nobody needs to know what stands. */
export function fitsWhole(budget: Omit<Budget<unknown>, "stands" | "commits" | "now">): boolean {
  const count = budget.repositories.length;
  return count <= commitsPerHour && count * requestsPerRepository <= spendable(budget);
}

function spendable({ rateLimit, reads = 0 }: Pick<Budget<unknown>, "rateLimit" | "reads">): number {
  return rateLimit ? Math.max(0, rateLimit.remaining - reserve(rateLimit) - reads) : Number.POSITIVE_INFINITY;
}

/** When so many commits of the last hour are older than an hour that `wanted` more fit, or as many as an hour holds. */
function whenCommitsFit(wanted: number, commits: readonly number[], now: number): number {
  const surplus = commits.length + Math.min(wanted, commitsPerHour) - commitsPerHour;
  const last = commits.toSorted((one, other) => one - other)[surplus - 1];
  return last === undefined ? now : last + hourMs;
}
