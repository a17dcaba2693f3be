import { expect, test } from "vitest";
import { policy, startClient } from "./tailscale-client.ts";

async function messageOf(text: string): Promise<string | undefined> {
  const client = await startClient();
  client.state.domains.add("acme.example");
  const { status, body } = await client.validate(text);
  expect(status).toBe(200);
  return body.message;
}

const grant = (fields: object) =>
  policy({ grants: [{ src: ["tag:ci"], dst: ["tag:aperture"], ip: ["tcp:80"], ...fields }] });
const acl = (fields: object) =>
  policy({ acls: [{ action: "accept", src: ["tag:ci"], dst: ["tag:aperture:80"], ...fields }] });
const ssh = (fields: object) =>
  policy({ ssh: [{ action: "accept", src: ["tag:ci"], dst: ["tag:aperture"], users: ["root"], ...fields }] });

const checked = (checkPeriod: string) => ({
  ...{ action: "check", src: ["tag:ci"], dst: ["tag:aperture"], users: ["root"] },
  ...(checkPeriod === "" ? {} : { checkPeriod }),
});
const sshTest = (fields: object) =>
  policy({ sshTests: [{ src: "tag:ci", dst: ["tag:aperture"], deny: ["root"], ...fields }], ssh: [] });
const disallowed = (word: string) => `SSH tests dst contains disallowed element "${word}"`;
const ipPool = (pool: string) => policy({ nodeAttrs: [{ target: ["tag:ci"], ipPool: [pool] }] });
const ipsets = (sets: object) => policy({ ipsets: sets });

test.each([
  ["comments and trailing commas", '/* a */ {"grants": [/* b */], // c\n}\n'],
  ["a comment before the file", '// c\n{"tagOwners": {}}'],
  [
    "names in another case",
    '{"TagOwners": {"tag:ci": []}, "ACLs": [{"Action": "accept", "Src": ["tag:ci"], "Dst": ["*:*"]}]}',
  ],
  ["the names of earlier years", policy({ acls: [{ action: "accept", users: ["*"], ports: ["*:*"] }] })],
  ["null for a section", '{"grants": null}'],
  [
    "every form of ip",
    grant({ ip: ["*", "443", "80-443", "tcp:443", "tcp:80-443", "icmp:*", "47:*", "*:443", "*:80-443", "*:*"] }),
  ],
  [
    "every form of dst",
    policy({
      hosts: { db: "10.0.0.1" },
      ipsets: { "ipset:lab": ["add 10.1.0.0/16"] },
      grants: [
        {
          src: [
            "*",
            "carol@acme.example",
            "group:platform",
            "user:*@acme.example",
            "100.64.0.1",
            "10.0.0.0/8",
            "fd7a:115c:a1e0::1",
          ],
          dst: [
            "*",
            "group:platform",
            "carol@acme.example",
            "tag:ci",
            "svc:web",
            "autogroup:member",
            "autogroup:tagged",
            "autogroup:internet",
            "10.0.0.0/8",
            "fd00::/8",
            "db",
            "ipset:lab",
          ],
          ip: ["tcp:80"],
        },
      ],
    }),
  ],
  [
    "a capability of Aperture",
    grant({ app: { "tailscale.com/cap/aperture": [{ role: "user" }, { models: "anthropic/**" }] } }),
  ],
  ["a capability and no ip", grant({ ip: [], app: { "acme.example/cap/x": [{}] } })],
  ["an alias that hosts lacks", grant({ dst: ["ai"] })],
  ["a grant that applies to nothing", grant({ src: [], dst: [] })],
  ["via", grant({ via: ["tag:ci"] })],
  ["an access rule for oneself", acl({ src: ["*"], dst: ["autogroup:self:*"] })],
  ["a grant for oneself", grant({ src: ["autogroup:member"], dst: ["autogroup:self"] })],
  ["ports of an access rule", acl({ proto: "tcp", dst: ["tag:ci:22,80-90", "[fd00::1]:22", "fd00::/8:*"] })],
  [
    "tags that own each other",
    '{"tagOwners": {"tag:a": ["tag:b"], "tag:b": ["tag:a"], "tag:c": ["autogroup:admin", "x@acme.example"]}}',
  ],
  ["sections that are not looked into", policy({ derpMap: { regions: {} }, randomizeClientPort: true, postures: {} })],
  ["every form of a check period", policy({ ssh: ["", "always", "0s", "30s", "1h30m", "168h"].map(checked) })],
  ["patterns of variables for ssh", ssh({ acceptEnv: ["GIT_*", "**", "A_?"] })],
  [
    "unusual users for ssh",
    ssh({ users: ["localpart:*@acme.example", "localpart:*@", "localpart:x", "tag:x", " root"] }),
  ],
  [
    "nested IP sets",
    ipsets({ "ipset:a": ["10.0.0.0/8"], "ipset:b": ["ipset:a"], "ipset:c": ["add ipset:b", "remove ipset:a"] }),
  ],
  ["a pool of addresses", ipPool("100.81.0.0/16")],
  [
    "autoApprovers and nodeAttrs",
    policy({
      autoApprovers: { routes: { "10.0.0.0/8": ["tag:ci"] }, exitNode: ["group:platform"] },
      nodeAttrs: [{ target: ["tag:ci", "*", "100.64.0.1"], attr: ["funnel"] }],
    }),
  ],
])("accepts %s", async (_, text) => {
  expect(await messageOf(text)).toBeUndefined();
});

test.each([
  // HuJSON
  ["a line comment without an end", "{} // c", "line 1, column 4: comment without an end"],
  ["U+2028 in a line comment", "{} // \u2028\n", "line 1, column 4: invalid character"],
  ["a control character in a string", '{"groups": {"group:\t": []}}', "line 1, column 13: invalid character"],
  ["a non-breaking space", '{\n\u00a0"grants": []}', "line 2, column 1: invalid literal"],
  ["an empty element", '{"grants": [,]}', "line 1, column 13: expected a value"],
  ["two values", '{"grants": []} {}', "line 1, column 16: unexpected text after the value"],
  // types
  ["a section of another type", '{\n  "grants": {}\n}', "line 2, column 13: cannot use an object as an array"],
  [
    "owners that are a string",
    '{"tagOwners": {"tag:ci": "tag:ci"}}',
    "line 1, column 26: cannot use a string as an array",
  ],
  [
    "a capability that is no array",
    grant({ app: { "a.example/x": {} } }),
    expect.stringContaining("cannot use an object as an array"),
  ],
  [
    "a capability of strings",
    grant({ app: { "a.example/x": ["user"] } }),
    expect.stringContaining("cannot use a string as an object"),
  ],
  ["an unknown section", '{"grant": []}', 'line 1, column 2: unknown field "grant"'],
  ["an unknown field", grant({ ports: ["80"] }), expect.stringContaining('unknown field "ports"')],
  // definitions
  [
    "a tag name",
    '{"tagOwners": {"tag:1": []}}',
    `tagOwners["tag:1"]: tag names must start with a letter, after 'tag:'`,
  ],
  ["a tag name's letters", '{"tagOwners": {"tag:a_b": []}}', expect.stringContaining('tagOwners["tag:a_b"]')],
  ["a tag without tag:", '{"tagOwners": {"ci": []}}', expect.stringContaining('tagOwners["ci"]')],
  [
    "an owner that is a tag without owners",
    '{"tagOwners": {"tag:a": ["tag:b"]}}',
    'tagOwners["tag:a"]: tag not found: "tag:b"',
  ],
  [
    "an owner that is no group",
    '{"tagOwners": {"tag:a": ["group:b"]}}',
    'tagOwners["tag:a"]: group not found: "group:b"',
  ],
  [
    "an owner that is an address",
    '{"tagOwners": {"tag:a": ["10.0.0.1"]}}',
    expect.stringContaining("owners are users"),
  ],
  [
    "groups in groups",
    '{"groups": {"group:a": ["group:b"], "group:b": []}}',
    'groups["group:a"]: "group:b": group members cannot be recursive',
  ],
  [
    "a member that is no user",
    '{"groups": {"group:a": ["carol"]}}',
    expect.stringContaining('groups["group:a"]: "carol"'),
  ],
  ["a group without group:", '{"groups": {"a": []}}', expect.stringContaining('groups["a"]')],
  ["a host that is no address", '{"hosts": {"db": "db.example"}}', expect.stringContaining('hosts["db"]')],
  ["a host with @", '{"hosts": {"d@b": "10.0.0.1"}}', expect.stringContaining('hosts["d@b"]')],
  // grants
  ["neither ip nor app", grant({ ip: [] }), "ip and app can not both be empty"],
  ["an undefined source tag", grant({ src: ["tag:x"] }), 'src=tag not found: "tag:x"'],
  ["an undefined source group", grant({ src: ["group:x"] }), 'src=group not found: "group:x"'],
  ["an undefined destination tag", grant({ dst: ["tag:x"] }), 'dst="tag:x": tag not found: "tag:x"'],
  ["an undefined IP set", grant({ dst: ["ipset:x"] }), expect.stringContaining('ipset not found: "ipset:x"')],
  [
    "an unknown autogroup",
    grant({ src: ["autogroup:x"] }),
    expect.stringContaining('unknown autogroup: "autogroup:x"'),
  ],
  [
    "the internet as a source",
    grant({ src: ["autogroup:internet"] }),
    '"autogroup:internet" not valid on the src side of a rule',
  ],
  ["self as a source", grant({ src: ["autogroup:self"] }), '"autogroup:self" not valid on the src side of a rule'],
  [
    "self for a tag",
    grant({ dst: ["autogroup:self"] }),
    "autogroup:self can only be used with users, groups, or supported autogroups",
  ],
  [
    "all addresses",
    grant({ dst: ["0.0.0.0/0"] }),
    'dst "0.0.0.0/0": to allow all IP addresses, use "*" or "autogroup:internet"',
  ],
  ["danger-all as a destination", grant({ dst: ["autogroup:danger-all"] }), "cannot use autogroup:danger-all as a dst"],
  [
    "a capability for the internet",
    grant({ dst: ["autogroup:internet"], app: { "a.example/x": [] } }),
    "cannot use app grants with autogroup:internet",
  ],
  [
    "a capability without a path",
    grant({ app: { aperture: [] } }),
    "capability name must have the form {domain}/{path}",
  ],
  [
    "a capability that is Tailscale's",
    grant({ app: { "tailscale.com/cap/funnel": [] } }),
    "capability name must not be in the tailscale.com domain",
  ],
  ["via a group", grant({ via: ["group:platform"] }), "via can only be a tag"],
  ["via an undefined tag", grant({ via: ["tag:x"] }), 'tag "tag:x" not found'],
  ["a protocol without port", grant({ ip: ["icmp"] }), 'port range "icmp": invalid first integer'],
  ["port 0", grant({ ip: ["tcp:0"] }), `port range "0": first port must be >0, or use '*' for wildcard`],
  ["a range that runs backwards", grant({ ip: ["443-80"] }), expect.stringContaining('port range "443-80"')],
  ["half a range", grant({ ip: ["80-"] }), expect.stringContaining('port range "80-"')],
  ["a port above 65535", grant({ ip: ["tcp:70000"] }), 'port range "70000": invalid first integer'],
  ["two colons", grant({ ip: ["tcp:80:90"] }), "expected only one colon in Internet protocol and port type"],
  ["an unknown protocol", grant({ ip: ["tpc:80"] }), expect.stringContaining('proto name "tpc" not known')],
  ["a port of ICMP", grant({ ip: ["icmp:8"] }), expect.stringContaining('"icmp:8"')],
  // access rules
  ["another action", acl({ action: "deny" }), 'action="deny" is not supported'],
  ["an access rule's source", acl({ src: ["tag:x"] }), 'src=tag not found: "tag:x"'],
  ["an access rule's destination", acl({ dst: ["tag:x:22"] }), 'dst="tag:x": tag not found: "tag:x"'],
  ["a destination without port", acl({ dst: ["tag:ci"] }), 'dst="tag:ci": port range "ci": invalid first integer'],
  [
    "self for a tag in an access rule",
    acl({ dst: ["autogroup:self:*"] }),
    expect.stringContaining("autogroup:self can only"),
  ],
  // ssh and others
  ["ssh without action", ssh({ action: "" }), "action must be specified"],
  ["ssh with another action", ssh({ action: "deny" }), '"deny" is not a valid action'],
  ["ssh without users", ssh({ users: [] }), "users must be specified"],
  ["ssh for every user", ssh({ users: ["*"] }), 'user "*" is not valid'],
  ["ssh to an alias", ssh({ dst: ["srv"] }), 'invalid dst "srv"'],
  [
    "ssh for the users of a foreign domain",
    ssh({ src: ["user:*@other.example"] }),
    "[ssh] other.example is not associated with this Tailnet and cannot be used in user:*@<domain> expressions",
  ],
  [
    "ssh as the namesakes in a foreign domain",
    ssh({ users: ["localpart:*@other.example"] }),
    "other.example is not associated with this Tailnet and cannot be used in user:*@<domain> expressions",
  ],
  ["an empty variable for ssh", ssh({ acceptEnv: ["TERM", ""] }), "acceptEnv values cannot be empty"],
  ["a check period in words", ssh({ checkPeriod: "a day" }), 'time: invalid duration "a day"'],
  ["a check period without unit", ssh({ checkPeriod: "12" }), 'time: invalid duration "12"'],
  ["a negative check period", ssh({ checkPeriod: "-90s" }), "checkPeriod -1m30s must be a positive duration"],
  ["a check period above a week", ssh({ checkPeriod: "168h1s" }), "checkPeriod 168h0m1s is above the max (168h)"],
  ["an ssh test to the internet", sshTest({ dst: ["autogroup:internet"] }), disallowed("autogroup:internet")],
  ["an ssh test to a network", sshTest({ dst: ["10.0.0.0/8"] }), disallowed("10.0.0.0/8")],
  ["an ssh test to a port", sshTest({ dst: ["tag:ci:22"] }), 'SSH tests dst contains unknown tag "tag:ci:22"'],
  ["an unknown field of an ssh test", sshTest({ users: [] }), expect.stringContaining('unknown field "users"')],
  ["ssh from an undefined tag", ssh({ src: ["tag:x"] }), 'src=tag not found: "tag:x"'],
  ["autoApprovers", policy({ autoApprovers: { exitNode: ["tag:x"] } }), 'tag not found: "tag:x"'],
  ["nodeAttrs of an undefined tag", policy({ nodeAttrs: [{ target: ["tag:x"] }] }), 'tag not found: "tag:x"'],
  ["nodeAttrs of oneself", policy({ nodeAttrs: [{ target: ["autogroup:self"] }] }), "internal server error"],
  ...["100.100.0.0/24", "100.100.100.128/25", "100.115.93.0/24", "100.96.0.0/12"].map(
    (pool): [string, string, string] => [
      `a pool with reserved addresses, ${pool}`,
      ipPool(pool),
      `IPPool(${pool}): network within reserved range`,
    ],
  ),
  ["a pool elsewhere", ipPool("10.0.0.0/8"), "IPPool(10.0.0.0/8): not in 100.64.0.0/10"],
  ["a pool that is no network", ipPool("office"), "IPPool(office): not in 100.64.0.0/10"],
  // IP sets
  ["an IP set without ipset:", ipsets({ lab: [] }), expect.stringContaining('ipsets["lab"]')],
  ["an IP set of tags", ipsets({ "ipset:a": ["tag:ci"] }), expect.stringContaining("IP sets hold addresses")],
  ["an IP set of all members", ipsets({ "ipset:a": ["autogroup:member"] }), expect.stringContaining("IP sets hold")],
  ["an IP set of an unknown host", ipsets({ "ipset:a": ["db"] }), expect.stringContaining("IP sets hold")],
  ["an unknown IP set in one", ipsets({ "ipset:a": ["add ipset:b"] }), expect.stringContaining('not found: "ipset:b"')],
  [
    "an IP set that contains itself",
    ipsets({ "ipset:a": ["ipset:b"], "ipset:b": ["ipset:a"] }),
    'ipsets["ipset:a"]: IP sets cannot contain themselves',
  ],
  [
    "an entry without add where another removes",
    ipsets({ "ipset:a": ["10.0.0.0/8", "remove 10.0.0.1"] }),
    'ipsets["ipset:a"]: "10.0.0.0/8": add or remove must be given where one entry removes',
  ],
  [
    "users of a foreign domain",
    grant({ src: ["user:*@other.example"] }),
    "other.example is not associated with this Tailnet and cannot be used in user:*@<domain> expressions",
  ],
  ["nodeAttrs of nothing", policy({ nodeAttrs: [{ target: ["%bogus%"] }] }), '"%bogus%": invalid address'],
])("refuses %s", async (_, text, message) => {
  expect(await messageOf(text)).toEqual(message);
});
