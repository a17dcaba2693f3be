import { describe, expect, it } from "vitest";
import { describeCredential } from "../../../core/claim/credential-name.ts";
import { describeEvidence, findEvidence, findLeftovers, isEmpty, type Scene } from "../../../core/claim/evidence.ts";
import { insert } from "../../../core/policy/edit.ts";
import { PolicyError } from "../../../core/policy/policy-error.ts";

const owner = "claude-aperture/prod";
const ciAccess = {
  owners: [],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "accept" as const,
};
const marked = (name: string) => insert("{}", { "tag:ci": ciAccess }, name);
const mine = describeCredential({ repository: "acme/app", owner, claim: "0123456789abcdef" });
const scene = (change: Partial<Scene> = {}): Scene => ({
  owner,
  policy: "{}",
  workflows: [],
  repositories: ["acme/app", "acme/api"],
  credentials: [],
  ...change,
});

describe("evidence of a stack", () => {
  it.each<[string, Partial<Scene>, string]>([
    ["there is none in an empty tailnet", {}, ""],
    ["marks of other names, also of longer and shorter ones", { policy: marked("claude-aperture/prod-eu") }, ""],
    ["entries without a mark", { policy: '{"tagOwners": {"tag:ci": []}}' }, ""],
    [
      "credentials of others",
      { credentials: [{ id: "k1", description: "claude-acme-web-01234567" }, { id: "k2" }] },
      "",
    ],
    [
      "marks of the name",
      { policy: marked(owner) },
      '  in the policy file: tagOwners "tag:ci" (line 5), grants "tag:ci" (line 10), tests "tag:ci" (line 25)',
    ],
    [
      "a mark that several share",
      { policy: `{"tagOwners": {/* acme/dev, ${owner}: managed by Pulumi */ "tag:ci": []}}` },
      '  in the policy file: tagOwners "tag:ci" (line 1)',
    ],
    [
      "a mark that was left in front of nothing",
      { policy: `{"tagOwners": {}}\n// ${owner}: managed by Pulumi\n` },
      "  in the policy file: a mark (line 2)",
    ],
    ["workflow files", { workflows: ["acme/app"] }, "  workflow files: acme/app"],
    [
      "credentials of its repositories, whatever stack made them",
      { credentials: [{ id: "k1", description: mine }] },
      `  credentials: ${mine} (k1)`,
    ],
    [
      "many of each, of which five are named",
      { workflows: Array.from({ length: 500 }, (_, index) => `acme/r${index}`) },
      "  workflow files: acme/r0, acme/r1, acme/r2, acme/r3, acme/r4 and 495 more",
    ],
  ])("%s", (_, change, expected) => {
    const evidence = findEvidence(scene(change));
    expect(describeEvidence(evidence)).toBe(expected);
    expect(isEmpty(evidence)).toBe(expected === "");
  });

  it("is not looked for in a file that Tailscale would not read", () => {
    expect(() => findEvidence(scene({ policy: "{" }))).toThrow(PolicyError);
  });

  it("is found among 5,000 credentials of 500 repositories", () => {
    const repositories = Array.from({ length: 500 }, (_, index) => `acme/r${index}`);
    const credentials = Array.from({ length: 5_000 }, (_, index) => ({
      id: `k${index}`,
      description: describeCredential({ repository: `acme/r${index}`, owner }),
    }));
    expect(findEvidence(scene({ repositories, credentials })).credentials).toHaveLength(500);
  });
});

it("what interrupted runs left is what carries the claim's id, and nothing else", () => {
  const [claim, other] = ["0123456789abcdef", "fedcba9876543210"];
  const described = (change: object) => describeCredential({ repository: "acme/app", owner, ...change });
  const left = [
    { id: "k1", description: described({ claim }) },
    { id: "k2", description: described({ claim, rotation: "2" }) },
  ];
  const others = [
    { id: "k3", description: described({ claim: other }) },
    { id: "k4", description: described({}) },
    { id: "k5", description: `somebody-${claim.slice(0, 8)}-012345` },
    { id: "k6" },
  ];
  expect(findLeftovers([...left, ...others], claim)).toEqual(left);
});
