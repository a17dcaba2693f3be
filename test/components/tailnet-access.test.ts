import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { TailnetAccess, type TailnetAccessArgs } from "../../components/tailnet-access.ts";
import { record, settled } from "./mocks.ts";

async function fragment(args: Partial<TailnetAccessArgs>) {
  const recorder = await record();
  new TailnetAccess("tailnet-access", {
    tags: { "tag:ci": { models: ["anthropic/**"] } },
    destinations: ["tag:aperture"],
    ...args,
  });
  await settled();
  return recorder.the("claude-aperture:index:PolicyFragment", "tailnet-access-policy").inputs;
}

const ci = { owners: [], destinations: ["tag:aperture"], ports: ["tcp:80"], models: ["anthropic/**"], test: "accept" };

it("is one fragment with the how-to page's values, in the stack's name", async () => {
  expect(await fragment({})).toEqual({
    access: { "tag:ci": ci },
    owner: "claude-aperture/test",
    mode: "write",
    shareTag: false,
  });
});

it("has an entry per tag, and passes on owners, ports, test, mode, owner and shareTag", async () => {
  const inputs = await fragment({
    tags: { "tag:ci": { models: ["anthropic/**"] }, "tag:ci-api": { models: ["anthropic/claude-haiku-4-5"] } },
    destinations: ["100.64.0.5"],
    ports: ["tcp:8080"],
    tagOwners: ["tag:deployer"],
    test: "strict",
    mode: "observe",
    owner: "acme/ci",
    shareTag: true,
  });
  const shared = { owners: ["tag:deployer"], destinations: ["100.64.0.5"], ports: ["tcp:8080"], test: "strict" };
  expect(inputs).toEqual({
    access: {
      "tag:ci": { ...shared, models: ["anthropic/**"] },
      "tag:ci-api": { ...shared, models: ["anthropic/claude-haiku-4-5"] },
    },
    owner: "acme/ci",
    mode: "observe",
    shareTag: true,
  });
});

it("lets the caller change the fragment", async () => {
  const inputs = await fragment({ transform: { policyFragment: { owner: "theirs" } } });
  expect(inputs.owner).toBe("theirs");
});

it.each<[string, unknown, string[]]>([
  [
    "nothing",
    {},
    ["tags\n    It is missing. Expected the tags of the runners", "destinations\n    It is missing. Expected a list"],
  ],
  [
    "no models",
    { tags: { "tag:ci": {} } },
    ['tags["tag:ci"].models\n    It is missing. Expected a list of model patterns'],
  ],
  ["a tag without tag:", { tags: { ci: { models: ["anthropic/**"] } } }, ['tags["ci"]\n    "ci" is not a tag.']],
  ["a machine name", { destinations: ["ai"] }, ['destinations[0]\n    "ai" is not a grant destination.']],
  ["no destination", { destinations: [] }, ["destinations\n    It is empty."]],
  ["a bare port", { ports: ["80"] }, ['ports[0]\n    "80" is not a port in grant form.']],
  ["an owner that is none", { tagOwners: ["alice"] }, ['tagOwners[0]\n    "alice" cannot own a tag.']],
  ["an unknown mode", { mode: "read" }, ["mode\n    Expected write or observe."]],
  [
    "a misspelt argument",
    { destination: ["tag:x"] },
    ['destination\n    There is no key "destination". Did you mean "destinations"?'],
  ],
])("refuses %s, in words", async (_, given, expected) => {
  await record();
  const right = { tags: { "tag:ci": { models: ["anthropic/**"] } }, destinations: ["tag:aperture"] };
  const args = { ...(Object.keys(given as object).length > 0 ? right : {}), ...(given as object) } as TailnetAccessArgs;
  const make = () => new TailnetAccess("tailnet-access", args);
  expect(make).toThrow(pulumi.RunError);
  expect(make).toThrow('TailnetAccess "tailnet-access" cannot be made; these arguments are wrong.');
  for (const text of expected) expect(make).toThrow(text);
});
