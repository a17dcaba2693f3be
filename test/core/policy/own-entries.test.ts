/** Whose a marked entry is. A mark may be left over, or copied, so it takes more than a mark. */
import { describe, expect, it } from "vitest";
import { listChanges } from "../../../core/policy/changes.ts";
import { find, insert, observe, plan, remove } from "../../../core/policy/edit.ts";
import { access, ci, owner } from "./fragments.ts";

const mark = "/* claude-aperture/prod: managed by Pulumi */ ";
const full = '[{"role": "user"}, {"models": "anthropic/**"}]';
const grantOf = (src: string, capability = full) =>
  `{"src": ${src}, "dst": ["tag:aperture"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": ${capability}}}`;
const testOf = (src: string, accept = "tag:aperture:80") =>
  `{"src": "${src}", "proto": "tcp", "accept": ["${accept}"]}`;
const file = (tagOwners: string, grants: string, tests: string) =>
  `{"tagOwners": {${tagOwners}}, "grants": [${grants}], "tests": [${tests}]}`;
const unmark = (text: string) => text.replaceAll(mark, "");
const removedKeys = (text: string, after: string) =>
  listChanges(text, after).flatMap(({ kind, section, key }) => (kind === "added" ? [] : [`${kind} ${section} ${key}`]));

describe("stays, and only its mark goes:", () => {
  it.each<[string, string]>([
    ["a grant of another tag", file("", mark + grantOf('["tag:laptops"]'), "")],
    ["a grant of another tag, as a string", file("", mark + grantOf('"tag:laptops"'), "")],
    ["a grant of several other tags", file("", mark + grantOf('["tag:laptops", "tag:phones"]'), "")],
    ["a grant of people", file("", mark + grantOf('["group:eng"]'), "")],
    [
      "a grant of several sources, one of them ours, that gives something else",
      file("", mark + grantOf('["group:eng", "tag:ci"]', '[{"role": "user"}, {"models": "**"}]'), ""),
    ],
    [
      "a grant of two sources, named in two fields",
      file("", `${mark}${grantOf('["tag:ci"]').replace('"dst"', '"SRC": ["tag:web"], "via": ["tag:x"], "dst"')}`, ""),
    ],
    [
      "a grant of our tag to something else",
      file("", `${mark}{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:443"]}`, ""),
    ],
    ["a definition of another tag", file(`${mark}"tag:laptops": []`, "", "")],
    [
      "a definition and an incomplete grant of another tag",
      file(`${mark}"tag:laptops": []`, mark + grantOf('["tag:laptops"]', '[{"role": "user"}]'), ""),
    ],
    [
      "a definition and a grant with a field of its own",
      file(
        `${mark}"tag:laptops": []`,
        mark + grantOf('["tag:laptops"]').replace('"dst"', '"via": ["tag:x"], "dst"'),
        "",
      ),
    ],
    [
      "a definition and a grant with a doubled name",
      file(`${mark}"tag:laptops": []`, mark + grantOf('["tag:laptops"]').replace('"ip"', '"ip": ["*"], "ip"'), ""),
    ],
    [
      "a grant and a test of another tag and another destination",
      file("", mark + grantOf('["tag:laptops"]'), mark + testOf("tag:laptops", "tag:web:443")),
    ],
    ["a grant whose definition has no mark", file('"tag:laptops": []', mark + grantOf('["tag:laptops"]'), "")],
    ["a definition that stands twice, with a grant", file(`"tag:laptops": [], ${mark}"tag:laptops": []`, "", "")],
    ["a test of another tag", file("", "", mark + testOf("tag:laptops"))],
    ["a test of our tag to something else", file("", "", mark + testOf("tag:ci", "tag:web:443"))],
  ])("%s", (_, text) => {
    expect(remove(text, ci, owner)).toBe(unmark(text));
    expect(remove(text, {}, owner)).toBe(unmark(text));
    expect(removedKeys(text, insert(text, ci, owner))).toEqual([]);
    expect(find(text, owner)).toEqual({});
    expect(plan(text, ci, owner).map(({ state }) => state)).toEqual(["missing", "missing", "missing"]);
  });
});

describe("is the stack's, and goes:", () => {
  it.each<[string, string, string[]]>([
    ["a grant of a tag that it has", file("", mark + grantOf('["tag:ci"]'), ""), ["removed grants tag:ci"]],
    ["one with its tag escaped", file("", mark + grantOf('["tag\\u003aci"]'), ""), ["removed grants tag:ci"]],
    ["one that gives something else", file("", mark + grantOf('["tag:ci"]', "[]"), ""), ["removed grants tag:ci"]],
    [
      "one with a source that a person added, and shows so",
      file("", mark + grantOf('["tag:web", "tag:ci"]'), ""),
      ["removed grants tag:web, tag:ci"],
    ],
    ["a definition of a tag that it has", file(`${mark}"tag:ci": ["group:eng"]`, "", ""), ["removed tagOwners tag:ci"]],
    ["a test of a tag that it has", file("", "", mark + testOf("tag:ci")), ["removed tests tag:ci"]],
    [
      "a definition and a grant of another tag that say the same",
      file(`${mark}"tag:old": []`, mark + grantOf('["tag:old"]'), ""),
      ["removed tagOwners tag:old", "removed grants tag:old"],
    ],
    [
      "a grant and a test of another tag that say the same",
      file("", mark + grantOf('["tag:old"]'), mark + testOf("tag:old")),
      ["removed grants tag:old", "removed tests tag:old"],
    ],
    [
      "an edited grant of another tag, between a definition and a test of it",
      file(`${mark}"tag:old": []`, mark + grantOf('["tag:old"]', '[{"role": "admin"}]'), mark + testOf("tag:old")),
      ["removed tagOwners tag:old", "removed grants tag:old", "removed tests tag:old"],
    ],
  ])("%s", (_, text, want) => {
    const removed = remove(text, ci, owner);
    expect(removedKeys(text, removed)).toEqual(want);
    expect(removed).toBe(file("", "", ""));
  });

  it("a tag that only the last settings had", () => {
    const text = file("", mark + grantOf('["tag:old"]'), "");
    expect(removedKeys(text, insert(text, ci, owner, { "tag:old": access }))).toEqual(["removed grants tag:old"]);
    expect(plan(text, ci, owner, { "tag:old": access }).map(({ state }) => state)).toEqual(Array(3).fill("missing"));
  });
});

describe("a name that stands twice", () => {
  const observed = (grant: string, test = testOf("tag:ci")) =>
    observe(file(`${mark}"tag:ci": []`, mark + grant, mark + test), ci, owner).fragment["tag:ci"];
  const doubled = (field: string) => grantOf('["tag:ci"]').replace('"dst"', `${field}, "dst"`);

  it.each<[string, string, string, Record<string, unknown>]>([
    ["in another case", doubled('"IP": ["tcp:80"]'), "", { "grants.ip": [["tcp:80"], ["tcp:80"]] }],
    ["escaped", doubled('"i\\u0070": ["*"]'), "", { "grants.ip": [["*"], ["tcp:80"]] }],
    ["with letters that Go folds", doubled('"\\u017frc": ["tag:ci"]'), "", { "grants.src": [["tag:ci"], ["tag:ci"]] }],
    [
      "of an unknown field",
      doubled('"via": ["tag:a"], "via": ["tag:b"]'),
      "",
      { "grants.via": [["tag:a"], ["tag:b"]] },
    ],
    [
      "of app, of which both count",
      doubled('"app": {}'),
      "",
      { "grants.app": [{}, JSON.parse(`{"tailscale.com/cap/aperture": ${full}}`)] },
    ],
    [
      "of the capability",
      grantOf('["tag:ci"]').replace('{"tail', '{"tailscale.com/cap/aperture": [], "tail'),
      "",
      { "grants.app": `{"tailscale.com/cap/aperture": [], "tailscale.com/cap/aperture": ${full}}` },
    ],
    [
      "of a model",
      grantOf('["tag:ci"]', full.replace('{"models"', '{"models": "**", "models"')),
      "",
      { "grants.app": `{"tailscale.com/cap/aperture": ${full.replace('{"models"', '{"models": "**", "models"')}}` },
    ],
    [
      "in a test",
      grantOf('["tag:ci"]'),
      testOf("tag:ci").replace('"accept"', '"Accept": [], "accept"'),
      { "tests.accept": [[], ["tag:aperture:80"]] },
    ],
  ])("%s is unexpected in an entry of ours, and insert puts it right", (_, grant, test, want) => {
    expect(observed(grant, test || undefined)).toEqual({ ...access, unexpected: want });
    const text = file(`${mark}"tag:ci": []`, mark + grant, mark + (test || testOf("tag:ci")));
    expect(plan(text, ci, owner).map(({ state }) => state)).toContain("edited");
    expect(insert(text, ci, owner)).toBe(
      file(`${mark}"tag:ci": []`, mark + grantOf('["tag:ci"]'), mark + testOf("tag:ci")),
    );
  });

  it("stops an edit where it is our own tag, with or without a mark", () => {
    for (const text of [
      file(`${mark}"tag:ci": [], "tag\\u003aci": []`, "", ""),
      file('"tag:ci": [], "tag:ci": []', "", ""),
    ]) {
      expect(() => insert(text, ci, owner)).toThrow(/"tag:ci" stands there already, on line 1.*Merge the two/s);
    }
  });

  it.each<[string, string]>([
    ["of a tag of others", file('"tag:postgres": [], "tag:postgres": ["group:eng"]', "", "")],
    [
      "in an entry of others",
      file("", '{"src": ["*"], "src": ["tag:ci"], "DST": ["*"], "dst": ["*"], "ip": ["*"]}', ""),
    ],
    [
      "of a section that is not ours",
      file("", "", "").replace("{", '{"acls": [], "acls": [], "Hosts": {}, "hosts": {}, '),
    ],
  ])("%s stops nothing and stays", (_, text) => {
    const inserted = insert(text, ci, owner);
    expect(listChanges(text, inserted).map(({ kind }) => kind)).toEqual(["added", "added", "added"]);
    expect(remove(inserted, ci, owner)).toBe(text);
  });

  it("in an entry of another stack, with the same meaning, is put right when the entry becomes a shared one", () => {
    const theirs = "/* acme/dev: managed by Pulumi */ ";
    const text = file("", theirs + doubled('"IP": ["*"]'), "");
    expect(plan(text, ci, owner).find(({ section }) => section === "grants")?.state).toBe("shared");
    expect(insert(text, ci, owner)).toContain(`/* acme/dev, ${owner}: managed by Pulumi */ ${grantOf('["tag:ci"]')}`);
    expect(remove(text, ci, owner)).toBe(text);
  });
});
