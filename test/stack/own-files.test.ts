import { describe, expect, it } from "vitest";
import { parseSettings } from "../../core/settings/settings.ts";
import { findTraces, recogniseByState } from "../../stack/own-files.ts";
import type { StackResources } from "../../stack/state.ts";

const prefix = "urn:pulumi:prod::claude-aperture::";
const component = "claude-aperture:index:ClaudeRepository";
const owner = "claude-aperture/prod";

const { settings } = parseSettings({
  config: {
    "github:owner": "acme",
    "claude-aperture:repositories": '["app", { "name": "api", "formerly": ["backend"] }, "web"]',
  },
  project: "claude-aperture",
  stack: "prod",
  environment: {},
});
const [app, api, web] = settings.repositories;

/** A state with this claim, and the workflow files of these components. */
function stateWith(claim: Record<string, unknown> | undefined, names: string[]): StackResources {
  const file = "claude-aperture:index:WorkflowFile";
  return {
    ...(claim
      ? { [`${prefix}x::stack-claim`]: { type: "claude-aperture:index:StackClaim", outputs: claim } }
      : undefined),
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${prefix}${component}::${name}`, { type: component }],
        [`${prefix}${component}$${file}::${name}-workflow`, { type: file, outputs: { written: "0123" } }],
      ]),
    ),
  };
}

describe("a workflow file is the stack's own", () => {
  it.each([
    ["under its name, also without a state", undefined, [], owner, true],
    ["under the name that its claim still has", { owner: "acme/old" }, ["acme-app"], "acme/old", true],
    ["under a name before that", { owner, formerly: ["a/1", "a/2"] }, ["acme-app"], "a/1", true],
    [
      "not under a former name, where its state has no such file",
      { owner: "acme/old" },
      ["acme-web"],
      "acme/old",
      false,
    ],
    ["by its state alone, where somebody replaced it", { owner }, ["acme-app"], undefined, true],
    ["not without a header, where its state has no such file", { owner }, ["acme-web"], undefined, false],
    ["not under another stack's name", { owner: "acme/old" }, ["acme-app"], "acme/other", false],
    ["not under a former name without a claim", undefined, ["acme-app"], "acme/old", false],
  ])("%s", (_, claim, files, header, expected) => {
    expect(recogniseByState(owner, stateWith(claim, files))(app as never, header)).toBe(expected);
  });

  it("also where the repository had another name", () => {
    const isOwn = recogniseByState(owner, stateWith({ owner: "acme/old" }, ["acme-backend"]));
    expect([api, web].map((repository) => isOwn(repository as never, "acme/old"))).toEqual([true, false]);
  });
});

it("traces of the stack are headers with its name; credentials are looked for under each name of a repository", () => {
  const headed = (name: string) => `# Written by claude-aperture for the stack ${name}. Do not edit: ...\n`;
  const texts = { "acme/app": headed(owner), "acme/api": headed("acme/other"), "acme/web": "on: push" };
  const files = new Map(Object.entries(texts).map(([slug, text]) => [slug, { live: { text } }])) as never;
  const repositories = ["acme/app", "acme/api", "acme/backend", "acme/web"];
  expect(findTraces(settings, files, new Map())).toEqual({ repositories, workflows: ["acme/app"] });
  // One that waits for the merge of its removal was let go of.
  const leaving = new Map([["acme/app", { isBeingRemoved: true }]]) as never;
  expect(findTraces(settings, files, leaving)).toEqual({ repositories, workflows: [] });
});
