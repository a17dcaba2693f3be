/**
 * `npm run soak:repositories`: sets up 500 repositories under GitHub's true limits, one `pulumi up` after the other, while an
 * hour of the stand-in's clock passes between two of them, and removes them again; in both scopes of an identity. Waits inside a
 * run (80 commits a minute) are real.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepareEngine } from "../../sandbox/engine/index.ts";
import { defaultToken } from "../../sandbox/github/index.ts";
import { createProject } from "../../sandbox/project.ts";
import { fileText, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { startWorld } from "../../sandbox/world.ts";

const usage = `npm run soak:repositories -- [options]
  --scopes repository,organization   of the identity: secrets and a workflow in each repository, or callers of a central one
  --repositories 500   how many
  --rate-limit 5000    requests an hour of the token
  --parallel 16        of the engine
  --no-checkpoints     write the state only at the end of a run (PULUMI_SKIP_CHECKPOINTS)
  --skip-preview       of each up and of the destroy
  --keep               leave the project's folder`;

const { values } = parseArgs({
  options: {
    scopes: { type: "string", default: "repository,organization" },
    repositories: { type: "string", default: "500" },
    "rate-limit": { type: "string", default: "5000" },
    parallel: { type: "string", default: "16" },
    "no-checkpoints": { type: "boolean", default: false },
    "skip-preview": { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}

const count = Number(values.repositories);
const names = Array.from({ length: count }, (_, index) => `repository-${index + 1}`);
const slugs = names.map((name): `acme/${string}` => `acme/${name}`);
const engine = await prepareEngine({ log: console.error });
for (const line of engine.description) console.log(`- ${line}`);

const organization = {
  "claude-aperture:delivery": { kind: "central" },
  "claude-aperture:identity": { kind: "federated", scope: "organization" },
};

let isWhole = true;
for (const scope of values.scopes.split(",")) isWhole = (await live(scope)) && isWhole;
process.exit(isWhole ? 0 : 1);

/** A life of one stack: whether all was set up, and all is gone. */
async function live(scope: string): Promise<boolean> {
  console.log(`\n## Scope ${scope}\n`);
  const isRepositoryScope = scope !== "organization";
  const world = await startWorld({
    repositories: [...slugs, { name: "acme/.github", actionsAccess: "organization" }],
    tokens: [{ token: defaultToken, rateLimit: Number(values["rate-limit"]) }],
    contentLimits: {},
  });
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-soak-"));
  const project = await createProject({
    directory,
    stack: "soak",
    environment: {
      ...engine.environment,
      ...world.environment,
      ...(values["no-checkpoints"] ? { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" } : {}),
    },
    config: {
      "github:owner": "acme",
      "claude-aperture:repositories": names,
      "claude-aperture:aperture": { device: "tag:aperture" },
      ...(isRepositoryScope ? {} : organization),
    },
  });
  const yes = ["--yes", ...(values["skip-preview"] ? ["--skip-preview"] : [])];

  /** How many of its parts a repository has, by what the services hold, never by what the program says. */
  const parts = (slug: string) =>
    secretNames(world, slug).length + (fileText(world, slug, ".github/workflows/claude.yml") === undefined ? 0 : 1);
  const whole = isRepositoryScope ? 3 : 1;
  const incomplete = () => slugs.filter((slug) => parts(slug) < whole).length;
  const standing = () => slugs.filter((slug) => parts(slug) > 0).length;
  let failures = 0;

  /** Runs the command again, an hour later each time, until nothing is left to do or a run gets nowhere; how many runs. */
  async function repeat(command: string, left: () => number): Promise<number> {
    let runs = 0;
    for (let before = Number.POSITIVE_INFINITY; left() > 0 && left() < before; runs++) {
      before = left();
      world.github.state.clock.advance(3600);
      await run(command, ...yes);
    }
    return runs;
  }

  async function run(...args: string[]): Promise<void> {
    const [before, start] = [world.github.journal.length, performance.now()];
    const { exitCode, output } = await project.pulumi(
      ...args,
      ...["--non-interactive", "--suppress-progress", "--color", "never", "--parallel", values.parallel],
    );
    const seconds = (performance.now() - start) / 1000;
    const requests = world.github.journal.slice(before);
    const told = /(?:With this run )?\d+ of \d+ done, go on after [^:]+:\d+ UTC/.exec(output)?.[0] ?? "";
    const refused = requests.filter(({ status }) => status === 403).length;
    console.log(
      `${args.join(" ")}: exit ${exitCode}, ${seconds.toFixed(0)} s, ${count - incomplete()} of ${count} complete, ` +
        `${requests.length} GitHub requests (${refused} refused), state ${stateBytes()} bytes. ${told}`,
    );
    if (exitCode !== 0) {
      failures++;
      console.log(output.split("\n").slice(-40).join("\n"));
    }
    const unknown = requests.filter((entry) => entry.unknown);
    if (unknown.length > 0) throw new Error(`not served by the sandbox: ${JSON.stringify(unknown[0])}`);
  }

  const stateBytes = () => {
    const file = join(directory, "state", ".pulumi", "stacks", "claude-aperture", "soak.json");
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  };

  const begin = performance.now();
  const ups = await repeat("up", incomplete);
  const isComplete = incomplete() === 0;
  const deletions = world.github.journal.filter(({ method }) => method === "DELETE").length;
  world.github.state.clock.advance(3600);
  await run("preview", "--expect-no-changes");
  const destroys = await repeat("destroy", standing);
  const minutes = (performance.now() - begin) / 60_000;
  console.log(
    `${isComplete ? "Complete" : "NOT complete"} after ${ups} ups; ${deletions} deletions before the destroy, ` +
      `${standing()} left after ${destroys} destroys; ${failures} runs failed; ${minutes.toFixed(1)} minutes in all.`,
  );
  const isClean = isComplete && deletions === 0 && standing() === 0 && failures === 0;
  await world.close();
  if (!values.keep) rmSync(directory, { recursive: true, force: true });
  return isClean;
}
