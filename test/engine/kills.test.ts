/** The engine and all its children are killed between any two writes, as by a power cut; then the next run goes on. */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import type { Project } from "../../sandbox/project.ts";
import { fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import type { Service } from "../../sandbox/service.ts";
import type { World } from "../../sandbox/world.ts";
import { defects, workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { stage, succeed } from "./support.ts";

const isWrite = (method: string, path: string): boolean =>
  method !== "GET" && !/\/(validate|token|token-exchange|graphql)$/.test(path);

/** The look for another stack of the name, which is all that a claim asks of the services before it is in the state. */
const isClaimsLook = (method: string, path: string): boolean => method === "GET" && path.endsWith("/keys");

/**
 * Runs `pulumi COMMAND`, and kills it right after the services have answered the request number `last` of those that `counts`
 * names. False if it ended before.
 */
function killAfter(world: World, project: Project, command: string, last: number, counts = isWrite): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const args = [command, "--yes", "--non-interactive", "--skip-preview", "--parallel", "1"];
    const options = { cwd: project.directory, env: project.environment, stdio: "ignore", detached: true } as const;
    const child = spawn("pulumi", args, options);
    let seen = 0;
    let killed = false;
    const watched = ([world.github, world.tailscale] as Service[]).map((service) => {
      // After the last one nothing is answered any more: the client dies first.
      service.faults.choose = ({ method, path }) => {
        if (killed) return { kind: "drop before" };
        if (!counts(method, path)) return undefined;
        seen += 1;
        if (seen < last) return undefined;
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

it("up and destroy, after each of their writes: the next run makes the same as one that was never killed", async () => {
  const { world, project } = await stage();
  // The run that goes on is like any other: its program may be here. The one that is killed is all processes.
  const healing = claudeAperture(project);
  const before = world.tailscale.state.policy;
  /** `pulumi COMMAND`, killed after a write, and what a person does then. False if it ended before. */
  const killed = async (command: string, last: number, counts = isWrite) => {
    if (!(await killAfter(world, project, command, last, counts))) return false;
    // The lock of a killed run stays, as Pulumi says; a person has to say that nobody is at it.
    await project.pulumi("cancel", "--yes", "--non-interactive");
    return true;
  };
  const isUp = () => {
    expect(defects(world, "acme/app", { text: "anthropics/claude-code-action", commits: 1 })).toEqual([]);
    expect(listCredentials(world)).toHaveLength(1);
    expect(world.tailscale.state.policy.match(/claude-aperture\/test: managed by Pulumi/g)).toHaveLength(3);
  };
  const isGone = () => {
    expect(world.tailscale.state.policy).toBe(before);
    expect(listCredentials(world)).toEqual([]);
    expect(secretNames(world, "acme/app")).toEqual([]);
    expect(fileText(world, "acme/app", workflowPath)).toBeUndefined();
  };

  expect(await killed("up", 1, isClaimsLook)).toBe(true);
  isGone();
  for (let last = 1; ; last += 1) {
    const wasUpKilled = await killed("up", last);
    if (wasUpKilled) await succeed(healing, "up");
    isUp();
    // Once is enough: each round comes to the same.
    if (last === 1) await succeed(healing, "preview", "--expect-no-changes");
    const wasDestroyKilled = await killed("destroy", last);
    // The provider takes a 404 in a deletion for a failure; a refresh knows better.
    if (wasDestroyKilled) await succeed(healing, "destroy", "--refresh");
    isGone();
    // The policy, the credential, its two secrets, the workflow file.
    expect({ last, wasUpKilled, wasDestroyKilled }).toEqual({
      last,
      wasUpKilled: last <= 5,
      wasDestroyKilled: last <= 5,
    });
    if (!wasUpKilled) return;
    // As at the start, history included.
    world.github.state.delete("acme/app");
    world.github.state.add("acme/app");
  }
});
