import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identityDescription } from "../../components/runner-identity.ts";

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/);

describe("the description of an identity", () => {
  it.each([
    ["acme/app", "claude-acme-app"],
    ["acme/my.app", /^claude-acme-my-app-[0-9a-f]{8}$/],
    [
      "acme/a-repository-with-a-name-that-is-far-too-long-for-it",
      /^claude-acme-a-repository-with-a-name-[a-z-]*-[0-9a-f]{8}$/,
    ],
  ] as const)("of %s is readable", (slug, expected) => {
    expect(identityDescription(slug)).toMatch(expected);
  });

  it("is what Tailscale takes, and differs between repositories", () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [first, second] = [identityDescription(`acme/${a}`), identityDescription(`acme/${b}`)];
        expect(first).toMatch(/^[A-Za-z0-9-]{1,50}$/);
        if (a.toLowerCase() !== b.toLowerCase()) expect(first).not.toBe(second);
      }),
    );
    // The pair that plain replacement would confuse.
    expect(identityDescription("acme-a/b")).not.toBe(identityDescription("acme/a-b"));
    expect(identityDescription("acme/a.b")).not.toBe(identityDescription("acme/a_b"));
  });
});
