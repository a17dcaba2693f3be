import { expect, test } from "vitest";
import { type Client, policy, startClient } from "./tailscale-client.ts";

const sections = {
  groups: { "group:platform": ["carol@acme.example"], "group:new": [] },
  hosts: { db: "10.0.0.20", lab: "10.1.0.0/16", ai: "100.64.0.5" },
  ipsets: {
    "ipset:all": [
      "add ipset:office",
      "add autogroup:internet",
      "remove 192.0.2.0/29",
      "remove 192.0.2.9",
      "add 192.0.2.1",
    ],
    "ipset:office": ["add 192.0.2.0/24", "remove 192.0.2.7/32", "add db"],
  },
};
const devices = [
  { name: "ai.acme.ts.net", addresses: ["100.64.0.5", "fd7a:115c:a1e0::5"], tags: ["tag:aperture"] },
  { name: "build-1.acme.ts.net", addresses: ["100.64.0.11"], tags: ["tag:deployer"] },
  { name: "build-2.acme.ts.net", addresses: ["100.64.0.12"], tags: ["tag:deployer"] },
  { name: "laptop.acme.ts.net", addresses: ["100.64.0.9"], user: "carol@acme.example" },
  { name: "phone.acme.ts.net", addresses: ["100.64.0.10"], user: "erin@acme.example" },
];

/** Whether `src` reaches `dst` under `rules`. */
async function reaches(client: Client, rules: object, src: string, dst: string, proto?: string): Promise<boolean> {
  const entry = { src, accept: [dst], ...(proto === undefined ? {} : { proto }) };
  const { body } = await client.validate(policy({ ...sections, ...rules, tests: [entry] }));
  if (body.message === undefined) return true;
  expect(body).toEqual({
    message: "test(s) failed",
    data: [{ user: src, errors: [`address ${JSON.stringify(dst)}: want: Accept, got: Drop`] }],
  });
  return false;
}

const grant = (src: string, dst: string, ip = "*") => ({ grants: [{ src: [src], dst: [dst], ip: [ip] }] });
const acl = (src: string, dst: string, proto = "") => ({ acls: [{ action: "accept", src: [src], dst: [dst], proto }] });

test.each<[rules: object, src: string, reached: string[], notReached: string[]]>([
  [grant("tag:ci", "tag:aperture", "tcp:80"), "tag:ci", ["tag:aperture:80"], ["tag:aperture:22", "tag:ci:80"]],
  [grant("tag:ci", "tag:aperture", "80-90"), "tag:ci", ["tag:aperture:85"], ["tag:aperture:91"]],
  [grant("tag:ci", "tag:aperture"), "tag:deployer", [], ["tag:aperture:80"]],
  [grant("*", "*"), "tag:ci", ["tag:aperture:22", "carol@acme.example:1", "8.8.8.8:53", "svc:web:443"], []],
  [grant("*", "*"), "192.0.2.1", [], ["tag:aperture:22"]],
  [grant("autogroup:danger-all", "*"), "192.0.2.1", ["tag:aperture:22"], []],
  [grant("group:platform", "tag:ci"), "carol@acme.example", ["tag:ci:1"], []],
  [grant("group:platform", "tag:ci"), "group:platform", ["tag:ci:1"], []],
  [grant("group:platform", "tag:ci"), "bob@acme.example", [], ["tag:ci:1"]],
  [grant("group:platform", "tag:ci"), "group:new", [], ["tag:ci:1"]],
  [
    grant("carol@acme.example", "group:platform"),
    "carol@acme.example",
    ["carol@acme.example:1", "group:platform:1"],
    ["bob@acme.example:1"],
  ],
  [grant("user:*@acme.example", "tag:ci"), "bob@acme.example", ["tag:ci:1"], []],
  [grant("user:*@acme.example", "tag:ci"), "bob@other.example", [], ["tag:ci:1"]],
  [grant("autogroup:member", "tag:ci"), "dave@acme.example", ["tag:ci:1"], []],
  [grant("autogroup:member", "tag:ci"), "erin@acme.example", ["tag:ci:1"], []],
  [grant("autogroup:member", "tag:ci"), "whoever@acme.example", [], ["tag:ci:1"]],
  [grant("autogroup:member", "tag:ci"), "tag:deployer", [], ["tag:ci:1"]],
  [grant("autogroup:tagged", "tag:ci"), "tag:deployer", ["tag:ci:1"], []],
  [grant("autogroup:tagged", "tag:ci"), "carol@acme.example", [], ["tag:ci:1"]],
  [grant("autogroup:admin", "tag:ci"), "dave@acme.example", ["tag:ci:1"], []],
  [grant("autogroup:admin", "tag:ci"), "carol@acme.example", [], ["tag:ci:1"]],
  [grant("autogroup:admin", "tag:ci"), "owner@example.com", ["tag:ci:1"], []],
  [grant("autogroup:owner", "tag:ci"), "dave@acme.example", [], ["tag:ci:1"]],
  [
    grant("autogroup:member", "autogroup:self"),
    "carol@acme.example",
    ["carol@acme.example:22"],
    ["bob@acme.example:22"],
  ],
  [grant("tag:ci", "autogroup:internet"), "tag:ci", ["8.8.8.8:53"], ["10.0.0.20:53", "100.64.0.5:53"]],
  [grant("tag:ci", "10.0.0.0/8"), "tag:ci", ["db:1", "10.0.0.20:1"], ["192.0.2.1:1"]],
  [grant("tag:ci", "lab"), "tag:ci", ["10.1.2.3:1"], ["db:1"]],
  [grant("tag:ci", "fd7a:115c:a1e0::/48"), "tag:ci", ["[fd7a:115c:a1e0::5]:80"], ["100.64.0.5:80"]],
  [grant("tag:ci", "ipset:office"), "tag:ci", ["192.0.2.1:1", "db:1"], ["192.0.2.7:1"]],
  [grant("tag:ci", "ipset:all"), "tag:ci", ["192.0.2.1:1", "8.8.8.8:1"], ["192.0.2.9:1", "192.0.2.7:1", "10.0.0.9:1"]],
  [grant("tag:ci", "tag:aperture", "*:80"), "tag:ci", ["tag:aperture:80"], ["tag:aperture:81"]],
  [grant("tag:ci", "tag:aperture", "*:*"), "tag:ci", ["tag:aperture:80", "tag:aperture:81"], []],
  [grant("tag:ci", "svc:web"), "tag:ci", ["svc:web:443"], ["svc:other:443"]],
  // an address is the device that has it, and a tag the devices that carry it
  [grant("tag:ci", "tag:aperture"), "tag:ci", ["100.64.0.5:80", "ai:80"], ["100.64.0.9:80"]],
  [grant("tag:ci", "100.64.0.5"), "tag:ci", ["tag:aperture:80", "ai:80"], ["tag:owned:80"]],
  [grant("tag:ci", "100.64.0.11"), "tag:ci", [], ["tag:deployer:80"]],
  [grant("tag:ci", "100.64.0.8/29"), "tag:ci", ["tag:deployer:80"], []],
  [grant("group:platform", "tag:ci"), "100.64.0.9", ["tag:ci:1"], []],
  [grant("db", "tag:ci"), "db", ["tag:ci:1"], []],
  // access rules
  [acl("tag:ci", "tag:aperture:22,80-90"), "tag:ci", ["tag:aperture:22", "tag:aperture:90"], ["tag:aperture:23"]],
  [acl("group:platform", "[fd00::1]:22"), "group:platform", ["[fd00::1]:22"], []],
  // what opens nothing
  [
    { grants: [{ src: ["tag:ci"], dst: ["tag:aperture"], app: { "a.example/x": [{}] } }] },
    "tag:ci",
    [],
    ["tag:aperture:80"],
  ],
  [{ grants: [{ src: ["tag:ci"], dst: ["tag:aperture", "machine"], ip: ["*"] }] }, "tag:ci", [], ["tag:aperture:80"]],
  [{ grants: [] }, "tag:ci", [], ["tag:aperture:80"]],
])("%j lets %s reach %j and not %j", async (rules, src, reached, notReached) => {
  const client = await startClient({ devices });
  client.state.roles.set("dave@acme.example", "admin");
  client.state.domains.add("acme.example");
  for (const dst of reached) expect([dst, await reaches(client, rules, src, dst)]).toEqual([dst, true]);
  for (const dst of notReached) expect([dst, await reaches(client, rules, src, dst)]).toEqual([dst, false]);
});

test.each<[rules: object, proto: string | undefined, port: number, expected: boolean]>([
  [grant("tag:ci", "tag:aperture", "tcp:80"), "tcp", 80, true],
  [grant("tag:ci", "tag:aperture", "tcp:80"), "udp", 80, false],
  [grant("tag:ci", "tag:aperture", "udp:80"), undefined, 80, true],
  [grant("tag:ci", "tag:aperture", "tcp:80"), "6", 80, true],
  [grant("tag:ci", "tag:aperture", "80"), "udp", 80, true],
  [grant("tag:ci", "tag:aperture", "80"), "icmp", 0, true],
  [grant("tag:ci", "tag:aperture", "tcp:80"), "icmp", 0, false],
  [grant("tag:ci", "tag:aperture", "icmp:*"), "icmp", 0, true],
  [grant("tag:ci", "tag:aperture", "icmp:*"), "tcp", 80, false],
  [grant("tag:ci", "tag:aperture", "80"), "gre", 0, false],
  [grant("tag:ci", "tag:aperture", "*"), "gre", 0, false],
  [grant("tag:ci", "tag:aperture", "gre:*"), "gre", 0, true],
  [acl("tag:ci", "tag:aperture:*", "udp"), "tcp", 80, false],
  [acl("tag:ci", "tag:aperture:80"), "tcp", 80, true],
])("%j, protocol %s, port %i: %s", async (rules, proto, port, expected) => {
  const client = await startClient();
  expect(await reaches(client, rules, "tag:ci", `tag:aperture:${port}`, proto)).toBe(expected);
});

test("acls and grants add up, and each failing expectation is reported under its source", async () => {
  const client = await startClient();
  const { body } = await client.validate(
    policy({
      ...acl("tag:ci", "tag:aperture:80"),
      ...grant("tag:ci", "tag:aperture", "tcp:443"),
      tests: [
        {
          src: "tag:ci",
          accept: ["tag:aperture:80", "tag:aperture:443", "tag:aperture:22"],
          deny: ["tag:aperture:443"],
        },
        { src: "tag:deployer", deny: ["tag:aperture:80"] },
        { user: "tag:deployer", allow: ["tag:aperture:80"] },
      ],
    }),
  );
  expect(body).toEqual({
    message: "test(s) failed",
    data: [
      {
        user: "tag:ci",
        errors: [
          'address "tag:aperture:22": want: Accept, got: Drop',
          'address "tag:aperture:443": want: Drop, got: Accept',
        ],
      },
      { user: "tag:deployer", errors: ['address "tag:aperture:80": want: Accept, got: Drop'] },
    ],
  });
});

test.each([
  ["tag:absent", "tag:ci:1"],
  ["group:absent", "tag:ci:1"],
  ["absent", "tag:ci:1"],
  ["", "tag:ci:1"],
  ["*", "tag:ci:1"],
  ["autogroup:member", "tag:ci:1"],
  ["10.0.0.0/8", "tag:ci:1"],
  ["lab", "tag:ci:1"],
])("a test from %j is not possible", async (src, dst) => {
  const client = await startClient();
  const { body } = await client.validate(policy({ ...sections, ...grant("*", "*"), tests: [{ src, accept: [dst] }] }));
  expect(body.data).toEqual([
    { user: src, errors: [`user or host is invalid: unknown user or host: ${JSON.stringify(src)}`] },
  ]);
});

test.each([
  ["tag:absent:80", 'tag not found: "tag:absent"'],
  ["group:absent:80", 'unknown user or host: "group:absent"'],
  ["absent:80", 'unknown user or host: "absent"'],
  ["*:80", 'unknown user or host: "*"'],
  ["autogroup:internet:80", 'unknown user or host: "autogroup:internet"'],
  ["10.0.0.0/8:80", 'unknown user or host: "10.0.0.0/8"'],
  ["db/32:80", 'unknown user or host: "db/32"'],
  ["tag:ci:*", 'a test needs one numeric port, not "*"'],
  ["tag:ci:80-90", 'a test needs one numeric port, not "80-90"'],
  ["tag:ci:80,90", 'a test needs one numeric port, not "80,90"'],
  ["tag:ci:0", 'a test needs one numeric port, not "0"'],
  ["tag:ci:99999", 'a test needs one numeric port, not "99999"'],
  ["tag:ci", 'a test needs one numeric port, not "ci"'],
])("a test of %j fails even where all is allowed, as expectation and as denial", async (dst, reason) => {
  const client = await startClient();
  for (const expectation of [{ accept: [dst] }, { deny: [dst] }]) {
    const tests = [{ src: "tag:ci", ...expectation }];
    const { body } = await client.validate(policy({ ...sections, ...grant("*", "*"), tests }));
    expect(body.data).toEqual([{ user: "tag:ci", errors: [`address ${JSON.stringify(dst)}: ${reason}`] }]);
  }
});

test("a test that expects nothing fails", async () => {
  const client = await startClient();
  expect((await client.validate(policy({ tests: [{ src: "tag:ci" }] }))).body.message).toBe("test(s) failed");
});

test("a rule with a posture applies only to tests that give one", async () => {
  const client = await startClient();
  const rules = { grants: [{ src: ["tag:ci"], dst: ["tag:aperture"], ip: ["*"], srcPosture: ["posture:x"] }] };
  expect(await reaches(client, rules, "tag:ci", "tag:aperture:80")).toBe(false);
  const tests = [{ src: "tag:ci", accept: ["tag:aperture:80"], srcPostureAttrs: { "node:os": "linux" } }];
  expect((await client.validate(policy({ ...rules, tests }))).text).toBe("{}");
});
