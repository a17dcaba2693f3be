/** The folder in which engines are kept, and the one way into it: written under a temporary name, then renamed. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * `CLAUDE_APERTURE_CACHE`, by default `claude-aperture` in the user's cache directory: `XDG_CACHE_HOME`,
 * `~/Library/Caches` (macOS), `LOCALAPPDATA` (Windows) or `~/.cache`. Deleting it costs one download or build.
 */
export function cacheDirectory(
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (environment.CLAUDE_APERTURE_CACHE) return environment.CLAUDE_APERTURE_CACHE;
  const home = environment.HOME ?? homedir();
  const caches =
    environment.XDG_CACHE_HOME ||
    (platform === "darwin" && join(home, "Library", "Caches")) ||
    (platform === "win32" && environment.LOCALAPPDATA) ||
    join(home, ".cache");
  return join(caches, "claude-aperture");
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the folder `target` once. `fill` gets an empty folder under another name, which becomes `target` by a rename when
 * it is done: what was interrupted never bears the name. A second process waits for the first, calling `onWait` once;
 * should both be at work nevertheless, the first rename wins, and the other's work is thrown away.
 */
export async function makeOnce(
  target: string,
  fill: (folder: string) => Promise<void>,
  onWait: () => void = () => {},
): Promise<void> {
  if (await exists(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const release = await lock(`${target}.lock`, onWait, () => exists(target));
  const temporary = `${target}.${hostname()}.${process.pid}.${randomUUID()}.tmp`;
  try {
    if (await exists(target)) return;
    await removeLeftovers(target);
    await mkdir(temporary);
    await fill(temporary);
    await rename(temporary, target).catch(async (error) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await release();
  }
}

/** What processes of this machine that were killed left behind. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = `${basename(target)}.${hostname()}.`;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isRunning(pid)) await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

const beat = { everyMs: 2_000, missedMs: 20_000, pollMs: 250 };

/** Takes a lock file, or waits until it is free, abandoned or no longer needed. Returns what gives it back. */
async function lock(file: string, onWait: () => void, isDone: () => Promise<boolean>): Promise<() => Promise<void>> {
  const owner = JSON.stringify({ host: hostname(), pid: process.pid, id: randomUUID() });
  for (let isFirst = true; ; isFirst = false) {
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(owner);
      await handle.close();
      const heart = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), beat.everyMs);
      heart.unref();
      return async () => {
        clearInterval(heart);
        if ((await readFile(file, "utf8").catch(() => "")) === owner) await rm(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isDone()) return async () => {};
    if (await isAbandoned(file)) {
      await rm(file, { force: true });
      continue;
    }
    if (isFirst) onWait();
    await pause(beat.pollMs);
  }
}

/** The process that holds the lock has ended, or its heart has not beaten for a while. */
async function isAbandoned(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > beat.missedMs) return true;
    const { host, pid } = JSON.parse(await readFile(file, "utf8"));
    return host === hostname() && !isRunning(pid);
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
