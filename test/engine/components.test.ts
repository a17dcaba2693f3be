/** The components in somebody else's program. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { fileText, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { stage, succeed } from "./support.ts";

const components = join(import.meta.dirname, "..", "..", "components", "index.ts");

const program = `
import { ClaudeRepository, TailnetAccess } from ${JSON.stringify(components)};

const access = new TailnetAccess("access", {
  tags: { "tag:ci": { models: ["anthropic/**"] } },
  destinations: ["tag:aperture"],
  transform: { policyFragment: { owner: "their-program/prod" } },
});

const app = new ClaudeRepository("app", {
  repository: { slug: "acme/app", id: 1300000001, ownerId: 15000001, url: "https://github.com/acme/app",
    oidc: { useDefault: true, subClaimPrefix: "repo:acme@15000001/app@1300000001" } },
  hostname: "ai",
  tag: "tag:ci",
  identity: { kind: "federated" },
  workflow: { presets: ["mention"], path: ".github/workflows/ask.yml", runsOn: "ubuntu-latest", timeoutMinutes: 20, actions: {} },
}, { dependsOn: access });

export const subject = app.subject;
`;

it("set up a repository, with transforms, and leave nothing behind", async () => {
  const { world, project } = await stage({
    program,
    config: { "github:owner": "acme", "claude-aperture:repositories": ["unused"] },
  });
  const before = world.tailscale.state.policy;
  expect(await succeed(project, "up")).toContain("repo:acme@15000001/app@1300000001:*");
  expect(world.tailscale.state.policy).toContain("// their-program/prod: managed by Pulumi");
  expect(secretNames(world, "acme/app")).toEqual(["TS_AUDIENCE", "TS_OAUTH_CLIENT_ID"]);
  expect(fileText(world, "acme/app", ".github/workflows/ask.yml")).toContain("Claude mention");
  await succeed(project, "destroy");
  expect(world.tailscale.state.policy).toBe(before);
  expect(fileText(world, "acme/app", ".github/workflows/ask.yml")).toBeUndefined();
});
