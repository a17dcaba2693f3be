import { expect, it } from "vitest";
import { listStandingRepositories, requireOwnStack } from "../../stack/state.ts";

const prefix = "urn:pulumi:prod::claude-aperture::";
const component = "claude-aperture:index:ClaudeRepository";
const file = "claude-aperture:index:WorkflowFile";
const secret = "github:index/actionsSecret:ActionsSecret";

it("a repository stands with its component, from the moment of its later secret; a file that nobody has delivered is none", () => {
  const standing = listStandingRepositories({
    [`${prefix}pulumi:pulumi:Stack::claude-aperture-prod`]: { type: "pulumi:pulumi:Stack" },
    [`${prefix}${component}::acme-app`]: { type: component },
    [`${prefix}${component}::acme-half`]: { type: component, outputs: null },
    [`${prefix}${component}$${secret}::acme-app-secret-audience`]: {
      type: secret,
      outputs: { createdAt: "2026-11-24 17:04:53 +0000 UTC" },
    },
    [`${prefix}${component}$${secret}::acme-app-secret-client-id`]: {
      type: secret,
      outputs: { createdAt: "2026-11-24 17:05:01 +0000 UTC" },
    },
    [`${prefix}${component}$${file}::acme-app-workflow`]: { type: file, outputs: { written: "0123" } },
    [`${prefix}${component}::acme-output`]: { type: component },
    [`${prefix}${component}$${file}::acme-output-workflow`]: { type: file, outputs: { blob: "0123" } },
  });
  expect(Object.fromEntries(standing)).toEqual({
    "acme-app": { secrets: 2, hasWorkflow: true, createdAt: Date.UTC(2026, 10, 24, 17, 5, 1) },
    "acme-output": { secrets: 0, hasWorkflow: false },
    "acme-half": { secrets: 0, hasWorkflow: false },
  });
});

it("the resources of another stack are refused", () => {
  const own = { [`${prefix}${component}::acme-app`]: { type: component } };
  expect(requireOwnStack(own, prefix)).toBe(own);
  const foreign = { [`urn:pulumi:prod::other::${component}::acme-app`]: { type: component } };
  expect(() => requireOwnStack({ ...own, ...foreign }, prefix)).toThrow("another stack's resource");
});
