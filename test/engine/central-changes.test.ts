/** Central files whose settings and callers change: at no moment does a repository call what is not there, or does not let it in. */
import { expect, it } from "vitest";
import { listEvents } from "../../core/workflow/triggers.ts";
import { fileText } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { startFleet } from "./deliveries/fleet.ts";
import { workflowPath } from "./deliveries/runs.ts";
import { centralRepository, listWorkflows } from "./deliveries/ways.ts";
import { succeed } from "./support.ts";

const organization = { kind: "federated", scope: "organization" };
const review = { presets: ["review"] };
const both = { presets: ["review", "mention"] };
const central = { kind: "central" };
const folder = ".github/workflows";
const ownFile = `${folder}/claude-claude-aperture-test.yml`;
const organizationFile = `${folder}/claude-claude-aperture-test.scope-organization.yml`;

const commitsOf = ({ github }: World, slug: string) => github.state.repository(slug).git.commits.size;
const centralText = (world: World, path: string) => fileText(world, centralRepository, path) ?? "";
const grants = (world: World, name: string) =>
  /issues: write/.test(fileText(world, `acme/${name}`, workflowPath) ?? "");

it.each([
  ["repository", { kind: "federated" }, ownFile],
  ["organization", organization, organizationFile],
])("presets widen and narrow, a new model is one commit: scope %s", async (_, identity, path) => {
  const fleet = await startFleet(["a", "b"], { delivery: central, identity, workflow: review });
  const { world, project, watch, up } = fleet;

  await up({ workflow: both });
  expect(await watch.findOutages()).toEqual([]);
  expect(centralText(world, path)).toContain("Claude mention");
  await succeed(project, "preview", "--expect-no-changes");

  await up({ workflow: review });
  // An identity that is narrowed refuses at once the events of the preset that goes.
  expect(await watch.findOutages(listEvents(["review"]))).toEqual([]);
  await succeed(project, "preview", "--expect-no-changes");
  expect(grants(world, "a")).toBe(false);

  // What one has and the other has not: callers grant both until the next run.
  await up({ workflow: { presets: ["mention"] } });
  expect(await watch.findOutages()).toEqual([]);
  await up();
  await succeed(project, "preview", "--expect-no-changes");

  await up({ workflow: both });
  const before = ["acme/a", "acme/b", centralRepository].map((slug) => commitsOf(world, slug));
  await up({ workflow: { ...both, model: "anthropic/claude-sonnet-4-6" } });
  expect(await watch.findOutages()).toEqual([]);
  const after = ["acme/a", "acme/b", centralRepository].map((slug) => commitsOf(world, slug));
  expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([0, 0, 1]);
});

it("repositories come, go, and move between the files of an organization", async () => {
  const { world, project, watch, up } = await startFleet(["a", "b", "c"], {
    delivery: central,
    identity: organization,
    repositories: ["a", "b"],
  });
  await up({ repositories: ["a", "b", "c"] });
  expect((await watch.findOutages()).filter((text) => !text.startsWith("acme/c"))).toEqual([]);
  await succeed(project, "preview", "--expect-no-changes");

  const own = { name: "b", workflow: { prompt: "Look for races." } };
  await up({ repositories: ["a", own, "c"] });
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toHaveLength(2);
  // It was let in by the old file until it called the new one.
  const { id } = world.github.state.repository("acme/b");
  expect(centralText(world, organizationFile)).toContain(String(id));
  await up();
  expect(centralText(world, organizationFile)).not.toContain(String(id));
  await succeed(project, "preview", "--expect-no-changes");

  await up({ repositories: ["a", "b", "c"] });
  expect(await watch.findOutages()).toEqual([]);
  expect(listWorkflows(world, centralRepository)).toEqual([organizationFile]);
  await succeed(project, "preview", "--expect-no-changes");

  await up({ repositories: ["a", { name: "b", delivery: { kind: "commit" }, identity: { kind: "federated" } }, "c"] });
  expect(await watch.findOutages()).toEqual([]);
  await up();
  expect(centralText(world, organizationFile)).not.toContain(String(id));

  await up({ repositories: ["a", "b"] });
  expect((await watch.findOutages()).filter((text) => !text.startsWith("acme/c"))).toEqual([]);
  expect(listWorkflows(world, "acme/c")).toEqual([]);
  const left = world.github.state.repository("acme/c").id;
  expect(centralText(world, organizationFile)).not.toContain(String(left));
  await succeed(project, "preview", "--expect-no-changes");
});

it("a repository that is made to call an organization's file is not let in for that", async () => {
  const { world, up } = await startFleet(["a", "b"], {
    delivery: central,
    identity: organization,
    repositories: ["a", { name: "b", workflow: { prompt: "Look for races." } }],
  });
  const { git } = world.github.state.repository("acme/b");
  const caller = fileText(world, "acme/a", workflowPath);
  git.commit("main", {
    files: { [workflowPath]: caller },
    message: "ours now",
    author: { name: "E", email: "e@example.com", date: "2026-01-01T00:00:00Z" },
  });
  await up();
  expect(centralText(world, organizationFile)).not.toContain(String(world.github.state.repository("acme/b").id));
});
