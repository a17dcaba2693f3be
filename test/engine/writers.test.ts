/**
 * Eight stacks on eight real engines and a person with a script edit one policy file at once: few edits, because a run of
 * an engine takes a second. 200 and 200 of them: test/provider/writers.test.ts without engines, `npm run soak` with them.
 */
import { expect, it } from "vitest";
import { contest } from "../writers/contest.ts";
import { withStacks } from "../writers/on-engines.ts";
import { seedFrom } from "../writers/random.ts";

it("every entry is there once, no comment is lost, and the file ends as it began", { timeout: 900_000 }, async () => {
  const seed = seedFrom("WRITERS_SEED");
  console.log(`WRITERS_SEED=${seed}`);
  await withStacks(async (world, stacks) => {
    const { violations, ...figures } = await contest(world, stacks, { seed, stackEdits: 24, personEdits: 48 });
    expect(violations).toEqual([]);
    console.log(JSON.stringify(figures));
    expect(figures.stackEdits).toBe(24);
    expect(figures.personEdits).toBeGreaterThanOrEqual(48);
  });
});
