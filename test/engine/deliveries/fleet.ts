/** Repositories of one organization with a central repository, watched. */
import type { Project } from "../../../sandbox/project.ts";
import type { World } from "../../../sandbox/world.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { oneRepository, stage, succeed } from "../support.ts";
import { type Watch, watchWorkflows } from "./outages.ts";
import { centralRepository } from "./ways.ts";

export interface Fleet {
  world: World;
  project: Project;
  /** From the end of the first `up` on. */
  watch: Watch;
  /** Gives top-level settings other values, without the project's name. */
  set(settings: Record<string, unknown>): void;
  up(settings?: Record<string, unknown>): Promise<string>;
}

/** Sets repositories up, which are all that there are but for the central one. The owner is `acme`. */
export async function startFleet(
  names: readonly string[],
  settings: Record<string, unknown>,
  afterUp: (world: World) => void = () => {},
): Promise<Fleet> {
  const slugs = names.map((name): `acme/${string}` => `acme/${name}`);
  const { world, project } = await stage({
    inline: claudeAperture,
    repositories: [...slugs, { name: centralRepository, actionsAccess: "organization" }],
  });
  const set = (changed: Record<string, unknown>) =>
    project.configure((config) => {
      Object.assign(
        config,
        Object.fromEntries(Object.entries(changed).map(([name, value]) => [`claude-aperture:${name}`, value])),
      );
    });
  project.configure((config) => Object.assign(config, oneRepository));
  set({ repositories: names, ...settings });
  await succeed(project, "up");
  afterUp(world);
  return {
    world,
    project,
    watch: watchWorkflows(world, slugs),
    set,
    up: (changed = {}) => {
      set(changed);
      return succeed(project, "up");
    },
  };
}
