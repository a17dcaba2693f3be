/** The third way: the engine and its plugins from Go modules, in the layout of Pulumi's own installation. */
import { createHash } from "node:crypto";
import { chmod, copyFile, link, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatMessage } from "../../core/messages/entry.ts";
import { buildFailed, noEngine } from "../../core/messages/sandbox.ts";
import { exists, makeOnce } from "./cache.ts";
import { downloadEnvironment } from "./environment.ts";
import { versions } from "./pinned.ts";
import { findOnPath, run, tail } from "./process.ts";
import { type Log, Steps } from "./progress.ts";

const executableSuffix = process.platform === "win32" ? ".exe" : "";

/** One executable of the engine. */
export interface Part {
  /** Name of the executable, without suffix. */
  name: string;
  version: string;
  /** Folder in `PULUMI_HOME` where the engine looks for it. */
  folder: string;
  /** Folder with the sources, all of which decide over a rebuild. */
  sources: string;
  /** Arguments of `go build`; undefined for a script, which is copied. */
  build?: string[];
  /** What `go build` took on two cores with nothing in Go's caches; for the estimate of a build. */
  usualSeconds?: number;
}

export function parts(): Part[] {
  const binaries = join("versions", versions.pulumi, "bin");
  const sources = (name: string) => join(import.meta.dirname, "go", name);
  const provider = (name: string, usualSeconds: number): Part => {
    const version = versions.providers.find((provider) => provider.name === name)?.version ?? "";
    return {
      name: `pulumi-resource-${name}`,
      version,
      folder: join("plugins", `resource-${name}-v${version}`),
      sources: sources(`pulumi-resource-${name}`),
      build: ["-ldflags", `-s -w -X main.version=${version}`, "."],
      usualSeconds,
    };
  };
  return [
    {
      name: "pulumi-language-nodejs",
      version: versions.pulumi,
      folder: binaries,
      sources: join(import.meta.dirname, "language-host"),
    },
    provider("tailscale", 55),
    provider("github", 85),
    {
      name: "pulumi",
      version: versions.pulumi,
      folder: binaries,
      sources: sources("pulumi"),
      build: [
        ...["-tags", "osusergo,grpcnotrace"],
        "-ldflags",
        `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${versions.pulumi}`,
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      ],
      usualSeconds: 210,
    },
  ];
}

/** Names a part by everything that decides what is in it: sources, build arguments, platform. */
export async function partKey(part: Part): Promise<string> {
  const hash = createHash("sha256").update(
    JSON.stringify([process.platform, process.arch, part.name, part.version, part.folder, part.build]),
  );
  for (const name of (await readdir(part.sources)).sort()) {
    hash.update(`\0${name}\0`).update(await readFile(join(part.sources, name)));
  }
  return `${part.name}-${part.version}-${hash.digest("hex").slice(0, 16)}`;
}

export interface BuildOptions {
  cache: string;
  log: Log;
  environment: Readonly<NodeJS.ProcessEnv>;
  parts?: Part[];
}

/** `PULUMI_HOME` of a build that these sources give, when the cache has it. */
export async function cachedBuild(options: BuildOptions): Promise<string | undefined> {
  const home = await homeOf(options);
  return (await exists(home)) ? home : undefined;
}

/** Builds what the cache lacks and returns `PULUMI_HOME`. */
export async function build(options: BuildOptions): Promise<string> {
  const { log } = options;
  const home = await homeOf(options);
  await makeOnce(
    home,
    (folder) => makeHome(folder, options),
    () => log("Waiting for another process that builds the engine ..."),
  );
  return home;
}

async function makeHome(home: string, options: BuildOptions): Promise<void> {
  const { cache, log, environment, parts: list = parts() } = options;
  const made = await Promise.all(
    list.map(async (part) => ({ part, folder: join(cache, "parts", await partKey(part)) })),
  );
  const isMissing = await Promise.all(made.map(async ({ part, folder }) => part.build && !(await exists(folder))));
  const missing = made.filter((_, index) => isMissing[index]).map(({ part }) => part);
  const stepOf = new Map(
    missing.map((part) => [part, { name: `${part.name} ${part.version}`, usualSeconds: part.usualSeconds ?? 0 }]),
  );
  const steps = new Steps(log, [...stepOf.values()]);
  const [go] = await findOnPath("go", environment.PATH ?? environment.Path);
  if (missing.length > 0 && !go) throw new Error(formatMessage(noEngine, {}));
  if (missing.length > 0) steps.announce();

  for (const { part, folder } of made) {
    await makeOnce(
      folder,
      async (folder) => {
        const { build } = part;
        const step = stepOf.get(part);
        if (!build || !step) return copyScript(part, folder);
        await steps.run(step, () => compile({ ...part, build }, go ?? "go", folder, environment));
      },
      () => log(`Waiting for another process that builds ${part.name} ...`),
    );
    await place(folder, join(home, part.folder));
  }
}

async function homeOf({ cache, parts: list = parts() }: BuildOptions): Promise<string> {
  const keys = await Promise.all(list.map(partKey));
  const hash = createHash("sha256").update(keys.join("\n")).digest("hex").slice(0, 16);
  return join(cache, "engines", `built-${versions.pulumi}-${hash}`);
}

async function compile(
  part: Part & { build: string[] },
  go: string,
  folder: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<void> {
  const output = join(folder, part.name + executableSuffix);
  const result = await run(go, ["build", "-buildvcs=false", "-o", output, ...part.build], {
    cwd: part.sources,
    environment: downloadEnvironment({ CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }, environment),
  });
  if (result.exitCode !== 0 || !(await exists(output))) {
    const values = { part: part.name, folder: part.sources, output: tail(result.output) };
    throw new Error(formatMessage(buildFailed, values));
  }
}

async function copyScript(part: Part, folder: string): Promise<void> {
  const script = join(folder, part.name);
  await copyFile(join(part.sources, `${part.name}.cjs`), script);
  await chmod(script, 0o755);
  if (process.platform === "win32") await writeFile(`${script}.cmd`, `@node "%~dp0${part.name}" %*\r\n`);
}

/** Hard links, as the engine alone has 115 MB; copies where the file system has none. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const target = join(to, name);
    await mkdir(dirname(target), { recursive: true });
    await link(join(from, name), target).catch(() => copyFile(join(from, name), target));
  }
}
