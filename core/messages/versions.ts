/** Versions that are too old, as each program that notices says it. */
import { message } from "./entry.ts";

/** The oldest engine that the program runs on. */
export const oldestEngine = "3.230.0";

/** The oldest Node.js that strips types without being asked. */
export const oldestNode = "22.18";

export const engineTooOld = message({
  says: "This program needs Pulumi {oldest} or newer, and runs on {version}; nothing was changed.",
  advice:
    "\n  Update it: https://www.pulumi.com/docs/install/\n  Which one runs: `pulumi version`, `command -v pulumi`",
  cause: "the `pulumi` of `PATH` is too old to run hooks and to read the policy file before each preview",
  fix: "a newer Pulumi, first on `PATH`",
});

export const nodeTooOld = message({
  says: "This program needs Node.js 22.18 or newer and was started on {version} ({path}).",
  file: "main.mjs",
  cause: "`pulumi` runs the program on the Node of `PATH`, and that is older than 22.18",
  fix: 'Put a newer one first, such as the one that `npm ci` brought: `export PATH="$PWD/node_modules/.bin:$PATH"`',
});

export const pluginNodeTooOld = message({
  says: "The claude-aperture plugin needs Node.js 22.18 or newer and was started on {version} ({path}).",
  file: "provider/start.mjs",
  cause: "the same, for the plugin",
  fix: "the same",
});

export const pluginNodeMissing = message({
  says: "The claude-aperture plugin needs Node.js 22.18 or newer and found none on PATH.",
  file: "provider/pulumi-resource-claude-aperture",
  cause: "no Node on `PATH`",
  fix: "the same",
});
