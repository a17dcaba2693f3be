/** Whole runs: the program on the real engine, in a folder of its own, against a loopback world of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { prepareEngine } from "../../sandbox/engine/index.ts";
import { createProject, type Project } from "../../sandbox/project.ts";
import { startWorld, type World, type WorldOptions } from "../../sandbox/world.ts";
import { expectNoLeak, plantCanaries } from "./secrecy.ts";

export interface Stage {
  world: World;
  project: Project;
}

export interface StageOptions extends WorldOptions {
  /** Configuration of the stack. Default: one repository, `acme/app`. */
  config?: Record<string, unknown>;
  stack?: string;
  /** Text of another program than ours. */
  program?: string;
  /** Has the program run in the test's own process: `claudeAperture`, or `inline` with another one. */
  inline?: (project: Project) => Project;
  /** Variables over those of engine and world. */
  environment?: Record<string, string>;
}

plantCanaries();

let engine: ReturnType<typeof prepareEngine> | undefined;

/** Lines that tell people what happens while an engine is built the first time. */
function preparedEngine() {
  engine ??= prepareEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  return engine;
}

/** One repository in the tailnet of the example. */
export const oneRepository = {
  "github:owner": "acme",
  "claude-aperture:repositories": ["app"],
  "claude-aperture:aperture": { device: "tag:aperture" },
};

/**
 * A world and a stack in it; both end with the test. A request that the world does not serve fails it, and so does a secret
 * that is left anywhere.
 */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const world = await startWorld(options);
  onTestFinished(async () => {
    await world.close();
    const { github, tailscale, aperture } = world;
    const unknown = [github, tailscale, aperture].flatMap(({ journal }) => journal.filter((entry) => entry.unknown));
    if (unknown.length > 0) throw new Error(`not served by the sandbox: ${JSON.stringify(unknown)}`);
  });
  return { world, project: await stackIn(world, options) };
}

/** A stack in a world, in an empty folder. Who calls it ends both. */
export async function projectIn(directory: string, world: World, options: StageOptions): Promise<Project> {
  const { environment } = await preparedEngine();
  const project = await createProject({
    directory,
    stack: options.stack ?? "test",
    environment: { ...environment, ...world.environment, ...options.environment },
    config: options.config ?? oneRepository,
    ...(options.program === undefined ? {} : { program: options.program }),
  });
  return options.inline ? options.inline(project) : project;
}

/** One more stack in a world. It ends with the test, which fails when a secret is left anywhere. */
export async function stackIn(world: World, options: StageOptions = {}): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const project = await projectIn(directory, world, options);
  // Hooks run in reverse order: before the folder and the world go.
  onTestFinished(() => expectNoLeak(world, [project]));
  return project;
}

/**
 * `pulumi COMMAND` without questions and, but for `preview` itself, without the preview in front, which does the same reads
 * and checks; throws with the whole output when it fails.
 */
export async function succeed(project: Project, command: string, ...args: string[]): Promise<string> {
  const alone = ["up", "destroy", "refresh"].includes(command) ? ["--skip-preview"] : [];
  const { exitCode, output } = await pulumi(project, command, ...alone, ...args);
  if (exitCode !== 0) throw new Error(`pulumi ${command} failed:\n${output}`);
  return output;
}

/** `pulumi COMMAND` that must fail; its output. */
export async function fail(project: Project, command: string, ...args: string[]): Promise<string> {
  const { exitCode, output } = await pulumi(project, command, ...args);
  if (exitCode === 0) throw new Error(`pulumi ${command} succeeded:\n${output}`);
  return output;
}

function pulumi(project: Project, command: string, ...args: string[]) {
  const yes = command === "preview" ? [] : ["--yes"];
  return project.pulumi(command, ...yes, "--non-interactive", "--suppress-progress", "--color", "never", ...args);
}
