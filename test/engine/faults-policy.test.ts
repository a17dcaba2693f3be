/** What a failing or contested policy endpoint does to a run that writes entries, row by row, and what the next run finds. */
import { describe, expect, it } from "vitest";
import { type FaultyRequest, faultFor } from "../../sandbox/faults.ts";
import { countWrites } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { faults } from "./faults.ts";
import { access } from "./policy-edits.ts";
import { inlineAccess, sharedStage } from "./shared-stage.ts";
import { fail, succeed } from "./support.ts";

const acl = "/api/v2/tailnet/-/acl";

const routes: Record<string, (request: FaultyRequest) => boolean> = {
  "the file, read": ({ method, path }) => method === "GET" && path === acl,
  "the file, validated": ({ path }) => path === `${acl}/validate`,
  "the file, written": ({ method, path }) => method === "POST" && path === acl,
  "the tailnet's settings, read": ({ path }) => path.endsWith("/settings"),
};
const readFaults = ["connection lost after", "502", "401"];

/** A write that may have happened is decided by the next read; only a refused credential ends the run. */
const rows = Object.entries(routes).flatMap(([route, matches]) =>
  Object.entries(faults)
    .filter(([how]) => route === "the file, written" || readFaults.includes(how))
    .map(([how, fault]) => ({ name: `${route}, ${how}`, matches, fault, ends: how === "401" })),
);

/** Somebody's change between our read and our write, `times` times. */
function secondWriter(world: World, times: number): void {
  let left = times;
  world.tailscale.faults.choose = ({ method, path }) => {
    if (method === "POST" && path === acl && left > 0) {
      left -= 1;
      world.tailscale.state.policy = `// somebody's edit ${left}\n${world.tailscale.state.policy}`;
    }
    return undefined;
  };
}

describe("a run that writes entries", () => {
  const set = sharedStage({ inline: inlineAccess(access) });
  const disarm = () => {
    set.world.tailscale.faults.choose = () => undefined;
  };
  /** `up` or `destroy` with a fault, then again without: the file is the same as if there had been no fault. */
  async function heals(
    command: "up" | "destroy",
    matches: (request: FaultyRequest) => boolean,
    row: (typeof rows)[number],
  ) {
    const { world, project } = set;
    const choose = faultFor(matches, row.fault);
    world.tailscale.faults.choose = choose;
    const skip = command === "up" ? ["--skip-preview"] : [];
    if (row.ends) await fail(project, command, ...skip);
    else await succeed(project, command, ...skip);
    expect(world.tailscale.journal.filter(({ fault }) => fault !== undefined)).toHaveLength(1);
    world.tailscale.journal.length = 0;
    disarm();
    if (row.ends) await succeed(project, command, ...skip);
  }

  it.each(rows)("$name", async (row) => {
    const { world } = set;
    const before = world.tailscale.state.policy;
    await heals("up", row.matches, row);
    const ours = world.tailscale.state.policy;
    expect(ours.match(/claude-aperture\/test: managed by Pulumi/g)).toHaveLength(3);
    await heals("destroy", row.matches, row);
    expect(world.tailscale.state.policy).toBe(before);
  });

  it("overtaken three times by somebody, writes after them, and keeps all of theirs", async () => {
    const { world, project } = set;
    const before = world.tailscale.state.policy;
    secondWriter(world, 3);
    await succeed(project, "up");
    disarm();
    const theirs = [0, 1, 2].map((number) => `// somebody's edit ${number}\n`).join("");
    expect(world.tailscale.state.policy.startsWith(theirs)).toBe(true);
    expect(world.tailscale.journal.filter(({ status }) => status === 412)).toHaveLength(3);
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(theirs + before);
    world.tailscale.state.policy = before;
  });

  it("overtaken without end, gives up, says who may be at it, and has written nothing", async () => {
    const { world, project } = set;
    const before = world.tailscale.state.policy;
    secondWriter(world, Number.POSITIVE_INFINITY);
    const output = await fail(project, "up", "--skip-preview");
    disarm();
    expect(output).toContain("changed during each of 10 tries");
    expect(world.tailscale.state.policy).not.toContain("claude-aperture/test");
    expect(world.tailscale.state.policy.endsWith(before)).toBe(true);
    world.tailscale.state.policy = before;
    await succeed(project, "up");
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(before);
  });

  it("whose file somebody made invalid since the preview, is refused with that line, and nothing is lost", async () => {
    const { world, project } = set;
    const before = world.tailscale.state.policy;
    await succeed(project, "preview");
    const broken = before.replace(
      '"grants": [',
      '"grants": [\n\t\t{"src": ["group:gone"], "dst": ["tag:web"], "ip": ["443"]},',
    );
    expect(broken).not.toBe(before);
    world.tailscale.faults.choose = ({ method, path }) => {
      // Between our own validation and our write.
      if (method === "POST" && path === acl) world.tailscale.state.policy = broken;
      return undefined;
    };
    const output = await fail(project, "up", "--skip-preview");
    disarm();
    expect(output).toContain("group:gone");
    expect(output).toMatch(/as it already stands/);
    expect(world.tailscale.state.policy).toBe(broken);
    const writes = countWrites(world);
    expect(await fail(project, "preview")).toContain("group:gone");
    expect(countWrites(world)).toBe(writes);
    world.tailscale.state.policy = before;
    await succeed(project, "up");
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(before);
  });
});
