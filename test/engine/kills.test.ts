/** The engine and all its children are killed between any two writes, as by a power cut; then the next run goes on. */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import type { Project } from "../../sandbox/project.ts";
import { credentials, fileText, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import type { Service } from "../../sandbox/service.ts";
import type { World } from "../../sandbox/world.ts";
import { defects, workflowPath } from "./faults.ts";
import { type Stage, stage, succeed } from "./support.ts";

const isWrite = (method: string, path: string): boolean =>
  method !== "GET" && !/\/(validate|token|token-exchange|graphql)$/.test(path);

/** Runs `pulumi COMMAND`, and kills it right after the services have done its write number `last`. False if it ended before. */
function killAfter(world: World, project: Project, command: string, last: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const args = [command, "--yes", "--non-interactive", "--skip-preview", "--parallel", "1"];
    const options = { cwd: project.directory, env: project.environment, stdio: "ignore", detached: true } as const;
    const child = spawn("pulumi", args, options);
    let writes = 0;
    let killed = false;
    const watched = ([world.github, world.tailscale] as Service[]).map((service) => {
      // After the last write nothing is answered any more: the client dies first.
      service.faults.choose = ({ method, path }) => {
        if (killed) return { kind: "drop before" };
        if (!isWrite(method, path)) return undefined;
        writes += 1;
        if (writes < last) return undefined;
        killed = true;
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

/** Kills after each write in turn, and has the next run repair it, until a run ends by itself. */
async function killAfterEach({ world, project }: Stage, command: string, heal: () => Promise<void>): Promise<number> {
  for (let last = 1; ; last += 1) {
    const killed = await killAfter(world, project, command, last);
    if (!killed) return last - 1;
    // The lock of a killed run stays, as Pulumi says; a person has to say that nobody is at it.
    await project.pulumi("cancel", "--yes", "--non-interactive");
    await heal();
  }
}

it("up, after each of its writes: the next up makes the same as one that was never killed", {
  timeout: 600_000,
}, async () => {
  const set = await stage();
  const { world, project } = set;
  const before = world.tailscale.state.policy;
  const kills = await killAfterEach(set, "up", async () => {
    await succeed(project, "up");
    expect(defects(world, "acme/app", { text: "anthropics/claude-code-action", commits: 1 })).toEqual([]);
    expect(credentials(world)).toHaveLength(1);
    expect(world.tailscale.state.policy.match(/claude-aperture\/test: managed by Pulumi/g)).toHaveLength(3);
    await succeed(project, "preview", "--expect-no-changes");
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(before);
    expect(credentials(world)).toEqual([]);
    // As at the start, history included.
    world.github.state.delete("acme/app");
    world.github.state.add("acme/app");
  });
  // The policy, the credential, its two secrets, the workflow file.
  expect(kills).toBe(5);
});

it("destroy, after each of its writes: the next destroy leaves nothing", { timeout: 600_000 }, async () => {
  const set = await stage();
  const { world, project } = set;
  const before = world.tailscale.state.policy;
  await succeed(project, "up");
  const kills = await killAfterEach(set, "destroy", async () => {
    // The provider takes a 404 in a deletion for a failure; a refresh knows better.
    await succeed(project, "destroy", "--refresh");
    expect(world.tailscale.state.policy).toBe(before);
    expect(credentials(world)).toEqual([]);
    expect(secretNames(world, "acme/app")).toEqual([]);
    expect(fileText(world, "acme/app", workflowPath)).toBeUndefined();
    await succeed(project, "up");
  });
  expect(kills).toBe(5);
});
