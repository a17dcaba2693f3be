import { expect, it } from "vitest";
import { leftovers } from "../../components/leftover-credentials.ts";

it("what an interrupted run left is another key of the same kind and description", () => {
  const made = { id: "k2", keyType: "federated", description: "claude-acme-app-0123abcd" };
  const left = { ...made, id: "k1" };
  const others = [
    { ...made, id: "k3", keyType: "client" },
    { ...made, id: "k4", description: "claude-acme-app" },
    { id: "k5", keyType: "federated" },
    { id: "k6" },
  ];
  expect(leftovers([made, left, ...others], made)).toEqual([left]);
});
