/** The policy entries on the real engine: validation in the preview, drift, the two modes, other people's edits. */
import { describe, expect, it } from "vitest";
import { startHujson } from "../../sandbox/hujson/index.ts";
import { countWrites } from "../../sandbox/rehearsal/evidence.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, stage, succeed } from "./support.ts";

const models = "claude-aperture:models";

describe("a preview", () => {
  it("fails on a policy that Tailscale would refuse, with its words, and writes nothing", async () => {
    const { world, project } = await stage({
      inline: claudeAperture,
      config: { ...oneRepository, "claude-aperture:tagOwners": ["group:nobody"] },
    });
    expect(await fail(project, "preview")).toContain("group:nobody");
    await fail(project, "up");
    expect(countWrites(world)).toBe(0);
  });

  it("says when the policy file was broken before us", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    world.tailscale.state.policy = world.tailscale.state.policy.replace(
      '"deny":   ["billing-db:5432"',
      '"deny":   ["tag:web:443"',
    );
    const output = await fail(project, "preview");
    expect(output).toMatch(/without (our|the) entries|already|before/i);
    expect(output).toContain("group:engineering");
  });

  it("shows what somebody changed in the console as theirs => ours, and up repairs it", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    const before = world.tailscale.state.policy;
    await succeed(project, "up");
    const ours = world.tailscale.state.policy;
    world.tailscale.state.policy = ours.replace('"anthropic/**"', '"openai/**"');
    expect(await succeed(project, "preview", "--diff")).toContain('"openai/**" => "anthropic/**"');
    await fail(project, "preview", "--expect-no-changes");
    await succeed(project, "up");
    expect(world.tailscale.state.policy).toBe(ours);
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(before);
  });

  it("leaves what somebody added next to our entries alone, and out of the diff", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    const added = world.tailscale.state.policy.replace(
      '"grants": [',
      '"grants": [\n\t\t// mine\n\t\t{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:443"]},',
    );
    world.tailscale.state.policy = added;
    await succeed(project, "up", "--expect-no-changes");
    expect(world.tailscale.state.policy).toBe(added);
  });
});

it("update and destroy keep foreign bytes when the server stores hujson.Format", async () => {
  const hujson = await startHujson();
  try {
    const { world, project } = await stage({
      inline: claudeAperture,
      store: "canonical",
      format: (text) => hujson.format(text),
    });
    const before = await hujson.format(world.tailscale.state.policy);
    world.tailscale.state.policy = before;
    await succeed(project, "up");
    await succeed(project, "up", "--expect-no-changes");
    project.configure((config) => {
      config[models] = ["anthropic/claude-haiku-4-5"];
    });
    await succeed(project, "up");
    expect(world.tailscale.state.policy).toContain('"anthropic/claude-haiku-4-5"');
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(before);
  } finally {
    await hujson.close();
  }
});

describe("policy mode observe", () => {
  const observe = { ...oneRepository, "claude-aperture:policy": { mode: "observe" } };

  it("writes no policy, shows what is missing ready to paste, and goes on once it is there", async () => {
    const { world, project } = await stage({ inline: claudeAperture, config: observe });
    const before = world.tailscale.state.policy;
    const output = await succeed(project, "preview");
    expect(output).toContain('"tailscale.com/cap/aperture"');
    expect(await fail(project, "up")).toContain('"tailscale.com/cap/aperture"');
    expect(countWrites(world)).toBe(0);
    world.tailscale.state.policy = before
      .replace('"tagOwners": {', '"tagOwners": {\n"tag:ci": [],')
      .replace(
        '"grants": [',
        '"grants": [\n{"src": ["tag:ci"], "dst": ["tag:aperture"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "anthropic/**"}]}},',
      )
      .replace('"tests": [', '"tests": [\n{"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]},');
    const pasted = world.tailscale.state.policy;
    await succeed(project, "up");
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(pasted);
  });

  it("is a switch in place: what is live stays", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    const live = world.tailscale.state.policy;
    project.configure((config) => Object.assign(config, observe));
    await succeed(project, "up");
    expect(world.tailscale.state.policy).toBe(live);
  });
});

it("a policy that is managed elsewhere is refused, with the way out", async () => {
  const { world, project } = await stage({ inline: claudeAperture });
  Object.assign(world.tailscale.state.settings, {
    aclsExternallyManagedOn: true,
    aclsExternalLink: "https://example.com/policy",
  });
  const output = await fail(project, "preview");
  expect(output).toContain("https://example.com/policy");
  expect(output).toContain("observe");
  expect(countWrites(world)).toBe(0);
});
