/** Eight stacks and a person edit one policy file at once, until all of them have left it. */
import { setTimeout as delay } from "node:timers/promises";
import type { Fragment } from "../../core/policy/fragment.ts";
import type { World } from "../../sandbox/world.ts";
import { comments, editByScript, farewell, nextEdit, nothing } from "./person.ts";
import { type Plan, planOf } from "./plans.ts";
import { seeded } from "./random.ts";
import { Watch } from "./watch.ts";

/** A stack that can be brought to have a fragment, or to be gone (undefined). Throws when that fails. */
export interface Stack {
  owner: string;
  apply(wanted: Fragment | undefined): Promise<void>;
}

export interface ContestOptions {
  seed: number;
  /** Edits of all stacks together, the destructions included; at least two for each. */
  stackEdits: number;
  /** Of the person, at least; one more where the last addition has to be taken out again. */
  personEdits: number;
  /** Called after each edit of a stack. */
  onProgress?(done: number, of: number): void;
}

export interface ContestResult {
  /** What was not as it must be; empty when all was well. */
  violations: string[];
  /** Edits that failed, with what was said. They count among the violations, too. */
  failures: string[];
  stackEdits: number;
  personEdits: number;
  /** Versions of the file that the server accepted; each was checked. */
  versions: number;
  /** Writes that were refused with 412 because another writer was faster. */
  overtaken: number;
}

export const stackNames = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];
/** Half of them want one tag together. */
const sharing = 4;

/** Runs to the end, whatever fails on the way. */
export async function contest(world: World, stacks: Stack[], options: ContestOptions): Promise<ContestResult> {
  const { state, journal } = world.tailscale;
  const before = state.policy;
  const watch = new Watch(
    state,
    stacks.map(({ owner }) => owner),
  );
  const failures: string[] = [];
  let done = 0;

  const plans = stacks.map((_, index): Plan => {
    const share = Math.floor(options.stackEdits / stacks.length) + (index < options.stackEdits % stacks.length ? 1 : 0);
    return planOf(seeded(options.seed + index), stackNames[index] as string, share, index < sharing);
  });
  const stackWork = stacks.map(async ({ owner, apply }, index) => {
    for (const wanted of plans[index] ?? []) {
      await watch
        .stack(owner, wanted, () => apply(wanted))
        .catch((error: Error) => failures.push(`${owner}: ${error.message}`));
      done += 1;
      options.onProgress?.(done, options.stackEdits);
    }
  });

  /** The person keeps step with the stacks, so that edits of both meet until the end. */
  const keepStep = async (edit: number) => {
    while (done < options.stackEdits - 1 && done / options.stackEdits < edit / options.personEdits) await delay(2);
  };
  let personEdits = 0;
  const personWork = async () => {
    const random = seeded(options.seed + stacks.length);
    let mine = nothing;
    const write = async (step: ReturnType<typeof nextEdit>) => {
      await keepStep(personEdits);
      await watch.person(step.edit, async () => {
        await editByScript({ url: world.tailscale.url, apiKey: world.environment.TAILSCALE_API_KEY ?? "" }, step.edit);
      });
      mine = step.after;
      personEdits += 1;
      const lost = comments(mine).filter((comment) => !state.policy.includes(comment));
      if (lost.length > 0) watch.violations.push(`comments are lost after ${step.what}: ${lost.join(", ")}`);
    };
    while (personEdits + farewell(mine).length < options.personEdits) await write(nextEdit(random, mine, personEdits));
    for (const step of farewell(mine)) await write(step);
  };
  await Promise.all([
    ...stackWork,
    personWork().catch((error: Error) => failures.push(`the person: ${error.message}`)),
  ]);

  if (state.policy !== before) watch.violations.push(`the file is not the first one:\n${state.policy}`);
  return {
    violations: [...failures, ...watch.violations],
    failures,
    stackEdits: done,
    personEdits,
    versions: watch.versions,
    overtaken: journal.filter(({ path, status }) => path.endsWith("/acl") && status === 412).length,
  };
}
