import { describe, expect, it } from "vitest";
import { parseSettings, type RepositorySettings } from "../../core/settings/settings.ts";
import { findStanding, isFinished, listStandingRepositories, requireOwnStack } from "../../stack/state.ts";

const prefix = "urn:pulumi:prod::claude-aperture::";
const identity = "tailscale:index/federatedIdentity:FederatedIdentity";
const file = "claude-aperture:index:WorkflowFile";
const secret = "github:index/actionsSecret:ActionsSecret";

const resources = {
  [`${prefix}pulumi:pulumi:Stack::claude-aperture-prod`]: { type: "pulumi:pulumi:Stack" },
  [`${prefix}${identity}::acme-half-identity-federated`]: { type: identity, outputs: null },
  [`${prefix}${secret}::acme-app-secret-audience`]: {
    type: secret,
    outputs: { createdAt: "2026-11-24 17:04:53 +0000 UTC" },
  },
  [`${prefix}${secret}::acme-app-secret-client-id`]: {
    type: secret,
    outputs: { createdAt: "2026-11-24 17:05:01 +0000 UTC" },
  },
  [`${prefix}${file}::acme-app-workflow`]: { type: file, outputs: { written: "0123" } },
  [`${prefix}${file}::acme-output-workflow`]: { type: file, outputs: { blob: "0123" } },
  [`${prefix}${identity}::acme-caller@0a1b2c3-identity-federated`]: { type: identity },
  [`${prefix}${secret}::acme-caller@0a1b2c3-secret-audience`]: { type: secret, outputs: {} },
  [`${prefix}${secret}::acme-caller@0a1b2c3-secret-client-id`]: { type: secret, outputs: {} },
  [`${prefix}${file}::acme-caller-workflow`]: { type: file, outputs: { proposed: "0123" } },
  [`${prefix}${file}::acme-bare-workflow`]: { type: file, outputs: { written: "0123" } },
};

function repositoryOf(name: string, config: Record<string, unknown>): RepositorySettings {
  const stack = {
    "github:owner": "acme",
    "claude-aperture:repositories": [name],
    "claude-aperture:aperture": { device: "tag:aperture" },
  };
  const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [`claude-aperture:${key}`, value]));
  const values = Object.entries({ ...stack, ...own }).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { settings } = parseSettings({
    config: Object.fromEntries(values),
    isSecret: () => false,
    project: "claude-aperture",
    stack: "prod",
    environment: {},
  });
  return settings.repositories[0] as RepositorySettings;
}

describe("a repository in the state", () => {
  const standing = listStandingRepositories(resources);
  const central = { delivery: { kind: "central" } };
  const organization = { ...central, identity: { kind: "federated", scope: "organization" } };
  const setUp = Date.UTC(2026, 10, 24, 17, 5, 1);

  it.each<[string, string, Record<string, unknown>, object | undefined, boolean]>([
    [
      "all of it, from the moment of its later secret",
      "app",
      {},
      { secrets: 2, hasWorkflow: true, createdAt: setUp },
      true,
    ],
    ["a credential alone", "half", {}, { secrets: 0, hasWorkflow: false }, false],
    ["a file that nobody has delivered", "output", {}, { secrets: 0, hasWorkflow: false }, false],
    ["a caller with secrets of its own names", "caller", central, { secrets: 2, hasWorkflow: true }, true],
    ["a caller without secrets, which needs none", "bare", organization, { secrets: 0, hasWorkflow: true }, true],
    ["nothing", "other", {}, undefined, false],
  ])("%s", (_, name, config, want, isWhole) => {
    const one = repositoryOf(name, config);
    expect(findStanding(standing, one)).toEqual(want);
    expect(isFinished(findStanding(standing, one), one)).toBe(isWhole);
  });

  it("is found under a name that it had before", () => {
    expect(findStanding(standing, { ...repositoryOf("new", {}), formerly: ["acme/app"] })?.secrets).toBe(2);
  });
});

it("the resources of another stack are refused", () => {
  const own = { [`${prefix}${identity}::acme-app`]: { type: identity } };
  expect(requireOwnStack(own, prefix)).toBe(own);
  const foreign = { [`urn:pulumi:prod::other::${identity}::acme-app`]: { type: identity } };
  expect(() => requireOwnStack({ ...own, ...foreign }, prefix)).toThrow("another stack's resource");
});
