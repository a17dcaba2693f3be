/** One world and one stack for all breaks: each that is about one repository has one, with a tag of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Project } from "../../../sandbox/project.ts";
import { startWorld, type World } from "../../../sandbox/world.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { expectNoLeak } from "../secrecy.ts";
import { oneRepository, projectIn, succeed } from "../support.ts";
import type { Break, Site } from "./breaks/break.ts";

export interface BreaksStage {
  world: World;
  project: Project;
  siteOf(one: Break): Site;
  close(): Promise<void>;
}

/** Everything is set up and works. */
export async function startBreaks(breaks: readonly Break[]): Promise<BreaksStage> {
  const named = new Map(breaks.filter((one) => !one.isForAll).map((one, index) => [one, nameOf(one, index)]));
  const central = { name: "acme/.github", actionsAccess: "organization" } as const;
  const world = await startWorld({
    repositories: ["acme/app", central, ...[...named.values()].map((name) => `acme/${name}` as const)],
  });
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-breaks-"));
  const project = await projectIn(directory, world, {
    inline: claudeAperture,
    config: {
      ...oneRepository,
      "claude-aperture:repositories": [
        "app",
        ...[...named].filter(([one]) => !one.isLate).map(([one, name]) => settingsOf(one, name)),
      ],
    },
  });
  const siteOf = (one: Break): Site => {
    const name = named.get(one);
    const slug = `acme/${name ?? "app"}` as const;
    const tag = name === undefined ? "tag:ci" : tagOf(name);
    return { world, project, slug, repository: world.github.state.repository(slug), tag };
  };
  await succeed(project, "up");
  for (const one of named.keys()) await one.prepare?.(siteOf(one));
  return {
    world,
    project,
    siteOf,
    async close() {
      await expectNoLeak(world, [project]);
      await world.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const nameOf = ({ check }: Break, index: number): string => `${check}-${index}`;
const tagOf = (name: string): string => `tag:${name}`;

const settingsOf = ({ settings = {} }: Break, name: string): object => ({ name, tag: tagOf(name), ...settings });

/** Puts the break's repository into the settings. */
export function addToSettings({ project, slug, tag }: Site, settings: object = {}): void {
  project.configure((config) => {
    const repositories = config["claude-aperture:repositories"] as object[];
    repositories.push({ name: slug.slice(slug.indexOf("/") + 1), tag, ...settings });
  });
}
