import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childPath, findChanges } from "../../provider/diff.ts";
import { type PropertyMap, unknown } from "../../provider/structs.ts";

const ci = { owners: [], destinations: ["tag:ai"], ports: ["tcp:80"], models: ["anthropic/**"], test: "accept" };
const state = (access: PropertyMap, rest: PropertyMap = {}): PropertyMap => ({
  access,
  owner: "o/s",
  mode: "write",
  ...rest,
});

describe("changes", () => {
  it.each<[string, PropertyMap, PropertyMap, Record<string, string>]>([
    ["nothing", state({ "tag:ci": ci }), state({ "tag:ci": ci }), {}],
    [
      "one model",
      state({ "tag:ci": ci }),
      state({ "tag:ci": { ...ci, models: ["openai/gpt-5"] } }),
      { 'access["tag:ci"].models[0]': "update" },
    ],
    [
      "a model more",
      state({ "tag:ci": ci }),
      state({ "tag:ci": { ...ci, models: ["anthropic/**", "b/c"] } }),
      { 'access["tag:ci"].models[1]': "add" },
    ],
    [
      "a model less",
      state({ "tag:ci": { ...ci, models: ["anthropic/**", "b/c"] } }),
      state({ "tag:ci": ci }),
      { 'access["tag:ci"].models[1]': "delete" },
    ],
    [
      "a tag in front of another",
      state({ "tag:ci": ci }),
      state({ "tag:a": ci, "tag:ci": ci }),
      { 'access["tag:a"]': "add" },
    ],
    ["a tag gone", state({ "tag:a": ci, "tag:ci": ci }), state({ "tag:ci": ci }), { 'access["tag:a"]': "delete" }],
    [
      "a field that somebody added",
      state({ "tag:ci": { ...ci, via: ["tag:x"] } }),
      state({ "tag:ci": ci }),
      { 'access["tag:ci"].via': "delete" },
    ],
    ["owner and mode", state({}), state({}, { owner: "p/q", mode: "observe" }), { owner: "update", mode: "update" }],
    ["null is absent", state({}, { mode: null }), { access: {}, owner: "o/s" }, {}],
    ["a value of another type", state({ "tag:ci": ci }), state({ "tag:ci": [] }), { 'access["tag:ci"]': "update" }],
    [
      "an unknown value",
      state({ "tag:ci": ci }),
      state({ "tag:ci": { ...ci, destinations: [unknown] } }),
      { 'access["tag:ci"].destinations[0]': "update" },
    ],
  ])("%s", (_name, before, after, expected) => {
    expect(Object.fromEntries(findChanges(before, after))).toEqual(expected);
  });

  it("is empty only for equal values", () => {
    const map = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<string>);
    const withoutNulls = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map((item) => withoutNulls(item) ?? null)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .filter(([, item]) => item !== null)
                .map(([k, v]) => [k, withoutNulls(v)]),
            )
          : value;
    fc.assert(
      fc.property(map, map, (a, b) => {
        expect(findChanges(a, structuredClone(a)).size).toBe(0);
        const equal = JSON.stringify(sorted(withoutNulls(a))) === JSON.stringify(sorted(withoutNulls(b)));
        if (!equal) expect(findChanges(a, b).size).toBeGreaterThan(0);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}

it.each([
  ["", "access", "access"],
  ["access", "tag:ci", 'access["tag:ci"]'],
  ["access", "models", "access.models"],
  ["access", 'a"b', 'access["a\\"b"]'],
])("childPath(%j, %j)", (path, key, expected) => expect(childPath(path, key)).toBe(expected));
