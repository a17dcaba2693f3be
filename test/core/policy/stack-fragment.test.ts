import { expect, it } from "vitest";
import { PolicyError, plan } from "../../../core/policy/edit.ts";
import { describeMissing } from "../../../core/policy/missing-entries.ts";
import { fragmentOf, proposePolicy } from "../../../core/policy/stack-fragment.ts";
import { access, ci, owner } from "./fragments.ts";

it("each repository's tag is wanted with its models", () => {
  const repositories: Parameters<typeof fragmentOf>[0]["repositories"] = [
    { tag: "tag:ci", models: ["anthropic/**"] },
    { tag: "tag:ci-api", models: ["anthropic/claude-sonnet-4-6"] },
  ];
  expect(fragmentOf({ repositories, tagOwners: [], policy: { test: "accept" } }, ["tag:aperture"])).toEqual({
    "tag:ci": access,
    "tag:ci-api": { ...access, models: ["anthropic/claude-sonnet-4-6"] },
  });
});

it("the first up writes the entries, and nothing where they are there", () => {
  const proposed = proposePolicy('{"grants": []}', ci, owner);
  expect(proposed).toEqual({ kind: "text", text: expect.stringContaining('"src": ["tag:ci"]') });
  const { text } = proposed as { text: string };
  expect(proposePolicy(text, ci, owner)).toEqual({ kind: "text", text });
});

it.each(["{}", '{"tagOwners": {}}'])("it writes no first rule: %s", (text) => {
  expect(proposePolicy(text, ci, owner)).toEqual({
    kind: "refused",
    said: expect.stringContaining("would be the first rule"),
  });
});

it("where there are no entries to write, a file without rules is left alone", () => {
  expect(proposePolicy("{}", {}, owner)).toEqual({ kind: "text", text: "{}" });
});

it("a file that cannot be edited is an error", () => {
  expect(() => proposePolicy("{", ci, owner)).toThrow(PolicyError);
});

it("what is missing is shown as it is to be pasted, and what stands in its place", () => {
  const other =
    '{\n  "tagOwners": {\n    // claude-aperture/prod: managed by Pulumi\n    "tag:ci": ["group:a"],\n  },\n  "grants": [],\n}';
  const said = describeMissing(
    plan(other, ci, owner).filter(({ state }) => state !== "ours" && state !== "adopted"),
    { link: "https://git.example.com/policy" },
  );
  expect(said).toMatchInlineSnapshot(`
    "3 entries are not in the tailnet policy file as wanted. Mode "observe" writes nothing.
    Add this where the file is managed (https://git.example.com/policy), then run again:

    In "tagOwners":
      // in place of the entry on line 4
      "tag:ci": [],
    In "grants":
      {
        "src": ["tag:ci"],
        "dst": ["tag:aperture"],
        "ip":  ["tcp:80"],
        "app": {
          "tailscale.com/cap/aperture": [
            {"role": "user"},
            {"models": "anthropic/**"},
          ],
        },
      },
    In "tests":
      {"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]},"
  `);
});

it("one entry is counted as one, and a link that is not known left out", () => {
  const [entry] = plan('{"grants": []}', ci, owner);
  expect(describeMissing(entry ? [entry] : [], undefined)).toMatch(
    /^1 entry is not in[\s\S]*where the file is managed, then/,
  );
});
