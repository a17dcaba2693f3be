/** What is installed here, as `pulumi` would find it. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { MachineFacts, Plugin } from "../../../core/checks/before-facts.ts";
import type { Unread } from "../../../core/checks/facts.ts";
import { withoutPackages } from "../state.ts";

const run = promisify(execFile);

type Environment = Record<string, string | undefined>;

export async function readMachine(environment: Environment): Promise<MachineFacts> {
  const own = { ...environment, PATH: withoutNpm(environment) };
  const engine = { ...environment, PATH: withoutPackages(environment.PATH ?? "") };
  const [node, version, plugins] = await Promise.all([
    readVersion("node", ["--version"], own),
    readVersion("pulumi", ["version"], engine),
    readPlugins(engine),
  ]);
  return { node, engine: version, plugins, downloadsPlugins: downloads(environment), wanted: listWanted() };
}

/** Undefined: there is no such program. */
async function readVersion(program: string, args: string[], environment: Environment) {
  const said = await ask(program, args, environment);
  return typeof said === "string" ? said.trim().replace(/^v/, "") : said;
}

const pluginList = z.array(z.looseObject({ name: z.string(), kind: z.string(), version: z.string().nullish() }));

async function readPlugins(environment: Environment): Promise<Plugin[] | Unread> {
  const said = await ask("pulumi", ["plugin", "ls", "--json"], environment);
  if (said === undefined) return { unread: "There is no pulumi on PATH." };
  if (typeof said !== "string") return said;
  try {
    return pluginList
      .parse(JSON.parse(said))
      .flatMap(({ name, kind, version }) => (kind === "resource" && version ? [{ name, version }] : []));
  } catch {
    return { unread: "What `pulumi plugin ls --json` printed is no list of plugins." };
  }
}

async function ask(program: string, args: string[], environment: Environment): Promise<string | Unread | undefined> {
  try {
    return (await run(program, args, { env: environment })).stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    const said = error instanceof Error ? error.message : String(error);
    return { unread: `\`${program} ${args.join(" ")}\` failed: ${said.split("\n").slice(0, 2).join(" ")}` };
  }
}

/** As Go reads a boolean: pulumi/pulumi, sdk/go/common/util/env. */
const downloads = (environment: Environment): boolean =>
  !/^(1|t|true)$/i.test(environment.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION ?? "");

/** The SDKs ask the engine for plugins of their own versions. */
function listWanted(): Plugin[] {
  const path = join(import.meta.dirname, "..", "..", "..", "package.json");
  const { dependencies } = manifest.parse(JSON.parse(readFileSync(path, "utf8")));
  return ["github", "tailscale"].flatMap((name) => {
    const version = dependencies[`@pulumi/${name}`];
    return version === undefined ? [] : [{ name, version }];
  });
}

const manifest = z.looseObject({ dependencies: z.record(z.string(), z.string()) });

/** The PATH of the shell: npm puts folders of packages in front of it, the last of them its own `node-gyp-bin`. */
function withoutNpm({ PATH = "", npm_lifecycle_event: script }: Environment): string {
  // A shell may have such folders as well, of an npm that has started it.
  if (script === undefined) return PATH;
  const folders = PATH.split(delimiter);
  return folders.slice(folders.findIndex((folder) => folder.endsWith(`${sep}node-gyp-bin`)) + 1).join(delimiter);
}
