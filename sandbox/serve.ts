/** The loopback world for trials by hand, until Ctrl-C. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { usualAssignments, writeAssignments } from "./assignments.ts";
import { prepareEngine } from "./engine/index.ts";
import type { RepositorySlug } from "./github/index.ts";
import { startHand } from "./hand/server.ts";
import { startHujson } from "./hujson/index.ts";
import { GoMissing } from "./programs.ts";
import { showRuns } from "./show-runs.ts";
import { centralRepository, startWorld, type WorldOptions } from "./world.ts";

const usage = `npm run sandbox -- [options]          starts the services
npm run sandbox -- do COMMAND ...     changes what runs, as somebody else would: npm run sandbox -- do help
  --policy FILE            tailnet policy file to begin with (default: a plausible company's)
  --repositories a/b,c/d   repositories that exist, beside a/.github and c/.github (default acme/app,acme/api)
  --store raw|canonical    what the tailnet keeps of a policy that it is sent (default raw; canonical needs Go)
  --latency MS             delay before each answer (default 0)
  --runner                 events start workflows, in a tailnet of real nodes (needs Go, which builds them once)
  --port-base N            first of three ports (default: the system chooses)
  --assignments FILE       where to write the shell assignments (default .sandbox/env)`;

const directory = join(import.meta.dirname, "..", ".sandbox");
const { environmentFile = usualAssignments, ...options } = readOptions();
const log = (line: string) => console.log(line);
const engine = await prepareEngine({ log });
for (const line of engine.description) log(line);

const hujson = options.store === "canonical" ? await startHujson() : undefined;
const world = await startWorld({ ...options, log, ...(hujson ? { format: (text) => hujson.format(text) } : {}) }).catch(
  async (error) => {
    await hujson?.close();
    if (!(error instanceof GoMissing)) throw error;
    console.error(error.message);
    process.exit(1);
  },
);
// The services begin anew each time: a state of earlier ones would name what is nowhere.
mkdirSync(directory, { recursive: true });
const backend = mkdtempSync(join(directory, "state-"));
const hand = await startHand(world);
writeAssignments(environmentFile, {
  ...engine.environment,
  PULUMI_BACKEND_URL: `file://${backend}`,
  ...world.environment,
  ...hand.environment,
});
log(`Tailscale ${world.tailscale.url}   GitHub ${world.github.url}   (each: /_sandbox/journal, /_sandbox/state)`);
log(`Aperture  ${world.aperture.url}   (also: /admin/, its log)`);
if (world.runner) showRuns(world, log);
if (world.tailnet) log(`Tailnet   ${world.tailnet.controlUrl}   (how to join it: docs/sandbox.md)`);
log(`In another shell:  set -a; source '${relative("", environmentFile)}'; set +a; pulumi stack init dev`);
log("Then the settings, as in README.md. Ctrl-C ends the services and forgets all that was set up, the state too.");
log("What others do in the meantime: npm run sandbox -- do help");
log("ready");

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());

async function stop(): Promise<void> {
  rmSync(environmentFile, { force: true });
  rmSync(backend, { recursive: true, force: true });
  await hand.close();
  await world.close();
  await hujson?.close();
  process.exit(0);
}

function readOptions(): WorldOptions & { environmentFile?: string } {
  try {
    const { values } = parseArgs({
      options: {
        policy: { type: "string" },
        repositories: { type: "string" },
        store: { type: "string" },
        latency: { type: "string" },
        runner: { type: "boolean", default: false },
        "port-base": { type: "string" },
        assignments: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (values.store !== undefined && values.store !== "raw" && values.store !== "canonical") {
      throw new Error(`--store takes raw or canonical, not "${values.store}".`);
    }
    return {
      ...(values.policy === undefined ? {} : { policy: readFileSync(values.policy, "utf8") }),
      ...(values.repositories === undefined
        ? {}
        : { repositories: withCentral(values.repositories.split(",").map(repositorySlug)) }),
      ...(values.store === undefined ? {} : { store: values.store }),
      ...(values.latency === undefined ? {} : { latencyMs: wholeNumber("--latency", values.latency) }),
      runner: values.runner,
      ...(values["port-base"] === undefined ? {} : { portBase: wholeNumber("--port-base", values["port-base"]) }),
      ...(values.assignments === undefined ? {} : { environmentFile: values.assignments }),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${option} takes a whole number, not "${text}".`);
  return Number(text);
}

function repositorySlug(text: string): RepositorySlug {
  const [owner, name, ...rest] = text.split("/");
  if (!owner || !name || rest.length > 0) throw new Error(`--repositories takes owner/name, not "${text}".`);
  return `${owner}/${name}`;
}

/** With a repository for central workflows of each owner. */
function withCentral(slugs: RepositorySlug[]): NonNullable<WorldOptions["repositories"]> {
  const central = [...new Set(slugs.map((slug) => slug.slice(0, slug.indexOf("/"))))].map(centralRepository);
  return [...slugs.filter((slug) => !central.some(({ name }) => name === slug)), ...central];
}
