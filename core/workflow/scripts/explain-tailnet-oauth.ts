import type { Script } from "./script.ts";

/** Why the runner did not join with an OAuth client, as the variable `CAUSE`: its secret is for the action alone to send. */
export async function explainTailnet({ core, exec, text }: Script): Promise<void> {
  const options = { ignoreReturnCode: true, silent: true };
  const { stdout } = await exec.getExecOutput("sudo", ["tailscale", "status", "--json"], options);
  core.exportVariable("CAUSE", /"BackendState": "Running"/.test(stdout) ? text.noPing : text.oauthRefused);
}
