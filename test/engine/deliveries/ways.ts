/** The ways to deliver, and what a repository has of each when all is done. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mergePull, pushCommit, type Repository } from "../../../sandbox/github/index.ts";
import type { Project } from "../../../sandbox/project.ts";
import { listCredentials, secretNames } from "../../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../../sandbox/world.ts";
import { workflowPath } from "./runs.ts";

export interface Way {
  delivery: { kind: string; callersBy?: string };
  identity: { kind: "federated" | "oauth"; scope?: "organization" };
}

const federated = { kind: "federated" } as const;
const oauth = { kind: "oauth" } as const;
const deliveries = [
  { kind: "commit" },
  { kind: "pull-request" },
  { kind: "central" },
  { kind: "central", callersBy: "pull-request" },
  { kind: "output" },
];

export const ways: readonly Way[] = [
  ...deliveries.flatMap((delivery) => [
    { delivery, identity: federated },
    { delivery, identity: oauth },
  ]),
  { delivery: { kind: "central" }, identity: { ...federated, scope: "organization" } },
];

export const centralRepository = "acme/.github";

/** The secrets that a repository of this way has. */
function listSecrets({ delivery, identity }: Way): string[] {
  if (identity.scope === "organization") return [];
  const isOauth = identity.kind === "oauth";
  if (delivery.kind !== "central")
    return [isOauth ? "TS_OAUTH_SECRET" : "TS_AUDIENCE", "TS_OAUTH_CLIENT_ID"].toSorted();
  return isOauth
    ? ["TS_CENTRAL_CLIENT_ID", "TS_CENTRAL_OAUTH_SECRET"]
    : ["TS_CENTRAL_AUDIENCE_(key)", "TS_CENTRAL_CLIENT_ID_(key)"];
}

/** What is not as it is to be once nothing more is to be done, or is left over; each repository has a tag of its own. */
export function findLeftovers(world: World, wayOf: ReadonlyMap<string, Way>): string[] {
  const found: string[] = [];
  const expect = (what: string, is: unknown, wanted: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(wanted)) found.push(`${what}: ${JSON.stringify(is)}`);
  };
  for (const [slug, way] of wayOf) {
    const { git, pulls } = world.github.state.repository(slug);
    expect(`secrets of ${slug}`, namesOf(world, slug), listSecrets(way));
    // A branch that was merged and not deleted is the next pull request's.
    const byPull = way.delivery.kind === "pull-request" || way.delivery.callersBy === "pull-request";
    const branches = [...git.branches.keys()].filter((name) => !byPull || !pulls.some(({ head }) => head === name));
    expect(`branches of ${slug}`, branches, ["main"]);
    expect(
      `open pull requests of ${slug}`,
      pulls.filter(({ state }) => state === "open").map(({ title }) => title),
      [],
    );
    expect(`files of ${slug}`, listWorkflows(world, slug), [workflowPath]);
  }
  const centrals = [...wayOf.values()].filter(({ delivery }) => delivery.kind === "central");
  expect("central files", listWorkflows(world, centralRepository).length, centrals.length);
  expect("credentials", listCredentials(world).length, wayOf.size);
  return found;
}

/** Without what tells one central file from another. */
const namesOf = (world: World, slug: string) =>
  secretNames(world, slug).map((name) => name.replace(/_[0-9A-F]{7}$/, "_(key)"));

export function listWorkflows(world: World, slug: string): string[] {
  const { git, defaultBranch } = world.github.state.repository(slug);
  return [...(git.tip(defaultBranch)?.files.keys() ?? [])].filter((path) => path.startsWith(".github/"));
}

/** People merge what is open. Not everybody has GitHub delete the branch. */
export function mergeAll(repository: Repository, deleteBranch: boolean): void {
  for (const { number, state } of repository.pulls)
    if (state === "open") mergePull(repository, number, { deleteBranch });
}

/** People commit what the stack puts out. */
export function commitOutputs({ github }: World, project: Project): void {
  const [stack] = readState(project);
  const workflows = (stack?.outputs?.workflows ?? {}) as Record<string, Record<string, string>>;
  for (const [slug, files] of Object.entries(workflows)) pushCommit(github.state.repository(slug), "main", files);
}

interface StateResource {
  urn: string;
  type: string;
  outputs?: Record<string, unknown>;
}

/** The resources of the stack `test`, itself first; asking the engine takes a second. */
export function readState({ directory }: Project): StateResource[] {
  const file = join(directory, "state/.pulumi/stacks/claude-aperture/test.json");
  return JSON.parse(readFileSync(file, "utf8")).checkpoint.latest.resources;
}
