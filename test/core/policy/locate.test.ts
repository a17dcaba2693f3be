import { describe, expect, it } from "vitest";
import { definesTag, findUsesOfTag, locateTest } from "../../../core/policy/locate.ts";
import { owner } from "./fragments.ts";

const policy = `{
  "tagOwners": {
    "tag:web": ["group:platform"],
    // ${owner}: managed by Pulumi
    "tag:ci": ["tag:web"],
  },
  "grants": [
    // ${owner}: managed by Pulumi
    {"src": ["tag:ci"], "dst": ["tag:aperture"], "ip": ["tcp:80"]},
    {"src": ["tag:ci", "group:platform"], "dst": ["tag:ci:22"], "ip": ["*"]},
  ],
  "tests": [
    {"src": "tag:ci", "accept": ["tag:web:80"]},
    // ${owner}: managed by Pulumi
    {"src": "tag:ci", "accept": ["tag:aperture:80"], "deny": ["tag:web:22"]},
    {"user": "bob@example.com", "allow": ["tag:web:443"]},
    "not a test",
  ],
}`;

describe("the test that failed", () => {
  it.each([
    ["by what it accepts", "tag:ci", { address: "tag:aperture:80", field: "accept" }, { line: 15, isOwn: true }],
    ["by what it denies", "tag:ci", { address: "tag:web:22", field: "deny" }, { line: 15, isOwn: true }],
    ["of somebody else", "tag:ci", { address: "tag:web:80", field: "accept" }, { line: 13, isOwn: false }],
    [
      "in the words of earlier years",
      "bob@example.com",
      { address: "tag:web:443", field: "accept" },
      { line: 16, isOwn: false },
    ],
    [
      "the first of the subject, where none asserts that",
      "tag:ci",
      { address: "x:1", field: "deny" },
      { line: 13, isOwn: false },
    ],
    ["none of that subject", "tag:none", { address: "tag:web:80", field: "accept" }, undefined],
  ] as const)("%s", (_, subject, assertion, found) => {
    expect(locateTest(policy, subject, [assertion], owner)).toEqual(found);
  });

  it("is not looked for in a file that does not parse, or has no tests", () => {
    expect(locateTest("{", "tag:ci", [], owner)).toBeUndefined();
    expect(locateTest("{}", "tag:ci", [], owner)).toBeUndefined();
  });
});

describe("a tag", () => {
  it("is used by others on each of their lines, once, with a port too", () => {
    expect(findUsesOfTag(policy, "tag:ci", owner)).toEqual([10, 13]);
    expect(findUsesOfTag(policy, "tag:ci", "claude-aperture/other")).toEqual([5, 9, 10, 13, 15]);
    expect(findUsesOfTag("{", "tag:ci", owner)).toEqual([]);
  });

  it("is defined where tagOwners has it", () => {
    expect(definesTag(policy, "tag:ci")).toBe(true);
    expect(definesTag(policy, "tag:aperture")).toBe(false);
    expect(definesTag("{}", "tag:ci")).toBe(false);
  });
});
