/**
 * What a job leaves behind. As GitHub's own runner does, processes are found by a variable in their environment, which
 * children inherit: https://github.com/actions/runner (RUNNER_TRACKING_ID).
 */
import { readdir, readFile } from "node:fs/promises";

export const trackingVariable = "RUNNER_TRACKING_ID";

/** Kills every process that has the id in its environment. Where there is no /proc, it finds none. */
export async function killLeftovers(id: string): Promise<void> {
  const wanted = `${trackingVariable}=${id}`;
  const names = await readdir("/proc").catch(() => []);
  for (const name of names.filter((one) => /^\d+$/.test(one) && Number(one) !== process.pid)) {
    const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    if (!environment.split("\0").includes(wanted)) continue;
    try {
      process.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
