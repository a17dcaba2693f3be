/**
 * Random histories on the real engine, with two stacks of policy entries and one that sets up repositories: few operations,
 * because a run of an engine takes seconds. 200 of them: test/provider/history.test.ts without engines, `npm run soak` with.
 */
import { expect, it } from "vitest";
import { seedFrom } from "../writers/random.ts";
import { withHistoryStacks } from "./history/engine-stacks.ts";
import { runHistory } from "./history/history.ts";

const operations = 24;

it.each([
  ["a fixed seed", 20_260_101],
  ["HISTORY_SEED, or a fresh one", seedFrom("HISTORY_SEED")],
])("tailnet and repositories agree with the model after each step: %s, %i", { timeout: 900_000 }, async (_, seed) => {
  console.log(`HISTORY_SEED=${seed}`);
  const result = await withHistoryStacks((world, stacks) => runHistory(world, stacks, { seed, operations }));
  console.log(JSON.stringify(result));
  expect(result).toMatchObject({ operations });
});
