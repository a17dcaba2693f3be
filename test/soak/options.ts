/** The command line of `npm run soak`. */
import { parseArgs } from "node:util";

export const usage = `npm run soak -- [options]
  --operations N   operations of a history, and edits of the stacks and of the person in a contest (default 200)
  --minutes M      go on with further seeds until M minutes are over (default: one seed)
  --seed S         seed of the first round (default: a fresh one); the next rounds count on from it
  --only WHAT      writers or histories (default: both)`;

export interface SoakOptions {
  operations: number;
  /** Absent: one round. */
  minutes?: number;
  seed: number;
  only?: "writers" | "histories";
}

/** @throws Error for what is no such option. */
export function readOptions(args: string[], freshSeed: number): SoakOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      operations: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const { only } = values;
  if (only !== undefined && only !== "writers" && only !== "histories") {
    throw new Error(`--only is writers or histories, not ${only}.\n${usage}`);
  }
  return {
    operations: wholeNumber("operations", values.operations, 200, 16),
    seed: wholeNumber("seed", values.seed, freshSeed, 0),
    ...(values.minutes === undefined ? {} : { minutes: wholeNumber("minutes", values.minutes, 0, 1) }),
    ...(only === undefined ? {} : { only }),
  };
}

function wholeNumber(name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text) || Number(text) < least) {
    throw new Error(`--${name} is a whole number from ${least} on, not ${text}.\n${usage}`);
  }
  return Number(text);
}
