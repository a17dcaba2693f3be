import { expect, it } from "vitest";
import { insert, plan } from "../../core/policy/edit.ts";
import type { Fragment } from "../../core/policy/fragment.ts";
import { previewMessage } from "../../provider/fragment/preview.ts";

const access = {
  owners: [],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "none" as const,
};
const owner = "claude-aperture/prod";
const message = (policy: string, fragment: Fragment, leaving: string[] = []) =>
  previewMessage(plan(policy, fragment, owner), fragment, leaving).split("\n");

it("says of each entry whether it is added, changed, adopted or removed", () => {
  const policy = insert('{"tagOwners": {"tag:shared": ["group:ops"]}}', { "tag:ci": access }, owner);
  const wanted: Fragment = { "tag:ci": { ...access, models: ["openai/**"] }, "tag:shared": access };
  expect(message(policy, wanted, ["tag:old"])).toEqual([
    expect.stringMatching(/^= tagOwners "tag:shared": line \d+ stays as it is: \["group:ops"\]$/),
    expect.stringMatching(/^~ grants line \d+: .*"anthropic\/\*\*".* => .*"openai\/\*\*"/),
    expect.stringMatching(/^\+ grants \{"src": \["tag:shared"\]/),
    "- every entry of tag:old",
  ]);
});

it("names the stack whose entry will be shared", () => {
  const policy = insert("{}", { "tag:ci": access }, "acme/dev");
  expect(message(policy, { "tag:ci": access })).toEqual([
    '= tagOwners "tag:ci": line 5 will be shared with acme/dev: []',
    expect.stringMatching(/^= grants line \d+ will be shared with acme\/dev: \{"src"/),
  ]);
});

it("says nothing when there is nothing to do", () => {
  expect(message(insert("{}", { "tag:ci": access }, owner), { "tag:ci": access })).toEqual([""]);
});
