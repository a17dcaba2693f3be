import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { build, cachedBuild, type Part, partKey, parts } from "../../sandbox/engine/built.ts";
import { cacheDirectory, makeOnce } from "../../sandbox/engine/cache.ts";
import { moduleVersion, versions } from "../../sandbox/engine/pinned.ts";
import { fakeGo, lines, temporaryFolder, write } from "./fakes.ts";

describe("where the cache is", () => {
  test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ["linux", { HOME: "/h" }, "/h/.cache/claude-aperture"],
    ["linux", { HOME: "/h", XDG_CACHE_HOME: "/x" }, "/x/claude-aperture"],
    ["darwin", { HOME: "/h" }, "/h/Library/Caches/claude-aperture"],
    ["win32", { HOME: "/h", LOCALAPPDATA: "/local" }, "/local/claude-aperture"],
    ["linux", { HOME: "/h", XDG_CACHE_HOME: "/x", CLAUDE_APERTURE_CACHE: "/c" }, "/c"],
    ["linux", {}, join(homedir(), ".cache/claude-aperture")],
  ])("on %s with %o: %s", (platform, environment, expected) => {
    expect(cacheDirectory(environment, platform)).toBe(expected);
  });
});

describe("making a folder once", () => {
  test("it appears under its name whole, and is not made again", async () => {
    const target = join(temporaryFolder(), "deep", "engine");
    await makeOnce(target, async (folder) => {
      writeFileSync(join(folder, "half"), "");
      expect(existsSync(target)).toBe(false);
      writeFileSync(join(folder, "whole"), "");
    });
    await makeOnce(target, () => expect.unreachable());
    expect(readdirSync(target)).toEqual(["half", "whole"]);
    expect(readdirSync(join(target, ".."))).toEqual(["engine"]);
  });

  test("a failure leaves nothing, and the next try can succeed", async () => {
    const folder = temporaryFolder();
    const target = join(folder, "engine");
    const failing = makeOnce(target, async (folder) => {
      writeFileSync(join(folder, "half"), "");
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(readdirSync(folder)).toEqual([]);
    await makeOnce(target, async () => {});
    expect(readdirSync(folder)).toEqual(["engine"]);
  });

  test("what a killed process left is neither taken for the folder nor kept", async () => {
    const folder = temporaryFolder();
    const target = join(folder, "engine");
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    write(`${target}.lock`, JSON.stringify({ host: hostname(), pid: child.pid }));
    write(join(`${target}.${hostname()}.${child.pid}.1234.tmp`, "half"), "half");
    await makeOnce(target, async (folder) => writeFileSync(join(folder, "whole"), ""));
    expect(readdirSync(folder)).toEqual(["engine"]);
    expect(readdirSync(target)).toEqual(["whole"]);
  });

  test("processes at the same time share one making", async () => {
    const folder = temporaryFolder();
    const log = write(join(folder, "makings"), "");
    const script = `
      import { makeOnce } from ${JSON.stringify(join(import.meta.dirname, "../../sandbox/engine/cache.ts"))};
      import fs from "node:fs";
      await makeOnce(${JSON.stringify(join(folder, "engine"))}, async (folder) => {
        fs.appendFileSync(${JSON.stringify(log)}, process.pid + "\\n");
        for (let i = 0; i < 20; i++) await fs.promises.writeFile(folder + "/" + i, String(process.pid));
      });
      process.exitCode = fs.readdirSync(${JSON.stringify(join(folder, "engine"))}).length === 20 ? 0 : 1;`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "inherit", "inherit"] }),
    );
    const exitCodes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(exitCodes).toEqual([0, 0, 0, 0]);
    expect(lines(log)).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(["engine", "makings"]);
  });

  test("where two are at work nevertheless, the first rename wins and the second is content with it", async () => {
    const target = join(temporaryFolder(), "engine");
    await makeOnce(target, async (folder) => {
      writeFileSync(join(folder, "second"), "");
      write(join(target, "first"), "");
    });
    expect(readdirSync(target)).toEqual(["first"]);
  });
});

/** Two parts as the real ones are: a script that is copied and a program that is built. */
function twoParts(folder: string): Part[] {
  write(join(folder, "script", "host.cjs"), "// host");
  write(join(folder, "program", "main.go"), "package main");
  return [
    { name: "host", version: "1.0.0", folder: "versions/1.0.0/bin", sources: join(folder, "script") },
    {
      name: "program",
      version: "2.0.0",
      folder: "plugins/p",
      sources: join(folder, "program"),
      build: ["-ldflags", "-s", "."],
    },
  ];
}

describe("the name of a part in the cache", () => {
  test("says the version and changes with everything that decides what is in it", async () => {
    const folder = temporaryFolder();
    const [, part] = twoParts(folder) as [Part, Part];
    const key = await partKey(part);
    expect(key).toMatch(/^program-2\.0\.0-[0-9a-f]{16}$/);

    cpSync(part.sources, join(folder, "clone"), { recursive: true });
    expect(await partKey({ ...part, sources: join(folder, "clone") })).toBe(key);

    const others = [{ version: "2.0.1" }, { build: ["-ldflags", "", "."] }, { folder: "plugins/q" }, { name: "other" }];
    const keys = [key, ...(await Promise.all(others.map((other) => partKey({ ...part, ...other }))))];
    write(join(part.sources, "main.go"), "package main // changed");
    keys.push(await partKey(part));
    write(join(part.sources, "go.sum"), "");
    keys.push(await partKey(part));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("building", () => {
  function setUp() {
    const folder = temporaryFolder();
    const go = fakeGo(folder);
    const said: string[] = [];
    const environment = {
      PATH: go.bin,
      HOME: folder,
      GITHUB_TOKEN: "private",
      GOPROXY: "http://modules.example",
      GOFLAGS: "-mod=mod",
    };
    const options = {
      cache: join(folder, "cache"),
      log: (line: string) => said.push(line),
      environment,
      parts: twoParts(folder),
    };
    return { folder, go, said, options };
  }

  test("puts each part where the engine looks for it, and tells the person who waits", async () => {
    const { options, said } = setUp();
    expect(await cachedBuild(options)).toBeUndefined();
    const home = await build(options);
    expect(readdirSync(home, { recursive: true }).sort()).toEqual([
      "plugins",
      "plugins/p",
      "plugins/p/program",
      "versions",
      "versions/1.0.0",
      "versions/1.0.0/bin",
      "versions/1.0.0/bin/host",
    ]);
    for (const file of ["plugins/p/program", "versions/1.0.0/bin/host"]) accessSync(join(home, file), constants.X_OK);
    expect(said[0]).toMatch(/^Building the engine from Go modules, once: 1 step\. /);
    expect(said[1]).toMatch(/^Step 1 of 1: building program 2\.0\.0 \.\.\. \(/);
    expect(said.at(-1)).toMatch(/^Step 1 of 1: building program 2\.0\.0: done in \d+ s$/);
    expect(await cachedBuild(options)).toBe(home);
  });

  test("gives Go its own settings, no cgo, and nothing private", async () => {
    const { options } = setUp();
    const { environment, args } = JSON.parse(readFileSync(join(await build(options), "plugins/p/program"), "utf8"));
    expect(environment).toMatchObject({ CGO_ENABLED: "0", GOPROXY: "http://modules.example", GOFLAGS: "" });
    expect(JSON.stringify(environment)).not.toContain("private");
    expect(args.slice(-3)).toEqual(["-ldflags", "-s", "."]);
  });

  test("builds nothing a second time, and after a change only what changed", async () => {
    const { options, go } = setUp();
    const home = await build(options);
    expect(await build(options)).toBe(home);
    expect(go.calls()).toHaveLength(1);
    write(join(options.parts[0]?.sources ?? "", "host.cjs"), "// changed");
    const changed = await build(options);
    expect(changed).not.toBe(home);
    expect(go.calls()).toHaveLength(1);
    expect(readFileSync(join(changed, "versions/1.0.0/bin/host"), "utf8")).toBe("// changed");
    write(join(options.parts[1]?.sources ?? "", "main.go"), "package main // changed");
    await build(options);
    expect(go.calls()).toHaveLength(2);
  });

  test("a build that breaks off is not taken for an engine; its error shows what Go said", async () => {
    const { options, go } = setUp();
    write(go.broken, "");
    await expect(build(options)).rejects.toThrow(/go build of program failed in .*\nundefined: half/);
    expect(await cachedBuild(options)).toBeUndefined();
    expect(readdirSync(join(options.cache, "engines"))).toEqual([]);
    rmSync(go.broken);
    expect(existsSync(join(await build(options), "plugins/p/program"))).toBe(true);
  });

  test("without Go the error says what to install", async () => {
    const { options } = setUp();
    const none = build({ ...options, environment: { PATH: join(options.cache, "nowhere") } });
    await expect(none).rejects.toThrow(/install Pulumi 3\.230 or newer.*\n.*install Go/);
  });

  test("two at the same time run Go once", async () => {
    const { options, go } = setUp();
    const homes = await Promise.all([build(options), build(options)]);
    expect(new Set(homes).size).toBe(1);
    expect(go.calls()).toHaveLength(1);
  });
});

describe("the real parts", () => {
  test("are of the version that npm's installer looks for, in the folders that the engine and the SDKs name", () => {
    expect(`${moduleVersion("pulumi", "github.com/pulumi/pulumi/pkg/v3")}`).toBe(versions.pulumi);
    const [github, tailscale] = versions.providers;
    expect(Object.fromEntries(parts().map((part) => [part.name, part.folder]))).toEqual({
      pulumi: `versions/${versions.pulumi}/bin`,
      "pulumi-language-nodejs": `versions/${versions.pulumi}/bin`,
      "pulumi-resource-github": `plugins/resource-github-v${github?.version}`,
      "pulumi-resource-tailscale": `plugins/resource-tailscale-v${tailscale?.version}`,
    });
  });

  test("have sources with the hashes of every module", () => {
    for (const part of parts().filter((part) => part.build)) {
      expect(readdirSync(part.sources)).toEqual(expect.arrayContaining(["go.mod", "go.sum"]));
    }
  });
});
