/** One world and one stack for all breaks: each that is about one repository has one, with a tag of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultToken, slug as slugOf } from "../../../sandbox/github/index.ts";
import type { Project } from "../../../sandbox/project.ts";
import { readExamplePolicy, startWorld, type World } from "../../../sandbox/world.ts";
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

export interface StageKind {
  /** False: before the first `pulumi up`. */
  isSetUp: boolean;
}

/** Everything is set up and works; or could be. */
export async function startBreaks(breaks: readonly Break[], { isSetUp }: StageKind): Promise<BreaksStage> {
  const named = new Map(breaks.filter((one) => !one.isForAll).map((one, index) => [one, nameOf(one, index)]));
  const central = { name: "acme/.github", actionsAccess: "organization" } as const;
  const world = await startWorld({
    // A tag of the deploying pipeline, which owns the runners' tags.
    policy: readExamplePolicy().replace('"tagOwners": {', '"tagOwners": {\n\t\t"tag:deployer": [],'),
    // An hour's allowance is not what this is about.
    tokens: [{ token: defaultToken, rateLimit: 1_000_000 }],
    repositories: [
      "acme/app",
      central,
      ...[...named].map(([{ repository }, name]) => ({ name: `acme/${name}` as const, ...repository })),
    ],
  });
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-breaks-"));
  const project = await projectIn(directory, world, {
    inline: claudeAperture,
    config: {
      ...oneRepository,
      "claude-aperture:tagOwners": ["tag:deployer"],
      "claude-aperture:repositories": [
        "app",
        ...[...named].filter(([one]) => !one.isLate).map(([one, name]) => settingsOf(one, name)),
      ],
    },
  });
  // Looked up while they have their names.
  const repositories = new Map(world.github.state.repositories.map((one) => [slugOf(one), one]));
  const siteOf = (one: Break): Site => {
    const name = named.get(one);
    const slug = `acme/${name ?? "app"}` as const;
    const repository = repositories.get(slug);
    if (!repository) throw new Error(`no ${slug}`);
    return { world, project, slug, repository, tag: name === undefined ? "tag:ci" : tagOf(name) };
  };
  if (isSetUp) await succeed(project, "up");
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
