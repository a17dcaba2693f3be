/** Eight stacks on eight engines, whose central files are in one repository, and a person who pushes to it. */
import { expect, it } from "vitest";
import { CentralWorkflow, type CentralWorkflowArgs } from "../../components/central-workflow.ts";
import { defaults } from "../../core/settings/fields.ts";
import { nodeId } from "../../sandbox/github/accounts.ts";
import { pushCommit } from "../../sandbox/github/index.ts";
import { fileText } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { centralRepository, listWorkflows } from "./deliveries/ways.ts";
import { inline } from "./inline-program.ts";
import { stackIn, stage, succeed } from "./support.ts";

const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
const pathOf = (name: string, preset: string) => `.github/workflows/claude-claude-aperture-${name}.${preset}.yml`;

/** Two central files of a stack, with this model. */
function argumentsOf(world: World, name: string, model: string): CentralWorkflowArgs[] {
  const { id, owner } = world.github.state.repository(centralRepository);
  return (["review", "mention"] as const).map((preset) => ({
    file: { repository: centralRepository, path: pathOf(name, preset), branch: "main" },
    repositoryId: nodeId("R", id),
    ownerId: owner.id,
    tag: "tag:ci",
    hostname: "ai",
    identity: { kind: "federated" },
    workflow: { ...defaults.workflow, actions: {}, presets: [preset], model },
    admitted: {},
    delivery: { kind: "commit" },
    owner: `claude-aperture/${name}`,
  }));
}

it("each stack has its own files, whoever commits in between, and one that goes leaves those of others", async () => {
  const { world } = await stage({ repositories: [{ name: centralRepository, actionsAccess: "organization" }] });
  const hub = world.github.state.repository(centralRepository);
  let model = "claude-one";
  const stacks = await Promise.all(
    names.map(async (name) => {
      const inProcess = (project: Parameters<typeof inline>[0]) =>
        inline(project, async () => {
          for (const args of argumentsOf(world, name, model)) new CentralWorkflow(args.file.path, args);
        });
      return { name, project: await stackIn(world, { stack: name, program: "", config: {}, inline: inProcess }) };
    }),
  );
  let commits = 0;
  // In front of some commits of stacks somebody else is faster.
  world.github.faults.choose = ({ operations }) => {
    if (!operations.includes("createCommitOnBranch")) return undefined;
    commits += 1;
    if (commits % 7 === 1) pushCommit(hub, "main", { [`notes/${commits}.md`]: "A note.\n" });
    return undefined;
  };
  await Promise.all(stacks.map(({ project }) => succeed(project, "up")));
  const allOf = (some: string[]) =>
    some.flatMap((name) => [pathOf(name, "mention"), pathOf(name, "review")]).toSorted();
  expect(listWorkflows(world, centralRepository).toSorted()).toEqual(allOf(names));

  model = "claude-two";
  const [staying, leaving] = [stacks.slice(0, 4), stacks.slice(4)];
  await Promise.all([
    ...staying.map(({ project }) => succeed(project, "up")),
    ...leaving.map(({ project }) => succeed(project, "destroy")),
  ]);
  expect(listWorkflows(world, centralRepository).toSorted()).toEqual(allOf(names.slice(0, 4)));
  for (const path of allOf(names.slice(0, 4))) expect(fileText(world, centralRepository, path)).toContain("claude-two");
  const notes = [...(hub.git.tip("main")?.files.keys() ?? [])].filter((path) => path.startsWith("notes/"));
  expect(notes.length).toBeGreaterThan(3);
  const made = [...hub.git.commits.values()].filter(({ verified }) => verified);
  // Nobody's commit was made twice, or undone by another stack.
  expect(made).toHaveLength(names.length * 2 + 4 * 2 + 4 * 2);
});
