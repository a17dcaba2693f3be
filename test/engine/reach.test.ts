/** On the real engine: a tag that others use, limits without effect, what a write takes out, and a device that is not Aperture. */
import { describe, expect, it } from "vitest";
import { countWrites } from "../../sandbox/rehearsal/evidence.ts";
import { readExamplePolicy } from "../../sandbox/world.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, stage, succeed } from "./support.ts";

const rule = '{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:22"]}';
const deploys = (policy: string) => policy.replace('"grants": [', `"grants": [ ${rule},`);
const used = deploys(readExamplePolicy()).replace('"tagOwners": {', '"tagOwners": { "tag:ci": ["group:platform"],');
const lineOf = (policy: string, text: string) => policy.split("\n").findIndex((line) => line.includes(text)) + 1;
const shared = { ...oneRepository, "claude-aperture:policy": { shareTag: true } };
const flat = (output: string) => output.replace(/\n\s+/g, "\n");

describe("a tag that others use", () => {
  it("fails in preview and up with both ways out, goes on when it is shared, and is not asked for again", async () => {
    const { world, project } = await stage({ inline: claudeAperture, policy: used });
    const uses = [
      "What else tag:ci can do:",
      `line ${lineOf(used, rule)}, grants: ${rule}`,
      "Who else can assign tag:ci:",
      `line ${lineOf(used, '"tag:ci"')}, tagOwners: "tag:ci": ["group:platform"]`,
      `line ${lineOf(used, '"group:platform":')}, groups: "group:platform": ["carol@acme.example"]`,
    ].join("\n");
    for (const command of ["preview", "up"]) {
      const output = flat(await fail(project, command));
      expect(output).toContain("tag:ci is in use already: Claude's runners would get what the rules below give");
      expect(output).toContain(uses);
      expect(output).toContain(
        "a tag of its own, such as tag:ci-claude: pulumi config set claude-aperture:tag tag:ci-claude",
      );
      expect(output).toContain("pulumi config set --path claude-aperture:policy.shareTag true");
    }
    expect(countWrites(world)).toBe(0);

    project.configure((config) => Object.assign(config, shared));
    expect(flat(await succeed(project, "preview"))).toContain(uses);
    await succeed(project, "up");
    expect(world.tailscale.state.policy).toContain(rule);

    project.configure((config) => Object.assign(config, { "claude-aperture:policy": {} }));
    await succeed(project, "up");
    await succeed(project, "up", "--expect-no-changes");
    await succeed(project, "destroy");
    expect(world.tailscale.state.policy).toBe(used);
  });

  it("is fine under another name, as the error says", async () => {
    const { project } = await stage({
      inline: claudeAperture,
      policy: used,
      config: { ...oneRepository, "claude-aperture:tag": "tag:ci-claude" },
    });
    await succeed(project, "preview");
  });

  it("after the first run is listed and not refused, also when somebody edits an entry of ours at the same time", async () => {
    const { world, project } = await stage({ inline: claudeAperture });
    await succeed(project, "up");
    world.tailscale.state.policy = deploys(world.tailscale.state.policy).replace('"anthropic/**"', '"openai/**"');
    const output = flat(await succeed(project, "preview"));
    const line = lineOf(world.tailscale.state.policy, rule);
    expect(output).toContain(`What else tag:ci can do:\nline ${line}, grants: ${rule}`);
    expect(output).toMatch(/\n~ tag:ci models: "openai\/\*\*" => "anthropic\/\*\*" \(line \d+\)\n/);
    await succeed(project, "up");
  });

  it("asks in the mode observe, too: the runners get the tag all the same", async () => {
    const config = { ...oneRepository, "claude-aperture:policy": { mode: "observe" } };
    const { project } = await stage({ inline: claudeAperture, policy: used, config });
    expect(await fail(project, "preview")).toContain("tag:ci is in use already");
    project.configure((config) =>
      Object.assign(config, { "claude-aperture:policy": { mode: "observe", shareTag: true } }),
    );
    expect(await succeed(project, "preview")).toContain('Mode "observe" writes nothing.');
  });
});

it("models that a grant by hand makes void are named first, and the how-to's own set-up needs no setting", async () => {
  const byHand =
    '{"src": ["tag:ci"], "dst": ["tag:aperture"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "anthropic/**"}]}}';
  const policy = readExamplePolicy()
    .replace('"grants": [', `"grants": [ ${byHand},`)
    .replace('"tagOwners": {', '"tagOwners": { "tag:ci": [],');
  const { project } = await stage({ inline: claudeAperture, policy });
  const same = flat(await succeed(project, "preview"));
  expect(same).not.toContain("has no effect");
  expect(same).toContain(`= grants ${byHand} stays as it is (line ${lineOf(policy, byHand)})`);

  project.configure((config) => Object.assign(config, { "claude-aperture:models": ["anthropic/claude-sonnet-4-6"] }));
  const narrower = flat(await succeed(project, "preview"));
  const line = lineOf(policy, byHand);
  expect(narrower).toContain(
    `warning: "models" has no effect for tag:ci: line ${line} of the tailnet policy file grants it "anthropic/**", and grants add up.\n${byHand}\nNarrow or remove that rule.`,
  );
});

it("a tag that is removed is listed with lines and values, and so is what a destroy has taken out", async () => {
  const config = { ...oneRepository, "claude-aperture:repositories": ["app", { name: "api", tag: "tag:ci-api" }] };
  const { world, project } = await stage({ inline: claudeAperture, config });
  await succeed(project, "up");
  const { policy } = world.tailscale.state;
  const test = '{"src": "tag:ci-api", "proto": "tcp", "accept": ["tag:aperture:80"]}';
  project.configure((config) => Object.assign(config, oneRepository));
  const output = flat(await succeed(project, "preview"));
  expect(output).toContain(`- tagOwners "tag:ci-api": [] (line ${lineOf(policy, '"tag:ci-api":')})`);
  expect(output).toMatch(/- grants \{"src": \["tag:ci-api"\], .*"anthropic\/\*\*"\}\]\}\} \(line \d+\)/);
  expect(output).toContain(`- tests ${test} (line ${lineOf(policy, test)})`);
  expect(output).toContain("-  tailscale:index:FederatedIdentity acme-api-identity-federated delete");

  const destroyed = flat(await succeed(project, "destroy"));
  expect(destroyed).toContain(`Removed from the tailnet policy file:\n- tagOwners "tag:ci": [] (line `);
  expect(destroyed).toContain(`- tests ${test} (line ${lineOf(policy, test)})`);
});

describe("Aperture by its name", () => {
  const byName = { ...oneRepository, "claude-aperture:aperture": { hostname: "ai" } };

  it("is its tagged device, and the run says which", async () => {
    const { project } = await stage({ inline: claudeAperture, config: byName });
    expect(await succeed(project, "preview")).toContain(
      "Aperture is ai.acme.ts.net with tag:aperture (100.64.0.5, fd7a:115c:a1e0::5), the device with the name ai.",
    );
  });

  it("is not a laptop that somebody has given the name", async () => {
    const { world, project } = await stage({ inline: claudeAperture, config: byName });
    for (const device of world.tailscale.state.devices)
      Object.assign(device, { tags: [], user: "mallory@acme.example" });
    const output = flat(await fail(project, "preview"));
    expect(output).toContain(
      "The device ai.acme.ts.net (100.64.0.5, fd7a:115c:a1e0::5) is not taken for Aperture: it has no tag and is mallory@acme.example's",
    );
    expect(output).toContain("If it is Aperture, say so: pulumi config set --path aperture.device 100.64.0.5\n");
    expect(countWrites(world)).toBe(0);
  });
});
