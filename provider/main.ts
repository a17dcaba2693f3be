/** The process: serves the provider on a port of this machine and prints the port, as Pulumi expects of a plugin. */
import { processRuntime } from "../services/tailscale/runtime.ts";
import { startServer } from "./server.ts";

const parentPollMilliseconds = 5_000;

/** Serves until the engine ends the process, or is gone itself. */
export async function main(): Promise<void> {
  const { port } = await startServer(processRuntime());
  process.stdout.write(`${port}\n`);
  endWithParent();
}

/** An engine that was killed cannot end its plugins. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, parentPollMilliseconds).unref();
}
