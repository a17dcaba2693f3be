/** What holds for every policy file; a failing seed is printed with the smallest file that shows it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { find, insert, observe, plan, remark, remove } from "../../../core/policy/edit.ts";
import { entryValue, type Fragment, sectionNames, type Tag } from "../../../core/policy/fragment.ts";
import { jsonValue, parse } from "../../../core/policy/hujson.ts";
import { fragment, fragmentOf, freshFragment, policyText } from "./generated.ts";
import { startJudge } from "./judge.ts";

const owner = "claude-aperture/prod";
const judge = await startJudge();

type Policy = Record<string, unknown>;
const meaning = (text: string) => jsonValue(text, parse(text).root) as Policy;
const states = (policy: string, wanted: Fragment) => plan(policy, wanted, owner).map(({ state }) => state);

describe("for every policy file", () => {
  it("remove undoes insert byte for byte, and a second insert changes nothing", () => {
    fc.assert(
      fc.property(policyText, fragment, (policy, wanted) => {
        const inserted = insert(policy, wanted, owner);
        expect(insert(inserted, wanted, owner)).toBe(inserted);
        expect(remove(inserted, wanted, owner)).toBe(policy);
      }),
      { numRuns: 1000 },
    );
  });

  it("no byte of others changes: what insert gives is the old text with new text between", () => {
    fc.assert(
      fc.property(policyText, fragment, (policy, wanted) => {
        expect(isSubsequence(policy, insert(policy, wanted, owner))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("the result means the old file plus the fragment", () => {
    fc.assert(
      fc.property(policyText, freshFragment, (policy, wanted) => {
        expect(sorted(meaning(insert(policy, wanted, owner)))).toEqual(sorted(withFragment(meaning(policy), wanted)));
      }),
      { numRuns: 500 },
    );
  });

  it("find returns what was inserted, and all of it is ours", () => {
    fc.assert(
      fc.property(policyText, freshFragment, (policy, wanted) => {
        const inserted = insert(policy, wanted, owner);
        expect(find(inserted, owner)).toEqual(wanted);
        expect(observe(inserted, wanted, owner).fragment).toEqual(wanted);
        expect(new Set(states(inserted, wanted))).toEqual(new Set(["ours"]));
      }),
      { numRuns: 500 },
    );
  });

  it("an update leads to the new fragment, and remove still gives back the file from before", () => {
    fc.assert(
      fc.property(policyText, freshFragment, freshFragment, (policy, first, second) => {
        const updated = insert(insert(policy, first, owner), second, owner);
        expect(new Set(states(updated, second))).toEqual(new Set(["ours"]));
        expect(sorted(find(updated, owner))).toEqual(sorted(second));
        // Another order alone is no difference: neither in the file nor in a preview.
        expect(observe(updated, second, owner).fragment).toEqual(second);
        expect(remove(updated, second, owner)).toBe(policy);
      }),
      { numRuns: 500 },
    );
  });

  it("two owners come and go in any order", () => {
    fc.assert(
      fc.property(policyText, fragment, fragmentOf(["other"]), fc.boolean(), (policy, first, others, share) => {
        const second = share ? first : others;
        const both = insert(insert(policy, first, "a/a"), second, "b/b");
        expect(remove(remove(both, first, "a/a"), second, "b/b")).toBe(policy);
        expect(remove(remove(both, second, "b/b"), first, "a/a")).toBe(policy);
      }),
      { numRuns: 500 },
    );
  });

  it("an owner to whom a file shows no difference keeps its entries when the other one leaves", () => {
    fc.assert(
      fc.property(policyText, freshFragment, (policy, wanted) => {
        const theirs = insert(policy, wanted, "b/b");
        expect(observe(theirs, wanted, "a/a").fragment).toEqual({});
        const both = insert(theirs, wanted, "a/a");
        expect(observe(both, wanted, "a/a").fragment).toEqual(wanted);
        expect(observe(remove(both, wanted, "b/b"), wanted, "a/a").fragment).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  it("a new owner's name in the marks, and back, is the same text", () => {
    fc.assert(
      fc.property(policyText, freshFragment, (policy, wanted) => {
        const inserted = insert(policy, wanted, owner);
        const renamed = remark(inserted, owner, "other/name");
        expect(find(renamed, "other/name")).toEqual(wanted);
        expect(find(renamed, owner)).toEqual({});
        expect(remark(renamed, "other/name", owner)).toBe(inserted);
      }),
      { numRuns: 200 },
    );
  });
});

describe("when the server stores hujson.Format of what it is sent", () => {
  it("insert finds its entries again, and remove gives back the file from before", async () => {
    if (!judge) return;
    await fc.assert(
      fc.asyncProperty(policyText, fragment, fragment, async (policy, first, second) => {
        const before = await judge.format(policy);
        const inserted = await judge.format(insert(before, first, owner));
        expect(insert(inserted, first, owner)).toBe(inserted);
        const updated = await judge.format(insert(inserted, second, owner, first));
        expect(await judge.format(remove(updated, second, owner))).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it("two owners come and go in any order", async () => {
    if (!judge) return;
    await fc.assert(
      fc.asyncProperty(
        policyText,
        fragment,
        fragmentOf(["other"]),
        fc.boolean(),
        fc.boolean(),
        async (policy, first, others, share, firstLeavesFirst) => {
          const before = await judge.format(policy);
          const second = share ? first : others;
          const stacks: [Fragment, string][] = [
            [first, "a/a"],
            [second, "b/b"],
          ];
          let text = before;
          for (const [wanted, name] of stacks) text = await judge.format(insert(text, wanted, name));
          for (const [wanted, name] of firstLeavesFirst ? stacks : stacks.toReversed()) {
            text = await judge.format(remove(text, wanted, name));
          }
          expect(text).toBe(before);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Whether all characters of `part` stand in `whole` in their order. */
function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (let index = 0; index < whole.length; index++) if (whole[index] === part[at]) at += 1;
  return at === part.length;
}

/** The policy as it should mean after an insert: names of sections in any case, lists without order. */
function withFragment(policy: Policy, wanted: Fragment): Policy {
  const result = { ...policy };
  for (const section of sectionNames) {
    const values = Object.entries(wanted).flatMap(([tag, access]) => {
      const value = entryValue(section, tag as Tag, access);
      return value === undefined ? [] : [[tag, value] as const];
    });
    if (values.length === 0) continue;
    const name = Object.keys(policy).find((key) => key.toLowerCase() === section.toLowerCase()) ?? section;
    const existing = result[name];
    result[name] =
      section === "tagOwners"
        ? { ...(existing as object), ...Object.fromEntries(values) }
        : [...((existing as unknown[]) ?? []), ...values.map(([, value]) => value)];
  }
  return result;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(sorted)
      .map((item) => JSON.stringify(item))
      .toSorted();
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, sorted(item)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
