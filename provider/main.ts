/** The process: serves the provider on a port of this machine and prints the port, as Pulumi expects of a plugin. */
import { createRuntime } from "../services/tailscale/runtime.ts";
import { onEngineGone } from "./lifetime.ts";
import { startServer } from "./server.ts";

/**
 * Serves until the engine ends the process, or is gone itself. Pulumi gives the engine's address as the last argument; without
 * one somebody has started the plugin by hand.
 */
export async function main(): Promise<void> {
  const { port } = await startServer(createRuntime());
  process.stdout.write(`${port}\n`);
  const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
  if (engine) onEngineGone(engine, () => process.exit(0));
}
