/**
 * nektos/act, which runs the steps of a job: built from its Go module, once. One from PATH is used where there is no Go: it gives
 * steps a terminal, and loses now and then what a step wrote before it failed (`go/pty/`).
 */
import { join } from "node:path";
import { childEnvironment } from "../../engine/environment.ts";
import { findOnPath, run } from "../../engine/process.ts";
import type { Log } from "../../engine/progress.ts";
import { GoMissing, type Program, programInCache } from "../../programs.ts";

/** What `go/go.mod` pins; older ones parse anchors otherwise and lack options that are used here. */
const oldest = [0, 2, 89] as const;

const program: Program = {
  name: "act",
  sources: join(import.meta.dirname, "../go"),
  executables: [{ name: "act", build: ["-ldflags=-s -w", "github.com/nektos/act"] }],
  usualSeconds: 40,
};

/**
 * Where act is; builds it where the cache lacks it.
 *
 * @throws GoMissing where there is neither Go nor an act that is new enough.
 */
export async function findAct(log: Log = () => {}, path = process.env.PATH): Promise<string> {
  try {
    return (await programInCache(program, log)).act ?? "";
  } catch (error) {
    const found = error instanceof GoMissing ? await findOnPathOf(path) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

async function findOnPathOf(path: string | undefined): Promise<string | undefined> {
  for (const found of await findOnPath("act", path)) {
    const { stdout } = await run(found, ["--version"], {
      environment: childEnvironment({ ACT_DISABLE_VERSION_CHECK: "1" }),
      limits: { totalMs: 10_000 },
    });
    if (isNewEnough(stdout)) return found;
  }
  return undefined;
}

/** Whether `act --version` tells of a version that will do. */
export function isNewEnough(output: string): boolean {
  const version = /^act version v?(\d+)\.(\d+)\.(\d+)/.exec(output)?.slice(1).map(Number);
  if (!version) return false;
  const differing = oldest.findIndex((part, index) => version[index] !== part);
  return differing === -1 || (version[differing] ?? 0) > (oldest[differing] ?? 0);
}
