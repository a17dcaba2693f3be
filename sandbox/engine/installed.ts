/** The first way: a Pulumi that the user has installed, with the plugins that it has or downloads. */
import { access, mkdir, readlink, realpath, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { exists } from "./cache.ts";
import { childEnvironment, downloadEnvironment } from "./environment.ts";
import { versions } from "./pinned.ts";
import { findOnPath, run, tail } from "./process.ts";
import { type Log, report } from "./progress.ts";

/** The first version that this project works with. */
export const oldestVersion = "3.230.0";

export interface Installed {
  executable: string;
  /** Without `v`. */
  version: string;
  home: string;
}

export interface InstalledOptions {
  cache: string;
  log: Log;
  environment: Readonly<NodeJS.ProcessEnv>;
}

/** The first usable `pulumi` on PATH; the log names those that are passed over, and why. */
export async function findInstalled(options: InstalledOptions): Promise<Installed | undefined> {
  const { log, environment } = options;
  for (const executable of await findOnPath("pulumi", environment.PATH ?? environment.Path)) {
    // npm's `pulumi` is an installer, not an engine: asking it for its version would start a download.
    if ((await realpath(executable)).includes(`${sep}node_modules${sep}`) || isNpmShim(executable)) continue;
    const outcome = await run(executable, ["version"], {
      environment: childEnvironment({ PULUMI_SKIP_UPDATE_CHECK: "true" }, environment),
      // Long: a busy machine must not look like one without Pulumi.
      limits: { totalMs: 60_000 },
    });
    const version = /^v?(\d+\.\d+\.\d+)/m.exec(outcome.stdout)?.[1];
    if (outcome.exitCode !== 0 || !version) {
      log(`${executable} is not used: it does not tell its version.`);
    } else if (!isAtLeast(version, oldestVersion)) {
      log(`${executable} is not used: it is ${version}, and this needs ${oldestVersion} or newer.`);
    } else {
      const home = await prepareHome(executable, options);
      if (home) return { executable, version, home };
    }
  }
  return undefined;
}

function isNpmShim(executable: string): boolean {
  return dirname(executable).endsWith(join("node_modules", ".bin"));
}

/**
 * A `PULUMI_HOME` of our own in which `plugins` is the user's folder: plugins are shared, credentials and the choice of
 * stacks are not. Undefined when a plugin is missing and cannot be downloaded.
 */
async function prepareHome(executable: string, options: InstalledOptions): Promise<string | undefined> {
  const { cache, log, environment } = options;
  const plugins = join(environment.PULUMI_HOME ?? join(environment.HOME ?? homedir(), ".pulumi"), "plugins");
  const home = join(cache, "engines", "installed");
  await mkdir(plugins, { recursive: true });
  await mkdir(home, { recursive: true });
  await linkTo(plugins, join(home, "plugins"));

  for (const { name, version } of versions.providers) {
    const plugin = join(plugins, `resource-${name}-v${version}`);
    if ((await exists(plugin)) && !(await exists(`${plugin}.partial`))) continue;
    const outcome = await report(log, `Downloading the ${name} plugin ${version}`, () =>
      run(executable, ["plugin", "install", "resource", name, `v${version}`], {
        environment: downloadEnvironment({ PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" }, environment),
        limits: { totalMs: 300_000 },
      }),
    );
    if (outcome.exitCode === 0) continue;
    log(`${executable} is not used: the ${name} plugin ${version} is missing and cannot be downloaded.`);
    log(tail(outcome.output, 3));
    return undefined;
  }
  return home;
}

async function linkTo(target: string, path: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  await rm(path, { force: true, recursive: true });
  await symlink(target, path, "junction").catch(async (error) => {
    // Another process may have been faster.
    await access(path).catch(() => Promise.reject(error));
  });
}

/** Compares `major.minor.patch`. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const difference = a.map((number, index) => number - (b[index] ?? 0)).find((difference) => difference !== 0);
  return (difference ?? 0) >= 0;
}
