import { expect, it } from "vitest";
import { parseSettings } from "../../core/settings/settings.ts";
import type { RepositoryFacts } from "../../services/github/repositories.ts";
import { judgeCentralWorkflows } from "../../stack/central-checks.ts";
import { readCentralWorkflows } from "../../stack/central-workflows.ts";

const central = (branch: string | undefined): RepositoryFacts => ({
  asked: "acme/.github",
  slug: "acme/.github",
  id: 7,
  nodeId: "R_1",
  ownerId: 3,
  url: "https://github.com/acme/.github",
  visibility: "PRIVATE",
  archived: false,
  disabled: false,
  ...(branch === undefined ? {} : { defaultBranch: { name: branch, rules: [], requiredChecks: [] } }),
  oidc: { useDefault: true },
});
const nobodyAsks = new Proxy({}, { get: () => () => Promise.reject(new Error("asked GitHub")) }) as never;

it.each([
  ["does not exist", undefined, /does not exist, or the GitHub credential cannot see it/],
  ["is empty", central(undefined), /is empty\. Push a first commit/],
  [
    "has a default branch that no caller can name",
    central("m\u00e4rz"),
    /cannot name its default branch "m\u00e4rz"\. Set delivery\.branch/,
  ],
])("a central repository that %s is refused by name, and GitHub is asked no more", async (_, facts, message) => {
  const { settings } = parseSettings({
    config: {
      "github:owner": "acme",
      "claude-aperture:repositories": '["app"]',
      "claude-aperture:delivery": '{"kind":"central"}',
    },
    project: "claude-aperture",
    stack: "prod",
    environment: {},
  });
  const findings = new Map([["acme/.github" as const, facts]]);
  const workflows = await readCentralWorkflows(settings, findings, nobodyAsks);
  expect(await judgeCentralWorkflows(settings, findings, workflows, nobodyAsks)).toEqual({
    problems: [{ path: "acme/.github", message: expect.stringMatching(message) }],
    warnings: [],
  });
});
