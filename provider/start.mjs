/** JavaScript, so that a Node too old for provider.ts can still say so. */
import module from "node:module";
import { nodeProblem, pluginNodeTooOld } from "../core/messages/node.mjs";

const problem = nodeProblem(pluginNodeTooOld);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
// Node 22.18 to 22.x warn about type stripping; the engine would show that as a message of the plugin.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") process.stderr.write(`${warning.name}: ${warning.message}\n`);
});
module.enableCompileCache();
const { main } = await import("./main.ts");
await main();
// The engine ends this process with a signal, and Node then writes no cache: without this each run compiled everything again.
module.flushCompileCache();
