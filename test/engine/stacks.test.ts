import { describe, expect, it } from "vitest";
import { fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, stackIn, stage, succeed } from "./support.ts";

describe("two stacks in one policy file", () => {
  it("share the entry that both want; the last one out removes it", async () => {
    const { world, project: first } = await stage({ inline: claudeAperture });
    const before = world.tailscale.state.policy;
    const second = await stackIn(world, {
      inline: claudeAperture,
      stack: "other",
      config: { ...oneRepository, "claude-aperture:repositories": ["api"] },
    });
    await succeed(first, "up");
    await succeed(second, "up");
    expect(world.tailscale.state.policy).toContain("claude-aperture/test, claude-aperture/other: managed by Pulumi");
    await succeed(first, "destroy");
    expect(world.tailscale.state.policy).toContain('"tag:ci"');
    expect(world.tailscale.state.policy).not.toContain("claude-aperture/test");
    await succeed(second, "up", "--expect-no-changes");
    await succeed(second, "destroy");
    expect(world.tailscale.state.policy).toBe(before);
  });

  it("that want different things for one tag: the second is told who has it, and nothing is written", async () => {
    const { world, project: first } = await stage({ inline: claudeAperture });
    await succeed(first, "up");
    const held = world.tailscale.state.policy;
    const second = await stackIn(world, {
      inline: claudeAperture,
      stack: "other",
      config: {
        ...oneRepository,
        "claude-aperture:repositories": ["api"],
        "claude-aperture:models": ["anthropic/claude-haiku-4-5"],
      },
    });
    const output = await fail(second, "preview");
    expect(output).toContain("claude-aperture/test");
    expect(output).toContain("claude-aperture/other");
    await fail(second, "up");
    expect(world.tailscale.state.policy).toBe(held);
    expect(listCredentials(world)).toHaveLength(1);
  });
});

describe("import", () => {
  it("takes over the entries that carry a stack's mark", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    const policy = world.tailscale.state.policy;
    const importing = await stackIn(world, { inline: claudeAperture, stack: "importing" });
    const type = "claude-aperture:index:PolicyFragment";
    await succeed(
      importing,
      "import",
      type,
      "taken",
      "claude-aperture/test",
      "--generate-code=false",
      "--protect=false",
    );
    const { output } = await importing.pulumi("stack", "export");
    const { deployment } = JSON.parse(output) as { deployment: { resources: { type: string; inputs: unknown }[] } };
    expect(deployment.resources.find((resource) => resource.type === type)?.inputs).toMatchObject({
      owner: "claude-aperture/test",
      access: {
        "tag:ci": { destinations: ["tag:aperture"], ports: ["tcp:80"], models: ["anthropic/**"], test: "accept" },
      },
    });
    expect(world.tailscale.state.policy).toBe(policy);
  });
});

describe("repositories that cannot be set up", () => {
  it("are all named in one error, and nothing is written", async () => {
    const { world, project } = await stage({
      inline: claudeAperture,
      repositories: [
        "acme/app",
        { name: "acme/attic", archived: true },
        { name: "acme/new", renamedFrom: ["acme/old"] },
        { name: "acme/theirs", files: { [workflowPath]: "on: push\n" } },
        { name: "acme/guarded", protection: { requiredReviews: 1, enforceAdmins: true } },
        { name: "acme/ruled", rulesets: [{ name: "Company", rules: [{ type: "merge_queue" }] }] },
        "acme/taken",
      ],
      config: {
        ...oneRepository,
        "claude-aperture:repositories": ["app", "attic", "old", "theirs", "guarded", "ruled", "taken", "nowhere"],
      },
    });
    const { secrets } = world.github.state.repository("acme/taken");
    for (const name of ["TS_AUDIENCE", "TS_OAUTH_CLIENT_ID", "OTHER"]) secrets.set(name, "somebody's");
    const before = world.tailscale.state.policy;
    const output = await fail(project, "preview");
    for (const text of [
      "acme/attic",
      "is archived",
      "name: new, formerly: [old]",
      "adopt: true",
      "branch protection requires a pull request",
      'the ruleset "Company" requires the merge queue',
      "It has secrets that this stack would replace and has not written: TS_OAUTH_CLIENT_ID, TS_AUDIENCE.",
      "acme/nowhere",
    ]) {
      expect(output).toContain(text);
    }
    expect(output).not.toMatch(/acme\/app$/m);
    expect(world.tailscale.state.policy).toBe(before);
  });

  it("are left alone with onUnavailable: skip, and the others are set up", async () => {
    const { world, project } = await stage({
      inline: claudeAperture,
      repositories: ["acme/app", { name: "acme/attic", archived: true }],
      config: {
        ...oneRepository,
        "claude-aperture:repositories": ["app", "attic", "nowhere"],
        "claude-aperture:onUnavailable": "skip",
      },
    });
    const output = await succeed(project, "up");
    expect(output).toMatch(/warning: acme\/attic is archived/);
    expect(secretNames(world, "acme/app")).toEqual(["TS_AUDIENCE", "TS_OAUTH_CLIENT_ID"]);
    expect(secretNames(world, "acme/attic")).toEqual([]);
  });

  it("secrets of somebody else are replaced with adopt: true; once they are ours, none is asked for", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    const { secrets } = world.github.state.repository("acme/app");
    secrets.set("TS_AUDIENCE", "somebody's");
    expect(await fail(project, "up")).toContain("has not written: TS_AUDIENCE.");
    expect(world.github.secretValue("acme/app", "TS_AUDIENCE")).toBe("somebody's");
    project.configure((config) => Object.assign(config, { "claude-aperture:workflow": { adopt: true } }));
    await succeed(project, "up");
    expect(world.github.secretValue("acme/app", "TS_AUDIENCE")).not.toBe("somebody's");
    project.configure((config) => Object.assign(config, { "claude-aperture:workflow": {} }));
    const listings = () => world.github.journal.filter(({ path }) => path.endsWith("/actions/secrets")).length;
    const before = listings();
    await succeed(project, "up", "--expect-no-changes");
    project.configure((config) => Object.assign(config, { "claude-aperture:workflow": { timeoutMinutes: 7 } }));
    await succeed(project, "up");
    expect(listings()).toBe(before);
  });

  it("a workflow of somebody else is replaced with adopt: true, and removed on destroy", async () => {
    const { world, project } = await stage({
      inline: claudeAperture,
      repositories: [{ name: "acme/app", files: { [workflowPath]: "on: push\n" } }],
      config: { ...oneRepository, "claude-aperture:workflow": { adopt: true } },
    });
    await succeed(project, "up");
    expect(fileText(world, "acme/app", workflowPath)).toContain("anthropics/claude-code-action");
    await succeed(project, "up", "--expect-no-changes");
    await succeed(project, "destroy");
    expect(fileText(world, "acme/app", workflowPath)).toBeUndefined();
  });
});
