/** `destroy` from each way to deliver: callers go before what they call, and no run fails meanwhile. */
import { expect, it } from "vitest";
import { listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { startFleet } from "./deliveries/fleet.ts";
import type { Watch } from "./deliveries/outages.ts";
import { workflowPath } from "./deliveries/runs.ts";
import { startTour } from "./deliveries/tour.ts";
import { centralRepository, listWorkflows, mergeAll, ways } from "./deliveries/ways.ts";
import { succeed } from "./support.ts";

/** A workflow that has gone, or is disabled, starts no run. */
const findRedRuns = async (watch: Watch) =>
  (await watch.findOutages()).filter((text) => !/: (there is no workflow file|the workflow is disabled)$/.test(text));

/** What is left of a repository whose file goes by commit, by pull request, or by people. */
const gone = { commit: "nothing", "pull-request": "a removal, disabled", output: "the file" };

function findRest(world: World, slug: string): string {
  const { workflows, pulls } = world.github.state.repository(slug);
  const file = listWorkflows(world, slug).length > 0;
  const open = pulls.filter(({ state }) => state === "open").map(({ title }) => title);
  const disabled = workflows.some(({ path, isDisabled }) => path === workflowPath && isDisabled);
  if (!file && open.length === 0) return gone.commit;
  if (file && disabled && open.join() === "Remove Claude Code") return gone["pull-request"];
  return file && open.length === 0 && !disabled ? gone.output : `${file} ${disabled} ${open}`;
}

it.each([
  ["set up", 0],
  ["about to be delivered otherwise", 3],
])("repositories that are %s", async (_, steps) => {
  const { world, project, watch, wayOf, advance } = await startTour(ways);
  await succeed(project, "up");
  await watch.findOutages();
  if (steps > 0) await advance(steps);
  // What the program puts out is people's to remove, and so is what it uses.
  const outputs = [...wayOf()].filter(([, { delivery }]) => delivery.kind === "output").map(([slug]) => slug);
  const output = await succeed(project, "destroy");
  expect(output).not.toContain("error");
  const red = (await findRedRuns(watch)).filter((text) => !outputs.some((slug) => text.startsWith(slug)));
  // Of a file that was about to be replaced the state does not know what it uses.
  if (steps === 0) expect(red).toEqual([]);
  expect(listCredentials(world)).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toEqual([]);
  expect(world.tailscale.state.policy).not.toContain("managed by Pulumi");
  for (const [slug, { delivery }] of wayOf()) {
    expect(secretNames(world, slug), slug).toEqual([]);
    const kind = delivery.callersBy ?? (delivery.kind === "central" ? "commit" : delivery.kind);
    expect(findRest(world, slug), slug).toBe(gone[kind as keyof typeof gone]);
  }
});

it("right after presets were widened", async () => {
  const organization = { kind: "federated", scope: "organization" };
  const byPull = { kind: "central", callersBy: "pull-request" };
  const { world, project, watch, up } = await startFleet(
    ["a", "b", "c", "d"],
    {
      delivery: { kind: "central" },
      workflow: { presets: ["review"] },
      repositories: [
        "a",
        { name: "b", delivery: byPull },
        { name: "c", identity: organization },
        { name: "d", identity: organization, delivery: byPull },
      ],
    },
    ({ github }) => {
      for (const slug of ["acme/b", "acme/d"]) mergeAll(github.state.repository(slug), true);
    },
  );
  await up();
  await watch.findOutages();
  await up({ workflow: { presets: ["review", "mention"] } });
  expect(await watch.findOutages()).toEqual([]);
  await succeed(project, "destroy");
  expect(await findRedRuns(watch)).toEqual([]);
  expect(listCredentials(world)).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toEqual([]);
  expect(["a", "b", "c", "d"].map((name) => findRest(world, `acme/${name}`))).toEqual([
    gone.commit,
    gone["pull-request"],
    gone.commit,
    gone["pull-request"],
  ]);
});
