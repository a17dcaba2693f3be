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
