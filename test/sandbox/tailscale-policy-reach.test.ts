/**
 * What the program says of a tag's reach before anybody runs it (`core/policy/reach.ts`), held against what the stand-in's nodes
 * and credentials make of the same file. The two share no code.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { TagAccess } from "../../core/policy/fragment.ts";
import { findReach } from "../../core/policy/reach.ts";
import { createKey, createState } from "../../sandbox/tailscale/index.ts";
import { FilterCompiler } from "../../sandbox/tailscale/policy/filter.ts";
import { judgePolicy, judgeTests, readPolicy } from "../../sandbox/tailscale/policy/judge.ts";

const access: TagAccess = {
  owners: [],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "none",
};

const ai = { addresses: ["100.64.0.5", "fd7a:115c:a1e0::5"], tags: ["tag:aperture"], user: "" };
const runner = { addresses: ["100.65.0.1", "fd7a:115c:a1e0::6441:1"], tags: ["tag:ci"], user: "" };
const others = [
  { addresses: ["100.64.0.7", "fd7a:115c:a1e0::7"], tags: ["tag:web"], user: "" },
  { addresses: ["100.64.0.9", "fd7a:115c:a1e0::9"], tags: [], user: "carol@acme.example" },
];
const tailnet = {
  devices: [ai, runner, ...others],
  roles: new Map([["owner@example.com", "owner"]]),
  domains: new Set(["acme.example", "example.com"]),
};

const src = fc.constantFrom(
  ...["*", "tag:ci", "tag:web", "group:platform", "carol@acme.example", "autogroup:member", "autogroup:tagged"],
  ...["autogroup:danger-all", "100.64.0.0/10", "100.65.0.0/16", "100.64.0.0/16", "192.0.2.0/24", "fd7a:115c:a1e0::/48"],
  ...["runners", "office", "ipset:runners", "ipset:office", "ipset:nested", " tag:ci "],
);
const dst = fc.constantFrom(
  ...["*", "tag:aperture", "tag:web", "carol@acme.example", "group:platform", "autogroup:internet", "autogroup:tagged"],
  ...["100.64.0.5", "10.0.0.0/8", "gateway", "ipset:gateway", "autogroup:member"],
);
const list = (words: fc.Arbitrary<string>) => fc.uniqueArray(words, { minLength: 1, maxLength: 3 });
const entry = fc.oneof(
  fc.constantFrom("user", "admin").map((role) => ({ role })),
  fc.constantFrom("anthropic/**", "anthropic/claude-sonnet-4-6", "openai/**", "**").map((models) => ({ models })),
);
const grant = fc.oneof(
  fc.record({ src: list(src), dst: list(dst), ip: fc.constantFrom(["*"], ["tcp:80"], ["22", "udp:53"]) }),
  fc.record({
    src: list(src),
    dst: list(dst),
    ip: fc.constantFrom<string[]>([], ["tcp:80"]),
    app: fc.record({ "tailscale.com/cap/aperture": fc.array(entry, { minLength: 1, maxLength: 3 }) }),
  }),
);
const acl = fc.record({
  action: fc.constant("accept"),
  src: list(src),
  dst: list(dst.map((word) => `${word}:80,443`)),
});

/** One rule a line, so that a line names a rule. */
const fileOf = (grants: object[], acls: object[]) =>
  [
    "{",
    '"tagOwners": {"tag:ci": [], "tag:web": [], "tag:aperture": []},',
    '"groups": {"group:platform": ["carol@acme.example"]},',
    '"hosts": {"runners": "100.65.0.0/16", "office": "192.0.2.0/24", "gateway": "100.64.0.5"},',
    '"ipsets": {"ipset:runners": ["add runners"], "ipset:office": ["office"], "ipset:gateway": ["gateway"], ' +
      '"ipset:nested": ["add ipset:office", "add ipset:runners"]},',
    '"grants": [',
    ...grants.map((rule) => `${JSON.stringify(rule)},`),
    "],",
    '"acls": [',
    ...acls.map((rule) => `${JSON.stringify(rule)},`),
    "],",
    "}",
    "",
  ].join("\n");

/** What the nodes let a runner do. */
function rightsIn(text: string) {
  const compiler = new FilterCompiler(readPolicy(text, tailnet).policy, tailnet);
  const isFromRunner = (sources: string[]) =>
    sources.includes("*") ||
    sources.some((source) => source.startsWith("100.64.0.0-")) ||
    runner.addresses.some((own) => sources.includes(own));
  const rules = [ai, ...others].flatMap((device) =>
    compiler.filterOf(device).filter(({ SrcIPs }) => isFromRunner(SrcIPs)),
  );
  const capabilities = compiler
    .filterOf(ai)
    .filter(({ SrcIPs }) => isFromRunner(SrcIPs))
    .flatMap(({ CapGrant = [] }) => CapGrant.flatMap(({ CapMap }) => CapMap["tailscale.com/cap/aperture"] ?? []));
  const outside = ["8.8.8.8:80", "10.0.0.20:80"].flatMap((target) =>
    runner.addresses.map((address) => ({ src: address, accept: [target] })),
  );
  const reachesOut = outside.some((one) => judgeTests(JSON.stringify([one]), text, tailnet).kind === "valid");
  return { rules, reachesOut, capabilities: capabilities as { role?: string; models?: string }[] };
}

const files = fc
  .tuple(fc.array(grant, { maxLength: 3 }), fc.array(acl, { maxLength: 2 }))
  .filter(([grants, acls]) => judgePolicy(fileOf(grants, acls), tailnet).kind === "valid");

it("without the rules that are named, the tag gives nothing", () => {
  let named = 0;
  let unnamed = 0;
  fc.assert(
    fc.property(files, ([grants, acls]) => {
      const text = fileOf(grants, acls);
      const { tags, everyone } = findReach(text, { "tag:ci": access }, "claude-aperture/dev");
      const lines = new Set([...tags.flatMap(({ rules }) => rules), ...everyone].map(({ line }) => line));
      const kept = text.split("\n").filter((line, index) => !(lines.has(index + 1) && /^\{"/.test(line)));
      named += lines.size;
      unnamed += grants.length + acls.length - lines.size;
      expect(rightsIn(kept.join("\n"))).toEqual({ rules: [], reachesOut: false, capabilities: [] });
    }),
    { numRuns: 300 },
  );
  expect(named).toBeGreaterThan(50);
  expect(unnamed).toBeGreaterThan(50);
});

it("more of Aperture than is wanted is named as such", () => {
  let wide = 0;
  fc.assert(
    fc.property(files, ([grants, acls]) => {
      const text = fileOf(grants, acls);
      const { capabilities } = rightsIn(text);
      const isMore = capabilities.some(
        ({ role = "user", models = "anthropic/" }) => role !== "user" || !models.startsWith("anthropic/"),
      );
      if (!isMore) return;
      wide += 1;
      const { tags } = findReach(text, { "tag:ci": access }, "claude-aperture/dev");
      expect(tags.flatMap(({ wider }) => wider)).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
  expect(wide).toBeGreaterThan(20);
});

it("whatever credential can give the tag to a device, the rule that lets it is named", () => {
  const names = ["tag:ci", "tag:web", "tag:deployer", "tag:aperture"];
  const owners = fc.subarray([...names, "group:platform", "autogroup:admin"], { maxLength: 2 });
  let able = 0;
  fc.assert(
    fc.property(fc.tuple(owners, owners, owners, owners), fc.constantFrom(...names.slice(1)), (all, held) => {
      const tagOwners = Object.fromEntries(names.map((name, index) => [name, all[index]]));
      const text = JSON.stringify({ tagOwners, groups: { "group:platform": ["carol@acme.example"] } });
      const caller = {
        kind: "credential",
        id: "kMadeUp",
        keyType: "client",
        scopes: ["auth_keys"],
        tags: [held],
      } as const;
      const create = { reusable: false, ephemeral: true, preauthorized: true, tags: ["tag:ci"] };
      const request = { description: "", expirySeconds: 0, capabilities: { devices: { create } } };
      const make = () =>
        createKey(
          createState(text, [], []),
          { ...caller, scopes: [...caller.scopes], tags: [held] },
          { keyType: "auth", ...request },
        );
      try {
        make();
      } catch {
        return;
      }
      able += 1;
      const { tags } = findReach(text, { "tag:ci": access }, "claude-aperture/dev");
      const assignments = tags.flatMap(({ rules }) => rules.filter(({ meaning }) => meaning === "assignment"));
      expect(assignments.map(({ text }) => text).join()).toContain(held);
    }),
    { numRuns: 300 },
  );
  expect(able).toBeGreaterThan(20);
});
