/** What a check says of a tag that others use, word for word, and when it refuses. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Fragment } from "../../core/policy/fragment.ts";
import { findReach } from "../../core/policy/reach.ts";
import type { Inputs } from "../../provider/fragment/inputs.ts";
import { checkFragment, writeFragment } from "../../provider/fragment/operations.ts";
import { reachMessage } from "../../provider/fragment/reach.ts";
import { ciAccess, companyPolicy, inputs, startTailnet } from "./tailnet.ts";

const readCase = (name: string) =>
  readFileSync(new URL(`../core/policy/cases/${name}.hujson`, import.meta.url), "utf8");

/** The policy of the case, with what its rules name. */
const inUse = readCase("tag-in-use").replace(
  '"tagOwners": {',
  '"groups": {"group:developers": ["alice@acme.example"]}, "tagOwners": {',
);

const refusal = `tag:ci is in use already: Claude's runners would get what the rules below give, and whatever carries the tag today would get Aperture's models.
  What else tag:ci can do:
    line 7, grants: {"src": ["tag:ci"], "dst": ["tag:deploy"], "ip": ["tcp:22"]}
    line 8, grants: {"src": ["autogroup:member", "tag:ci"], "dst": ["192.0.2.0/24"], "ip": ["*"]}
  Who else can assign tag:ci:
    line 5, tagOwners: "tag:ci": ["group:developers"]
    line 4, groups: "group:developers": ["alice@acme.example"]
Nothing was written. Two ways out:
  a tag of its own, such as tag:ci-claude: pulumi config set claude-aperture:tag tag:ci-claude
  or, where both are meant to be one: pulumi config set --path claude-aperture:policy.shareTag true`;

const listed = `Rules of the tailnet policy file that are not this stack's and hold for its runners, too:
  What else tag:ci can do:
    line 7, grants: {"src": ["tag:ci"], "dst": ["tag:deploy"], "ip": ["tcp:22"]}
    line 8, grants: {"src": ["autogroup:member", "tag:ci"], "dst": ["192.0.2.0/24"], "ip": ["*"]}
  Who else can assign tag:ci:
    line 5, tagOwners: "tag:ci": ["group:developers"]
    line 4, groups: "group:developers": ["alice@acme.example"]`;

/** The problems of a check, and what it logs. */
async function check(policy: string, wanted: Inputs, previous?: Inputs, taken?: string[]) {
  const { context, logged, journal } = await startTailnet({ policy });
  const problems = await checkFragment(context, wanted, previous, taken);
  return {
    problems: problems.map(({ message }) => message),
    logged,
    writes: journal.filter(({ path }) => path.endsWith("/acl/validate")),
  };
}

describe("a tag that is in use", () => {
  it.each<["write" | "observe"]>([["write"], ["observe"]])(
    "is refused in the mode %s, with lines and both ways out",
    async (mode) => {
      expect(await check(inUse, inputs({ mode }))).toEqual({ problems: [refusal], logged: [], writes: [] });
    },
  );

  it("is taken where the settings share it, and what it can do is listed", async () => {
    const { problems, logged } = await check(inUse, inputs({ shareTag: true }));
    expect(problems).toEqual([]);
    expect(logged).toEqual([{ severity: "info", message: listed }]);
  });

  it("is asked for once: what stands in state has been taken, also where somebody edited it", async () => {
    expect((await check(inUse, inputs(), inputs())).problems).toEqual([]);
    const drifted = await check(inUse, inputs(), { ...inputs(), access: {} }, ["tag:ci"]);
    expect(drifted.problems).toEqual([]);
    expect(drifted.logged).toEqual([{ severity: "info", message: listed }]);
    expect((await check(inUse, inputs(), inputs({ access: { "tag:other": ciAccess } }))).problems).toEqual([refusal]);
  });

  it("is not asked for by a run that an interrupted one left without a state", async () => {
    const { state, context, logged } = await startTailnet({ policy: companyPolicy });
    await writeFragment(context, inputs(), undefined);
    const rule = '{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:22"]}';
    state.policy = state.policy.replace('"grants": [', `"grants": [ ${rule},`);
    expect(await checkFragment(context, inputs(), undefined)).toEqual([]);
    expect(logged.map(({ message }) => message)).toEqual([
      expect.stringMatching(/What else tag:ci can do:\n {4}line \d+, grants: /),
    ]);
  });

  it("is not one that is merely defined: that is taken, and owners beyond ours are listed", async () => {
    const policy = companyPolicy.replace('"tag:web": [],', '"tag:web": [], "tag:ci": ["group:eng"],');
    const { problems, logged } = await check(policy, inputs());
    expect(problems).toEqual([]);
    expect(
      logged[0]?.message,
    ).toBe(`Rules of the tailnet policy file that are not this stack's and hold for its runners, too:
  Who else can assign tag:ci:
    line 7, tagOwners: "tag:ci": ["group:eng"]
    line 3, groups: "group:eng": ["alice@acme.example"]`);
    expect((await check(policy.replace('"tag:ci": ["group:eng"]', '"tag:ci": []'), inputs())).logged).toEqual([]);
  });

  it("is named together with all others that are", async () => {
    const access: Fragment = { "tag:ci": ciAccess, "tag:deploy": ciAccess };
    const { problems } = await check(inUse, inputs({ access }));
    expect(problems.join()).toMatch(/^tag:ci and tag:deploy are in use already: /);
    expect(problems.join()).toContain("Who can reach devices with tag:deploy:\n    line 7, grants: ");
  });
});

describe("models without effect", () => {
  const sonnet = (...destinations: string[]) =>
    inputs({
      access: { "tag:ci": { ...ciAccess, destinations, models: ["anthropic/claude-sonnet-4-6"], test: "none" } },
    });
  const rule =
    '{"src": ["tag:ci"], "dst": ["100.64.0.5"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "anthropic/**"}]}}';

  it("are said first, as a warning, and refuse nothing", async () => {
    const { problems, logged } = await check(readCase("wider-grant"), sonnet("100.64.0.5"));
    expect(problems).toEqual([]);
    expect(logged).toEqual([
      {
        severity: "warning",
        message: `"models" has no effect for tag:ci: line 7 of the tailnet policy file grants it "anthropic/**", and grants add up.
  ${rule}
  Narrow or remove that rule. Until then runners may use what it grants.
Rules of the tailnet policy file that are not this stack's and hold for its runners, too:
  What else tag:ci can do:
    line 7, grants: ${rule}`,
      },
    ]);
  });

  it("are said to be possible where a tag and an address may be one device", async () => {
    const { logged } = await check(readCase("wider-grant"), sonnet("tag:aperture"));
    expect(logged[0]?.message.split("\n").slice(0, 3)).toEqual([
      '"models" may have no effect for tag:ci: line 7 of the tailnet policy file grants it "anthropic/**" at 100.64.0.5, and grants add up.',
      `  ${rule}`,
      "  The file does not say whether 100.64.0.5 and tag:aperture are one device. If they are, narrow or remove that rule.",
    ]);
  });

  it("stand in front of a refusal, too", async () => {
    const policy = readCase("wider-grant").replace(
      "[\n\t\t//",
      '[ {"src": ["tag:ci"], "dst": ["*"], "ip": ["*"]},\n\t\t//',
    );
    const { problems } = await check(policy, sonnet("100.64.0.5"));
    expect(problems.join()).toMatch(/^"models" has no effect for tag:ci: line 7 [\s\S]*\ntag:ci is in use already: /);
  });

  it("are told apart from another role and tools", async () => {
    const policy = readCase("wider-grant").replace('{"role": "user"}', '{"role": "admin"}, {"mcp_tools": "**"}');
    const { logged } = await check(
      policy,
      inputs({ access: { "tag:ci": { ...ciAccess, destinations: ["100.64.0.5"] } } }),
    );
    expect(logged[0]?.message.split("\n")[0]).toBe(
      'Line 7 of the tailnet policy file gives tag:ci more of Aperture than this stack: role "admin", mcp_tools.',
    );
  });
});

describe("rules for every device", () => {
  const policy = '{"acls": [\n{"action": "accept", "src": ["*"], "dst": ["*:*"]}\n]}\n';

  it("are listed, and refuse nothing", async () => {
    const { problems, logged } = await check(
      policy,
      inputs({ access: { "tag:ci": { ...ciAccess, destinations: ["100.64.0.5"], test: "none" } } }),
    );
    expect(problems).toEqual([]);
    expect(logged).toEqual([
      {
        severity: "info",
        message: `Rules of the tailnet policy file that are not this stack's and hold for its runners, too:
  What every device can do, or one with an address of a range:
    line 2, acls: {"action": "accept", "src": ["*"], "dst": ["*:*"]}`,
      },
    ]);
  });

  it("are named by their lines once nothing changes any more", () => {
    const reach = findReach(
      policy.replace("[\n", '[{"src": ["*"]},\n'),
      { "tag:ci": ciAccess },
      "claude-aperture/prod",
    );
    expect(reachMessage(reach, { "tag:ci": ciAccess }, true)?.text).toBe(
      `Rules of the tailnet policy file that are not this stack's and hold for its runners, too:
  What every device can do, or one with an address of a range: lines 1, 2`,
    );
  });
});
