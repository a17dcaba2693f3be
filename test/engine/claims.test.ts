/** A stack is itself: two backends with one name, a lost state, another name, and what an interrupted run leaves. */
import { describe, expect, it } from "vitest";
import { asksFor } from "../../sandbox/faults.ts";
import type { Project } from "../../sandbox/project.ts";
import { fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { refusedCommit, workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, stackIn, stage, succeed } from "./support.ts";

const app = "acme/app";
const header = (name: string) => `# Written by claude-aperture for the stack ${name}. Do not edit`;
const takeOver = { ...oneRepository, "claude-aperture:policy": { takeOver: true } };

/** All that a stack has made, to be compared. */
function everything(world: World) {
  return {
    policy: world.tailscale.state.policy,
    credentials: listCredentials(world),
    secrets: ["TS_OAUTH_CLIENT_ID", "TS_AUDIENCE"].map((name) => world.github.secretValue(app, name)),
    workflow: fileText(world, app, workflowPath),
  };
}

/** A second backend with a stack of the same name: what a colleague has, and what somebody has who lost the state. */
const sameName = (world: World, config: Record<string, unknown> = oneRepository) =>
  stackIn(world, { inline: claudeAperture, config });

async function claimOf(project: Project): Promise<{ id: string; inputs: object; outputs: object }> {
  const { output } = await project.pulumi("stack", "export");
  const { deployment } = JSON.parse(output) as {
    deployment: { resources: { type: string; id: string; inputs: object; outputs: object }[] };
  };
  const claim = deployment.resources.find(({ type }) => type === "claude-aperture:index:StackClaim");
  if (!claim) throw new Error("no claim in the state");
  const { id, inputs, outputs } = claim;
  return { id, inputs, outputs };
}

describe("a second backend with a stack of the same name", () => {
  it("is refused in preview and update, and touches nothing of the first", async () => {
    const { world, project: first } = await stage({ inline: claudeAperture });
    await succeed(first, "up");
    const made = everything(world);
    const [credential] = listCredentials(world);
    const second = await sameName(world);
    for (const command of ["preview", "up"]) {
      const output = await fail(second, command);
      expect(output).toContain("The state of claude-aperture/test is new, and what it would set up is there already:");
      expect(output).toContain(
        '  in the policy file: tagOwners "tag:ci" (line 15), grants "tag:ci" (line 23), tests "tag:ci" (line 68)\n',
      );
      expect(output).toContain("  workflow files: acme/app\n");
      expect(output).toContain(`  credentials: ${credential?.description} (${credential?.id})\n`);
      expect(output).toContain("pulumi config set --path claude-aperture:policy.takeOver true");
    }
    await succeed(second, "destroy");
    expect(everything(world)).toEqual(made);
    await succeed(first, "up", "--expect-no-changes");
  });

  it("is refused by the credentials alone, where the policy is managed elsewhere and people commit the file", async () => {
    const { world, project: first } = await stage({ inline: claudeAperture });
    await succeed(first, "up");
    world.tailscale.state.policy = world.tailscale.state.policy.replaceAll(/^.*managed by Pulumi\n/gm, "");
    const alone = {
      ...oneRepository,
      "claude-aperture:policy": { mode: "observe", owner: "acme/other" },
      "claude-aperture:workflow": { adopt: true },
      "claude-aperture:delivery": { kind: "output" },
    };
    const output = await fail(await sameName(world, alone), "preview");
    expect(output).toMatch(/is there already:\s+credentials: claude-acme-app-/);
  });

  it("goes on with a name and repositories of its own, and each is destroyed alone", async () => {
    const { world, project: first } = await stage({ inline: claudeAperture });
    await succeed(first, "up");
    const made = everything(world);
    const second = await sameName(world, {
      ...oneRepository,
      "claude-aperture:repositories": ["api"],
      "claude-aperture:policy": { owner: "acme/other" },
    });
    await succeed(second, "up");
    expect(listCredentials(world)).toHaveLength(2);
    await succeed(second, "destroy");
    expect(everything(world)).toEqual(made);
  });
});

describe("a lost state", () => {
  it("is taken over with policy.takeOver: true; the credentials of before stay, and the setting is to be removed", async () => {
    const { world, project: first } = await stage({ inline: claudeAperture });
    await succeed(first, "up");
    const made = everything(world);
    const second = await sameName(world, takeOver);
    const preview = await succeed(second, "preview");
    expect(preview).toContain("Taken over, as policy.takeOver says:");
    expect(preview).toContain("The credentials from before are left alone");
    await succeed(second, "up");
    expect(world.tailscale.state.policy).toBe(made.policy);
    expect(fileText(world, app, workflowPath)).toBe(made.workflow);
    expect(listCredentials(world)).toHaveLength(2);
    expect(listCredentials(world)).toContainEqual(made.credentials[0]);
    expect(world.github.secretValue(app, "TS_OAUTH_CLIENT_ID")).not.toBe(made.secrets[0]);
    expect(await succeed(second, "preview", "--expect-no-changes")).toContain(
      "policy.takeOver has done its work and is still set.",
    );
    second.configure((config) => Object.assign(config, { "claude-aperture:policy": {} }));
    expect(await succeed(second, "up", "--expect-no-changes")).not.toContain("takeOver");
    await succeed(second, "destroy");
    expect(listCredentials(world)).toEqual(made.credentials);
    expect(secretNames(world, app)).toEqual([]);
  });
});

describe("another name", () => {
  it.each<[string, string, (project: Project) => Promise<unknown>]>([
    [
      "policy.owner",
      "acme/renamed",
      async (project) =>
        project.configure((config) => Object.assign(config, { "claude-aperture:policy": { owner: "acme/renamed" } })),
    ],
    ["pulumi stack rename", "claude-aperture/renamed", (project) => project.pulumi("stack", "rename", "renamed")],
  ])("by %s: marks and headers change in place, the credential stays as it is", async (_, name, rename) => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    const made = everything(world);
    const claim = await claimOf(project);
    await rename(project);
    const preview = await succeed(project, "preview");
    expect(preview).not.toMatch(/FederatedIdentity|ActionsSecret|replace|delete/);
    await succeed(project, "up");
    expect(everything(world)).toEqual({
      ...made,
      policy: made.policy.replaceAll("claude-aperture/test:", `${name}:`),
      workflow: made.workflow?.replace(header("claude-aperture/test"), header(name)),
    });
    const properties = { owner: name, formerly: ["claude-aperture/test"] };
    expect(await claimOf(project)).toEqual({ id: claim.id, inputs: properties, outputs: properties });
    await succeed(project, "up", "--expect-no-changes");
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).not.toContain("managed by Pulumi");
  });

  it("that another stack has is refused, and nothing changes", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    const other = await stackIn(world, {
      inline: claudeAperture,
      stack: "other",
      config: { ...oneRepository, "claude-aperture:repositories": ["api"], "claude-aperture:tag": "tag:ci-api" },
    });
    await succeed(other, "up");
    const made = everything(world);
    project.configure((config) =>
      Object.assign(config, { "claude-aperture:policy": { owner: "claude-aperture/other" } }),
    );
    const output = await fail(project, "up");
    expect(output).toContain(
      "claude-aperture/test is to be called claude-aperture/other, and a stack of that name is there already:",
    );
    expect(everything(world)).toEqual(made);
  });

  it("is taken by a run that goes on after it was interrupted between the policy file and the workflow", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    project.configure((config) => Object.assign(config, { "claude-aperture:policy": { owner: "acme/renamed" } }));
    world.github.faults.choose = (request) =>
      asksFor("createCommitOnBranch")(request) ? refusedCommit("not now") : undefined;
    expect(await fail(project, "up", "--skip-preview")).toContain("GitHub does not take the commit");
    world.github.faults.choose = () => undefined;
    expect(world.tailscale.state.policy).toContain("acme/renamed: managed by Pulumi");
    expect(fileText(world, app, workflowPath)).toContain(header("claude-aperture/test"));
    await succeed(project, "up");
    expect(fileText(world, app, workflowPath)).toContain(header("acme/renamed"));
    // And back again: a name that the stack has had is its own.
    project.configure((config) => Object.assign(config, { "claude-aperture:policy": {} }));
    await succeed(project, "up");
    expect(fileText(world, app, workflowPath)).toContain(header("claude-aperture/test"));
  });
});

describe("a credential whose creation the state never heard of", () => {
  const lose = (world: World) => {
    world.tailscale.faults.choose = ({ method, path }) =>
      method === "POST" && path.endsWith("/keys") ? { kind: "drop after" } : undefined;
  };

  it("goes with the next one", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    lose(world);
    await fail(project, "up", "--skip-preview");
    world.tailscale.faults.choose = () => undefined;
    expect(listCredentials(world)).toHaveLength(1);
    expect(await succeed(project, "up")).toContain("Deleted the credential");
    expect(listCredentials(world)).toHaveLength(1);
  });

  it("goes with the claim, so that a new stack of the name finds nothing", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    const before = everything(world);
    lose(world);
    await fail(project, "up", "--skip-preview");
    world.tailscale.faults.choose = () => undefined;
    expect(await succeed(project, "destroy")).toContain("Deleted the credential");
    expect(everything(world)).toEqual(before);
    await succeed(project, "up");
  });
});

it("credentials are looked for before the claim is made, and never again", async () => {
  const { world, project } = await stage({ inline: claudeAperture });
  const looks = async (command: string) => {
    const from = world.tailscale.journal.length;
    await succeed(project, command);
    return world.tailscale.journal
      .slice(from)
      .filter(({ path }) => path.endsWith("/keys"))
      .map(({ method }) => method);
  };
  expect(await looks("preview")).toEqual(["GET"]);
  // The second one is for the first credential of a run, see components/leftover-credentials.ts.
  expect(await looks("up")).toEqual(["GET", "POST", "GET"]);
  expect(await looks("preview")).toEqual([]);
  expect(await claimOf(project)).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    inputs: { owner: "claude-aperture/test" },
    outputs: { owner: "claude-aperture/test" },
  });
});
