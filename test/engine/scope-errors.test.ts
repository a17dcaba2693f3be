/** A credential that lacks one right: which one, and the fix, as the whole section that a person reads. */
import { describe, expect, it, vi } from "vitest";
import { formatMessage, toPlainText } from "../../core/messages/entry.ts";
import { type ProviderError, tailscaleErrors } from "../../core/messages/provider-errors.ts";
import { readOnly, scopeMissing } from "../../core/messages/repositories.ts";
import { devicesUnread } from "../../core/messages/start.ts";
import { forbidden } from "../../core/messages/tailscale-credentials.ts";
import type { TokenOptions } from "../../sandbox/github/index.ts";
import { readExamplePolicy, type World } from "../../sandbox/world.ts";
import { deployerScopes } from "./deployer-scopes.ts";
import { diagnostics, expectReadable, secretsOf } from "./diagnostics.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, stage } from "./support.ts";

// Several runs of the engine at once make each slow.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 });

const token = "ghp_exampleOfAWeakToken";

/** The entry that explains this error. */
function explanation(list: readonly ProviderError[], error: string): string {
  const found = list.find(({ pattern }) => pattern.test(error));
  return `Cause: ${toPlainText(found?.cause ?? "")}.\nFix: ${toPlainText(found?.fix ?? "")}.`;
}

/** What the program itself refuses is read as its own process prints it; what a provider refuses is the same without. */
const inlineFor = (command: "preview" | "up") => (command === "up" ? { inline: claudeAperture } : {});

const read = (lines: string[]) => lines.map((line) => line.trim()).join("\n");

describe("a GitHub token", () => {
  const rows: [string, Omit<TokenOptions, "token">, "preview" | "up", string][] = [
    [
      "without the scope workflow",
      { scopes: ["repo"] },
      "preview",
      formatMessage(scopeMissing, { missing: "the scope workflow", scopes: "repo" }),
    ],
    [
      "without the scope repo",
      { scopes: ["public_repo", "workflow"] },
      "preview",
      formatMessage(scopeMissing, { missing: "the scope repo", scopes: "public_repo, workflow" }),
    ],
    [
      "of a person who may only read",
      { permission: "read" },
      "preview",
      formatMessage(readOnly, { permission: "read" }),
    ],
    [
      "of a person who may write and no secrets",
      { permission: "write" },
      "preview",
      "GitHub does not show the names of its secrets: Must have admin rights to Repository.",
    ],
  ];

  it.each(rows)("%s", async (_, options, command, wanted) => {
    const { project } = await stage({ tokens: [{ token, ...options }], ...inlineFor(command) });
    const lines = diagnostics(await fail(project, command, ...(command === "up" ? ["--skip-preview"] : [])));
    expect(read(lines)).toContain(read(wanted.split("\n")));
    expectReadable(lines, [token]);
  });
});

describe("a Tailscale OAuth client", () => {
  const without = (...scopes: string[]) => deployerScopes.filter((scope) => !scopes.includes(scope));
  const owned = { ...oneRepository, "claude-aperture:tagOwners": ["tag:deployer"] };
  const reading = {
    action: "read the policy file",
    scope: "policy_file:read",
    said: `: ${"calling actor does not have enough permissions to perform this function"}`,
  };
  const key = (error: string) => explanation(tailscaleErrors, error);

  interface Row {
    name: string;
    scopes: string[];
    config?: object;
    command: "preview" | "up";
    wanted: string;
  }
  const rows: Row[] = [
    {
      name: "policy_file",
      scopes: without("policy_file"),
      command: "preview",
      wanted: formatMessage(forbidden, reading),
    },
    {
      name: "policy_file, but may read it",
      scopes: [...without("policy_file"), "policy_file:read"],
      command: "up",
      wanted: formatMessage(forbidden, { ...reading, action: "write the policy file", scope: "policy_file" }),
    },
    { name: "federated_keys", scopes: without("federated_keys"), command: "up", wanted: key("calling actor (403)") },
    {
      name: "oauth_keys",
      scopes: without("oauth_keys"),
      config: { "claude-aperture:identity": { kind: "oauth" } },
      command: "up",
      wanted: key("calling actor (403)"),
    },
    {
      name: "auth_keys",
      scopes: without("auth_keys"),
      command: "up",
      wanted: key('OAuth client cannot grant scopes "auth_keys" (403)'),
    },
    {
      name: "a tag that owns the runners' tag",
      scopes: deployerScopes,
      config: { "claude-aperture:tagOwners": [] },
      command: "up",
      wanted: key("requested tags [tag:ci] are invalid or not permitted (400)"),
    },
    {
      name: "devices:core:read, where Aperture is looked for",
      scopes: without("devices:core:read"),
      config: { "claude-aperture:aperture": { hostname: "ai" } },
      command: "preview",
      wanted: formatMessage(devicesUnread, { said: "" })
        .split("\n")
        .slice(1)
        .map((line) => line.trim())
        .join("\n"),
    },
  ];

  it.each(rows)("without $name", async ({ scopes, config, command, wanted }) => {
    const policy = readExamplePolicy().replace('"tagOwners": {', '"tagOwners": { "tag:deployer": [],');
    const { project, world } = await stage({ policy, config: { ...owned, ...config }, ...inlineFor(command) });
    const secret = await makeClient(world, scopes);
    Object.assign(project.environment, {
      TAILSCALE_API_KEY: "",
      TAILSCALE_OAUTH_CLIENT_ID: "kDeployer",
      TAILSCALE_OAUTH_CLIENT_SECRET: secret,
    });
    const lines = diagnostics(await fail(project, command, ...(command === "up" ? ["--skip-preview"] : [])));
    expect(read(lines)).toContain(read(wanted.split("\n")));
    expectReadable(lines, [secret, ...secretsOf(world)]);
  });
});

/** Makes an OAuth client with the tag `tag:deployer`, as its owner would; its secret. */
async function makeClient({ tailscale, environment }: World, scopes: string[]): Promise<string> {
  const response = await fetch(`${tailscale.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { Authorization: `Bearer ${environment.TAILSCALE_API_KEY}` },
    body: JSON.stringify({ keyType: "client", scopes, tags: ["tag:deployer"], description: "deployer" }),
  });
  const { key, message } = (await response.json()) as { key?: string; message?: string };
  if (key === undefined) throw new Error(message);
  return key;
}
