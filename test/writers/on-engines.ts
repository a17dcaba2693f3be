/** A world and the eight stacks of a contest, each with an engine, a state and a folder of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareEngine } from "../../sandbox/engine/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { type PolicyStack, policyStack } from "../engine/policy-stack.ts";
import { stackNames } from "./contest.ts";

export async function withStacks<T>(use: (world: World, stacks: PolicyStack[]) => Promise<T>): Promise<T> {
  const { environment } = await prepareEngine({ log: console.error });
  const world = await startWorld();
  const directories: string[] = [];
  try {
    const stacks = [];
    for (const name of stackNames) {
      const directory = mkdtempSync(join(tmpdir(), "claude-aperture-"));
      directories.push(directory);
      stacks.push(await policyStack({ directory, name, environment: { ...environment, ...world.environment } }));
    }
    return await use(world, stacks);
  } finally {
    await world.close();
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }
}
