/** One world and one stack for all tests of a file, where a stage for each would cost more than the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { TailnetAccess, type TailnetAccessArgs } from "../../components/index.ts";
import type { Project } from "../../sandbox/project.ts";
import { startWorld } from "../../sandbox/world.ts";
import { inline } from "./inline-program.ts";
import { expectNoLeak } from "./secrecy.ts";
import { projectIn, type Stage, type StageOptions } from "./support.ts";

const components = join(import.meta.dirname, "..", "..", "components", "index.ts");

/** A program with nothing but policy entries: `args` are those of TailnetAccess. */
export function accessProgram(args: TailnetAccessArgs): string {
  return `import { TailnetAccess } from ${JSON.stringify(components)};
new TailnetAccess("access", ${JSON.stringify(args)});
`;
}

/** The same program, in the test's own process. */
export function inlineAccess(args: TailnetAccessArgs): (project: Project) => Project {
  return (project) =>
    inline(project, async () => {
      new TailnetAccess("access", args);
    });
}

/** Its fields are there from the first test on. The test that leaves a secret anywhere fails. */
export function sharedStage(options: StageOptions = {}): Stage {
  const stage = {} as Stage;
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-"));
  beforeAll(async () => {
    stage.world = await startWorld(options);
    stage.project = await projectIn(directory, stage.world, options);
  });
  const leaks = new Set<string>();
  afterEach(() => expectNoLeak(stage.world, [stage.project], leaks));
  afterAll(async () => {
    await stage.world?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return stage;
}
