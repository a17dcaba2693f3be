/** Sets up as many new repositories in one run as GitHub's limits allow, and leaves the others to the next. */
import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { RepositorySlug, Settings } from "../core/settings/settings.ts";
import { formatClockTime, type Observation } from "../services/github/rate-limit.ts";
import { chooseWave, costOf, fitsWhole } from "./budget.ts";
import type { AvailableRepository } from "./repository-checks.ts";
import { findStanding, isFinished, readStandingRepositories, type StandingRepositories } from "./state.ts";
import { findHeaderOwner } from "./workflow-files.ts";

/** Requests with which the GitHub provider starts, and a few to spare. */
const providerStart = 3;

/** The repositories that wait for another run. */
export interface Pending {
  repositories: RepositorySlug[];
  /** The time of day from which GitHub's limits have room again, such as `18:05 UTC`. */
  after: string;
}

/**
 * The repositories that this run sets up. What stands in the state is always among them. A warning says which wait and until when
 * to go on. Where all would fit the state is not asked for.
 *
 * @throws pulumi.RunError when the limit is used up, since the GitHub provider would wait for its end without a word.
 */
export async function fitToLimits(
  settings: Settings,
  available: AvailableRepository[],
  { rateLimit, now }: Observation,
): Promise<{ available: AvailableRepository[]; pending?: Pending }> {
  if (rateLimit && rateLimit.remaining < providerStart) throw await createLimitError(settings, rateLimit.reset);
  const committed = ({ file }: AvailableRepository) => findHeaderOwner(file) === settings.policy.owner;
  const fresh = available.filter((one) => !committed(one));
  const cost = ({ settings }: AvailableRepository) => costOf(settings);
  const budget = {
    repositories: available,
    cost,
    rateLimit,
    // An update begins with a preview of itself, and each of them reads one subject per repository, and the secrets of each new one.
    reads: pulumi.runtime.isDryRun() ? available.length + fresh.length : 0,
  };
  if (fitsWhole({ ...budget, repositories: fresh })) return { available };

  const state = await readState();
  if (!state) return { available };
  const standing = (one: AvailableRepository) => findStanding(state, one.settings);
  const wave = chooseWave({
    ...budget,
    stands: (one) => committed(one) || standing(one) !== undefined,
    unfinished: available.filter((one) => standing(one) && !isFinished(standing(one), one.settings)),
    writes: available.flatMap((one) => Array<number>(cost(one).writes).fill(standing(one)?.createdAt ?? 0)),
    now,
  });
  if (wave.goOnAt === undefined) return { available };
  const pending = { repositories: wave.later.map((one) => one.settings.slug), after: formatClockTime(wave.goOnAt) };
  pulumi.log.warn(
    `With this run ${wave.now.length} of ${available.length} done, go on after ${pending.after}: GitHub's hourly limits have no ` +
      `room for the other ${wave.later.length} now. Nothing of them is changed; the next \`pulumi up\` goes on with them.`,
  );
  return { available: wave.now, pending };
}

/** The error of a run that a limit ends before it has begun. `end`: milliseconds since 1970. */
export async function createLimitError(settings: Settings, end: number): Promise<pulumi.RunError> {
  return new pulumi.RunError(
    `GitHub's hourly limit of this credential is used up; nothing was changed. ${await describeProgress(settings, end)}.\n` +
      "  Other programs with the same token or app take from the same limit.",
  );
}

/** How long a message waits for the state, in milliseconds: a busy machine needs seconds for a read. */
const statePatienceMs = 20_000;

/** `5 of 11 done, go on after 18:05 UTC`; without the count where the engine does not say. */
export async function describeProgress({ repositories }: Settings, end: number): Promise<string> {
  // The engine may be too busy to start its state reader: every worker waits for GitHub.
  const state = await Promise.race([
    readStandingRepositories().catch(() => undefined),
    setTimeout(statePatienceMs, undefined, { ref: false }),
  ]);
  if (!state) return `Go on after ${formatClockTime(end)}`;
  const done = repositories.filter((one) => isFinished(findStanding(state, one), one)).length;
  return `${done} of ${repositories.length} done, go on after ${formatClockTime(end)}`;
}

/** Undefined when the engine does not say: nobody may then assume that a repository is new. */
async function readState(): Promise<StandingRepositories | undefined> {
  try {
    return await readStandingRepositories();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    pulumi.log.warn(
      `The engine does not say what is in the state, so all repositories are set up in one run: ${reason}`,
    );
    return undefined;
  }
}
