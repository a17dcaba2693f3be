/** What is missing, damaged or too old around the program: the whole section that a person reads. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { formatMessage } from "../../core/messages/entry.ts";
import { damagedEngine } from "../../core/messages/sandbox.ts";
import { start } from "../../core/messages/start.ts";
import { engineTooOld, nodeTooOld, oldestEngine, pluginNodeTooOld } from "../../core/messages/versions.ts";
import { requireWhole } from "../../sandbox/engine/damage.ts";
import { root, versions } from "../../sandbox/engine/pinned.ts";
import type { Project } from "../../sandbox/project.ts";
import { diagnostics, expectReadable, secretsOf } from "./diagnostics.ts";
import { executable, temporaryFolder, write } from "./fakes.ts";
import { fail, stage, succeed } from "./support.ts";

// Several runs of the engine at once make each slow.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 });

/** A module that, loaded first, lets a Node process whose script matches take itself for an old one. */
function oldNode(script: RegExp): string {
  const preload = join(temporaryFolder(), "old.cjs");
  writeFileSync(
    preload,
    `if (${script}.test(process.argv[1] ?? "")) {
       Object.defineProperty(process, "version", { value: "v20.19.0" });
       Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } });
     }`,
  );
  return preload;
}

/** The message without the line break and what the engine puts in front of lines. */
const unindented = (lines: string[]) => lines.map((line) => line.trim()).join("\n");

it.each([
  ["the program", /cmd\/run$/, nodeTooOld],
  ["the plugin", /start\.mjs$/, pluginNodeTooOld],
] as const)("Node too old for %s", async (_, script, { says }) => {
  const { project, world } = await stage();
  project.environment.NODE_OPTIONS = `--require=${oldNode(script)}`;
  const lines = diagnostics(await fail(project, "preview"));
  const [before = ""] = says.split("{version}");
  expect(unindented(lines)).toContain(`${before}v20.19.0 (`);
  expect(unindented(lines)).toContain('export PATH="$PWD/node_modules/.bin:$PATH"');
  expectReadable(lines, secretsOf(world));
});

it("an engine too old", async () => {
  const { project, world } = await stage();
  const version = ageEngine(project);
  const lines = diagnostics(await fail(project, "preview"));
  expect(unindented(lines)).toContain(
    unindented(formatMessage(engineTooOld, { oldest: oldestEngine, version }).split("\n")),
  );
  expectReadable(lines, secretsOf(world));
});

/** Puts a copy of the engine first on PATH that takes itself for an older one: the same bytes but for its version. */
function ageEngine(project: Project): string {
  const folder = temporaryFolder();
  const original = (project.environment.PATH ?? "")
    .split(delimiter)
    .map((directory) => join(directory, "pulumi"))
    .find((file) => existsSync(file) && !file.includes("node_modules"));
  if (!original) throw new Error("no engine on PATH");
  const bytes = readFileSync(original);
  const old = bytes.toString("latin1").replaceAll(/\bv3\.\d{3}\.(\d+)(?![\d.])/g, "v3.199.$1");
  write(join(folder, "pulumi"), "", 0o755);
  writeFileSync(join(folder, "pulumi"), Buffer.from(old, "latin1"));
  symlinkSync(join(dirname(original), "pulumi-language-nodejs"), join(folder, "pulumi-language-nodejs"));
  project.environment.PATH = [folder, project.environment.PATH].join(delimiter);
  return "3.199.0";
}

/** The entry for a text of the engine or of its language host. */
function entryOf(text: string) {
  const entry = start.entries.find(
    (entry) => "theirs" in entry && entry.theirs.some((theirs) => theirs.includes(text)),
  );
  if (!entry || !("pattern" in entry)) throw new Error(`no entry ${text}`);
  return entry;
}

it("Node too old for the language host of a built engine", () => {
  const host = join(root, "sandbox", "engine", "language-host", "pulumi-language-nodejs.cjs");
  const { status, stderr } = spawnSync(process.execPath, ["--require", oldNode(/nodejs\.cjs$/), host], {
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(entryOf("Pulumi programs need Node.js").pattern);
  expectReadable(stderr.trimEnd().split("\n"), []);
});

it("the plugin is missing", async () => {
  const { project, world } = await stage();
  const file = join(project.directory, "Pulumi.yaml");
  const { plugins: _, ...others } = parse(readFileSync(file, "utf8"));
  writeFileSync(file, stringify(others));
  project.environment.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
  const lines = diagnostics(await fail(project, "preview"));
  expect(lines.join("\n")).toMatch(entryOf("pulumi-resource-claude-aperture").pattern);
  expectReadable(lines, secretsOf(world));
});

it("a provider is missing", async () => {
  const { project, world } = await stage();
  project.environment.PULUMI_HOME = temporaryFolder();
  project.environment.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
  const lines = diagnostics(await fail(project, "preview", "--stack", "test"));
  expect(lines.join("\n")).toMatch(entryOf("pulumi-resource-github").pattern);
  expectReadable(lines, secretsOf(world));
});

it("a file of attributes that a killed run left empty, beside a state that is whole", async () => {
  const { project, world } = await stage();
  const attributes = join(project.directory, "state", ".pulumi", "stacks", "claude-aperture", "test.json.attrs");
  project.environment.PULUMI_BACKEND_URL = `file://${join(project.directory, "state")}`;
  expect(existsSync(attributes)).toBe(false);
  writeFileSync(attributes, "");
  const output = await fail(project, "preview", "--stack", "test");
  expect(output).toMatch(entryOf("failed to load checkpoint").pattern);
  expectReadable(output.trimEnd().split("\n"), secretsOf(world));
  rmSync(attributes);
  expect(await succeed(project, "preview", "--stack", "test")).toContain("to create");
});

it.each([
  ["an emptied provider", join("plugins", pluginFolder("github"), "pulumi-resource-github"), 0, /is missing or empty/],
  ["an engine that was cut", join("versions", versions.pulumi, "bin", "pulumi"), 3, /pulumi does not start/],
])("a corrupt cache: %s", async (_, file, length, reason) => {
  const cache = temporaryFolder();
  const home = join(cache, "engine");
  for (const part of [
    join("versions", versions.pulumi, "bin", "pulumi"),
    join("versions", versions.pulumi, "bin", "pulumi-language-nodejs"),
    ...(["github", "tailscale"] as const).map((name) => join("plugins", pluginFolder(name), `pulumi-resource-${name}`)),
  ]) {
    executable(join(home, part), "");
  }
  expect(await requireWhole(home, cache)).toBe(home);
  truncateSync(join(home, file), length);
  const error: unknown = await requireWhole(home, cache).catch((failure) => failure);
  const [first, ...rest] = String(error).split("\n");
  expect(first).toMatch(reason);
  expect(rest).toEqual(formatMessage(damagedEngine, { reason: "", home, cache }).split("\n").slice(1));
});

function pluginFolder(name: "github" | "tailscale"): string {
  return `resource-${name}-v${versions.providers.find((provider) => provider.name === name)?.version}`;
}
