/** Go programs that the sandbox uses beside the engine: built once, kept in the cache folder by a hash of their sources. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatMessage } from "../core/messages/entry.ts";
import { buildFailed, noGo } from "../core/messages/sandbox.ts";
import { cacheDirectory, exists, makeOnce } from "./engine/cache.ts";
import { downloadEnvironment } from "./engine/environment.ts";
import { findOnPath, run, tail } from "./engine/process.ts";
import { type Log, Steps } from "./engine/progress.ts";

export interface Program {
  /** Of the folder in the cache, and in messages. */
  name: string;
  /** Folder with go.mod and sources, all of which decide over a rebuild. */
  sources: string;
  /** What is built, each into one executable: its name, and the arguments of `go build`. */
  executables: readonly { name: string; build: readonly string[] }[];
  /** What building took on two cores with nothing in Go's caches. */
  usualSeconds: number;
}

/** There is no Go to build a program with. */
export class GoMissing extends Error {}

/**
 * Where the executables of a program are, by name; builds them first where the cache lacks them, with progress in `log`.
 *
 * @throws GoMissing
 * @throws an Error with the last lines of `go build`.
 */
export async function programInCache(program: Program, log: Log = () => {}): Promise<Record<string, string>> {
  const folder = await folderOf(program);
  if (!(await exists(folder))) {
    await makeOnce(
      folder,
      (target) => build(program, target, log),
      () => log(`Waiting for another process that builds ${program.name} ...`),
    );
  }
  return Object.fromEntries(program.executables.map(({ name }) => [name, join(folder, name + executableSuffix)]));
}

const executableSuffix = process.platform === "win32" ? ".exe" : "";

async function folderOf({ name, sources, executables }: Program): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([process.platform, process.arch, executables]));
  const files = await readdir(sources, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile() && /^go\.|\.go$/.test(file.name));
  for (const path of paths.map((file) => join(file.parentPath, file.name)).sort()) {
    hash.update(`\0${path.slice(sources.length)}\0`).update(await readFile(path));
  }
  return join(cacheDirectory(), name, hash.digest("hex").slice(0, 16));
}

async function build({ name, sources, executables, usualSeconds }: Program, folder: string, log: Log): Promise<void> {
  const [go] = await findOnPath("go", process.env.PATH ?? process.env.Path);
  if (!go) throw new GoMissing(formatMessage(noGo, { part: name }));
  const step = { name, usualSeconds };
  await new Steps(log, [step]).run(step, async () => {
    for (const executable of executables) {
      const output = join(folder, executable.name + executableSuffix);
      const outcome = await run(go, ["build", "-buildvcs=false", "-o", output, ...executable.build], {
        cwd: sources,
        environment: downloadEnvironment({ CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }),
      });
      if (outcome.exitCode !== 0) {
        throw new Error(formatMessage(buildFailed, { part: name, folder: sources, output: tail(outcome.output) }));
      }
    }
  });
}
