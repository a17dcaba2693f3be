/**
 * The packet filters of nodes: as the service writes them, and in agreement with the policy file's own tests. `policy/filter.ts`
 * says how far they were held against recorded ones.
 */
import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FilterCompiler, type FilterRule } from "../../sandbox/tailscale/policy/filter.ts";
import { judgeTests, readPolicy } from "../../sandbox/tailscale/policy/judge.ts";

const devices = {
  ai: { addresses: ["100.64.0.5", "fd7a:115c:a1e0::5"], tags: ["tag:aperture"], user: "" },
  runner: { addresses: ["100.65.0.1", "fd7a:115c:a1e0::6441:1"], tags: ["tag:ci"], user: "" },
  both: { addresses: ["100.65.0.2", "fd7a:115c:a1e0::6441:2"], tags: ["tag:ci", "tag:web"], user: "" },
  laptop: { addresses: ["100.64.0.9", "fd7a:115c:a1e0::9"], tags: [], user: "carol@acme.example" },
  phone: { addresses: ["100.64.0.10", "fd7a:115c:a1e0::a"], tags: [], user: "carol@acme.example" },
  boss: { addresses: ["100.64.0.11", "fd7a:115c:a1e0::b"], tags: [], user: "owner@example.com" },
};
type Name = keyof typeof devices;

const tailnet = {
  devices: Object.values(devices),
  roles: new Map([["owner@example.com", "owner"]]),
  domains: new Set(["acme.example", "example.com"]),
};

const definitions = {
  tagOwners: { "tag:aperture": [], "tag:ci": [], "tag:web": ["tag:ci"] },
  groups: { "group:platform": ["carol@acme.example"], "group:empty": [] },
  hosts: { gateway: "100.64.0.5", office: "192.0.2.0/24", lab: "100.64.0.8/29" },
  ipsets: { "ipset:gateways": ["add gateway", "add 100.64.0.8/29", "remove 100.64.0.10"] },
};

const fileOf = (rules: object) => JSON.stringify({ ...definitions, ...rules });
const compile = (rules: object) => new FilterCompiler(readPolicy(fileOf(rules), tailnet).policy, tailnet);
const grants = (...list: object[]) => ({ grants: list });
const ports = (IP: string, First = 0, Last = 65535) => ({ IP, Ports: { First, Last } });

const everyDevice = ["100.64.0.0-100.115.91.255", "100.115.94.0-100.127.255.255", "fd7a:115c:a1e0::/48"];
const [ai4, ai6] = devices.ai.addresses as [string, string];
const ofCi = [...devices.runner.addresses, ...devices.both.addresses];
const ofCarol = [...devices.laptop.addresses, ...devices.phone.addresses];
const aperture = "tailscale.com/cap/aperture";

describe("a node lets in", () => {
  it.each<[title: string, rules: object, node: Name, filter: FilterRule[]]>([
    [
      "what the how-to's grant opens, and whom it gives which capability",
      grants({
        src: ["tag:ci"],
        dst: ["tag:aperture"],
        ip: ["tcp:80"],
        app: { [aperture]: [{ role: "user" }, { models: "anthropic/**" }] },
      }),
      "ai",
      [
        { SrcIPs: ofCi, DstPorts: [ports(ai4, 80, 80), ports(ai6, 80, 80)], IPProto: [6] },
        {
          SrcIPs: ofCi,
          CapGrant: [
            {
              Dsts: [`${ai4}/32`, `${ai6}/128`],
              CapMap: { [aperture]: [{ role: "user" }, { models: "anthropic/**" }] },
            },
          ],
        },
      ],
    ],
    ["nothing by a grant to others", grants({ src: ["*"], dst: ["tag:aperture"], ip: ["*"] }), "runner", []],
    ["nothing from nobody", grants({ src: ["group:empty"], dst: ["*"], ip: ["*"] }), "ai", []],
    ["nothing by empty sections", { grants: [], acls: [] }, "ai", []],
    ["everything from everybody without sections", {}, "ai", [{ SrcIPs: everyDevice, DstPorts: [ports("*")] }]],
    [
      "ports of a list, one rule for each",
      grants({ src: ["tag:ci"], dst: ["gateway"], ip: ["80-90", "udp:53", "icmp:*"] }),
      "ai",
      [
        { SrcIPs: ofCi, DstPorts: [ports(ai4, 80, 90)] },
        { SrcIPs: ofCi, DstPorts: [ports(ai4, 53, 53)], IPProto: [17] },
        { SrcIPs: ofCi, DstPorts: [ports(ai4)], IPProto: [1, 58] },
      ],
    ],
    [
      "what access rules open",
      {
        acls: [{ action: "accept", proto: "tcp", src: ["group:platform"], dst: ["tag:aperture:22,80-90", "tag:ci:*"] }],
      },
      "ai",
      [
        {
          SrcIPs: ofCarol,
          DstPorts: [ports(ai4, 22, 22), ports(ai4, 80, 90), ports(ai6, 22, 22), ports(ai6, 80, 90)],
          IPProto: [6],
        },
      ],
    ],
    [
      "devices of roles",
      grants({ src: ["autogroup:admin"], dst: ["autogroup:tagged"], ip: ["tcp:22"] }),
      "both",
      [
        {
          SrcIPs: devices.boss.addresses,
          DstPorts: devices.both.addresses.map((address) => ports(address, 22, 22)),
          IPProto: [6],
        },
      ],
    ],
    [
      "a person's other devices",
      grants({ src: ["autogroup:member"], dst: ["autogroup:self"], ip: ["tcp:22"] }),
      "phone",
      [
        {
          SrcIPs: ofCarol,
          DstPorts: devices.phone.addresses.map((address) => ports(address, 22, 22)),
          IPProto: [6],
        },
      ],
    ],
    [
      "the addresses of a set, without those removed",
      grants({ src: ["ipset:gateways"], dst: ["ipset:gateways"], ip: ["*"] }),
      "ai",
      [{ SrcIPs: [ai4, "100.64.0.9", "100.64.0.11"], DstPorts: [ports(ai4)] }],
    ],
    [
      "the whole internet, where somebody says so",
      grants({ src: ["autogroup:danger-all"], dst: ["tag:aperture"], ip: ["tcp:80"] }),
      "ai",
      [{ SrcIPs: ["*"], DstPorts: [ports(ai4, 80, 80), ports(ai6, 80, 80)], IPProto: [6] }],
    ],
    [
      "no capability from whom a rule does not name",
      grants({ src: ["group:empty", "office"], dst: ["tag:aperture"], app: { [aperture]: [{ role: "admin" }] } }),
      "ai",
      [],
    ],
    [
      "nothing by a rule with a word that stands for nothing",
      grants({ src: ["tag:ci"], dst: ["tag:aperture", "ai"], ip: ["tcp:80"], app: { [aperture]: [{ role: "user" }] } }),
      "ai",
      [],
    ],
    [
      "nothing that a router would bring elsewhere",
      grants({ src: ["tag:ci"], dst: ["tag:aperture"], ip: ["*"], via: ["tag:web"] }),
      "ai",
      [],
    ],
    [
      "nothing under a condition on devices that nobody has looked at",
      {
        postures: { "posture:new": ["node:tsVersion >= '1.90'"] },
        ...grants({ src: ["tag:ci"], dst: ["tag:aperture"], ip: ["*"], srcPosture: ["posture:new"] }),
      },
      "ai",
      [],
    ],
  ])("%s", (_, rules, node, filter) => expect(compile(rules).filterOf(devices[node])).toEqual(filter));
});

it("devices hear of those that they may reach, or that may reach them, by ports or by capabilities", () => {
  const hears = (rules: object) => {
    const compiler = compile(rules);
    return Object.entries(devices).flatMap(([one, first]) =>
      Object.entries(devices).flatMap(([other, second]) =>
        one < other && compiler.areVisible(first, second) ? [`${one}-${other}`] : [],
      ),
    );
  };
  expect(hears(grants({ src: ["tag:web"], dst: ["tag:aperture"], ip: ["tcp:80"] }))).toEqual(["ai-both"]);
  expect(hears(grants({ src: ["tag:web"], dst: ["tag:aperture"], app: { [aperture]: [] } }))).toEqual(["ai-both"]);
  expect(hears(grants({ src: ["autogroup:member"], dst: ["autogroup:self"], ip: ["*"] }))).toEqual(["laptop-phone"]);
  expect(hears(grants({ src: ["group:empty"], dst: ["*"], ip: ["*"] }))).toEqual([]);
  expect(hears({})).toHaveLength(15);
});

describe("packet filters and the file's own tests", () => {
  const word = fc.constantFrom(
    ...["*", "tag:ci", "tag:web", "tag:aperture", "group:platform", "group:empty", "carol@acme.example"],
    ...["autogroup:member", "autogroup:admin", "autogroup:owner", "autogroup:tagged", "user:*@acme.example"],
    ...["gateway", "lab", "office", "100.64.0.9", "fd7a:115c:a1e0::5", "100.65.0.0/16", "ipset:gateways"],
  );
  const words = (more: string[]) =>
    fc.uniqueArray(fc.oneof(word, fc.constantFrom(...more)), { minLength: 1, maxLength: 3 });
  const src = words(["autogroup:danger-all"]);
  const port = fc.constantFrom("*", "80", "22,80", "79-81", "443");
  const grant = fc.record(
    {
      src,
      dst: words(["autogroup:internet"]),
      ip: fc.uniqueArray(
        fc.constantFrom("*", "80", "79-81", "tcp:80", "tcp:1-100", "udp:80", "udp:*", "icmp:*", "*:22", "sctp:80"),
        { minLength: 1, maxLength: 2 },
      ),
      via: fc.constantFrom<string[]>([], [], [], ["tag:web"]),
    },
    { requiredKeys: ["src", "dst", "ip"] },
  );
  const own = fc.record({
    src: fc.constant(["autogroup:member"]),
    dst: fc.constant(["autogroup:self"]),
    ip: grant.map(({ ip }) => ip),
  });
  const acl = fc.record(
    {
      action: fc.constant("accept"),
      src,
      dst: fc.array(
        fc.tuple(word, port).map(([host, list]) => `${host.includes("::") ? `[${host}]` : host}:${list}`),
        { minLength: 1, maxLength: 3 },
      ),
      proto: fc.constantFrom("", "tcp", "udp"),
    },
    { requiredKeys: ["action", "src", "dst"] },
  );
  const rules = fc.record(
    { grants: fc.array(fc.oneof(grant, grant, own), { maxLength: 3 }), acls: fc.array(acl, { maxLength: 2 }) },
    { requiredKeys: [] },
  );

  it("agree on every connection between devices", () => {
    let accepted = 0;
    let dropped = 0;
    fc.assert(
      fc.property(rules, (sections) => {
        const text = fileOf(sections);
        const compiler = compile(sections);
        const tests = Object.values(devices).flatMap((from) =>
          Object.values(devices).flatMap((to) =>
            from === to ? [] : probes(compiler.filterOf(to), from.addresses, to.addresses),
          ),
        );
        accepted += tests.filter((entry) => "accept" in entry).length;
        dropped += tests.filter((entry) => "deny" in entry).length;
        expect(judgeTests(JSON.stringify(tests), text, tailnet)).toEqual({ kind: "valid", warnings: [] });
      }),
      { numRuns: 150 },
    );
    // Neither is the rare case.
    expect(accepted / dropped).toBeGreaterThan(0.1);
    expect(dropped / accepted).toBeGreaterThan(0.1);
  });

  it("of two devices that a filter connects, each hears of the other, and of no more", () => {
    fc.assert(
      fc.property(rules, (sections) => {
        const compiler = compile(sections);
        const lets = (from: (typeof devices)[Name], to: (typeof devices)[Name]) =>
          compiler.filterOf(to).some(({ SrcIPs }) => from.addresses.some((address) => isIn(SrcIPs, address)));
        for (const one of Object.values(devices)) {
          for (const other of Object.values(devices)) {
            if (one === other) continue;
            expect(compiler.areVisible(one, other)).toBe(lets(one, other) || lets(other, one));
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** What a packet filter does with some connections, as the policy file's tests say it. */
function probes(filter: FilterRule[], from: readonly string[], to: readonly string[]) {
  const protocols = { tcp: 6, udp: 17, icmp: 1, sctp: 132 };
  return [0, 1].flatMap((family) =>
    Object.entries(protocols).flatMap(([proto, protocol]) =>
      (proto === "icmp" ? [0] : [22, 79, 80, 443]).map((port) => {
        const [src = "", dst = ""] = [from[family], to[family]];
        const target = [`${dst.includes(":") ? `[${dst}]` : dst}:${port}`];
        return { src, proto, ...(letsIn(filter, src, dst, protocol, port) ? { accept: target } : { deny: target }) };
      }),
    ),
  );
}

/** As a node's packet filter decides (tailscale.com, wgengine/filter): some rule must match, and the default protocols are these. */
function letsIn(filter: FilterRule[], src: string, dst: string, protocol: number, port: number): boolean {
  return filter.some(
    ({ SrcIPs, DstPorts = [], IPProto = [6, 17, 1, 58] }) =>
      isIn(SrcIPs, src) &&
      IPProto.includes(protocol) &&
      DstPorts.some(
        ({ IP, Ports }) =>
          isIn([IP], dst) && (protocol === 1 || protocol === 58 || (Ports.First <= port && port <= Ports.Last)),
      ),
  );
}

/** Addresses, prefixes, ranges and `*`, as `tailcfg.FilterRule` has them. */
function isIn(texts: readonly string[], address: string): boolean {
  const family = (text: string) => (isIP(text) === 6 ? "ipv6" : "ipv4");
  const list = new BlockList();
  for (const text of texts) {
    if (text === "*") return true;
    const [first = "", last] = text.split("-");
    const [base = "", bits] = first.split("/");
    if (last !== undefined) list.addRange(first, last, family(first));
    else if (bits === undefined) list.addAddress(base, family(base));
    else list.addSubnet(base, Number(bits), family(base));
  }
  return list.check(address, family(address));
}
