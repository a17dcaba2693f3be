/** Marked entries into which a person wrote what no stack would write: shown, repaired or left, never a crash or a loss. */
import { describe, expect, it } from "vitest";
import { find, insert, observe, plan, remark, remove } from "../../../core/policy/edit.ts";
import type { Fragment, TagAccess } from "../../../core/policy/fragment.ts";
import { access, ci, owner } from "./fragments.ts";

const mark = "/* claude-aperture/prod: managed by Pulumi */";
const aperture = (...entries: unknown[]) => ({ "tailscale.com/cap/aperture": entries });
const role = { role: "user" };
const models = { models: "anthropic/**" };
const grant = { src: ["tag:ci"], dst: ["tag:aperture"], ip: ["tcp:80"], app: aperture(role, models) };
const test = { src: "tag:ci", proto: "tcp", accept: ["tag:aperture:80"] };

/** A policy file with one marked entry in each section. */
function policy(entries: { owners?: unknown; grant?: unknown; test?: unknown } = {}): string {
  const { owners = [], grant: g = grant, test: t = test } = entries;
  return [
    "{",
    `"tagOwners": {${mark} "tag:ci": ${JSON.stringify(owners)}},`,
    `"grants": [${mark} ${JSON.stringify(g)}],`,
    `"tests": [${mark} ${JSON.stringify(t)}],`,
    "}\n",
  ].join("\n");
}

const states = (text: string) => plan(text, ci, owner).map(({ state }) => state);

it("the plain ones are ours", () => {
  expect(states(policy())).toEqual(["ours", "ours", "ours"]);
  expect(find(policy(), owner)).toEqual(ci);
});

it.each<[string, Parameters<typeof policy>[0]]>([
  ["dst twice", { grant: { ...grant, dst: ["tag:aperture", "tag:aperture"] } }],
  ["entries in another order", { grant: { ...grant, app: aperture(models, role) } }],
  ["a test that denies nothing", { test: { ...test, deny: [] } }],
])("%s: means the same, so nothing is to be done", (_, entries) => {
  expect(states(policy(entries))).toEqual(["ours", "ours", "ours"]);
  expect(insert(policy(entries), ci, owner)).toBe(policy(entries));
  expect(observe(policy(entries), ci, owner).fragment).toEqual(ci);
});

describe.each<[string, Parameters<typeof policy>[0], Partial<TagAccess>, Record<string, unknown> | undefined]>([
  ["owners that are no list", { owners: "group:eng" }, {}, { tagOwners: "group:eng" }],
  ["owners that are no strings", { owners: [1] }, {}, { tagOwners: [1] }],
  ["more owners", { owners: ["group:eng", "group:ops"] }, { owners: ["group:eng", "group:ops"] }, undefined],
  [
    "dst as a string",
    { grant: { ...grant, dst: "tag:aperture" } },
    { destinations: [] },
    { "grants.dst": "tag:aperture" },
  ],
  ["no ip", { grant: { src: grant.src, dst: grant.dst, app: grant.app } }, { ports: [] }, undefined],
  ["more sources", { grant: { ...grant, src: ["tag:ci", "tag:web"] } }, {}, { "grants.src": ["tag:ci", "tag:web"] }],
  [
    "fields in capitals, which Tailscale reads like others, and one that it does not know",
    { grant: { SRC: grant.src, Dst: ["tag:web"], ip: grant.ip, app: grant.app, Note: "x" } },
    { destinations: ["tag:web"] },
    { "grants.Note": "x" },
  ],
  ["a field __proto__", { grant: { ...grant, ...JSON.parse('{"__proto__": 7}') } }, {}, { "grants.__proto__": 7 }],
  [
    "another app beside",
    { grant: { ...grant, app: { ...grant.app, "example.com/cap/x": [{}] } } },
    {},
    { "grants.app.example.com/cap/x": [{}] },
  ],
  ["no role", { grant: { ...grant, app: aperture(models) } }, {}, { "grants.role": "missing" }],
  [
    "the role admin",
    { grant: { ...grant, app: aperture({ role: "admin" }, models) } },
    {},
    { "grants.role": ["admin"] },
  ],
  ["no models", { grant: { ...grant, app: aperture(role) } }, { models: [] }, undefined],
  [
    "a capability",
    { grant: { ...grant, app: aperture(role, models, { quotas: [] }) } },
    { capabilities: [{ quotas: [] }] },
    undefined,
  ],
  [
    "a capability that is no object",
    { grant: { ...grant, app: aperture(role, models, 7) } },
    {},
    { "grants.app": aperture(role, models, 7) },
  ],
  [
    "a capability that is no list",
    { grant: { ...grant, app: { "tailscale.com/cap/aperture": {} } } },
    { models: [] },
    { "grants.app": { "tailscale.com/cap/aperture": {} } },
  ],
  [
    "another field of a test",
    { test: { ...test, srcPostureAttrs: { os: "linux" } } },
    {},
    { tests: { ...test, srcPostureAttrs: { os: "linux" } } },
  ],
  [
    "another port in a test",
    { test: { ...test, accept: ["tag:aperture:443"] } },
    {},
    { tests: { ...test, accept: ["tag:aperture:443"] } },
  ],
  ["a strict test", { test: { ...test, deny: ["tag:aperture:22"] } }, { test: "strict" }, undefined],
])("%s", (_, entries, theirs, unexpected) => {
  it("shows as theirs, and insert restores ours", () => {
    const text = policy(entries);
    const observed = observe(text, ci, owner).fragment["tag:ci"];
    expect(observed).toMatchObject(theirs);
    expect(observed?.unexpected).toEqual(unexpected);
    expect(states(text)).toContain("edited");
    expect(states(insert(text, ci, owner))).toEqual(["ours", "ours", "ours"]);
  });

  it("goes with the others, and an import reads it as far as a fragment can say it", () => {
    expect(remove(policy(entries), ci, owner)).not.toMatch(/tag:ci|managed/);
    expect(Object.keys(find(policy(entries), owner))).toEqual(["tag:ci"]);
  });
});

describe("an entry that is not ours, under a mark of ours", () => {
  it.each<[string, Parameters<typeof policy>[0], string]>([
    ["a grant of people", { grant: { ...grant, src: ["group:eng"] } }, "group:eng"],
    [
      "a grant of the tag to something else",
      { grant: { src: ["tag:ci"], dst: ["tag:web"], ip: ["tcp:443"] } },
      "tag:web",
    ],
    ["a grant that is a number", { grant: 42 }, "42"],
    ["a test of people", { test: { src: "group:eng", accept: ["tag:web:443"] } }, "group:eng"],
    ["a test without a target", { test: { src: "tag:ci", accept: "tag:web:443" } }, "tag:web:443"],
    ["a test of a number", { test: { src: "tag:ci", accept: [7] } }, "7"],
    ["a test that is null", { test: null }, "null"],
  ])("%s stays, and only the mark goes", (_, entries, text) => {
    const before = policy(entries);
    expect(states(before)).toContain("missing");
    for (const after of [insert(before, ci, owner), remove(before, ci, owner)]) expect(after).toContain(text);
    expect(states(insert(before, ci, owner))).not.toContain("missing");
  });
});

describe("a file that is read without knowing the fragment", () => {
  it("a tag alone, marked and in no grant or test, is not proven to be ours", () => {
    const text = `{"tagOwners": {${mark} "tag:ci": []}}`;
    expect(find(text, owner)).toEqual({});
    expect(remove(text, { "tag:other": access }, owner)).toContain('"tag:ci": []');
  });

  it("a tag with a marked test is", () => {
    const text = `{"tagOwners": {${mark} "tag:ci": []}, "tests": [${mark} ${JSON.stringify(test)}]}`;
    expect(find(text, owner)["tag:ci"]).toMatchObject({ owners: [], models: [] });
    expect(remove(text, {}, owner)).not.toContain("tag:ci");
  });

  it("entries of tags that the fragment no longer has show, because the next insert removes them", () => {
    const text = insert("{}\n", { ...ci, "tag:old": { ...access, test: "strict" } }, owner);
    expect(observe(text, ci, owner).fragment["tag:old"]).toMatchObject({ models: ["anthropic/**"], test: "strict" });
  });

  it("a test that the fragment no longer wants shows as well", () => {
    const text = insert("{}\n", ci, owner);
    const wanted: Fragment = { "tag:ci": { ...access, test: "none" } };
    expect(observe(text, wanted, owner).fragment["tag:ci"]?.test).toBe("accept");
    expect(insert(text, wanted, owner)).not.toContain('"tests"');
  });
});

describe("a tag that the settings no longer have, whose grant somebody has deleted", () => {
  const tagOnly = [grant, test].reduce((text, entry) => text.replace(`${mark} ${JSON.stringify(entry)}`, ""), policy());

  it("goes, where it is known that the stack had it", () => {
    expect(insert(tagOnly, {}, owner, ci)).toBe('{\n"tagOwners": {},\n"grants": [],\n"tests": [],\n}\n');
  });

  it("stays without its mark, where only the mark says so", () => {
    expect(insert(tagOnly, {}, owner)).toBe('{\n"tagOwners": {"tag:ci": []},\n"grants": [],\n"tests": [],\n}\n');
  });
});

describe("copies", () => {
  const twice = (text: string, copy: unknown) =>
    text.replace(`"grants": [${mark}`, `"grants": [${mark} ${JSON.stringify(copy)}, ${mark}`);

  it("the same twice: one is surplus, shows, and goes", () => {
    const text = twice(policy(), grant);
    expect(observe(text, ci, owner).fragment["tag:ci"]?.unexpected).toEqual({ "grants.copy": [grant] });
    expect(insert(text, ci, owner).match(/"tag:aperture"\]/g)).toHaveLength(1);
  });

  it("the same twice, and other settings since: one is brought to them, and the old one does not stay in effect", () => {
    const wanted: Fragment = { "tag:ci": { ...access, models: ["openai/gpt-5"] } };
    const text = insert(twice(policy(), grant), wanted, owner);
    expect(text).not.toContain("anthropic");
    expect(text).toBe(insert(policy(), wanted, owner));
  });

  it("two others: both show", () => {
    const other = { ...grant, dst: ["tag:other"] };
    const text = twice(twice(policy(), other), { ...other, dst: ["tag:third"] });
    expect(observe(text, ci, owner).fragment["tag:ci"]?.unexpected?.["grants.copy"]).toHaveLength(2);
    expect(states(insert(text, ci, owner))).toEqual(["ours", "ours", "ours"]);
  });
});

describe("an entry of two stacks", () => {
  const shared = policy().replaceAll("claude-aperture/prod:", "acme/dev, claude-aperture/prod:");

  it("that a person edited is nobody's to repair alone: the error names both", () => {
    const edited = shared.replace('"models":"anthropic/**"', '"models":"openai/**"');
    expect(() => insert(edited, ci, owner)).toThrow(
      /acme\/dev and claude-aperture\/prod want different things.*They share the entry/s,
    );
    expect(observe(edited, ci, owner).fragment["tag:ci"]?.models).toEqual(["openai/**"]);
  });

  it("that only another one has in its mark is missing here until we join: it would go with the other", () => {
    const theirs = policy().replaceAll("claude-aperture/prod:", "acme/dev:");
    expect(states(theirs)).toEqual(["shared", "shared", "shared"]);
    expect(observe(theirs, ci, owner).fragment).toEqual({});
    const joined = insert(theirs, ci, owner);
    expect(joined).toContain("acme/dev, claude-aperture/prod: managed by Pulumi");
    expect(observe(joined, ci, owner).fragment).toEqual(ci);
    expect(remove(joined, ci, "acme/dev")).toBe(policy());
  });

  it("needs no mark of ours in a file that others keep", () => {
    const theirs = policy().replaceAll("claude-aperture/prod:", "acme/dev:");
    expect(observe(theirs, ci, owner, "observe").fragment).toEqual(ci);
  });

  it("a new name changes one of the two", () => {
    expect(remark(shared, owner, "acme/prod")).toContain("acme/dev, acme/prod: managed by Pulumi");
    expect(remark(shared, owner, owner)).toBe(shared);
  });
});
