/** One life of a stack, step by step: seconds, requests by route, bytes of state. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultToken } from "../sandbox/github/index.ts";
import type { Project, Run } from "../sandbox/project.ts";
import type { JournalEntry } from "../sandbox/service.ts";
import { startWorld, type World } from "../sandbox/world.ts";
import { isOurs } from "./aims.ts";
import { type Contestant, createContestant, type Program } from "./programs.ts";

export const stepNames = [
  "first preview",
  "first up",
  "no-op preview",
  "preview --refresh",
  "verify",
  "one-model change",
  "prompt change",
  "destroy",
] as const;
export type StepName = (typeof stepNames)[number];

export interface Measurement {
  program: Program["name"];
  repositories: number;
  latencyMs: number;
  step: StepName;
  seconds: number;
  /** Requests by route, such as `PUT /repos/{owner}/{repo}/contents/{path}`. */
  routes: Record<string, number>;
  /** Of the checkpoint file after the step. */
  stateBytes: number;
}

export interface LifeOptions {
  program: Program;
  repositories: number;
  latencyMs: number;
  /** `--parallel` for programs that raise it. */
  parallel: number;
  /** Of the engine. */
  environment: Record<string, string>;
}

/** The preview that `pulumi up` would make is a step of its own, so updates run without one. */
const commands: Record<Exclude<StepName, "verify">, string[]> = {
  "first preview": ["preview"],
  "first up": ["up", "--yes", "--skip-preview"],
  "no-op preview": ["preview", "--expect-no-changes"],
  "preview --refresh": ["preview", "--refresh", "--expect-no-changes"],
  "one-model change": ["up", "--yes", "--skip-preview"],
  "prompt change": ["up", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** @throws when a step fails, or asks a stand-in for what it does not serve. */
export async function measureLife(options: LifeOptions): Promise<Measurement[]> {
  const names = Array.from({ length: options.repositories }, (_, index) => `repository-${index + 1}`);
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-bench-"));
  const world = await startWorld({
    repositories: [
      ...names.map((name): `${string}/${string}` => `acme/${name}`),
      { name: "acme/.github", actionsAccess: "organization" },
    ],
    latencyMs: options.latencyMs,
    // The limits of github.com would end a run of 500: what is measured here is the work.
    tokens: [{ token: defaultToken, rateLimit: 1_000_000_000 }],
  });
  try {
    const contestant = await createContestant(options.program.name, {
      directory,
      repositories: names,
      environment: { ...options.environment, ...world.environment },
    });
    const measurements: Measurement[] = [];
    // There is nothing like `npm run verify` for a program of one's own.
    const steps = stepNames.filter((step) => step !== "verify" || isOurs(options.program.name));
    for (const step of steps) measurements.push(await measureStep(step, contestant, world, options));
    return measurements;
  } finally {
    await world.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureStep(
  step: StepName,
  { project, changeModel, changePrompt }: Contestant,
  world: World,
  { program, repositories, latencyMs, parallel }: LifeOptions,
): Promise<Measurement> {
  if (step === "one-model change") changeModel();
  if (step === "prompt change") changePrompt();
  const already = { github: world.github.journal.length, tailscale: world.tailscale.journal.length };
  const start = performance.now();
  const run =
    step === "verify"
      ? await verify(project)
      : await project.pulumi(
          ...commands[step],
          ...["--non-interactive", "--suppress-progress", "--color", "never"],
          ...(program.raisesParallelism ? ["--parallel", String(parallel)] : []),
        );
  const seconds = (performance.now() - start) / 1000;
  const requests = [...world.github.journal.slice(already.github), ...world.tailscale.journal.slice(already.tailscale)];
  refuse(run, requests, `${program.title}, ${repositories} repositories: ${step}`);
  return {
    program: program.name,
    repositories,
    latencyMs,
    step,
    seconds,
    routes: countRoutes(requests),
    stateBytes: stateBytes(project.directory),
  };
}

/** `npm run verify`, without npm. */
function verify({ directory, environment }: Project): Promise<Run> {
  const program = join(import.meta.dirname, "..", "commands", "verify.ts");
  return new Promise((resolve) => {
    const args = [program, "--stack", "bench", "--short"];
    execFile(process.execPath, args, { cwd: directory, env: environment }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) || 1 : 0, output: stdout + stderr });
    });
  });
}

function refuse(run: Run, requests: JournalEntry[], what: string): void {
  if (run.exitCode !== 0) throw new Error(`${what} failed:\n${run.output.split("\n").slice(0, 40).join("\n")}`);
  const unknown = requests.filter((entry) => entry.unknown);
  if (unknown.length > 0) throw new Error(`${what}: not served by the sandbox: ${JSON.stringify(unknown)}`);
}

function countRoutes(requests: JournalEntry[]): Record<string, number> {
  const routes: Record<string, number> = {};
  for (const { method, path } of requests) {
    const route = `${method} ${routeOf(path)}`;
    routes[route] = (routes[route] ?? 0) + 1;
  }
  return routes;
}

/** A path with names in place of what differs between repositories. */
function routeOf(path: string): string {
  return path
    .replace(/^\/api\/v[23]/, "")
    .replace(/^\/repos\/[^/]+\/[^/]+/, "/repos/{owner}/{repo}")
    .replace(/^\/orgs\/[^/]+/, "/orgs/{org}")
    .replace(/\/contents\/.+/, "/contents/{path}")
    .replace(/\/commits\/.+/, "/commits/{sha}")
    .replace(/\/secrets\/(?!public-key).+/, "/secrets/{name}")
    .replace(/^\/tailnet\/[^/]+/, "/tailnet/{tailnet}")
    .replace(/\/keys\/.+/, "/keys/{id}");
}

function stateBytes(directory: string): number {
  return readFileSync(join(directory, "state", ".pulumi", "stacks", "claude-aperture", "bench.json")).length;
}
