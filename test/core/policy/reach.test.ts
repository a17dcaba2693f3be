/** What a tag can do by rules of others, and who can assign it: every form in which a policy file can say so. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { insert } from "../../../core/policy/edit.ts";
import type { Fragment, TagAccess } from "../../../core/policy/fragment.ts";
import { findReach } from "../../../core/policy/reach.ts";
import { access, owner } from "./fragments.ts";

const at = (...destinations: string[]) => ({ destinations });
const readCase = (name: string) => readFileSync(new URL(`cases/${name}.hujson`, import.meta.url), "utf8");

/** `right! 3 grants {...}`: the meaning, "!" where it makes the tag one in use, the line, and the rule. */
function reachOf(text: string, change: Partial<TagAccess> = {}, tag = "tag:ci"): string[] {
  const reach = findReach(text, { [tag]: { ...access, ...change } } as Fragment, owner);
  const rules = [...reach.tags.flatMap(({ rules }) => rules), ...reach.everyone];
  return rules.map(({ meaning, isUse, line, section, text }) => {
    return `${meaning}${isUse ? "!" : ""} ${line} ${section} ${text}`;
  });
}

function widerOf(text: string, change: Partial<TagAccess> = {}): string[] {
  const { tags } = findReach(text, { "tag:ci": { ...access, ...change } }, owner);
  return tags
    .flatMap(({ wider }) => wider)
    .map(({ line, models, others, maybe }) => {
      return `${line}: ${[...models, ...others].join(", ")}${maybe === undefined ? "" : ` maybe at ${maybe}`}`;
    });
}

const grant = (...fields: string[]) => `{"grants": [{${fields.join(", ")}}]}`;
const aperture = (...entries: string[]) => `"app": {"tailscale.com/cap/aperture": [${entries.join(", ")}]}`;
const [user, all, sonnet] = ['{"role": "user"}', '{"models": "**"}', '{"models": "anthropic/claude-sonnet-4-6"}'];
const src = '"src": ["tag:ci"]';
const dst = '"dst": ["tag:aperture"]';
const ip = '"ip": ["tcp:80"]';

describe("the cases", () => {
  it("tag-in-use: what the tag may reach, and who may assign it", () => {
    expect(reachOf(readCase("tag-in-use"))).toEqual([
      'right! 7 grants {"src": ["tag:ci"], "dst": ["tag:deploy"], "ip": ["tcp:22"]}',
      'right! 8 grants {"src": ["autogroup:member", "tag:ci"], "dst": ["192.0.2.0/24"], "ip": ["*"]}',
      'assignment 5 tagOwners "tag:ci": ["group:developers"]',
    ]);
  });

  it.each([
    ["its address", "100.64.0.5", "7: anthropic/**"],
    ["the tag of a device, whose address is not known", "tag:aperture", "7: anthropic/** maybe at 100.64.0.5"],
    ["the other address of a device", "fd7a:115c:a1e0::5", "7: anthropic/** maybe at 100.64.0.5"],
  ])("wider-grant: the grant by hand, with Aperture named by %s", (_, destination, want) => {
    const change = { ...at(destination), models: ["anthropic/claude-sonnet-4-6"] };
    expect(widerOf(readCase("wider-grant"), change)).toEqual([want]);
    expect(reachOf(readCase("wider-grant"), change)).toEqual([expect.stringMatching(/^right 7 grants /)]);
  });
});

describe("rules that name the tag", () => {
  it.each<[string, string, string[]]>([
    ["grants", grant(src, '"dst": ["tag:db"]', '"ip": ["*"]'), ["right!"]],
    ["the source as one string", grant('"src": "tag:ci"', '"dst": ["tag:db"]'), ["right!"]],
    ["spaces around it", grant('"src": [" tag:ci "]', '"dst": ["tag:db"]'), ["right!"]],
    ["an escape in it", grant('"src": ["tag:c\\u0069"]', '"dst": ["tag:db"]'), ["right!"]],
    ["names in another case", '{"GRANTS": [{"Src": ["tag:ci"], "DST": ["tag:db"]}]}', ["right!"]],
    ["a letter that Go folds", '{"grant\u017f": [{"\u017frc": ["tag:ci"]}]}', ["right!"]],
    ["of two sources the last, which has it", grant('"src": ["tag:x"]', '"SRC": ["tag:ci"]'), ["right!"]],
    ["of two sources the last, which has it not", grant(src, '"SRC": ["tag:x"]'), []],
    ["another tag that begins like it", grant('"src": ["tag:ci-api"]', '"dst": ["tag:ci2"]'), []],
    ["a destination", grant('"src": ["group:ops"]', '"dst": ["tag:ci"]', '"ip": ["tcp:22"]'), ["target!"]],
    ["both", grant(src, '"dst": ["tag:ci"]'), ["right!"]],
    ["a router", grant('"src": ["group:ops"]', '"dst": ["10.0.0.0/8"]', '"via": ["tag:ci"]'), ["right!"]],
    ["acls", '{"acls": [{"action": "accept", "src": ["tag:ci"], "dst": ["tag:db:5432"]}]}', ["right!"]],
    ["acls of earlier years", '{"ACLs": [{"Action": "accept", "Users": ["tag:ci"], "Ports": ["*:*"]}]}', ["right!"]],
    ["a destination in acls", '{"acls": [{"action": "accept", "src": ["*"], "dst": ["tag:ci:22"]}]}', ["target!"]],
    ["ssh", '{"ssh": [{"action": "accept", "src": ["tag:ci"], "dst": ["tag:db"], "users": ["root"]}]}', ["right!"]],
    [
      "ssh to it",
      '{"ssh": [{"action": "check", "src": ["group:ops"], "dst": ["tag:ci"], "users": ["root"]}]}',
      ["target!"],
    ],
    ["device attributes", '{"nodeAttrs": [{"target": ["tag:ci"], "attr": ["funnel"]}]}', ["right!"]],
    [
      "an app connector",
      '{"nodeAttrs": [{"target": ["tag:x"], "app": {"tailscale.com/app-connectors": [{"connectors": ["tag:ci"]}]}}]}',
      ["right!"],
    ],
    ["an approved route", '{"autoApprovers": {"routes": {"10.0.0.0/8": ["tag:ci"]}}}', ["right!"]],
    ["an approved exit node", '{"autoApprovers": {"exitNode": ["group:ops", "tag:ci"]}}', ["right!"]],
    ["an approved service", '{"autoApprovers": {"services": {"svc:db": ["tag:ci"]}}}', ["right!"]],
    ["a section that nobody knows yet", '{"relays": [{"allow": ["tag:ci"]}]}', ["right!"]],
    ["a section that nobody knows yet, by tags", '{"limits": {"tag:ci": 1}}', ["right!"]],
    ["the tag of another", '{"tagOwners": {"tag:ci": [], "tag:prod": ["tag:ci"]}}', ["right!"]],
    ["tags of tags", '{"tagOwners": {"tag:prod": ["tag:stage"], "tag:stage": ["tag:ci"]}}', ["right!", "right!"]],
    [
      "tests, which give nothing",
      '{"tests": [{"src": "tag:ci", "accept": ["tag:db:22"]}], "sshTests": [{"src": "tag:ci"}]}',
      [],
    ],
    ["a definition without owners", '{"tagOwners": {"tag:ci": []}}', []],
  ])("%s", (_, text, want) => expect(reachOf(text).map((line) => line.split(" ", 1)[0])).toEqual(want));

  it("each section with its line and value", () => {
    const text = [
      "{",
      '"acls": [{"action": "accept", // deploys',
      '  "users": ["tag:ci"], "ports": ["tag:db:*"]}],',
      '"autoApprovers": {"routes": {',
      '  "10.0.0.0/8": ["tag:ci", "group:net"]}},',
      '"tagOwners": {',
      '  "tag:prod": ["tag:ci"]}}',
    ].join("\n");
    expect(reachOf(text)).toEqual([
      'right! 2 acls {"action": "accept", "users": ["tag:ci"], "ports": ["tag:db:*"]}',
      'right! 5 autoApprovers "10.0.0.0/8": ["tag:ci", "group:net"]',
      'right! 7 tagOwners "tag:prod": ["tag:ci"]',
    ]);
  });
});

describe("a grant that gives nothing but Aperture makes no tag one in use", () => {
  const howTo = (destination: string) => grant(src, `"dst": [${JSON.stringify(destination)}]`, ip, aperture(user, all));
  it.each<[string, string, Partial<TagAccess>, boolean]>([
    ["as the how-to has it", howTo("tag:aperture"), {}, false],
    ["as the how-to has it, with a machine name", howTo("ai"), {}, false],
    ["with an alias", `{"hosts": {"ai": "100.64.0.5"}, ${howTo("ai").slice(1)}`, at("100.64.0.5"), false],
    ["with an alias of a range", `{"hosts": {"ai": "100.64.0.0/16"}, ${howTo("ai").slice(1)}`, at("100.64.0.5"), true],
    [
      "with a set of its addresses",
      `{"ipsets": {"ipset:ai": ["add 100.64.0.5", "fd7a:115c:a1e0::5"]}, ${howTo("ipset:ai").slice(1)}`,
      at("100.64.0.5", "fd7a:115c:a1e0::5"),
      false,
    ],
    [
      "with a set of its address and another one",
      `{"ipsets": {"ipset:ai": ["add 100.64.0.5", "100.64.0.6"]}, ${howTo("ipset:ai").slice(1)}`,
      at("100.64.0.5", "fd7a:115c:a1e0::5"),
      true,
    ],
    ["with an address, where the settings have the tag", howTo("100.64.0.5"), {}, false],
    ["with another address", howTo("100.64.0.6"), at("100.64.0.5"), true],
    ["with another tag", howTo("tag:gateway"), {}, true],
    ["to everything", howTo("*"), {}, true],
    ["to a range that holds it", howTo("100.64.0.0/24"), at("100.64.0.5"), true],
    ["for people, too", grant('"src": ["tag:ci", "group:eng"]', dst, ip, aperture(user, all)), {}, false],
    [
      "on the ports of the documentation",
      grant(src, dst, '"ip": ["tcp:80", "443", "icmp:*"]', aperture(user)),
      {},
      false,
    ],
    ["on a port of the settings", grant(src, dst, '"ip": ["tcp:8080"]'), { ports: ["tcp:8080"] }, false],
    ["on every port", grant(src, dst, '"ip": ["*"]', aperture(user, all)), {}, true],
    [
      "on every port, beside a letter that Go does not fold",
      grant(src, dst, '"ip": ["*"]', '"\u0131p": ["80"]'),
      {},
      true,
    ],
    [
      "with a second capability",
      grant(src, dst, `"app": {"tailscale.com/cap/aperture": [], "x.y/cap/z": [{}]}`),
      {},
      true,
    ],
    ["with a second `app`, which Go merges", grant(src, dst, aperture(user), '"app": {"x.y/cap/z": [{}]}'), {}, true],
    ["through a router", grant(src, dst, aperture(user), '"via": ["tag:router"]'), {}, true],
    ["the network alone", grant(src, dst, ip), {}, false],
    ["the network alone, to a tag that may be Aperture's", grant(src, dst, ip), at("100.64.0.5"), true],
    ["the network alone, in acls", '{"acls": [{"src": ["tag:ci"], "dst": ["tag:aperture:80,443"]}]}', {}, false],
    [
      "the network alone, in acls, by address",
      '{"acls": [{"src": ["tag:ci"], "dst": ["[fd7a:115c:a1e0::5]:80"]}]}',
      at("fd7a:115c:a1e0::5"),
      false,
    ],
    ["another port, in acls", '{"acls": [{"src": ["tag:ci"], "dst": ["tag:aperture:22"]}]}', {}, true],
  ])("%s", (_, text, change, isUse) => {
    expect(reachOf(text, change).map((line) => line.startsWith("right!"))).toEqual([isUse]);
  });

  it("and what this stack has, or would have, is no rule of others", () => {
    const live = insert("{}", { "tag:ci": access }, owner);
    expect(reachOf(live)).toEqual([]);
    expect(reachOf(live, { models: ["openai/**"] })).toEqual([]);
    expect(reachOf(live.replaceAll(/\t*\/\/.*\n/g, ""))).toEqual([]);
    expect(findReach(live, { "tag:ci": access }, owner).tags[0]?.isTaken).toBe(true);
    expect(findReach(live, { "tag:ci": access }, "acme/dev").tags[0]?.isTaken).toBe(false);
  });

  it("and what another stack of this program has is none either, unless its mark was left in front of something else", () => {
    const theirs = insert("{}", { "tag:ci": { ...access, ports: ["tcp:9"], destinations: ["tag:x"] } }, "acme/dev");
    expect(reachOf(theirs).map((line) => line.split(" ", 1)[0])).toEqual(["right"]);
    const owned = insert("{}", { "tag:other": { ...access, owners: ["tag:ci"] } }, "acme/dev");
    expect(reachOf(owned).map((line) => line.split(" ", 1)[0])).toEqual(["right"]);
    const mark = (name: string) => `/* ${name}: managed by Pulumi */`;
    for (const name of ["acme/dev", owner]) {
      expect(reachOf(`{"grants": [${mark(name)} {${src}, "dst": ["*"], "ip": ["*"]}]}`), name).toHaveLength(1);
      expect(reachOf(`{"grants": [${mark(name)} {${src}, "dst": ["*"], "ip": ["*"]}]}`)[0], name).toMatch(/^right! /);
      expect(reachOf(`{"tagOwners": {${mark(name)} "tag:prod": ["tag:ci"]}}`)[0], name).toMatch(/^right! /);
    }
  });
});

describe("a grant with the mark of another stack is in use where this program would not make it", () => {
  it.each<[string, string[], boolean]>([
    ["as it makes them", [dst, '"ip": ["tcp:9", "icmp:*"]'], false],
    ["to everything", ['"dst": ["*"]', '"ip": ["tcp:80"]'], true],
    ["to a network", ['"dst": ["tag:aperture", "10.0.0.0/8"]', '"ip": ["tcp:80"]'], true],
    ["on every port", [dst, '"ip": ["*"]'], true],
    ["through a router", [dst, '"ip": ["tcp:9"]', '"via": ["tag:router"]'], true],
  ])("%s", (_, fields, isUse) => {
    const text = `{"grants": [/* acme/dev: managed by Pulumi */ {${[src, ...fields, aperture(user)].join(", ")}}]}`;
    expect(reachOf(text, { ports: ["tcp:443"] }).map((line) => line.startsWith("right!"))).toEqual([isUse]);
  });
});

describe("rules for every device are listed and make no tag one in use", () => {
  const rule = (word: string) => grant(`"src": [${JSON.stringify(word)}]`, '"dst": ["tag:db"]', '"ip": ["*"]');
  const hosts = '"hosts": {"all": "0.0.0.0/0"}, "ipsets": {"ipset:x": ["add 100.64.0.0/10", "remove 100.64.0.1"]}, ';
  it.each<[string, string, boolean]>([
    ["*", rule("*"), true],
    ["autogroup:tagged", rule("autogroup:tagged"), true],
    ["autogroup:danger-all", rule("autogroup:danger-all"), true],
    ["all addresses of the tailnet", rule("100.64.0.0/10"), true],
    ["all of IPv6", rule("::/0"), true],
    ["some addresses", rule("100.64.0.1-100.64.0.9"), true],
    ["an alias of them", rule("all").replace("{", `{${hosts}`), true],
    ["a set of them", rule("ipset:x").replace("{", `{${hosts}`), true],
    ["a set that names itself", rule("ipset:x").replace("{", '{"ipsets": {"ipset:x": ["add ipset:x"]}, '), false],
    ["addresses elsewhere", rule("10.0.0.0/8"), false],
    ["people", rule("autogroup:member"), false],
    ["device attributes", '{"nodeAttrs": [{"target": ["*"], "attr": ["funnel"]}]}', true],
    ["approvals", '{"autoApprovers": {"exitNode": ["autogroup:tagged"]}}', true],
    ["an alias is no rule", `{${hosts}}`, false],
  ])("%s", (_, text, want) => {
    expect(reachOf(text).map((line) => line.split(" ", 1)[0])).toEqual(want ? ["everyone"] : []);
  });

  it("once, however many tags the fragment has", () => {
    const fragment: Fragment = { "tag:ci": access, "tag:ci-api": access };
    const text = grant('"src": ["*", "tag:ci"]', '"dst": ["*"]', '"ip": ["*"]');
    const { tags, everyone } = findReach(text, fragment, owner);
    expect([...tags.map(({ rules }) => rules.length), everyone.length]).toEqual([1, 0, 1]);
  });
});

describe("who may assign the tag", () => {
  const owners = (tags: Record<string, string[]>, more = {}) => JSON.stringify({ tagOwners: tags, ...more });
  it.each<[string, string, string[], string[]]>([
    ["nobody else", owners({ "tag:ci": [] }), [], []],
    ["who the settings name", owners({ "tag:ci": ["group:ops"] }), ["group:ops"], []],
    [
      "others",
      owners({ "tag:ci": ["group:ops", "group:dev"] }),
      ["group:ops"],
      ['"tag:ci": ["group:ops", "group:dev"]'],
    ],
    [
      "owners of an owner",
      owners({ "tag:ci": ["tag:a"], "tag:a": ["tag:b"], "tag:b": ["group:dev", "tag:a"], "tag:c": ["group:x"] }),
      [],
      ['"tag:ci": ["tag:a"]', '"tag:a": ["tag:b"]', '"tag:b": ["group:dev", "tag:a"]'],
    ],
    ["owners of an owner in the settings", owners({ "tag:a": ["group:dev"] }), ["tag:a"], ['"tag:a": ["group:dev"]']],
    ["itself", owners({ "tag:ci": ["tag:ci"] }), [], ['"tag:ci": ["tag:ci"]']],
    [
      "members of a group",
      owners({ "tag:ci": ["group:dev"] }, { groups: { "group:dev": ["a@x.example", "b@x.example"] } }),
      [],
      ['"tag:ci": ["group:dev"]', '"group:dev": ["a@x.example", "b@x.example"]'],
    ],
    [
      "many members",
      owners({ "tag:ci": ["group:dev"] }, { groups: { "group:dev": [..."abcdefg"].map((name) => `${name}@x`) } }),
      [],
      ['"tag:ci": ["group:dev"]', '"group:dev": ["a@x", "b@x", "c@x", "d@x", "e@x", and 2 more]'],
    ],
  ])("%s", (_, text, wanted, want) => {
    const lines = reachOf(text, { owners: wanted });
    expect(lines.map((line) => line.replace(/^assignment 1 (tagOwners|groups) /, ""))).toEqual(want);
  });
});

describe("a grant that gives more of Aperture", () => {
  const to = (...entries: string[]) => grant(src, dst, ip, aperture(...entries));
  const only = (...models: string[]) => ({ models });
  it.each<[string, string, Partial<TagAccess>, string[]]>([
    ["the same", to(user, '{"models": "anthropic/**"}'), {}, []],
    ["less", to(user, sonnet), {}, []],
    ["every model", to(user, all), {}, ["1: **"]],
    ["the provider", to(user, '{"models": "anthropic/**"}'), only("anthropic/claude-*"), ["1: anthropic/**"]],
    ["one that is covered and one that is not", to(user, sonnet, '{"models": "openai/*"}'), {}, ["1: openai/*"]],
    ["models as a list", to(user, '{"models": ["anthropic/x", "a/*"]}'), {}, ["1: a/*"]],
    ["in another case", to(user, '{"Models": "a/b"}'), {}, ["1: a/b"]],
    ["of two the last", to(user, '{"models": "a/b", "models": "anthropic/x"}'), {}, []],
    ["administration", to('{"role": "admin"}'), {}, ['1: role "admin"']],
    ["tools", to(user, '{"mcp_tools": "**"}'), {}, ["1: mcp_tools"]],
    ["tools that are wanted", to(user, '{"mcp_tools": "**"}'), { capabilities: [{ mcp_tools: "**" }] }, []],
    ["quotas, which limit", to(user, '{"quotas": [{"bucket": "daily"}]}'), {}, []],
    ["without ports: ours open them", grant(src, dst, aperture(user, all)), {}, ["1: **"]],
    ["for every device", grant('"src": ["*"]', dst, aperture(all)), {}, ["1: **"]],
    ["to every device", grant(src, '"dst": ["*"]', aperture(all)), {}, ["1: **"]],
    ["to a range", grant(src, '"dst": ["100.64.0.0/24"]', aperture(all)), at("100.64.0.5"), ["1: **"]],
    ["to a range elsewhere", grant(src, '"dst": ["100.65.0.0/24"]', aperture(all)), at("100.64.0.5"), []],
    ["to another tag", grant(src, '"dst": ["tag:gateway"]', aperture(all)), {}, []],
    ["to a tag of an address", grant(src, dst, aperture(all)), at("100.64.0.5"), ["1: ** maybe at tag:aperture"]],
    ["to devices of people", grant(src, '"dst": ["group:eng"]', aperture(all)), {}, []],
    ["to the internet", grant(src, '"dst": ["autogroup:internet"]', aperture(all)), at("100.64.0.5"), []],
    ["for others", grant('"src": ["group:eng"]', dst, aperture(all)), {}, []],
    ["for others, to the tag", grant('"src": ["group:eng"]', '"dst": ["tag:ci", "*"]', aperture(all)), {}, []],
    ["another capability", grant(src, dst, '"app": {"tailscale.com/cap/drive": [{"models": "**"}]}'), {}, []],
  ])("%s", (_, text, change, want) => expect(widerOf(text, change)).toEqual(want));
});

it("takes rules by the thousand, and long chains of owners", () => {
  const rules = Array.from({ length: 5_000 }, (_, index) => `{"src": ["tag:ci", "*"], "dst": ["tag:x${index}"]}`);
  const owners = Array.from({ length: 2_000 }, (_, index) => `"tag:t${index + 1}": ["tag:t${index}"]`);
  const text = `{"grants": [${rules.join(",\n")}], "tagOwners": {"tag:t0": ["tag:ci"], ${owners.join(",\n")}}}`;
  expect(reachOf(text)).toHaveLength(7_001);
});
