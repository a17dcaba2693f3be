/** The stacks of a history on the real engine: two of nothing but policy entries, and one with repositories. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareEngine } from "../../../sandbox/engine/index.ts";
import { createProject } from "../../../sandbox/project.ts";
import { startWorld, type World } from "../../../sandbox/world.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { policyStack, quiet } from "../policy-stack.ts";
import type { HistoryStack } from "./history.ts";
import type { Wish } from "./operations.ts";
import { type Repositories, watchRepositories } from "./repositories.ts";

const slugs = ["acme/app", "acme/api", "acme/web"];

/** A world of their own, that ends with `use`. */
export async function withHistoryStacks<T>(use: (world: World, stacks: HistoryStack[]) => Promise<T>): Promise<T> {
  const { environment } = await prepareEngine({ log: console.error });
  const world = await startWorld({ repositories: slugs as `${string}/${string}`[] });
  const root = mkdtempSync(join(tmpdir(), "claude-aperture-"));
  const options = (name: string) => {
    const directory = join(root, name);
    mkdirSync(directory);
    return { directory, name, environment: { ...environment, ...world.environment } };
  };
  try {
    const policyStacks = [];
    for (const name of ["h1", "h2"]) policyStacks.push(await policyHistoryStack(options(name)));
    return await use(world, [
      ...policyStacks,
      await claudeHistoryStack(options("claude"), watchRepositories(world, slugs)),
    ]);
  } finally {
    await world.close();
    rmSync(root, { recursive: true, force: true });
  }
}

type StackOptions = Parameters<typeof policyStack>[0];

async function policyHistoryStack(options: StackOptions): Promise<HistoryStack> {
  const stack = await policyStack(options);
  const run: HistoryStack["run"] = async (wish) => {
    const { exitCode, output } = await stack.run(wish?.access);
    return exitCode === 0 ? undefined : output;
  };
  return { name: options.name, owner: stack.owner, run };
}

async function claudeHistoryStack(options: StackOptions, watched: Repositories): Promise<HistoryStack> {
  const { directory, name, environment } = options;
  const config = configuration(undefined);
  const project = claudeAperture(await createProject({ directory, stack: name, environment, config }));
  const run: HistoryStack["run"] = async (wish) => {
    if (wish) project.configure((config) => Object.assign(config, configuration(wish)));
    // A secret that was changed by hand is seen only with it; for a file, a plain run has to do.
    const refresh = watched.hasEditedSecret() ? ["--refresh"] : [];
    const { exitCode, output } = await project.pulumi(wish ? "up" : "destroy", ...refresh, ...quiet);
    return exitCode === 0 ? undefined : output;
  };
  return {
    name,
    owner: `claude-aperture/${name}`,
    repositories: slugs,
    run,
    inspect: (wish, failed) => watched.inspect(wish, failed),
    editByHand: (repository, what) => watched.edit(repository, what),
  };
}

/** As `Pulumi.claude.yaml` has it. */
function configuration(wish: Wish | undefined): Record<string, unknown> {
  const [tag = "tag:claude", access] = Object.entries(wish?.access ?? {})[0] ?? [];
  return {
    "github:owner": "acme",
    "claude-aperture:repositories": (wish?.repositories?.slugs ?? slugs).map((slug) => slug.split("/")[1]),
    "claude-aperture:aperture": { device: "tag:aperture" },
    "claude-aperture:tag": tag,
    // The person uses tags in rules, and stacks take tags of each other.
    "claude-aperture:policy": { shareTag: true },
    "claude-aperture:models": access?.models ?? ["anthropic/**"],
    "claude-aperture:identity": { kind: wish?.repositories?.identity ?? "federated" },
  };
}
