import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cachedDownload, download } from "../../sandbox/engine/downloaded.ts";
import { childEnvironment } from "../../sandbox/engine/environment.ts";
import { choose, type EngineKind, prepareEngine, type Ways } from "../../sandbox/engine/index.ts";
import { findInstalled, isAtLeast } from "../../sandbox/engine/installed.ts";
import { versions } from "../../sandbox/engine/pinned.ts";
import { executable, fakeGo, lines, path, temporaryFolder, write } from "./fakes.ts";

const pluginFolders = versions.providers.map(({ name, version }) => `resource-${name}-v${version}`);

describe("which way is taken", () => {
  const leads: Ways = {
    installed: async () => ({ executable: "/bin/pulumi", version: "3.300.0", home: "/installed" }),
    cachedDownload: async () => "/downloaded",
    cachedBuild: async () => "/built",
    download: async () => "/downloaded now",
    build: async () => "/built now",
  };
  const nowhere = async () => undefined;
  const without = (...names: (keyof Ways)[]): Ways => ({
    ...leads,
    ...Object.fromEntries(names.map((name) => [name, nowhere])),
  });
  const cached: (keyof Ways)[] = ["cachedDownload", "cachedBuild"];

  test.each<[string, EngineKind | undefined, Ways, object]>([
    ["an installed engine first", undefined, leads, { kind: "installed" }],
    [
      "then a downloaded one from the cache",
      undefined,
      without("installed"),
      { kind: "downloaded", home: "/downloaded" },
    ],
    [
      "then a built one from the cache, without any network",
      undefined,
      without("installed", "cachedDownload"),
      { kind: "built", home: "/built" },
    ],
    ["then a download", undefined, without("installed", ...cached), { kind: "downloaded", home: "/downloaded now" }],
    ["at last a build", undefined, without("installed", ...cached, "download"), { kind: "built", home: "/built now" }],
    ["a forced build leaves the others alone", "built", leads, { kind: "built", home: "/built" }],
    ["a forced download too", "downloaded", without("cachedDownload"), { kind: "downloaded", home: "/downloaded now" }],
  ])("%s", async (_, forced, ways, expected) => {
    expect(await choose(forced, ways)).toMatchObject(expected);
  });

  test.each<[EngineKind, Ways]>([
    ["installed", without("installed")],
    ["downloaded", without("cachedDownload", "download")],
  ])("a forced way that leads nowhere is an error: %s", async (forced, ways) => {
    await expect(choose(forced, ways)).rejects.toThrow(`there is no ${forced} engine`);
  });

  test("a misspelt way is an error that names the right ones", async () => {
    const environment = { CLAUDE_APERTURE_ENGINE: "build" };
    await expect(prepareEngine({ log: () => {}, environment })).rejects.toThrow(
      '"build"; it can be "installed", "downloaded" or "built"',
    );
  });
});

describe("an installed engine", () => {
  /** A machine with a `pulumi` on PATH that notes its calls; `plugins` are there already. */
  function machine(version: string, options: { plugins?: string[]; canDownload?: boolean; directory?: string } = {}) {
    const folder = realpathSync(temporaryFolder());
    const calls = write(join(folder, "calls"), "");
    const pulumi = executable(
      join(folder, options.directory ?? "bin", "pulumi"),
      `fs.appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ args, environment: process.env }) + "\\n");
       if (args[0] === "version") { console.log(${JSON.stringify(version)}); process.exit(); }
       if (!${options.canDownload ?? false}) { console.error("error: no route to host"); process.exit(1); }
       fs.mkdirSync(process.env.PULUMI_HOME + "/plugins/resource-" + args[3] + "-" + args[4], { recursive: true });`,
    );
    for (const plugin of options.plugins ?? []) mkdirSync(join(folder, ".pulumi/plugins", plugin), { recursive: true });
    const said: string[] = [];
    const environment = { PATH: join(pulumi, ".."), HOME: folder, PULUMI_ACCESS_TOKEN: "private" };
    return {
      ...{ folder, pulumi, said, environment },
      calls: () => lines(calls).map((line) => JSON.parse(line)),
      find: () => findInstalled({ cache: join(folder, "cache"), log: (line) => said.push(line), environment }),
    };
  }

  test("is used with the plugins that it has, from a home without the user's credentials", async () => {
    const { folder, find, pulumi, calls } = machine("v3.261.0", { plugins: pluginFolders });
    write(join(folder, ".pulumi/credentials.json"), "private");
    const found = await find();
    expect(found).toMatchObject({ executable: pulumi, version: "3.261.0" });
    expect(readdirSync(found?.home ?? "")).toEqual(["plugins"]);
    expect(readdirSync(join(found?.home ?? "", "plugins")).sort()).toEqual([...pluginFolders].sort());
    expect(calls().map(({ args }) => args)).toEqual([["version"]]);
    expect(JSON.stringify(calls())).not.toContain("private");
  });

  test("downloads the plugins that it lacks, into the user's folder", async () => {
    const { folder, find } = machine("v3.261.0", { canDownload: true });
    expect(await find()).toBeDefined();
    expect(readdirSync(join(folder, ".pulumi/plugins")).sort()).toEqual([...pluginFolders].sort());
  });

  test.each<[string, string, Parameters<typeof machine>[1], RegExp]>([
    [
      "an old one",
      "v3.229.9",
      { plugins: pluginFolders },
      /is not used: it is 3\.229\.9, and this needs 3\.230\.0 or newer/,
    ],
    ["one that does not tell its version", "?", { plugins: pluginFolders }, /does not tell its version/],
    ["one without plugins and network", "v3.261.0", {}, /the github plugin .* is missing and cannot be downloaded/],
    ["npm's installer", "v3.261.0", { plugins: pluginFolders, directory: "x/node_modules/.bin" }, /^$/],
  ])("passes over %s and says so", async (_, version, options, said) => {
    const computer = machine(version, options);
    expect(await computer.find()).toBeUndefined();
    expect(computer.said.join("\n")).toMatch(said);
  });

  test("npm's installer is not even asked for its version, since that downloads", async () => {
    const { find, calls } = machine("v3.261.0", { directory: "x/node_modules/.bin" });
    await find();
    expect(calls()).toEqual([]);
  });

  test("becomes an engine whose pulumi is that one, before npm's installer", async () => {
    const { environment, folder, pulumi } = machine("v3.261.0", { plugins: pluginFolders });
    const engine = await prepareEngine({
      log: () => {},
      environment: { ...environment, CLAUDE_APERTURE_CACHE: join(folder, "c") },
    });
    expect(engine.kind).toBe("installed");
    expect(engine.description.join("\n")).toContain(`Pulumi 3.261.0, installed: ${pulumi}`);
    expect(which("pulumi", engine.environment)).toBe(pulumi);
    expect(nodeVersion(engine.environment)).toBe(`v${versions.node}`);
  });

  test.each([
    ["3.230.0", "3.230.0", true],
    ["3.229.9", "3.230.0", false],
    ["4.0.0", "3.230.0", true],
    ["3.1000.0", "3.230.0", true],
  ])("%s is at least %s: %s", (version, oldest, expected) => {
    expect(isAtLeast(version, oldest)).toBe(expected);
  });
});

describe("a download", () => {
  const engine = `versions/${versions.pulumi}/bin/pulumi`;

  /** An installer with the interface of npm's `pulumi` and the given behaviour at the first call. */
  function setUp(
    atVersion: string,
    atPlugin = `fs.mkdirSync(home + "/plugins/resource-" + args[3] + "-" + args[4], { recursive: true });`,
  ) {
    const folder = temporaryFolder();
    const calls = write(join(folder, "calls"), "");
    const installer = executable(
      join(folder, "installer.cjs"),
      `const home = process.env.PULUMI_HOME;
       fs.appendFileSync(${JSON.stringify(calls)}, process.pid + "\\n");
       if (args[0] === "version") { ${atVersion} } else { ${atPlugin} }`,
    );
    const said: string[] = [];
    const cache = join(folder, "cache");
    const options = {
      cache,
      log: (line: string) => said.push(line),
      environment: { GITHUB_TOKEN: "private" },
      installer,
    };
    return { options, said, calls: () => lines(calls) };
  }
  const install = `fs.mkdirSync(home + "/versions/${versions.pulumi}/bin", { recursive: true });
    fs.writeFileSync(home + "/${engine}", JSON.stringify(process.env)); console.log("v${versions.pulumi}");`;

  test("brings engine and plugins under one name, once", async () => {
    const { options, calls } = setUp(install);
    const home = await download(options);
    expect(await cachedDownload(options)).toBe(home);
    expect(readdirSync(join(home ?? "", "plugins")).sort()).toEqual([...pluginFolders].sort());
    expect(readFileSync(join(home ?? "", engine), "utf8")).not.toContain("private");
    await download(options);
    expect(calls()).toHaveLength(1 + pluginFolders.length);
  });

  test.each<[string, string, string | undefined, { answerMs?: number }, RegExp]>([
    [
      "a refusal",
      `console.error("pulumi: HTTP 403 fetching"); process.exit(1);`,
      undefined,
      {},
      /cannot be downloaded here: pulumi: HTTP 403 fetching/,
    ],
    [
      "no answer",
      "setInterval(() => {}, 1000);",
      undefined,
      { answerMs: 300 },
      /cannot be downloaded here: No answer within 300 ms/,
    ],
    [
      "an engine without plugins",
      install,
      `console.error("error: 404"); process.exit(1);`,
      {},
      /cannot be downloaded here: error: 404/,
    ],
  ])("%s leads nowhere, says why, and leaves nothing", async (_, atVersion, atPlugin, limits, reason) => {
    const { options, said, calls } = setUp(atVersion, atPlugin);
    expect(await download({ ...options, ...limits })).toBeUndefined();
    expect(said.join("\n")).toMatch(reason);
    expect(readdirSync(join(options.cache, "engines"))).toEqual([]);
    for (const pid of calls()) expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  });
});

test("a built engine is the pulumi on its PATH, acquires nothing, and says what is re-implemented", async () => {
  const folder = temporaryFolder();
  const go = fakeGo(folder);
  const environment = {
    PATH: path(go.bin),
    HOME: folder,
    CLAUDE_APERTURE_CACHE: join(folder, "cache"),
    CLAUDE_APERTURE_ENGINE: "built",
  };
  const engine = await prepareEngine({ log: () => {}, environment });
  const home = engine.environment.PULUMI_HOME ?? "";
  expect(which("pulumi", engine.environment)).toBe(join(home, "versions", versions.pulumi, "bin", "pulumi"));
  expect(nodeVersion(engine.environment)).toBe(`v${versions.node}`);
  expect(existsSync(join(home, "versions", versions.pulumi, "bin", "pulumi-language-nodejs"))).toBe(true);
  expect(readdirSync(join(home, "plugins")).sort()).toEqual([...pluginFolders].sort());
  expect(engine.environment).toMatchObject({
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
  expect(engine.description.join("\n")).toMatch(
    /built from its Go modules\n.*\nTailscale provider .* re-implemented here/,
  );
  expect(
    go
      .calls()
      .map((args) => args.at(-1))
      .sort(),
  ).toEqual([".", ".", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"]);
});

function nodeVersion(environment: Record<string, string>): string {
  return spawnSync("node", ["--version"], { env: childEnvironment(environment), encoding: "utf8" }).stdout.trim();
}

/** The executable that a shell finds, by the rules of PATH. */
function which(name: string, environment: Record<string, string>): string | undefined {
  return environment.PATH?.split(":")
    .map((directory) => join(directory, name))
    .find((file) => existsSync(file));
}
