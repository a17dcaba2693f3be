/**
 * Verdicts that the live service gave, on inputs of our own. The facts come from recordings of 2026 in juanfont/headscale
 * (hscontrol/policy/v2/testdata); files of `cases/` were met in the wild. `policy/judge.ts` says how far the judge agrees.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { policy, startClient } from "./tailscale-client.ts";

const cases = join(import.meta.dirname, "cases");

test.each(readdirSync(cases))("%s is a valid policy file", async (name) => {
  const client = await startClient();
  expect((await client.validate(readFileSync(join(cases, name), "utf8"))).text).toBe("{}");
});

test.each<[title: string, rules: object, reaches: boolean]>([
  ["neither section: everything is allowed", {}, true],
  ["null counts as none", { acls: null, grants: null }, true],
  ["an empty section denies all", { grants: [] }, false],
  ["so does the other", { acls: [] }, false],
  ["one section is enough to restrict", { grants: [{ src: ["tag:deployer"], dst: ["*"], ip: ["*"] }] }, false],
])("a file with %s", async (_, rules, reaches) => {
  const client = await startClient();
  const expectation = reaches ? "accept" : "deny";
  const tests = [{ src: "tag:ci", [expectation]: ["tag:aperture:22"] }];
  expect((await client.validate(policy({ ...rules, tests }))).text).toBe("{}");
});

const devices = [
  { name: "build.acme.ts.net", addresses: ["100.64.0.11", "fd7a:115c:a1e0::b"], tags: ["tag:deployer"] },
  { name: "laptop.acme.ts.net", addresses: ["100.64.0.9"], user: "carol@example.com" },
];
const sections = { hosts: { build: "100.64.0.11" }, groups: { "group:platform": ["carol@example.com"] } };
const allow = (src: string, dst: string, users: string[], action = "accept") => ({
  action,
  src: [src],
  dst: [dst],
  users,
});

const carolToDeployer = { src: "carol@example.com", dst: ["tag:deployer"] };
const carolAsRoot = allow("carol@example.com", "tag:deployer", ["root"]);

test.each<[title: string, ssh: object[], sshTest: object]>([
  ["from a user to a tag", [carolAsRoot], { ...carolToDeployer, accept: ["root"] }],
  [
    "from a member of a group",
    [allow("group:platform", "tag:deployer", ["root"])],
    { ...carolToDeployer, accept: ["root"] },
  ],
  [
    "from a tag",
    [allow("tag:ci", "tag:deployer", ["root"])],
    { src: "tag:ci", dst: ["tag:deployer"], accept: ["root"] },
  ],
  ["from an address", [carolAsRoot], { src: "100.64.0.9", dst: ["tag:deployer"], accept: ["root"] }],
  ["to an address", [carolAsRoot], { ...carolToDeployer, dst: ["100.64.0.11"], accept: ["root"] }],
  ["to a host", [carolAsRoot], { ...carolToDeployer, dst: ["build"], accept: ["root"] }],
  ["to one tag twice", [carolAsRoot], { ...carolToDeployer, dst: ["tag:deployer", "tag:deployer"], accept: ["root"] }],
  [
    "to one's own devices",
    [allow("autogroup:member", "autogroup:self", ["root"])],
    { src: "carol@example.com", dst: ["carol@example.com"], accept: ["root"] },
  ],
  [
    "not to somebody else's",
    [allow("autogroup:member", "autogroup:self", ["root"])],
    { src: "carol@example.com", dst: ["owner@example.com"], deny: ["root"] },
  ],
  ["nowhere without a rule", [], { ...carolToDeployer, deny: ["root"] }],
  [
    "with a check",
    [allow("carol@example.com", "tag:deployer", ["root"], "check")],
    { ...carolToDeployer, check: ["root"] },
  ],
  [
    "as several users by several rules",
    [carolAsRoot, allow("carol@example.com", "tag:deployer", ["ubuntu"])],
    { ...carolToDeployer, accept: ["root", "ubuntu"], deny: ["git"] },
  ],
  [
    "as anybody but root",
    [allow("carol@example.com", "tag:deployer", ["autogroup:nonroot"])],
    { ...carolToDeployer, accept: ["carol"], deny: ["root"] },
  ],
  [
    "as the namesake",
    [allow("carol@example.com", "tag:deployer", ["localpart:*@example.com"])],
    { ...carolToDeployer, accept: ["carol"], deny: ["root"] },
  ],
])("ssh %s passes its test", async (_, ssh, sshTest) => {
  const client = await startClient({ devices });
  expect((await client.validate(policy({ ...sections, ssh, sshTests: [sshTest] }))).text).toBe("{}");
});

test.each<[title: string, ssh: object[], sshTest: { src: string; [field: string]: unknown }, error: string]>([
  ["no rule", [], { ...carolToDeployer, accept: ["root"] }, 'user "root" on "tag:deployer": want: Accept, got: Drop'],
  [
    "another user of the host",
    [carolAsRoot],
    { ...carolToDeployer, accept: ["ubuntu"] },
    'user "ubuntu" on "tag:deployer": want: Accept, got: Drop',
  ],
  [
    "an expected denial",
    [carolAsRoot],
    { ...carolToDeployer, accept: ["root"], deny: ["root"] },
    'user "root" on "tag:deployer": want: Drop, got: Accept',
  ],
  [
    "an unexpected check",
    [allow("carol@example.com", "tag:deployer", ["root"], "check"), carolAsRoot],
    { ...carolToDeployer, accept: ["root"] },
    'user "root" on "tag:deployer": want: Accept, got: Check',
  ],
  ["no expectation", [carolAsRoot], carolToDeployer, "none of accept, check and deny is given"],
  ["an empty user", [carolAsRoot], { ...carolToDeployer, accept: [""] }, 'user "" is not valid'],
  [
    "an IPv6 address of a device",
    [carolAsRoot],
    { ...carolToDeployer, dst: ["fd7a:115c:a1e0::b"], accept: ["root"] },
    'unknown user or host: "fd7a:115c:a1e0::b"',
  ],
  [
    "an unknown source",
    [carolAsRoot],
    { ...carolToDeployer, src: "tag:absent", accept: ["root"] },
    'user or host is invalid: unknown user or host: "tag:absent"',
  ],
])("an ssh test fails for %s", async (_, ssh, sshTest, error) => {
  const client = await startClient({ devices });
  // What tests of connections say comes first, and neither hides the other.
  const tests = [{ src: "tag:ci", accept: ["tag:deployer:22"] }];
  const { body } = await client.validate(policy({ ...sections, grants: [], tests, ssh, sshTests: [sshTest] }));
  expect(body).toEqual({
    message: "test(s) failed",
    data: [
      { user: "tag:ci", errors: ['address "tag:deployer:22": want: Accept, got: Drop'] },
      { user: sshTest.src, errors: [error] },
    ],
  });
});

test("domains that the first policy file names are the tailnet's, others are not", async () => {
  const rule = (domain: string) => policy({ grants: [{ src: [`user:*@${domain}`], dst: ["*"], ip: ["*"] }] });
  const client = await startClient({ policy: rule("acme.example") });
  expect((await client.validate(rule("acme.example"))).text).toBe("{}");
  expect((await client.validate(rule("example.com"))).text).toBe("{}");
  expect((await client.validate(rule("other.example"))).body.message).toContain("other.example is not associated");
});
