import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leftovers } from "../../components/leftover-credentials.ts";
import { identityDescription } from "../../components/runner-identity.ts";

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/);
const owner = "claude-aperture/prod";

describe("the description of a credential", () => {
  it.each([
    ["acme/app", /^claude-acme-app-[0-9a-f]{8}$/],
    ["acme/my.app", /^claude-acme-my-app-[0-9a-f]{8}$/],
    [
      "acme/a-repository-with-a-name-that-is-far-too-long-for-it",
      /^claude-acme-a-repository-with-a-name-[a-z-]*-[0-9a-f]{8}$/,
    ],
  ] as const)("of %s is readable", (slug, expected) => {
    expect(identityDescription(slug, owner)).toMatch(expected);
  });

  it("is what Tailscale takes, and differs between repositories, stacks and rotations", () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [first, second] = [identityDescription(`acme/${a}`, owner), identityDescription(`acme/${b}`, owner)];
        expect(first).toMatch(/^[A-Za-z0-9-]{1,50}$/);
        expect(first === second).toBe(a.toLowerCase() === b.toLowerCase());
        expect(identityDescription(`acme/${a}`, "claude-aperture/test")).not.toBe(first);
        expect(identityDescription(`acme/${a}`, owner, b)).not.toBe(first);
      }),
    );
    // The pair that plain replacement would confuse.
    expect(identityDescription("acme-a/b", owner)).not.toBe(identityDescription("acme/a-b", owner));
  });
});

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
