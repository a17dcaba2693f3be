/** The Pulumi engine that rehearsal, sandbox, tests and bench run on, so that nobody installs one by hand. */
import { delimiter, dirname, join } from "node:path";
import { formatMessage } from "../../core/messages/entry.ts";
import { noForcedEngine } from "../../core/messages/sandbox.ts";
import { build, cachedBuild } from "./built.ts";
import { cacheDirectory } from "./cache.ts";
import { requireWhole } from "./damage.ts";
import { cachedDownload, download } from "./downloaded.ts";
import { findInstalled, type Installed } from "./installed.ts";
import { compileCache, moduleVersion, nodeDirectory, root, versions } from "./pinned.ts";
import type { Log } from "./progress.ts";

export type EngineKind = "installed" | "downloaded" | "built";

export interface Engine {
  kind: EngineKind;
  /** Lines for people: which way, with every version. */
  description: string[];
  /**
   * Variables with which `pulumi` is this engine: `PATH` (Node.js 24, the engine, `node_modules/.bin`, then the caller's),
   * `PULUMI_HOME`, an empty passphrase, no ambient plugins, a compile cache for Node.js. Merge it over
   * `childEnvironment()`. `PULUMI_BACKEND_URL` is the caller's to add.
   */
  environment: Record<string, string>;
}

export interface EngineOptions {
  /** Called with each line of progress. */
  log: Log;
  /**
   * What to look in for `PATH`, `PULUMI_HOME`, proxies, `CLAUDE_APERTURE_CACHE`, and `CLAUDE_APERTURE_ENGINE`, which
   * forces a way (`installed`, `downloaded` or `built`). Default: `process.env`.
   */
  environment?: Readonly<NodeJS.ProcessEnv>;
}

/** The ways to an engine. Each but the last gives undefined where it leads nowhere. */
export interface Ways {
  installed(): Promise<Installed | undefined>;
  cachedDownload(): Promise<string | undefined>;
  cachedBuild(): Promise<string | undefined>;
  download(): Promise<string | undefined>;
  build(): Promise<string>;
}

/**
 * The first that works of: Pulumi 3.230 or newer on `PATH`; the pinned version from the cache; the same, downloaded;
 * the same, built from Go modules. Throws an error that says what to install when none does.
 */
export async function prepareEngine(options: EngineOptions): Promise<Engine> {
  const { log, environment = process.env } = options;
  const context = { cache: cacheDirectory(environment), log, environment };
  const forced = forcedKind(environment.CLAUDE_APERTURE_ENGINE);
  const choice = await choose(forced, {
    installed: () => findInstalled(context),
    cachedDownload: async () => requireWhole(await cachedDownload(context), context.cache),
    cachedBuild: async () => requireWhole(await cachedBuild(context), context.cache),
    download: () => download(context),
    build: () => build(context),
  });
  const path = environment.PATH ?? environment.Path ?? "";
  return choice.kind === "installed" ? installedEngine(choice.installed, path) : cachedEngine(choice, path);
}

type Choice = { kind: "installed"; installed: Installed } | { kind: "downloaded" | "built"; home: string };

/** Which way is taken. A forced way is taken or fails. */
export async function choose(forced: EngineKind | undefined, ways: Ways): Promise<Choice> {
  const may = (kind: EngineKind) => forced === undefined || forced === kind;
  if (may("installed")) {
    const installed = await ways.installed();
    if (installed) return { kind: "installed", installed };
  }
  const home = may("downloaded") && (await ways.cachedDownload());
  if (home) return { kind: "downloaded", home };
  const builtHome = may("built") && (await ways.cachedBuild());
  if (builtHome) return { kind: "built", home: builtHome };
  const downloadedHome = may("downloaded") && (await ways.download());
  if (downloadedHome) return { kind: "downloaded", home: downloadedHome };
  if (may("built")) return { kind: "built", home: await ways.build() };
  throw new Error(formatMessage(noForcedEngine, { kind: forced ?? "" }));
}

function forcedKind(value: string | undefined): EngineKind | undefined {
  if (!value) return undefined;
  if (value === "installed" || value === "downloaded" || value === "built") return value;
  throw new Error(`CLAUDE_APERTURE_ENGINE is "${value}"; it can be "installed", "downloaded" or "built".`);
}

function installedEngine({ executable, version, home }: Installed, path: string): Engine {
  return {
    kind: "installed",
    description: [`Pulumi ${version}, installed: ${executable}`, ...officialProviders(), runtime()],
    environment: engineEnvironment(dirname(executable), home, path),
  };
}

function cachedEngine({ kind, home }: Exclude<Choice, { kind: "installed" }>, path: string): Engine {
  const environment = engineEnvironment(join(home, "versions", versions.pulumi, "bin"), home, path);
  if (kind === "downloaded") {
    return {
      kind,
      description: [`Pulumi ${versions.pulumi}, downloaded`, ...officialProviders(), runtime()],
      environment,
    };
  }
  return {
    kind,
    description: [`Pulumi ${versions.pulumi}, built from its Go modules`, ...builtProviders(), runtime()],
    environment: { ...environment, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
  };
}

function officialProviders(): string[] {
  return versions.providers.map(({ name, version }) => `${title(name)} provider ${version}, official plugin`);
}

function builtProviders(): string[] {
  const [github, bridge, client] = [
    moduleVersion("pulumi-resource-github", "github.com/integrations/terraform-provider-github/v6"),
    moduleVersion("pulumi-resource-github", "github.com/pulumi/pulumi-terraform-bridge/v3"),
    moduleVersion("pulumi-resource-tailscale", "tailscale.com/client/tailscale/v2"),
  ];
  const how = {
    github: `built from terraform-provider-github ${github} and pulumi-terraform-bridge ${bridge}`,
    tailscale: `re-implemented here on Tailscale's API client ${client}; not the official plugin`,
  };
  return versions.providers.map(({ name, version }) => `${title(name)} provider ${version}, ${how[name]}`);
}

function title(name: "github" | "tailscale"): string {
  return { github: "GitHub", tailscale: "Tailscale" }[name];
}

function runtime(): string {
  return `Node.js SDK ${versions.sdk} on Node.js ${versions.node}`;
}

/** Node.js first, then the engine before `node_modules/.bin`, where npm's `pulumi` is an installer. */
function engineEnvironment(binaries: string, home: string, path: string): Record<string, string> {
  return {
    PATH: [nodeDirectory, binaries, join(root, "node_modules", ".bin"), path].filter(Boolean).join(delimiter),
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Where the language host of a built engine finds the SDK for a program that has no node_modules above it.
    CLAUDE_APERTURE_ROOT: root,
    NODE_COMPILE_CACHE: compileCache,
  };
}
