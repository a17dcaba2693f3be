/** Repositories that all change their way to deliver in each run, so that a few runs see each way follow each other. */
import { expect } from "vitest";
import type { Project } from "../../../sandbox/project.ts";
import type { World } from "../../../sandbox/world.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { oneRepository, stage, succeed } from "../support.ts";
import { type Watch, watchWorkflows } from "./outages.ts";
import { centralRepository, commitOutputs, findLeftovers, mergeAll, type Way } from "./ways.ts";

export interface Tour {
  world: World;
  project: Project;
  watch: Watch;
  /** The way of each repository as configured. */
  wayOf(): ReadonlyMap<string, Way>;
  /** One `pulumi up` in which each repository goes on by so many ways. */
  advance(steps: number): Promise<string>;
  /** People merge and commit all that waits for them. */
  act(): void;
}

/** One repository for each way to begin with, set up and live. With a tag of its own each has a central file of its own. */
export async function startTour(ways: readonly Way[]): Promise<Tour> {
  const names = ways.map((_, index) => `r${index}`);
  const slugs = names.map((name): `acme/${string}` => `acme/${name}`);
  const { world, project } = await stage({
    inline: claudeAperture,
    repositories: [...slugs, { name: centralRepository, actionsAccess: "organization" }],
  });
  let shift = 0;
  const wayAt = (index: number) => ways[(index + shift) % ways.length] as Way;
  const configure = () =>
    project.configure((config) => {
      Object.assign(config, oneRepository);
      config["claude-aperture:repositories"] = names.map((name, index) => ({
        name,
        tag: `tag:ci-${name}`,
        ...wayAt(index),
      }));
    });
  const act = () => {
    commitOutputs(world, project);
    for (const [index, slug] of slugs.entries()) mergeAll(world.github.state.repository(slug), index % 2 === 0);
  };
  configure();
  await succeed(project, "up");
  act();
  return {
    world,
    project,
    watch: watchWorkflows(world, slugs),
    wayOf: () => new Map(slugs.map((slug, index) => [slug, wayAt(index)])),
    async advance(steps) {
      shift += steps;
      configure();
      return succeed(project, "up");
    },
    act,
  };
}

/**
 * Has all repositories go on by so many ways, again and again. With `merges` people merge after each run; otherwise at the end. No
 * workflow may fail at any moment, and nothing may be left once people have merged and the next run is over.
 */
export async function walk(
  ways: readonly Way[],
  { steps, merges }: { steps: readonly number[]; merges: boolean },
): Promise<void> {
  const { world, project, watch, wayOf, advance, act } = await startTour(ways);
  const finish = async (after: string) => {
    act();
    await succeed(project, "up");
    expect.soft(await watch.findOutages(), after).toEqual([]);
    expect.soft(findLeftovers(world, wayOf()), after).toEqual([]);
  };
  await succeed(project, "up");
  expect(findLeftovers(world, wayOf())).toEqual([]);
  for (const count of steps) {
    await advance(count);
    expect.soft(await watch.findOutages(), `during a switch by ${count}`).toEqual([]);
    if (merges) await finish(`after a switch by ${count}`);
  }
  if (!merges) await finish("after all switches");
  await succeed(project, "preview", "--expect-no-changes");
}
