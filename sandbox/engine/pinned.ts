/** The versions that belong together, read from where each is pinned: the lock file's packages and the Go modules. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The repository that this file is in. */
export const root = join(import.meta.dirname, "../..");

/** Directory of the Node.js that the lock file pins; it holds nothing but `node`. */
export const nodeDirectory = join(packageDirectory("node"), "bin");

/** Where Node.js keeps compiled modules: a run starts four processes, and the SDK alone is a thousand modules. */
export const compileCache = join(root, "node_modules", ".cache", "node-compile");

export interface ProviderVersion {
  /** As in the name of its plugin, `pulumi-resource-<name>`. */
  name: "github" | "tailscale";
  /** Without `v`. The SDK asks the engine for exactly this one. */
  version: string;
}

export const versions = {
  /** The engine that is downloaded or built: that of the npm package `pulumi`. */
  pulumi: manifest("pulumi").version as string,
  sdk: manifest("@pulumi/pulumi").version as string,
  node: manifest("node").version as string,
  providers: (["github", "tailscale"] as const).map(
    (name): ProviderVersion => ({ name, version: manifest(`@pulumi/${name}`).pulumi.version }),
  ),
};

/** Script of Pulumi's own installer: it runs the engine, and downloads it before when it is not in `PULUMI_HOME`. */
export const installer = join(packageDirectory("pulumi"), "run.js");

/** Version of a module, without `v`, in the go.mod of `go/<directory>`. */
export function moduleVersion(directory: string, module: string): string {
  const text = readFileSync(join(import.meta.dirname, "go", directory, "go.mod"), "utf8");
  const line = text.split("\n").find((line) => line.replace("require", "").trim().startsWith(`${module} v`));
  if (!line) throw new Error(`${directory}/go.mod requires no ${module}`);
  return line.slice(line.indexOf(" v") + 2).split(" ")[0] as string;
}

function packageDirectory(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

function manifest(name: string) {
  return JSON.parse(readFileSync(join(packageDirectory(name), "package.json"), "utf8"));
}
