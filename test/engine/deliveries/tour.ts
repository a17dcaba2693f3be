/** Repositories that all change their way to deliver in each run, so that a few runs see each way follow each other. */
import type { Project } from "../../../sandbox/project.ts";
import type { World } from "../../../sandbox/world.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { oneRepository, stage, succeed } from "../support.ts";
import { type Watch, watchWorkflows } from "./outages.ts";
import { centralRepository, commitOutputs, mergeAll, type Way } from "./ways.ts";

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
