import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const script = join(import.meta.dirname, "..", "..", "scripts", "install.mjs");

type Packages = Record<string, Record<string, unknown>>;

const locked: Packages = {
  "": { name: "root" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a", dev: true },
  "node_modules/b-darwin": { version: "1.0.0", integrity: "sha512-b", optional: true },
};
const { "": _, "node_modules/b-darwin": __, ...installed } = locked;

/** A checkout with these lock files, in which `npm` only notes how it was called. Returns whether it was, and the exit code. */
function install(found: Packages | string | undefined, options: { npmExitCode?: number } = {}) {
  const root = mkdtempSync(join(tmpdir(), "claude-aperture-install-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["scripts", "bin", "node_modules"]) mkdirSync(join(root, folder));
  copyFileSync(script, join(root, "scripts", "install.mjs"));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: locked }));
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (found !== undefined)
    writeFileSync(hidden, typeof found === "string" ? found : JSON.stringify({ packages: found }));
  const npm = join(root, "bin", "npm");
  writeFileSync(npm, `#!/bin/sh\necho "$*" > "${root}/called"\nexit ${options.npmExitCode ?? 0}\n`);
  chmodSync(npm, 0o755);
  const { status } = spawnSync(process.execPath, [join(root, "scripts", "install.mjs")], {
    env: { PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}` },
  });
  return { installs: existsSync(join(root, "called")), status };
}

it.each<[string, Parameters<typeof install>, { installs: boolean; status: number }]>([
  ["what `npm ci` by hand installed is taken", [installed], { installs: false, status: 0 }],
  ["nothing is there", [undefined], { installs: true, status: 0 }],
  ["an installation that was killed", ["{"], { installs: true, status: 0 }],
  ["a package is missing", [{}], { installs: true, status: 0 }],
  [
    "another version",
    [{ ...installed, "node_modules/a": { ...installed["node_modules/a"], version: "0.9.0" } }],
    { installs: true, status: 0 },
  ],
  [
    "the same version with other content",
    [{ ...installed, "node_modules/a": { ...installed["node_modules/a"], integrity: "sha512-x" } }],
    { installs: true, status: 0 },
  ],
  [
    "a package that the lock does not name is left alone",
    [{ ...installed, "node_modules/c": {} }],
    { installs: false, status: 0 },
  ],
  ["npm fails", [undefined, { npmExitCode: 7 }], { installs: true, status: 7 }],
])("%s", (_, given, expected) => {
  expect(install(...given)).toEqual(expected);
});
