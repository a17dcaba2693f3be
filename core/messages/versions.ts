/** Versions that are too old, as each program that notices says it. */
import { message } from "./entry.ts";

export { nodeTooOld, oldestNode, pluginNodeTooOld } from "./node.mjs";

/** The oldest engine that the program runs on. */
export const oldestEngine = "3.230.0";

export const engineTooOld = message({
  says: "This program needs Pulumi {oldest} or newer, and runs on {version}; nothing was changed.",
  advice:
    "\n  Update it: https://www.pulumi.com/docs/install/\n  Which one runs: `pulumi version`, `command -v pulumi`",
  cause: "the `pulumi` of `PATH` is too old to run hooks and to read the policy file before each preview",
  fix: "a newer Pulumi, first on `PATH`",
});

/** Printed by the plugin's start scripts, which can import nothing: a test holds their text against this one. */
export const pluginNodeMissing = message({
  says: "The claude-aperture plugin needs Node.js 22.18 or newer and found none on PATH.",
  cause: "no Node on `PATH`",
  fix: "Node.js 22.18 or newer on `PATH`, such as the one that `npm ci` brought, in `node_modules/.bin`",
});
