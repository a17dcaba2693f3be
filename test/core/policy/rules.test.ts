import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fragment, TagAccess } from "../../../core/policy/fragment.ts";
import {
  check,
  coversPattern,
  isExactModel,
  isModelPattern,
  isTag,
  isTailscaleAddress,
  isWholeProvider,
  matchesModel,
} from "../../../core/policy/rules.ts";
import { access } from "./fragments.ts";

const problems = (change: Partial<TagAccess>, tag = "tag:ci") =>
  check({ [tag]: { ...access, ...change } } as Fragment).map(({ path, message }) => `${path}: ${message}`);

describe("check", () => {
  it("takes the how-to page's grant", () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({
        owners: ["group:a", "autogroup:admin", "alice@example.com", "tag:x"],
        capabilities: [{ quotas: [] }],
        test: "strict",
      }),
    ).toEqual([]);
  });

  it.each<[string, Partial<TagAccess>, RegExp]>([
    ["no destination", { destinations: [] }, /destinations: It is empty.*silently applies to nothing/],
    ["a machine name", { destinations: ["ai"] }, /destinations\[0\]: "ai" is not a grant destination/],
    ["the tag itself", { destinations: ["tag:ci"] }, /destinations\[0\]: tag:ci is the tag of the Aperture device/],
    ["a foreign address", { destinations: ["192.0.2.1"] }, /destinations\[0\]/],
    ["no model", { models: [] }, /models: It is empty.*refuses every request/],
    ["a bare model", { models: ["claude-sonnet-4-6"] }, /models\[0\]: .*provider\/pattern/],
    ["no port", { ports: [] }, /ports: It is empty/],
    ["a bare port", { ports: ["80"] }, /ports\[0\]: "80" is not a port in grant form/],
    ["a port out of range", { ports: ["tcp:70000"] }, /ports\[0\]/],
    ["a range upside down", { ports: ["tcp:90-80"] }, /ports\[0\]/],
    ["no TCP port", { ports: ["icmp:*"] }, /ports: .*tcp:80/],
    ["an owner that is none", { owners: ["alice"] }, /owners\[0\]: "alice" cannot own a tag/],
    ["a strict test that denies what the ports open", { ports: ["tcp:22-80"], test: "strict" }, /test: .*port 22/],
    ["a second role", { capabilities: [{ role: "admin" }] }, /capabilities\[0\]\.role/],
    [
      "a model as a capability",
      { capabilities: [{ models: "openai/**" }] },
      /capabilities\[0\]\.models: Name the pattern in models/,
    ],
    [
      "models as a list",
      { capabilities: [{ models: ["a/b"], quotas: [] }] },
      /capabilities\[0\]\.models: Expected one pattern/,
    ],
    ["an empty capability", { capabilities: [{}] }, /capabilities\[0\]: It is empty/],
  ])("refuses %s", (_, change, message) => {
    const [first, ...others] = problems(change);
    expect(first).toMatch(message);
    expect(first).toMatch(/^access\["tag:ci"\]\./);
    expect(others).toEqual([]);
  });

  it("refuses the tag of any runners as Aperture's", () => {
    const found = check({ "tag:ci": access, "tag:x": { ...access, destinations: ["tag:aperture", "tag:ci"] } });
    expect(found).toEqual([
      {
        path: 'access["tag:x"].destinations[1]',
        message:
          "tag:ci is the tag of the Aperture device: a runner that carries it could take Aperture's place. Give runners a tag of their own.",
      },
    ]);
  });

  it("refuses what is no tag", () => {
    expect(problems({}, "ci")[0]).toMatch(/^access\["ci"\]: "ci" is not a tag/);
  });
});

it.each([
  ["tag:ci", true],
  ["tag:Ci-9", true],
  ["tag:9ci", false],
  ["tag:", false],
  ["tag:a_b", false],
  ["tag:a,tag:b", false],
])("isTag(%j) is %j", (value, expected) => expect(isTag(value)).toBe(expected));

it.each([
  ["100.64.0.0", true],
  ["100.127.255.255", true],
  ["100.63.255.255", false],
  ["100.128.0.0", false],
  ["100.64.0.256", false],
  ["100.64.00.1", false],
  ["fd7a:115c:a1e0::1", true],
  ["fd7a:115c:a1e0:ab12:4843:cd96:6258:b240", true],
  ["fd7a:115c:a1e1::1", false],
  ["fd7a:115c:a1e0:::1", false],
  ["100.64.0.1/32", false],
  ["ai", false],
])("isTailscaleAddress(%j) is %j", (value, expected) => expect(isTailscaleAddress(value)).toBe(expected));

it.each<[string, boolean, boolean, boolean]>([
  ["**", true, false, true],
  ["anthropic/**", true, false, true],
  ["*/claude-*", true, false, false],
  ["anthropic/claude-sonnet-4-6", true, true, false],
  ["anthropic/claude-*", true, false, false],
  ["anthropic", false, false, false],
  ["anthropic/", false, false, false],
  ["/x", false, false, false],
  ["anthropic/a b", false, false, false],
  ["anthropic/x**", false, false, false],
])("pattern %j: well formed %j, exact %j, a whole provider %j", (pattern, wellFormed, exact, whole) => {
  expect([isModelPattern(pattern), isExactModel(pattern), isWholeProvider(pattern)]).toEqual([
    wellFormed,
    exact,
    whole,
  ]);
});

describe("matchesModel", () => {
  it.each([
    ["**", "openai/gpt-5", true],
    ["anthropic/**", "anthropic/claude-sonnet-4-6", true],
    ["anthropic/**", "anthropic/a/b/c", true],
    ["anthropic/**", "openai/gpt-5", false],
    ["*/claude-sonnet*", "any/claude-sonnet-4-6", true],
    ["*/claude-sonnet*", "a/b/claude-sonnet-4-6", false],
    ["anthropic/*", "anthropic/a/b", false],
    ["openai/gpt-5", "openai/gpt-5", true],
    ["openai/gpt-5", "openai/gpt-5-mini", false],
    ["a/*x*y", "a/1x2x3y", true],
  ])("%s on %s is %j", (pattern, model, expected) => expect(matchesModel(pattern, model)).toBe(expected));

  it("agrees with a regular expression of the same meaning", () => {
    const segment = fc.stringMatching(/^[ab*]{1,4}$/).filter((text) => !text.includes("**"));
    const pattern = fc.array(fc.oneof(segment, fc.constant("**")), { minLength: 1, maxLength: 4 });
    const model = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(pattern, model, (segments, parts) => {
        const source = segments
          .map((text) => (text === "**" ? "(?:[^/]+/)*" : `${text.replaceAll("*", "[^/]*")}/`))
          .join("");
        const expected = new RegExp(`^${source}$`).test(`${parts.join("/")}/`);
        expect(matchesModel(segments.join("/"), parts.join("/"))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("coversPattern", () => {
  it.each([
    ["**", "openai/gpt-5", true],
    ["**", "**", true],
    ["*/**", "**", true],
    ["**", "*/**", true],
    ["anthropic/**", "**", false],
    ["anthropic/**", "anthropic/**", true],
    ["anthropic/**", "anthropic/*", true],
    ["anthropic/*/**", "anthropic/**", true],
    ["anthropic/*", "anthropic/**", false],
    ["anthropic/**", "anthropic/claude-*", true],
    ["anthropic/claude-*", "anthropic/**", false],
    ["anthropic/claude-*", "anthropic/claude-sonnet-*", true],
    ["anthropic/claude-sonnet-4-6", "anthropic/claude-*", false],
    ["anthropic/claude-sonnet-4-6", "anthropic/claude-sonnet-4-6", true],
    ["*/claude-*", "anthropic/claude-*", true],
    ["anthropic/claude-*", "*/claude-*", false],
    ["anthropic/*-4-*", "anthropic/claude-*-4-6", true],
    ["**/x", "a/**", false],
    ["a/**/x", "a/b/x", true],
  ])("%s covers %s: %j", (outer, inner, expected) => expect(coversPattern(outer, inner)).toBe(expected));

  it("never says yes where a model is left out", () => {
    const segment = fc.stringMatching(/^[ab*]{1,3}$/).filter((text) => !text.includes("**"));
    const pattern = fc.array(fc.oneof(segment, fc.constant("**")), { minLength: 1, maxLength: 3 });
    const model = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(pattern, pattern, model, (outer, inner, parts) => {
        const [wide, narrow, name] = [outer, inner, parts].map((segments) => segments.join("/")) as [
          string,
          string,
          string,
        ];
        if (coversPattern(wide, narrow) && matchesModel(narrow, name)) expect(matchesModel(wide, name)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it("says no only where some model of two or three segments is left out, of patterns with one ** at most", () => {
    const segments = ["a", "b", "ab", "c"];
    const models = segments.flatMap((a) =>
      segments.flatMap((b) => [`${a}/${b}`, ...segments.map((c) => `${a}/${b}/${c}`)]),
    );
    const parts = ["*", "a", "a*", "*b", "**"];
    const patterns = [...parts.flatMap((a) => parts.map((b) => `${a}/${b}`)), "**"].filter((p) => p !== "**/**");
    for (const outer of patterns) {
      for (const inner of patterns) {
        const isCovered = models.every((name) => !matchesModel(inner, name) || matchesModel(outer, name));
        if (isCovered) expect(coversPattern(outer, inner), `${outer} covers ${inner}`).toBe(true);
      }
    }
  });
});
