/** The edit by example: what goes in, what stays, and what happens to entries and marks that people touched. */
import { describe, expect, it } from "vitest";
import { find, insert, observe, PolicyError, plan, remark, remove } from "../../../core/policy/edit.ts";
import type { Fragment, TagAccess } from "../../../core/policy/fragment.ts";
import { owner, access as withTest } from "./fragments.ts";

const access: TagAccess = { ...withTest, test: "none" };
const ci: Fragment = { "tag:ci": access };
const mark = "// claude-aperture/prod: managed by Pulumi";
const grantText = `{"src": ["tag:ci"], "dst": ["tag:aperture"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "anthropic/**"}]}}`;

const lines = (...text: string[]) => `${text.join("\n")}\n`;
const states = (policy: string, fragment = ci) =>
  Object.fromEntries(plan(policy, fragment, owner).map(({ section, state }) => [section, state]));

const before = lines(
  "{",
  '\t"tagOwners": { // who may tag',
  '\t\t"tag:web": ["group:platform"]',
  "\t},",
  '\t"grants": [',
  '\t\t{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]}, // people',
  "\t],",
  "}",
);

describe("insert", () => {
  it("puts a marked entry behind the bracket and the comment on its line, and touches nothing else", () => {
    expect(insert(before, ci, owner)).toBe(
      lines(
        "{",
        '\t"tagOwners": { // who may tag',
        `\t\t${mark}`,
        '\t\t"tag:ci":  [],',
        '\t\t"tag:web": ["group:platform"]',
        "\t},",
        '\t"grants": [',
        `\t\t${mark}`,
        "\t\t{",
        '\t\t\t"src": ["tag:ci"],',
        '\t\t\t"dst": ["tag:aperture"],',
        '\t\t\t"ip":  ["tcp:80"],',
        '\t\t\t"app": {',
        '\t\t\t\t"tailscale.com/cap/aperture": [',
        '\t\t\t\t\t{"role": "user"},',
        '\t\t\t\t\t{"models": "anthropic/**"},',
        "\t\t\t\t],",
        "\t\t\t},",
        "\t\t},",
        '\t\t{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]}, // people',
        "\t],",
        "}",
      ),
    );
  });

  it("stays on one line where the container is on one line", () => {
    const policy = '{"tagOwners": {"tag:web": []}, "grants": []}';
    const inserted = insert(policy, ci, owner);
    expect(inserted).not.toContain("\n");
    // The mark remembers what a server that formats would change, and could not change back.
    expect(inserted).toMatch(/\/\* claude-aperture\/prod: managed by Pulumi[^*]*\*\/ "tag:ci": \[\]/);
    expect(remove(inserted, ci, owner)).toBe(policy);
  });

  it("follows the file's line breaks and indent", () => {
    const policy = '{\r\n  "tagOwners": {\r\n    "tag:web": [],\r\n  },\r\n}\r\n';
    const inserted = insert(policy, ci, owner);
    expect(inserted.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(inserted).toContain('\r\n    "tag:ci":  [],');
    expect(inserted).not.toContain("\t");
  });

  it("creates the sections that are missing, marked, and removes them with their last entry", () => {
    const inserted = insert("{}\n", { "tag:ci": { ...access, test: "strict" } }, owner);
    for (const section of ["tagOwners", "grants", "tests"]) expect(inserted).toContain(`"${section}"`);
    expect(inserted).toMatch(/"accept": \["tag:aperture:80"\],\s+"deny": {3}\["tag:aperture:22"\]/);
    expect(remove(inserted, { "tag:ci": { ...access, test: "strict" } }, owner)).toBe("{}\n");
  });

  it("keeps a section that it created as soon as somebody else has an entry in it", () => {
    const inserted = insert("{}\n", ci, owner).replace(
      '"grants": [',
      '"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]},',
    );
    const removed = remove(inserted, ci, owner);
    expect(removed).toContain('{"src": ["*"], "dst": ["*"], "ip": ["*"]}');
    expect(removed).not.toContain("tag:ci");
  });

  it("takes a section in another case for the same: Tailscale reads names so", () => {
    const policy = '{"TagOwners": {}, "GRANTS": []}';
    const inserted = insert(policy, ci, owner);
    expect(inserted).not.toContain('"tagOwners"');
    expect(remove(inserted, ci, owner)).toBe(policy);
  });

  it("removes what the fragment no longer has", () => {
    const both = insert(before, { ...ci, "tag:old": access }, owner);
    expect(insert(both, ci, owner)).toBe(insert(before, ci, owner).replace('"tag:ci":  []', '"tag:ci": []'));
  });

  it("writes IPv6 destinations into tests with brackets, and single ports of a range", () => {
    const fragment: Fragment = {
      "tag:ci": { ...access, destinations: ["fd7a:115c:a1e0::1"], ports: ["tcp:80-443"], test: "accept" },
    };
    expect(insert("{}", fragment, owner)).toContain('"accept": ["[fd7a:115c:a1e0::1]:80", "[fd7a:115c:a1e0::1]:443"]');
  });
});

describe("adoption", () => {
  it("of a tag with other owners: kept, not marked, not removed", () => {
    const policy = '{"tagOwners": {"tag:ci": ["group:platform"]}, "grants": []}';
    expect(states(policy)).toEqual({ tagOwners: "adopted", grants: "missing" });
    const inserted = insert(policy, ci, owner);
    expect(inserted).toContain('{"tagOwners": {"tag:ci": ["group:platform"]}');
    expect(remove(inserted, ci, owner)).toBe(policy);
  });

  it("of a grant that means the same in another order", () => {
    const same =
      '{"app": {"tailscale.com/cap/aperture": [{"models": "anthropic/**"}, {"role": "user"}]}, "ip": ["tcp:80"], "dst": ["tag:aperture"], "src": ["tag:ci"]}';
    const policy = `{"tagOwners": {"tag:ci": []}, "grants": [${same}]}`;
    expect(states(policy)).toEqual({ tagOwners: "adopted", grants: "adopted" });
    expect(insert(policy, ci, owner)).toBe(policy);
    expect(remove(policy, ci, owner)).toBe(policy);
    expect(observe(policy, ci, owner).fragment).toEqual(ci);
  });

  it("is not of a grant that gives something else: that one stays beside ours", () => {
    const policy = '{"grants": [{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:443"]}]}';
    expect(states(policy)).toEqual({ tagOwners: "missing", grants: "missing" });
    expect(remove(insert(policy, ci, owner), ci, owner)).toBe(policy);
  });
});

describe("two stacks", () => {
  it("that want the same entry stand in one mark, and the last one out removes it", () => {
    const both = insert(insert(before, ci, owner), ci, "acme/dev");
    expect(both.match(/"tag:ci": {2}\[\]/g)).toHaveLength(1);
    expect(both).toContain("// claude-aperture/prod, acme/dev: managed by Pulumi");
    expect(remove(both, ci, owner)).toBe(insert(before, ci, "acme/dev"));
  });

  it("that want different things for one tag: the error names both, the place, and the way out", () => {
    const policy = insert(before, ci, "acme/dev");
    const other = { "tag:ci": { ...access, models: ["anthropic/claude-haiku-4-5"] } };
    expect(() => insert(policy, other, owner)).toThrow(PolicyError);
    expect(() => insert(policy, other, owner)).toThrow(
      /acme\/dev and claude-aperture\/prod want different things for tag:ci.*tag of its own/s,
    );
    expect(plan(policy, other, owner).find(({ section }) => section === "grants")).toMatchObject({
      state: "conflicting",
      owners: ["acme/dev"],
    });
  });

  it("cannot get one name", () => {
    const both = insert(insert(before, ci, owner), { "tag:dev": access }, "acme/dev");
    expect(() => remark(both, owner, "acme/dev")).toThrow(/acme\/dev is the owner of entries already/);
  });
});

describe("what a person did to an entry of ours", () => {
  const inserted = insert(before, ci, owner);

  it.each<[string, (text: string) => string, Partial<TagAccess> & { unexpected?: unknown }]>([
    ["another model", (text) => text.replace("anthropic/**", "openai/**"), { models: ["openai/**"] }],
    ["another destination", (text) => text.replace('"dst": ["tag:aperture"]', '"dst": ["*"]'), { destinations: ["*"] }],
    ["another port", (text) => text.replace('"tcp:80"', '"*"'), { ports: ["*"] }],
    [
      "another owner of the tag",
      (text) => text.replace('"tag:ci":  []', '"tag:ci": ["group:eng"]'),
      { owners: ["group:eng"] },
    ],
    [
      "a field that we do not know",
      (text) => text.replace('"src": ["tag:ci"],', '"src": ["tag:ci"], "via": ["tag:exit"],'),
      { unexpected: { "grants.via": ["tag:exit"] } },
    ],
  ])("%s: it shows as theirs, insert restores ours, remove gives back the file from before", (_, edit, theirs) => {
    const edited = edit(inserted);
    expect(edited).not.toBe(inserted);
    expect(Object.values(states(edited))).toContain("edited");
    expect(observe(edited, ci, owner).fragment["tag:ci"]).toMatchObject(theirs);
    expect(Object.values(states(insert(edited, ci, owner)))).toEqual(["ours", "ours"]);
    expect(remove(edited, ci, owner)).toBe(before);
  });

  it("deleted the grant: it is missing, and comes back", () => {
    const without = insert(before, ci, owner).replace(/\t\t\/\/ claude[^\n]*\n\t\t\{\n[\s\S]*?\n\t\t\},\n/, "");
    expect(without).not.toContain("cap/aperture");
    expect(states(without)).toEqual({ tagOwners: "ours", grants: "missing" });
    expect(observe(without, ci, owner).fragment["tag:ci"]?.models).toBeUndefined();
    expect(insert(without, ci, owner)).toBe(inserted);
  });

  it("deleted the mark only: the entry is theirs now, and adopted", () => {
    const unmarked = inserted.replaceAll(`\t\t${mark}\n`, "");
    expect(states(unmarked)).toEqual({ tagOwners: "adopted", grants: "adopted" });
    expect(remove(unmarked, ci, owner)).toBe(unmarked);
  });

  it("deleted the entry and left the mark: the next entry, somebody else's, is never removed", () => {
    const policy = lines('{"grants": [', mark, '{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]},', "]}");
    const removed = remove(policy, ci, owner);
    expect(removed).toContain('{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]}');
    expect(removed).not.toContain("managed by Pulumi");
    expect(insert(policy, ci, owner)).toContain('"src": ["group:eng"]');
  });

  it("left a mark at the end of a list, before nothing: it goes, the list stays", () => {
    const policy = lines('{"grants": [', '{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]},', mark, "]}");
    const removed = remove(policy, ci, owner);
    expect(removed).toContain('"src": ["group:eng"]');
    expect(() => insert(policy, ci, owner)).not.toThrow();
  });

  it("moved the entry with its mark: it is still ours, and is removed from where it is", () => {
    const grant = `\t\t${mark}\n\t\t${grantText},\n`;
    const moved = before
      .replace("// people\n", `// people\n${grant}`)
      .replace('"tagOwners": { // who may tag\n', `"tagOwners": { // who may tag\n\t\t${mark}\n\t\t"tag:ci": [],\n`);
    expect(states(moved)).toEqual({ tagOwners: "ours", grants: "ours" });
    expect(insert(moved, ci, owner)).toBe(moved);
    expect(remove(moved, ci, owner)).toBe(before);
  });

  it("copied the entry with its mark and changed the copy: nothing is lost, and the copy's mark goes", () => {
    const copy = grantText.replace("tag:aperture", "tag:other");
    const copied = inserted.replace("// people\n", `// people\n\t\t${mark}\n\t\t${copy},\n`);
    const repaired = insert(copied, ci, owner);
    expect(repaired).toContain(copy);
    expect(repaired.match(/managed by Pulumi/g)).toHaveLength(2);
    expect(remove(repaired, ci, owner)).toBe(before.replace("// people\n", `// people\n\t\t${copy},\n`));
  });

  it("put a comment between mark and entry: the comment stays", () => {
    const commented = inserted.replace(`${mark}\n\t\t"tag:ci"`, `${mark}\n\t\t// ask carol\n\t\t"tag:ci"`);
    expect(states(commented)).toEqual({ tagOwners: "ours", grants: "ours" });
    expect(remove(commented, ci, owner)).toContain("// ask carol");
  });
});

describe("a file that cannot be edited is refused with the place and the fix", () => {
  it.each([
    ["a section of the wrong type", '{"grants": {}}', /Line 1, column 12.*grants/s],
    ["tagOwners as a list", '{"tagOwners": []}', /Line 1, column 15.*tagOwners/s],
    ["a section twice", '{"grants": [],\n"grants": []}', /Line 2, column 1.*grants/s],
    ["a section twice, once escaped", '{"tagOwners": {},\n"tag\\u004fwners": {}}', /Line 2, column 1.*tagOwners/s],
    ["a section twice, in another case", '{"tagOwners": {},\n"TAGOWNERS": {}}', /Line 2, column 1/],
    ["a tag twice", '{"tagOwners": {"tag:ci": [],\n"tag:ci": []}}', /Line 2, column 1.*tag:ci/s],
    ["a list in place of the policy", "[]", /Line 1, column 1/],
    ["text that is no HuJSON", "{'grants': []}", /Line 1, column 2/],
  ])("%s", (_, policy, message) => {
    expect(() => insert(policy, ci, owner)).toThrow(PolicyError);
    expect(() => insert(policy, ci, owner)).toThrow(message);
  });

  it.each(["", "a b", "x */ y", "a\nb", "prod, dev"])("an owner %j that could end a comment or a name", (name) => {
    for (const act of [
      () => insert("{}", ci, name),
      () => find("{}", name),
      () => remove("{}", ci, name),
      () => plan("{}", ci, name),
    ]) {
      expect(act).toThrow();
    }
  });
});

it("plan says where each entry is, what stands there and what is wanted", () => {
  const policy = insert(before, ci, owner).replace("anthropic/**", "openai/**");
  expect(plan(policy, ci, owner)).toMatchObject([
    { section: "tagOwners", key: "tag:ci", state: "ours", line: 4, owners: [owner] },
    {
      section: "grants",
      key: "tag:ci",
      state: "edited",
      line: 9,
      found: grantText.replace("anthropic/**", "openai/**"),
    },
  ]);
});

it("nothing of a fragment there: observe finds nothing", () => {
  expect(observe(before, ci, owner).fragment).toEqual({});
});
