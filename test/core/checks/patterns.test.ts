import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesPattern, matchesSome } from "../../../core/checks/patterns.ts";

/** Of the characters that patterns and subjects have, so that they often meet. */
const word = fc.string({ unit: fc.constantFrom("a", "b", ":", "/", "@"), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", ":", "/", "*"), maxLength: 8 });

const toRegExp = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split("*")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
      .join("[^]*")}$`,
    "u",
  );

describe("a pattern of a federated identity", () => {
  it.each([
    ["repo:acme/app:pull_request", "repo:acme/app:pull_request", true],
    ["repo:acme/app:*", "repo:acme/app:pull_request", true],
    ["repo:acme/app:*", "repo:acme/api:pull_request", false],
    ["repo:acme/*", "repo:acme/app:ref:refs/heads/main", true],
    ["*", "", true],
    ["", "a", false],
    ["repo:acme/app:pull_request", "repo:acme/app:pull_request_target", false],
  ])("%s of %s: %s", (text, subject, is) => expect(matchesPattern(text, subject)).toBe(is));

  it("matches as a regular expression in which a star is any text", () => {
    fc.assert(
      fc.property(pattern, word, (text, subject) => {
        expect(matchesPattern(text, subject)).toBe(toRegExp(text).test(subject));
      }),
    );
  });

  it("matches some text with a beginning exactly where one can be found", () => {
    fc.assert(
      fc.property(pattern, word, (text, beginning) => {
        // What is left of the pattern, without its stars, is an ending that fits.
        const found = Array.from(
          { length: text.length + 1 },
          (_, at) => beginning + text.slice(at).replaceAll("*", ""),
        ).some((whole) => matchesPattern(text, whole));
        expect(matchesSome(text, beginning)).toBe(found);
      }),
    );
  });

  it("takes no longer for many stars", () => {
    expect(matchesPattern("*a".repeat(500), "b".repeat(5000))).toBe(false);
  });
});
