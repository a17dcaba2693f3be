/** Kills the engine and all its children, as by a power cut. */
import { spawn } from "node:child_process";
import type { FaultyRequest } from "../../sandbox/faults.ts";
import type { Project } from "../../sandbox/project.ts";
import { isWrite } from "../../sandbox/rehearsal/evidence.ts";
import type { Service } from "../../sandbox/service.ts";
import type { World } from "../../sandbox/world.ts";

export type Counts = (request: FaultyRequest) => boolean;

/**
 * Runs `pulumi COMMAND`, and kills it right after the services have answered the request number `last` of those that `counts`
 * names, and names that request. Undefined if it ended before.
 */
function killAfter(
  world: World,
  project: Project,
  command: string,
  last: number,
  counts: Counts = isWrite,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const args = [command, "--yes", "--non-interactive", "--skip-preview", "--parallel", "1"];
    const options = { cwd: project.directory, env: project.environment, stdio: "ignore", detached: true } as const;
    const child = spawn("pulumi", args, options);
    let seen = 0;
    let killed: string | undefined;
    const watched = ([world.github, world.tailscale] as Service[]).map((service) => {
      // After the last one nothing is answered any more: the client dies first.
      service.faults.choose = (request) => {
        if (killed) return { kind: "drop before" };
        if (!counts(request)) return undefined;
        seen += 1;
        if (seen < last) return undefined;
        killed = [request.method, request.path, ...request.operations].join(" ");
        setImmediate(() => process.kill(-(child.pid ?? 0), "SIGKILL"));
        return { kind: "drop after" };
      };
      return service;
    });
    child.once("error", reject);
    child.once("close", () => {
      for (const service of watched) service.faults.choose = () => undefined;
      resolve(killed);
    });
  });
}

/** `killAfter`, and what a person does then: the lock of a killed run stays, and somebody has to say that nobody is at it. */
export async function killRun(
  world: World,
  project: Project,
  command: string,
  last: number,
  counts?: Counts,
): Promise<string | undefined> {
  const write = await killAfter(world, project, command, last, counts);
  if (write !== undefined) await project.pulumi("cancel", "--yes", "--non-interactive");
  return write;
}
