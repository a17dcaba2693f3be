/** Logs out, so that the device goes at once, and stops the daemon. */
import { getExecOutput } from "@actions/exec";
import * as core from "../../toolkit.ts";

export async function run(): Promise<void> {
  const state = core.getState("daemon");
  if (!state) return;
  const { pid, socket, tailscale, environment } = JSON.parse(state) as {
    pid: number;
    socket: string;
    tailscale: string;
    environment: Record<string, string>;
  };
  core.info("🔄 Logging out of Tailscale...");
  const { exitCode } = await getExecOutput(tailscale, [`--socket=${socket}`, "logout"], {
    env: { ...(process.env as Record<string, string>), ...environment },
    ignoreReturnCode: true,
    silent: true,
  });
  core.info(exitCode === 0 ? "✅ Successfully logged out of Tailscale" : "Tailscale was not logged in");
  try {
    process.kill(pid, "SIGTERM");
    core.info("✅ Stopped tailscaled");
  } catch {
    core.info("tailscaled has ended by itself");
  }
}
