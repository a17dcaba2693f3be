/** The second way: Pulumi's own release, fetched by its installer from npm, and the official plugins. */
import { join } from "node:path";
import { formatMessage } from "../../core/messages/entry.ts";
import { notDownloaded } from "../../core/messages/sandbox.ts";
import { exists, makeOnce } from "./cache.ts";
import { downloadEnvironment } from "./environment.ts";
import { installer, versions } from "./pinned.ts";
import { type Limits, run, tail } from "./process.ts";
import { type Log, report } from "./progress.ts";

export interface DownloadOptions {
  cache: string;
  log: Log;
  environment: Readonly<NodeJS.ProcessEnv>;
  /** A script for Node with the interface of npm's `pulumi`. */
  installer?: string;
  /** How long a server may take to answer, in milliseconds. Default 10,000. */
  answerMs?: number;
}

/** `PULUMI_HOME` with everything in it, when the cache has it. */
export async function cachedDownload({ cache }: Pick<DownloadOptions, "cache">): Promise<string | undefined> {
  const home = homeIn(cache);
  return (await exists(home)) ? home : undefined;
}

/** Downloads engine and plugins and returns `PULUMI_HOME`; undefined, after a line that says why, when that fails. */
export async function download(options: DownloadOptions): Promise<string | undefined> {
  const { cache, log } = options;
  const home = homeIn(cache);
  try {
    await makeOnce(
      home,
      (folder) => report(log, `Downloading Pulumi ${versions.pulumi}`, () => fetchAll(folder, options)),
      () => log("Waiting for another process that downloads the engine ..."),
    );
    return home;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    log(formatMessage(notDownloaded, { reason: error.message }));
    return undefined;
  }
}

async function fetchAll(home: string, options: DownloadOptions): Promise<void> {
  const { environment, answerMs = 10_000 } = options;
  const pulumi = async (args: string[], limits: Limits) => {
    const outcome = await run(process.execPath, [options.installer ?? installer, ...args], {
      // Node's fetch, which the installer uses, heeds proxies only when asked to.
      environment: downloadEnvironment(
        { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true", NODE_USE_ENV_PROXY: "1" },
        environment,
      ),
      limits,
    });
    if (outcome.exitCode !== 0) throw new Refused(tail(outcome.output, 1));
  };
  await pulumi(["version"], { firstOutputMs: answerMs, totalMs: 600_000 });
  for (const { name, version } of versions.providers) {
    await pulumi(["plugin", "install", "resource", name, `v${version}`], { totalMs: 300_000 });
  }
}

/** No answer, a refusal, or a release without one of the plugins: reasons to build instead. */
class Refused extends Error {}

function homeIn(cache: string): string {
  const plugins = versions.providers.map(({ name, version }) => `${name}-${version}`).join("-");
  return join(cache, "engines", `downloaded-${versions.pulumi}-${plugins}-${process.platform}-${process.arch}`);
}
