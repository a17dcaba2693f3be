/** What a preview shows of workflow files that are there and change. */
import { expect, it } from "vitest";
import { workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { oneRepository, stage, succeed } from "./support.ts";

const token = "ghp_exampleThatSomebodyCommitted1";
const theirs = `on: push\nenv:\n  TOKEN: ${token} # <{%fg 1%}> \u001b[2J\n`;

it("a preview shows each difference once, without credentials; the update after it shows none", async () => {
  const { project } = await stage({
    inline: claudeAperture,
    repositories: ["acme/app", "acme/api", { name: "acme/theirs", files: { [workflowPath]: theirs } }],
    config: { ...oneRepository, "claude-aperture:repositories": ["app", "api"] },
  });
  expect(await succeed(project, "preview")).not.toContain("@@");
  await succeed(project, "up");
  expect(await succeed(project, "preview", "--expect-no-changes")).not.toContain("@@");

  project.configure((config) => {
    Object.assign(config, {
      "claude-aperture:repositories": ["app", "api", { name: "theirs", workflow: { adopt: true } }],
      "claude-aperture:workflow": { timeoutMinutes: 20 },
    });
  });
  const preview = await succeed(project, "preview");
  const shown = preview.split("\n").map((line) => line.trim());
  const headings = shown.filter((line) => line.startsWith(`${workflowPath} of `));
  expect(headings).toEqual([
    expect.stringMatching(/of acme\/app and acme\/api:$/),
    expect.stringMatching(/of acme\/theirs:$/),
  ]);
  expect(shown.filter((line) => line === "-    timeout-minutes: 30")).toHaveLength(1);
  expect(shown.filter((line) => line === "+    timeout-minutes: 20")).toHaveLength(2);
  expect(shown).toContain(String.raw`-  TOKEN: [secret] # <{ %fg 1%}> \u001b[2J`);
  expect(preview).not.toContain(token);

  expect(await succeed(project, "up")).not.toContain("@@");
  expect(await succeed(project, "preview", "--expect-no-changes")).not.toContain("@@");
});

it("a changed prompt of many repositories is one diff, of their central file", async () => {
  const central = { name: "acme/.github", actionsAccess: "organization" } as const;
  const { project } = await stage({
    inline: claudeAperture,
    repositories: ["acme/app", "acme/api", central],
    config: {
      ...oneRepository,
      "claude-aperture:repositories": ["app", "api"],
      "claude-aperture:delivery": { kind: "central" },
      "claude-aperture:identity": { kind: "federated", scope: "organization" },
    },
  });
  await succeed(project, "up");
  project.configure((config) => {
    config["claude-aperture:workflow"] = { prompt: "Look for lost data." };
  });
  const shown = (await succeed(project, "preview")).split("\n").map((line) => line.trim());
  expect(shown.filter((line) => /^\.github\/\S+ of acme\/\S+:$/.test(line))).toEqual([
    ".github/workflows/claude-claude-aperture-test.scope-organization.yml of acme/.github:",
  ]);
  expect(shown.some((line) => /^\+\s+Look for lost data\./.test(line))).toBe(true);
});
