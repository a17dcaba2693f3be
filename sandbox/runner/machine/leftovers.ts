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
    if (environment.split("\0").includes(wanted)) killAll([Number(name)]);
  }
}

export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** Children of a process, their children and so on; what has lost its parent is not among them. Where there is no /proc, none. */
export async function descendantsOf(ancestor: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  const names = await readdir("/proc").catch(() => []);
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    // The program's name is in brackets, and may have brackets of its own.
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = Number(/^.*\) \S (\d+)/s.exec(stat)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [...(children.get(ancestor) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}
