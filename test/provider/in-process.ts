/** Our provider in the test's own process: the same code as the plugin's, spared the start of a process. */
import { startServer } from "../../provider/server.ts";
import { createRuntime } from "../../services/tailscale/runtime.ts";

const runtime = createRuntime();

export function startInProcess(environment: Record<string, string>): ReturnType<typeof startServer> {
  return startServer({
    ...runtime,
    environment,
    // Waits for another try; how long they are is for test/services/tailscale.
    sleep: (milliseconds, signal) => runtime.sleep(milliseconds / 20, signal),
    retryPause: 50,
  });
}
