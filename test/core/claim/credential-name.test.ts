import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeCredential, isCredentialOfClaim, recogniseCredentials } from "../../../core/claim/credential-name.ts";

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/);
const digits = fc.stringMatching(/^[0-9a-f]{32}$/);
const owner = "claude-aperture/prod";
const claim = "0123456789abcdef0123456789abcdef";
const long = "acme/a-repository-with-a-name-that-is-far-too-long-for-it";

describe("the description of a credential", () => {
  it.each([
    ["acme/app", "claude-acme-app-0123abcd", "claude-acme-app-01234567-012abc"],
    ["acme/my.app", "claude-acme-my-app-0123abcd", "claude-acme-my-app-01234567-012abc"],
    [long, "claude-acme-a-repository-with-a-name-39b7-0123abcd", "claude-acme-a-repository-with-39b7-01234567-012abc"],
  ])("of %s is %s, and with a claim %s", (repository, without, claimed) => {
    const described = [describeCredential({ repository, owner }), describeCredential({ repository, owner, claim })];
    expect(described[0]?.replace(/[0-9a-f]{8}$/, "0123abcd")).toBe(without);
    expect(described[1]?.replace(/[0-9a-f]{6}$/, "012abc")).toBe(claimed);
  });

  it("is what Tailscale takes, and differs between repositories, stacks, claims and rotations", () => {
    fc.assert(
      fc.property(name, name, digits, (a, b, other) => {
        const of = (change: object) => describeCredential({ repository: `acme/${a}`, owner, ...change });
        for (const base of [{}, { claim }]) {
          expect(of(base)).toMatch(/^[A-Za-z0-9-]{1,50}$/);
          expect(of(base) === of({ ...base, repository: `acme/${b}` })).toBe(a.toLowerCase() === b.toLowerCase());
          expect(of({ ...base, rotation: b })).not.toBe(of(base));
        }
        expect(of({ owner: "claude-aperture/test" })).not.toBe(of({}));
        expect(of({ claim: other }) === of({ claim })).toBe(other === claim);
      }),
    );
    // The pair that plain replacement would confuse.
    const [one, two] = ["acme-a/b", "acme/a-b"].map((repository) => describeCredential({ repository, owner }));
    expect(one).not.toBe(two);
  });

  it("with a claim does not depend on the stack's name, so that a new name changes no credential", () => {
    const described = ["acme/one", "acme/two"].map((owner) => describeCredential({ repository: "a/b", owner, claim }));
    expect(described[0]).toBe(described[1]);
  });

  it.each([
    ["of the repository", "acme/app", {}, true],
    ["of the repository, with a claim and a rotation", "acme/app", { claim, rotation: "2" }, true],
    ["of the repository in another case", "Acme/App", { claim }, true],
    ["of a repository with a long name", long, { claim }, true],
    ["of another one with a long name that begins alike", `${long}-too`, { claim }, false],
    ["of another one", "acme/api", { claim }, false],
    ["of one whose name begins alike", "acme/app-01234567", {}, false],
    ["of one whose name begins alike, with a claim", "acme/app-01234567", { claim }, false],
  ])("%s is recognised as such", (_, repository, change, expected) => {
    const isOfStack = recogniseCredentials(["acme/app", long]);
    expect(isOfStack(describeCredential({ repository, owner, ...change }))).toBe(expected);
  });

  it.each([
    "",
    "claude-acme-app",
    "claude-acme-app-01234567-",
    "x-claude-acme-app-01234567",
    "claude-acme-app-0123456g",
  ])("%j of somebody else is not taken for one", (description) => {
    expect(recogniseCredentials(["acme/app"])(description)).toBe(false);
    expect(isCredentialOfClaim(description, claim)).toBe(false);
  });

  it("tells the claim that it belongs to", () => {
    fc.assert(
      fc.property(name, digits, (a, other) => {
        const described = describeCredential({ repository: `acme/${a}`, owner, claim: other });
        expect(isCredentialOfClaim(described, other)).toBe(true);
        expect(isCredentialOfClaim(described, claim)).toBe(other.startsWith(claim.slice(0, 8)));
        expect(isCredentialOfClaim(describeCredential({ repository: `acme/${a}`, owner }), other)).toBe(false);
      }),
    );
  });
});
