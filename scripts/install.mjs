// Installs the dependencies when they are missing or older than package-lock.json. Runs on the Node that a person has
// (20 or newer), before any npm script that needs them; plain JavaScript, because that Node may not strip types.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** The packages that a lock file names, by folder; none where the file is missing or cut off. */
function packages(...path) {
  try {
    return JSON.parse(readFileSync(join(root, ...path), "utf8")).packages ?? {};
  } catch {
    return {};
  }
}

/**
 * Whether node_modules is what package-lock.json says. npm notes what it has installed as the last thing that it does, in
 * node_modules/.package-lock.json, so `npm ci` by hand counts and one that was killed does not. Packages for other systems are
 * optional, and absent.
 */
function isInstalled() {
  const installed = packages("node_modules", ".package-lock.json");
  const isThere = ([folder, { version, integrity, optional, devOptional }]) => {
    const found = installed[folder];
    if (!found) return optional === true || devOptional === true;
    return found.version === version && found.integrity === integrity;
  };
  const wanted = Object.entries(packages("package-lock.json")).filter(([folder]) => folder !== "");
  return wanted.length > 0 && wanted.every(isThere);
}

if (!isInstalled()) {
  console.log("Installing dependencies (npm ci) ...");
  // No `shell: true` outside Windows: there npm is a .cmd file, which only a shell starts.
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}
