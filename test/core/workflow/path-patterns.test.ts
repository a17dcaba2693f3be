/** Which patterns for paths are taken. What they match is in check-scope.test.ts. */
import { describe, expect, it } from "vitest";
import { hasPositivePattern, refusePathPattern } from "../../../core/workflow/path-patterns.ts";

describe("a pattern", () => {
  it.each([
    ...["**", "*", "src/**", "**.js", "**/docs/**", "*.jsx?", "docs/**/*.md", "!README.md", "go.mod", "a b/c (1).txt"],
    ...["v[0-9]+", "[CB]at", "[a-z0-9_.+-]/x", "c[+][+]/**", "[-]x", "naïve/é?", "@types/#a/$b&c;'\"`", "a!b", "😀/*"],
    ...[".github/**", "z-a.txt", "x".repeat(200)],
  ])("%j is taken", (text) => {
    expect(refusePathPattern(text)).toBeUndefined();
  });

  it.each([
    ["", "it is empty"],
    ["!", "it is empty"],
    ["x".repeat(201), "more than 200 characters"],
    ["a\nb", "a character that no line"],
    ["a\0", "a character that no line"],
    ["/src/**", "paths begin at the root of the repository, without / or ./"],
    ["./src/**", "without / or ./"],
    ["!/src/**", "without / or ./"],
    ["docs/", "write /** for all files of a folder"],
    ["**.{js,ts}", "write one pattern for each"],
    ["${{ github.head_ref }}", "write one pattern for each"],
    ["a\\*b", "put the character into brackets"],
    ["src/***", "three asterisks"],
    ["c++/**", "makes the character before it optional and + repeats it"],
    ["?a", "there is none"],
    ["!+a", "there is none"],
    ["**?", "there is none"],
    ["*+", "there is none"],
    ["[a", "brackets hold"],
    ["a]", "brackets hold"],
    ["[]", "brackets hold"],
    ["[!a]", "brackets hold"],
    ["[^a]", "brackets hold"],
    ["[[:alpha:]]", "brackets hold"],
    ["[z-a]", "brackets hold"],
    ["[a-Z]", "brackets hold"],
    ["[.-0]", "brackets hold"],
    ["[a/b]", "brackets hold"],
    [`${"**a".repeat(60)}]`, "brackets hold"],
  ])("%j is refused: %s", (text, why) => {
    expect(refusePathPattern(text)).toContain(why);
  });

  it("is quoted as it is shown", () => {
    expect(refusePathPattern("/a", '"/a"...')).toBe(
      '"/a"... is not a pattern for paths: paths begin at the root of the repository, without / or ./.',
    );
  });
});

it.each([
  [[], true],
  [["!a", "b"], true],
  [["!a", "!b"], false],
])("has one that includes: %j %s", (patterns, want) => {
  expect(hasPositivePattern(patterns)).toBe(want);
});
