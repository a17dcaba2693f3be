import { expect, it } from "vitest";
import { isIncluded, samplePath } from "../../../core/workflow/sample-path.ts";

const name = "verify-1";

it.each<[paths: string[], skipPaths: string[], sample: string | undefined]>([
  [[], [], "verify-1.md"],
  [[], ["**/*.md"], "src/verify-1.ts"],
  [["src/**"], [], "src/verify-1.md"],
  [["**/*.py"], [], "verify-1.py"],
  [["packages/*/src/**"], [], "packages/x/src/verify-1.md"],
  [["packages/*/package.json"], [], "packages/verify-1/package.json"],
  [["go.mod"], [], "go.mod"],
  [["src/**", "!src/**/*.md"], [], "src/verify-1"],
  [["docs/**"], ["docs/**"], undefined],
  [["[abc]*.js"], [], "averify-1.js"],
])("a new file for paths %j without %j is %s", (paths, skipPaths, sample) => {
  expect(samplePath(name, paths, skipPaths)).toBe(sample);
});

it("of several patterns the last that matches decides", () => {
  expect(isIncluded("src/a.ts", ["src/**", "!src/*.ts"])).toBe(false);
  expect(isIncluded("src/a.ts", ["!src/*.ts", "src/**"])).toBe(true);
  expect(isIncluded("other/a.ts", ["src/**"])).toBe(false);
});
