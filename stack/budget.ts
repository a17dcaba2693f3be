/** How many new repositories fit into what GitHub still allows in this hour: decided before anything is written. */

import { deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { RepositorySettings } from "../core/settings/settings.ts";
import type { RateLimit } from "../services/github/rate-limit.ts";

/** What a new repository takes of GitHub's limits. */
export interface Cost {
  /** Of the REST API's, in the update itself. */
  requests: number;
  /** Content-creating requests: a commit is one, a pull request two. */
  writes: number;
}

export interface Budget<Repository> {
  /** In the order of the settings. */
  repositories: readonly Repository[];
  cost(repository: Repository): Cost;
  /** In the stack's state: never left out, because Pulumi deletes a resource that the program leaves out. */
  stands(repository: Repository): boolean;
  /** Those that stand and are still to be finished, after a run that was interrupted. Default none. */
  unfinished?: readonly Repository[];
  /** Undefined where GitHub counts no requests: a GitHub Enterprise Server without rate limits. */
  rateLimit: RateLimit | undefined;
  /** Requests that go before the first repository is set up. Default 0. */
  reads?: number;
  /** When this stack wrote to repositories, once for each write, as far as it is known; only the last hour counts. */
  writes: readonly number[];
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
 * Each of two secrets: repository, public key, write, read back; none where a central file has one identity for all. Queries and
 * commits are of the GraphQL API, which GitHub counts apart: one point a request, for several repositories.
 */
export function costOf({ identity, delivery }: Pick<RepositorySettings, "identity" | "delivery">): Cost {
  const writes = { commit: 1, "pull-request": 2, output: 0 }[deliverRepositoryFile(delivery).kind];
  return { requests: scopeOf(identity) === "organization" ? 0 : 8, writes };
}

/** GitHub allows about 500 content-creating requests in an hour (docs.github.com, "Rate limits for the REST API"). */
export const writesPerHour = 500;

const hourMs = 3_600_000;

/** A share of the hour's requests that is not spent: for the providers' start, for retries and for other programs. */
export const reserve = ({ limit }: Pick<RateLimit, "limit">): number => Math.ceil(limit / 50);

/** Chooses what this run sets up. */
export function chooseWave<Repository>(budget: Budget<Repository>): Wave<Repository> {
  const { repositories, cost, stands, writes, now, unfinished = [] } = budget;
  const recent = writes.filter((time) => time > now - hourMs);
  const begun = sumCosts(unfinished.map(cost));
  let free = { requests: spendable(budget) - begun.requests, writes: writesPerHour - recent.length - begun.writes };
  let lack: Record<keyof Cost, boolean> | undefined;
  const isNow = repositories.map((repository) => {
    if (stands(repository)) return true;
    const { requests, writes } = cost(repository);
    // In the order of the settings, so that nobody has to wonder which come first.
    if (!lack && requests <= free.requests && writes <= free.writes) {
      free = { requests: free.requests - requests, writes: free.writes - writes };
      return true;
    }
    lack ??= { requests: requests > free.requests, writes: writes > free.writes };
    return false;
  });
  const wave = {
    now: repositories.filter((_, index) => isNow[index]),
    later: repositories.filter((_, index) => !isNow[index]),
  };
  if (!lack) return wave;
  const made = writesPerHour - recent.length - free.writes;
  const goOnAt = Math.max(
    lack.requests ? (budget.rateLimit?.reset ?? now) : now,
    whenWritesFit(sumCosts(wave.later.map(cost)).writes, [...recent, ...Array<number>(made).fill(now)], now),
  );
  return { ...wave, goOnAt };
}

/** Whether all would fit if none stood, so that nobody needs to know what stands. */
export function fitsWhole<Repository>(
  budget: Pick<Budget<Repository>, "repositories" | "cost" | "rateLimit" | "reads">,
): boolean {
  const { requests, writes } = sumCosts(budget.repositories.map(budget.cost));
  return writes <= writesPerHour && requests <= spendable(budget);
}

function sumCosts(costs: readonly Cost[]): Cost {
  return costs.reduce(
    (sum, { requests, writes }) => ({ requests: sum.requests + requests, writes: sum.writes + writes }),
    { requests: 0, writes: 0 },
  );
}

function spendable({ rateLimit, reads = 0 }: Pick<Budget<unknown>, "rateLimit" | "reads">): number {
  return rateLimit ? Math.max(0, rateLimit.remaining - reserve(rateLimit) - reads) : Number.POSITIVE_INFINITY;
}

/** When so many writes of the last hour are older than an hour that `wanted` more fit, or as many as an hour holds. */
function whenWritesFit(wanted: number, writes: readonly number[], now: number): number {
  const surplus = writes.length + Math.min(wanted, writesPerHour) - writesPerHour;
  const last = writes.toSorted((one, other) => one - other)[surplus - 1];
  return last === undefined ? now : last + hourMs;
}
