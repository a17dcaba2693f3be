/**
 * A random history of a tailnet and its stacks: each step is checked against the model, and the seed brings it back.
 *
 * After a run that succeeds: the stack's entries are what the model says, all others and the foreign part as before. After
 * one that fails: the stack's entries are as before or as the model says, and nothing else has changed.
 */

import { judgePolicy } from "../../../sandbox/tailscale/policy/judge.ts";
import type { World } from "../../../sandbox/world.ts";
import { type Belongings, nextEdit, nothing } from "../../writers/person.ts";
import { type Random, seeded } from "../../writers/random.ts";
import { type MarkedEntry, separate } from "../../writers/separate.ts";
import { consoleEdit } from "./console.ts";
import { arm, type Met, mustBeSurvived, type PlannedFault } from "./faults.ts";
import { afterDestroy, afterUp, compose, sameEntries } from "./model.ts";
import { type GitHubEdit, nextOperation, type Operation, randomWish, type StackKind, type Wish } from "./operations.ts";

/** A stack as a history drives it. */
export interface HistoryStack extends StackKind {
  owner: string;
  /** `pulumi up` with these settings; undefined: `pulumi destroy`. What a failed run printed, or undefined. */
  run(wish: Wish | undefined): Promise<string | undefined>;
  /** What is not as it must be in the repositories, after a run that succeeded or failed. */
  inspect?(wish: Wish | undefined, failed: boolean): Promise<string[]>;
  /** Does it, and says whether there was anything to do it to. */
  editByHand?(repository: string, what: GitHubEdit): boolean;
}

export interface HistoryOptions {
  seed: number;
  operations: number;
  /** Stop after this time of the system's clock, in milliseconds since the epoch. */
  until?: number;
  onStep?(step: number, what: string): void;
}

export interface HistoryResult {
  seed: number;
  operations: number;
  /** Runs that ended well, runs that failed as they had to or might, faults that were met. */
  succeeded: number;
  failed: number;
  faultsMet: number;
}

/** @throws Error at the first violation, with the seed and all steps. */
export async function runHistory(
  world: World,
  stacks: HistoryStack[],
  options: HistoryOptions,
): Promise<HistoryResult> {
  const history = new History(world, stacks, options);
  return history.run();
}

class History {
  readonly #world: World;
  readonly #stacks: HistoryStack[];
  readonly #options: HistoryOptions;
  readonly #random: Random;
  readonly #wishes = new Map<string, Wish>();
  readonly #steps: string[] = [];
  readonly #result: HistoryResult;
  #belongings: Belongings = nothing;
  #overtakings = 0;

  constructor(world: World, stacks: HistoryStack[], options: HistoryOptions) {
    this.#world = world;
    this.#stacks = stacks;
    this.#options = options;
    this.#random = seeded(options.seed);
    this.#result = { seed: options.seed, operations: 0, succeeded: 0, failed: 0, faultsMet: 0 };
    for (const stack of stacks) this.#wishes.set(stack.name, randomWish(this.#random, stack, undefined));
  }

  async run(): Promise<HistoryResult> {
    const { operations, until = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#result.operations < operations && Date.now() < until) {
      const operation = nextOperation(this.#random, this.#stacks, this.#wishes);
      this.#steps.push(JSON.stringify(operation));
      try {
        await this.#do(operation);
      } catch (error) {
        throw new Error(this.#report(error as Error), { cause: error });
      }
      this.#result.operations += 1;
      this.#options.onStep?.(this.#result.operations, this.#steps.at(-1) ?? "");
    }
    return this.#result;
  }

  async #do(operation: Operation): Promise<void> {
    if (operation.kind === "settings") this.#wishes.set(operation.stack, operation.wish);
    else if (operation.kind === "console") this.#edit();
    else if (operation.kind === "github") {
      const stack = this.#stacks.find(({ repositories }) => repositories?.includes(operation.repository));
      this.#note(stack?.editByHand?.(operation.repository, operation.what) ? "done" : "nothing to do it to");
    } else await this.#runStack(operation);
  }

  /** A console that refuses what Tailscale refuses. */
  #edit(): void {
    const { state } = this.#world.tailscale;
    const { what, text, belongings } = consoleEdit(this.#random, state.policy, this.#belongings, this.#steps.length);
    const isValid = judgePolicy(text, state).kind === "valid";
    this.#note(isValid ? what : `${what}: refused`);
    if (!isValid) return;
    state.policy = text;
    this.#belongings = belongings;
  }

  async #runStack({ kind, stack: name, fault }: Operation & { kind: "up" | "destroy" }): Promise<void> {
    const { state } = this.#world.tailscale;
    const stack = this.#stacks.find((other) => other.name === name);
    if (!stack) throw new Error(`no stack ${name}`);
    const wish = kind === "up" ? this.#wishes.get(name) : undefined;
    const predicted = this.#predict(stack.owner, wish);
    const before = separate(state.policy).entries;
    let { foreign } = separate(state.policy);

    const armed = fault && this.#arm(fault, (edited) => (foreign = edited(foreign)));
    const failure = await stack.run(wish).finally(() => armed?.disarm());
    const met = armed?.requests.length ? armed : undefined;
    this.#result.faultsMet += met ? 1 : 0;
    this.#result[failure === undefined ? "succeeded" : "failed"] += 1;
    this.#note(`${failure === undefined ? "succeeded" : "failed"}${met ? `; met: ${met.requests.join(", ")}` : ""}`);

    this.#checkOutcome(stack, failure, predicted, fault && met ? { fault, met } : undefined);
    const after = separate(state.policy);
    if (after.foreign !== foreign) throw new Error(`what is not ours is now:\n${after.foreign}\nexpected:\n${foreign}`);
    const possible = failure === undefined ? [predicted] : [before, predicted];
    if (!possible.some((entries) => entries && sameEntries(after.entries, entries))) {
      const [is, expected] = [after.entries, predicted ?? before].map(listed);
      throw new Error(`the marked entries are now:\n${is}\nexpected:\n${expected}\nbefore:\n${listed(before)}`);
    }
    const problems = (await stack.inspect?.(wish, failure !== undefined)) ?? [];
    if (problems.length > 0) throw new Error([...problems, failure ?? ""].join("\n"));
  }

  /** The entries after a run that meets no fault; undefined where it must fail. */
  #predict(owner: string, wish: Wish | undefined): MarkedEntry[] | undefined {
    const { state } = this.#world.tailscale;
    const { entries, unmarked, foreign } = separate(state.policy);
    const wanted = wish ? afterUp(entries, unmarked, owner, wish.access) : afterDestroy(entries, owner);
    if (!wanted || sameEntries(wanted, entries)) return wanted;
    return judgePolicy(compose({ foreign, entries: wanted }), state).kind === "valid" ? wanted : undefined;
  }

  #checkOutcome(
    { owner }: HistoryStack,
    failure: string | undefined,
    predicted: MarkedEntry[] | undefined,
    faulty: { fault: PlannedFault; met: Met } | undefined,
  ): void {
    if (failure === undefined && !predicted) throw new Error(`${owner} had to fail, and succeeded`);
    if (failure === undefined || !predicted) return;
    if (!faulty || mustBeSurvived(faulty.fault, faulty.met)) throw new Error(`${owner} had to succeed:\n${failure}`);
  }

  /** `shadow` is given each edit that somebody squeezes in. */
  #arm(fault: PlannedFault, shadow: (edit: (text: string) => string) => void) {
    return arm(this.#world, fault, () => {
      const step = nextEdit(this.#random, this.#belongings, 10_000 + this.#overtakings++);
      this.#world.tailscale.state.policy = step.edit(this.#world.tailscale.state.policy);
      shadow(step.edit);
      this.#belongings = step.after;
    });
  }

  #note(what: string): void {
    this.#steps.push(`${this.#steps.pop()} -> ${what}`);
  }

  #report({ message }: Error): string {
    const { seed, operations } = this.#options;
    const steps = this.#steps.map((step, index) => `${index + 1}. ${step}`).join("\n");
    return (
      `Seed ${seed}, step ${this.#steps.length} of ${operations}: ${message}\n` +
      `Again: HISTORY_SEED=${seed}\nThe steps so far:\n${steps}`
    );
  }
}

function listed(entries: MarkedEntry[]): string {
  return entries
    .map(({ section, tag, value, owners }) => `  ${section} ${tag} ${JSON.stringify(value)} (${owners.join(", ")})`)
    .toSorted()
    .join("\n");
}
