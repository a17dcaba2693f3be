/**
 * Random histories of 200 operations, on the provider without an engine: one with a fixed seed, one with a fresh one.
 * On the engine, and with repositories: test/engine/history.test.ts, `npm run soak`.
 */
import { expect, it } from "vitest";
import { startWorld } from "../../sandbox/world.ts";
import { runHistory } from "../engine/history/history.ts";
import { seedFrom } from "../writers/random.ts";
import { historyStack } from "./runs.ts";

const operations = 200;

it.each([
  ["a fixed seed", 20_260_101],
  ["HISTORY_SEED, or a fresh one", seedFrom("HISTORY_SEED")],
])(
  "policy entries and settings, console edits and faults agree with the model after each step: %s, %i",
  {
    timeout: 900_000,
  },
  async (_, seed) => {
    console.log(`HISTORY_SEED=${seed}`);
    const world = await startWorld();
    const stacks = ["h1", "h2"].map((name) => historyStack(name, world));
    try {
      const result = await runHistory(world, stacks, { seed, operations });
      console.log(JSON.stringify(result));
      expect(result).toMatchObject({ operations });
      expect(result.faultsMet).toBeGreaterThan(0);
    } finally {
      await Promise.all(stacks.map((stack) => stack.close()));
      await world.close();
    }
  },
);
