/** JavaScript, so that a Node too old for provider.ts can still say so. */
import module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `The claude-aperture plugin needs Node.js 22.18 or newer and was started on ${process.version} (${process.execPath}).\n` +
      `Put a newer one first on PATH. The npm scripts of this repository bring their own: ` +
      `export PATH="$PWD/node_modules/.bin:$PATH"\n`,
  );
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
