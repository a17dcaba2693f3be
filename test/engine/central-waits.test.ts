/** Central files and callers by pull request: what waits for whom, and that what is live goes on until somebody merges. */
import { expect, it } from "vitest";
import { listEvents } from "../../core/workflow/triggers.ts";
import { fileText } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { type Fleet, startFleet } from "./deliveries/fleet.ts";
import { workflowPath } from "./deliveries/runs.ts";
import { centralRepository, listWorkflows, mergeAll, readState } from "./deliveries/ways.ts";
import { succeed } from "./support.ts";

const organization = { kind: "federated", scope: "organization" };
const review = { presets: ["review"] };
const both = { presets: ["review", "mention"] };
const central = { kind: "central" };
const folder = ".github/workflows";
const ownFile = `${folder}/claude-claude-aperture-test.yml`;
const organizationFile = `${folder}/claude-claude-aperture-test.scope-organization.yml`;

const centralText = (world: World, path: string) => fileText(world, centralRepository, path) ?? "";
const grants = (world: World, name: string) =>
  /issues: write/.test(fileText(world, `acme/${name}`, workflowPath) ?? "");
const waiting = ({ project }: Fleet) => readState(project)[0]?.outputs?.waiting;

it("callers by pull request: the central file waits until they grant what it will ask for", async () => {
  const fleet = await startFleet(["a", "b"], { delivery: { ...central, callersBy: "pull-request" }, workflow: review });
  const { world, project, watch, up } = fleet;
  const [a, b] = ["acme/a", "acme/b"].map((slug) => world.github.state.repository(slug));
  if (!a || !b) throw new Error("no repository");
  mergeAll(a, true);
  mergeAll(b, false);
  await up();
  await watch.findOutages();

  await up({ workflow: both });
  expect(await watch.findOutages()).toEqual([]);
  expect(centralText(world, ownFile)).not.toContain("Claude mention");
  mergeAll(a, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(centralText(world, ownFile)).not.toContain("Claude mention");
  mergeAll(b, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(centralText(world, ownFile)).toContain("Claude mention");
  expect(waiting(fleet)).toEqual({});
  await succeed(project, "preview", "--expect-no-changes");

  await up({ workflow: review });
  expect(centralText(world, ownFile)).not.toContain("Claude mention");
  expect(await watch.findOutages(listEvents(["review"]))).toEqual([]);
  mergeAll(a, true);
  mergeAll(b, true);
  await up();
  expect(await watch.findOutages(listEvents(["review"]))).toEqual([]);
  expect(grants(world, "a")).toBe(false);
  await succeed(project, "preview", "--expect-no-changes");

  // Until somebody merges, the repository calls the file of before, and finds the pair of that.
  await up({ repositories: ["a", { name: "b", workflow: { prompt: "Look for races." } }] });
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(b, true);
  expect(await watch.findOutages()).toEqual([]);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  await up({ repositories: ["a", "b"] });
  mergeAll(b, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);

  await up({ identity: organization });
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(a, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(b, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toEqual([organizationFile]);
  await up({ identity: { kind: "federated" } });
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(b, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(a, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toEqual([ownFile]);
  await succeed(project, "preview", "--expect-no-changes");
});

it("a central file by pull request: callers wait for it, and keep what they have", async () => {
  const fleet = await startFleet(["a", "b"], { delivery: central, workflow: review });
  const { world, project, watch, up } = fleet;
  const hub = world.github.state.repository(centralRepository);
  const byPull = { ...central, by: "pull-request" };

  await up({ delivery: byPull });
  expect(await watch.findOutages()).toEqual([]);
  await succeed(project, "preview", "--expect-no-changes");

  const own = { name: "b", workflow: { prompt: "Look for races." } };
  await up({ repositories: ["a", own] });
  expect(await watch.findOutages()).toEqual([]);
  expect(Object.keys(waiting(fleet) as object)).toContain("acme/b");
  expect(listWorkflows(world, centralRepository)).toEqual([ownFile]);
  mergeAll(hub, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(waiting(fleet)).toEqual({});

  // To another file, which nobody else calls: what it calls now stays, although no setting asks for it.
  const other = { name: "b", workflow: { prompt: "Look for leaks." } };
  await up({ repositories: ["a", other] });
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toHaveLength(2);
  mergeAll(hub, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(hub, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toHaveLength(2);

  await up({ workflow: both, repositories: ["a", "b"] });
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(hub, true);
  expect(await watch.findOutages()).toEqual([]);
  await up();
  mergeAll(hub, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(centralText(world, ownFile)).toContain("Claude mention");
  expect(listWorkflows(world, centralRepository)).toEqual([ownFile]);
  await succeed(project, "preview", "--expect-no-changes");

  await up({ identity: organization });
  expect(await watch.findOutages()).toEqual([]);
  mergeAll(hub, true);
  await up();
  mergeAll(hub, true);
  await up();
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toEqual([organizationFile]);
});
