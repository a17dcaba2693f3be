/**
 * Eight plugin processes and a person with a script edit one policy file at once: the engine is left out, so that there is
 * time for 200 edits of the stacks and 200 of the person. The same with engines: test/engine/writers.test.ts, `npm run soak`.
 */
import { afterEach, expect, it } from "vitest";
import { startWorld } from "../../sandbox/world.ts";
import { contest, stackNames } from "../writers/contest.ts";
import { seedFrom } from "../writers/random.ts";
import { type PluginStack, pluginStack } from "./runs.ts";

const stacks: PluginStack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.close()));
});

it("every entry is there once, no comment is lost, and the file ends as it began", { timeout: 900_000 }, async () => {
  const world = await startWorld();
  const seed = seedFrom("WRITERS_SEED");
  console.log(`WRITERS_SEED=${seed}`);
  try {
    const { TAILSCALE_API_KEY = "", TAILSCALE_BASE_URL = "" } = world.environment;
    for (const name of stackNames) {
      stacks.push(pluginStack(`claude-aperture/${name}`, { TAILSCALE_API_KEY, TAILSCALE_BASE_URL }));
    }
    const { violations, ...figures } = await contest(world, stacks, { seed, stackEdits: 200, personEdits: 200 });
    expect(violations).toEqual([]);
    console.log(JSON.stringify(figures));
    expect(figures.stackEdits).toBe(200);
    expect(figures.personEdits).toBeGreaterThanOrEqual(200);
    expect(figures.overtaken).toBeGreaterThan(0);
  } finally {
    await world.close();
  }
});
