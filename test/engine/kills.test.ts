/** The engine and all its children are killed between any two writes, as by a power cut; then the next run goes on. */
import { expect, it } from "vitest";
import type { FaultyRequest } from "../../sandbox/faults.ts";
import { fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { defects, workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { type Counts, killRun } from "./kill.ts";
import { stage, succeed } from "./support.ts";

/** The look for another stack of the name, which is all that a claim asks of the services before it is in the state. */
const isClaimsLook = ({ method, path }: FaultyRequest): boolean => method === "GET" && path.endsWith("/keys");

it("up and destroy, after each of their writes: the next run makes the same as one that was never killed", async () => {
  const { world, project } = await stage();
  // The run that goes on is like any other: its program may be here. The one that is killed is all processes.
  const healing = claudeAperture(project);
  const before = world.tailscale.state.policy;
  const killed = (command: string, last: number, counts?: Counts) => killRun(world, project, command, last, counts);
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

  expect(await killed("up", 1, isClaimsLook)).toContain("/keys");
  isGone();
  const ups: (string | undefined)[] = [];
  const destroys: (string | undefined)[] = [];
  for (let last = 1; ; last += 1) {
    const up = await killed("up", last);
    if (up !== undefined) await succeed(healing, "up");
    isUp();
    // Once is enough: each round comes to the same.
    if (last === 1) await succeed(healing, "preview", "--expect-no-changes");
    const destroy = await killed("destroy", last);
    // GitHub's provider takes a 404 in a secret's deletion for a failure; a refresh knows better. Ours needs none.
    const refresh = destroy?.includes("/secrets/") ? ["--refresh"] : [];
    if (destroy !== undefined) await succeed(healing, "destroy", ...refresh);
    isGone();
    ups.push(up);
    destroys.push(destroy);
    if (up === undefined && destroy === undefined) break;
    // As at the start, history included.
    world.github.state.delete("acme/app");
    world.github.state.add("acme/app");
  }
  const commit = "POST /api/graphql createCommitOnBranch";
  for (const writes of [ups, destroys.toReversed().slice(1).concat(undefined)]) {
    expect(writes).toEqual([
      expect.stringMatching(/^POST .*\/acl$/),
      expect.stringMatching(/^(POST|DELETE) .*\/keys/),
      expect.stringMatching(/\/secrets\//),
      expect.stringMatching(/\/secrets\//),
      commit,
      undefined,
    ]);
  }
});
