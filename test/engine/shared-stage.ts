/** One world and one stack for all tests of a file, where a stage for each would cost more than the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { prepareEngine } from "../../sandbox/engine/index.ts";
import { createProject, type Project } from "../../sandbox/project.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { expectNoLeak } from "./secrecy.ts";
import { oneRepository, type StageOptions } from "./support.ts";

const components = join(import.meta.dirname, "..", "..", "components", "index.ts");

/** A program with nothing but policy entries: `args` are those of TailnetAccess. */
export function accessProgram(args: object): string {
  return `import { TailnetAccess } from ${JSON.stringify(components)};
new TailnetAccess("access", ${JSON.stringify(args)});
`;
}

/** Its fields are there from the first test on. The test that leaves a secret anywhere fails. */
export function sharedStage(options: StageOptions = {}): {
  world: World;
  project: Project;
} {
  const stage = {} as { world: World; project: Project };
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-"));
  beforeAll(async () => {
    const { environment } = await prepareEngine({ log: (line) => process.stderr.write(`${line}\n`) });
    stage.world = await startWorld(options);
    const project = await createProject({
      directory,
      stack: options.stack ?? "test",
      environment: { ...environment, ...stage.world.environment, ...options.environment },
      config: options.config ?? oneRepository,
      ...(options.program === undefined ? {} : { program: options.program }),
    });
    stage.project = options.inline ? options.inline(project) : project;
  });
  const leaks = new Set<string>();
  afterEach(() => expectNoLeak(stage.world, [stage.project], leaks));
  afterAll(async () => {
    await stage.world?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return stage;
}
