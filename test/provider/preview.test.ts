/** The list of a preview, word for word: what a write adds, changes, leaves, shares and takes out. */
import { expect, it } from "vitest";
import { insert, plan, remove } from "../../core/policy/edit.ts";
import type { Fragment } from "../../core/policy/fragment.ts";
import { describePreview, describeRemoval } from "../../provider/fragment/preview.ts";

const access = {
  owners: [],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "none" as const,
};
const owner = "claude-aperture/prod";
const aperture = (tag: string, models: string) =>
  `{"src": ["${tag}"], "dst": ["tag:aperture"], "ip": ["tcp:80"], ` +
  `"app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "${models}"}]}}`;

function preview(before: string, fragment: Fragment, previous: Fragment = {}, after?: string): string[] {
  const dropped = Object.entries(previous).filter(([tag]) => !Object.hasOwn(fragment, tag));
  const edit = {
    before,
    after: after ?? insert(before, fragment, owner, previous),
    wanted: plan(before, fragment, owner),
    dropped: plan(before, Object.fromEntries(dropped), owner),
    owner,
  };
  return describePreview(edit, fragment).split("\n");
}

/** A file with entries a line each, `tagOwners` from line 3 on, `grants` and `tests` behind them; no layout of ours. */
const file = (sections: { tagOwners?: string[]; grants?: string[]; tests?: string[] }) => {
  const { tagOwners = [], grants = [], tests = [] } = sections;
  return [
    "{",
    '"tagOwners": {',
    ...tagOwners,
    "},",
    '"grants": [',
    ...grants,
    "],",
    '"tests": [',
    ...tests,
    "],",
    "}",
    "",
  ].join("\n");
};
const marked = (entry: string, ...owners: string[]) => `/* ${owners.join(", ")}: managed by Pulumi */ ${entry},`;

it("says of each entry whether it is added, changed, adopted or removed, with its line and value", () => {
  const old: Fragment = { "tag:ci": access, "tag:old": { ...access, test: "accept" } };
  const policy = file({
    tagOwners: [marked('"tag:ci": []', owner), marked('"tag:old": []', owner), '"tag:shared": ["group:ops"],'],
    grants: [
      marked(aperture("tag:ci", "anthropic/**"), owner),
      "// of nobody",
      marked(aperture("tag:old", "anthropic/**"), owner),
    ],
    tests: [marked('{"src": "tag:old", "proto": "tcp", "accept": ["tag:aperture:80"]}', owner)],
  });
  const wanted: Fragment = {
    "tag:ci": { ...access, models: ["openai/**"], owners: ["group:dev"] },
    "tag:shared": access,
  };
  expect(preview(policy, wanted, old)).toEqual([
    '~ tag:ci owners: + "group:dev" (line 3)',
    '= tagOwners "tag:shared": ["group:ops"] stays as it is (line 5)',
    '~ tag:ci models: "anthropic/**" => "openai/**" (line 8)',
    `+ grants ${aperture("tag:shared", "anthropic/**")}`,
    '- tagOwners "tag:old": [] (line 4)',
    `- grants ${aperture("tag:old", "anthropic/**")} (line 10)`,
    '- tests {"src": "tag:old", "proto": "tcp", "accept": ["tag:aperture:80"]} (line 13)',
  ]);
});

it("names the stack whose entry will be shared, and the one for which a shared entry stays", () => {
  const policy = (...owners: string[]) =>
    file({
      tagOwners: [marked('"tag:ci": []', ...owners)],
      grants: [marked(aperture("tag:ci", "anthropic/**"), ...owners)],
    });
  expect(preview(policy("acme/dev"), { "tag:ci": access })).toEqual([
    '= tagOwners "tag:ci": [] will be shared with acme/dev (line 3)',
    `= grants ${aperture("tag:ci", "anthropic/**")} will be shared with acme/dev (line 6)`,
  ]);
  expect(preview(policy("acme/dev", owner), {}, { "tag:ci": access })).toEqual([
    '= tagOwners "tag:ci": [] stays, for acme/dev (line 3)',
    `= grants ${aperture("tag:ci", "anthropic/**")} stays, for acme/dev (line 6)`,
  ]);
});

it("says of an entry in which a name stands twice that it is written anew, also where it becomes a shared one", () => {
  const doubled = aperture("tag:ci", "anthropic/**").replace('"ip"', '"ip": ["*"], "ip"');
  const policy = file({
    tagOwners: ['"tag:ci": [],'],
    grants: [marked(doubled, "acme/dev")],
  });
  expect(preview(policy, { "tag:ci": access }).slice(1)).toEqual([
    `~ grants ${doubled} => ${aperture("tag:ci", "anthropic/**")} will be shared with acme/dev (line 6)`,
  ]);
});

it("shows what goes of an entry as Tailscale reads it: names in any case, the last of two, both of two `app`", () => {
  const edited = aperture("tag:ci", "anthropic/**")
    .replace('"dst": ["tag:aperture"]', '"dst": ["tag:aperture"], "Dst": ["*"]')
    .replace('"app"', '"app": {"x.y/cap/z": [{}]}, "APP"');
  const policy = file({ tagOwners: ['"tag:ci": [],'], grants: [marked(edited, owner)] });
  expect(preview(policy, { "tag:ci": access }).slice(1)).toEqual([
    '~ tag:ci destinations: "*" => "tag:aperture" (line 6)',
    "~ tag:ci app.x.y/cap/z: - [{}] (line 6)",
  ]);
});

it("says of a tag that goes what stays, because somebody else wrote it", () => {
  const policy = file({
    tagOwners: ['"tag:ci": ["group:ops"],'],
    grants: [marked(aperture("tag:ci", "anthropic/**"), owner)],
  });
  expect(preview(policy, {}, { "tag:ci": access })).toEqual([
    `= tagOwners "tag:ci": ["group:ops"] stays: it is not this stack's (line 3)`,
    `- grants ${aperture("tag:ci", "anthropic/**")} (line 6)`,
  ]);
});

it("names a copy that goes beside the entry that is changed, also on one line", () => {
  const entry = marked(aperture("tag:ci", "anthropic/**"), owner);
  const policy = file({ tagOwners: ['"tag:ci": [],'], grants: [`${entry} ${entry}`] });
  expect(preview(policy, { "tag:ci": { ...access, models: ["openai/**"] } })).toEqual([
    '= tagOwners "tag:ci": [] stays as it is (line 3)',
    '~ tag:ci models: "anthropic/**" => "openai/**" (line 6)',
    `- grants ${aperture("tag:ci", "anthropic/**")} (line 6)`,
  ]);
});

it("names what a write takes out or changes, whosever it is", () => {
  const rule = '{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["*"]}';
  const before = `{"tagOwners": {"tag:ci": []},\n"grants": [\n${rule},\n${aperture("tag:ci", "anthropic/**")}]}\n`;
  const after = before.replace(`${rule},\n`, "");
  expect(preview(before, { "tag:ci": access }, {}, after).slice(2)).toEqual([`- grants ${rule} (line 3)`]);
  const changed = before.replace('"ip": ["*"]', '"ip": ["tcp:1"]');
  expect(preview(before, { "tag:ci": access }, {}, changed).slice(2)).toEqual([
    `- grants ${rule} (line 3)`,
    `+ grants ${rule.replace("*", "tcp:1")}`,
  ]);
});

it("says nothing when there is nothing to do", () => {
  expect(preview(insert("{}", { "tag:ci": access }, owner), { "tag:ci": access })).toEqual([""]);
});

it("lists what a deletion has taken out", () => {
  const policy = file({
    tagOwners: [marked('"tag:ci": []', owner)],
    grants: [marked(aperture("tag:ci", "anthropic/**"), owner)],
    tests: [marked('{"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]}', owner)],
  });
  expect(describeRemoval(policy, remove(policy, { "tag:ci": access }, owner)).split("\n")).toEqual([
    '- tagOwners "tag:ci": [] (line 3)',
    `- grants ${aperture("tag:ci", "anthropic/**")} (line 6)`,
    '- tests {"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]} (line 9)',
  ]);
});
