/** The components in somebody else's program. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { RunnerIdentity, StackClaim, TailnetAccess } from "../../components/index.ts";
import type { Fault } from "../../sandbox/faults.ts";
import { nodeId } from "../../sandbox/github/accounts.ts";
import { countWrites, fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { answer } from "./faults.ts";
import { inline, withEnvironment } from "./inline-program.ts";
import { fail, stage, succeed } from "./support.ts";

const components = join(import.meta.dirname, "..", "..", "components", "index.ts");

const program = `
import { ClaudeRepository, TailnetAccess } from ${JSON.stringify(components)};

const access = new TailnetAccess("access", {
  tags: { "tag:ci": { models: ["anthropic/**"] } },
  destinations: ["tag:aperture"],
  transform: { policyFragment: { owner: "their-program/prod" } },
});

const app = new ClaudeRepository("app", {
  repository: { slug: "acme/app", id: 1300000001, nodeId: ${JSON.stringify(nodeId("R", 1300000001))}, ownerId: 15000001, url: "https://github.com/acme/app",
    oidc: { useDefault: true, subClaimPrefix: "repo:acme@15000001/app@1300000001" } },
  hostname: "ai",
  tag: "tag:ci",
  identity: { kind: "federated" },
  workflow: { presets: ["mention"], path: ".github/workflows/ask.yml", runsOn: "ubuntu-latest", timeoutMinutes: 20, actions: {} },
}, { dependsOn: access });

const api = new ClaudeRepository("api", { repository: "acme/api", tag: "tag:ci" }, { dependsOn: access });

export const subject = app.subject;
export const read = api.subject;
`;

/** A program of two components, of which the second is given `args`. */
const mistaken = (args: string) => `
import { ClaudeRepository } from ${JSON.stringify(components)};
new ClaudeRepository("app", { repository: "acme/app", tag: "tag:ci" });
new ClaudeRepository("other", ${args});
`;

it("set up a repository, with transforms, and leave nothing behind", async () => {
  const { world, project } = await stage({
    program,
    config: { "github:owner": "acme" },
  });
  const before = world.tailscale.state.policy;
  const output = await succeed(project, "up");
  expect(output).toContain("repo:acme@15000001/app@1300000001:*");
  expect(output).toMatch(/read +: "repo:acme@\d+\/api@\d+:pull_request"/);
  expect(world.tailscale.state.policy).toContain("// their-program/prod: managed by Pulumi");
  expect(secretNames(world, "acme/app")).toEqual(["TS_AUDIENCE", "TS_OAUTH_CLIENT_ID"]);
  expect(fileText(world, "acme/app", ".github/workflows/ask.yml")).toContain("Claude mention");
  // Named only: ids and subject are read, the rest is as in the program's settings.
  expect(secretNames(world, "acme/api")).toEqual(["TS_AUDIENCE", "TS_OAUTH_CLIENT_ID"]);
  expect(fileText(world, "acme/api", ".github/workflows/claude.yml")).toContain("ANTHROPIC_BASE_URL: http://ai");
  await succeed(project, "destroy");
  expect(world.tailscale.state.policy).toBe(before);
  expect(fileText(world, "acme/app", ".github/workflows/ask.yml")).toBeUndefined();
});

it.each([
  [
    "a repository that does not exist",
    '{ repository: "acme/none", tag: "tag:ci" }',
    "It does not exist, or the GitHub credential cannot see it.",
  ],
  ["a missing argument", '{ repository: "acme/api" }', 'It is missing. Expected a tag, such as "tag:ci".'],
])("%s ends a program in words, once, without a stack trace", async (_, args, expected) => {
  const { world, project } = await stage({ program: mistaken(args), config: { "github:owner": "acme" } });
  const output = await fail(project, "up");
  const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
  expect(diagnostics.split(expected)).toHaveLength(2);
  expect(diagnostics).toContain('ClaudeRepository "other" cannot be made; these arguments are wrong.');
  expect(output).not.toMatch(/^\s+at .*:\d+/m);
  expect(output).not.toContain("unhandled");
  expect(countWrites(world)).toBe(0);
});

it.each([
  ["deletes what an earlier one left", true],
  ["deletes nothing where the program has no claim", false],
])("in one process of the Automation API, each run explains its errors and %s", async (_, hasClaim) => {
  const identity = async () => {
    const claim = hasClaim ? { claim: new StackClaim("claim", { owner: "claude-aperture/test" }).id } : {};
    const access = new TailnetAccess("access", {
      tags: { "tag:ci": { models: ["anthropic/**"] } },
      destinations: ["tag:aperture"],
    });
    const credential = { kind: "federated", subject: "repo:acme/app:*", customClaimRules: {} } as const;
    new RunnerIdentity("app", { repository: "acme/app", tag: "tag:ci", credential, ...claim }, { dependsOn: access });
  };
  const { world, project } = await stage({ inline: (project) => withEnvironment(inline(project, identity)) });
  const upWith = async (fault: Fault) => {
    world.tailscale.faults.choose = ({ method, path }) =>
      method === "POST" && path.endsWith("/keys") ? fault : undefined;
    const output = await fail(project, "up", "--skip-preview");
    world.tailscale.faults.choose = () => undefined;
    return output;
  };
  const left = await upWith({ kind: "drop after" });
  expect(listCredentials(world)).toHaveLength(1);
  const forbidden = answer(403, { message: "calling actor does not have enough permissions to perform this function" });
  expect(left).toContain("Cause: no network");
  for (let run = 0; run < 2; run++) expect(await upWith(forbidden)).toContain("Cause: the deployer lacks");
  const output = await succeed(project, "up");
  expect(output.includes("Deleted the credential")).toBe(hasClaim);
  expect(listCredentials(world)).toHaveLength(hasClaim ? 1 : 2);
});
