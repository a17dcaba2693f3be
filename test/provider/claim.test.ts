/** The claim of a stack: what stands against it, what is asked, and what stays in the state. */
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { describeCredential } from "../../core/claim/credential-name.ts";
import { insert } from "../../core/policy/edit.ts";
import { createKey, owner as user } from "../../sandbox/tailscale/index.ts";
import { call, type Plugin, startPlugin } from "./engine.ts";
import { testKey } from "./support.ts";
import { ciAccess, companyPolicy, startTailnet } from "./tailnet.ts";

const urn = "urn:pulumi:prod::claude-aperture::claude-aperture:index:StackClaim::stack-claim";
const owner = "claude-aperture/prod";
const marked = insert(companyPolicy, { "tag:ci": ciAccess }, owner);
const claim = "0123456789abcdef0123456789abcdef";

let plugin: Plugin | undefined;
afterEach(async () => plugin?.close());

async function started(policy = companyPolicy) {
  const tailnet = await startTailnet({ policy });
  plugin = await startPlugin({ TAILSCALE_API_KEY: testKey, TAILSCALE_BASE_URL: tailnet.url }, urn);
  await plugin.configure();
  /** A credential of a stack, by its description. */
  const addCredential = (description: string) =>
    createKey(
      tailnet.state,
      { kind: "user", userId: user.userId },
      { keyType: "client", description, scopes: ["auth_keys"], tags: ["tag:web"] },
    ).key.id;
  const check = async (inputs: object, state: object = {}) => {
    const checked = await (plugin as Plugin).check(inputs, state);
    return { inputs: checked.inputs, reasons: checked.failures.map(({ reason }) => reason) };
  };
  const logged = () => (plugin as Plugin).logged.map(({ message }) => message);
  return { tailnet, plugin, check, addCredential, logged };
}

const stackExists = (found: string) => `The state of ${owner} is new, and what it would set up is there already:
${found}
Either its state was lost, or another stack has made this, perhaps one of the same name in another backend; two such stacks undo
each other's work. Nothing was written.
  The state was lost: pulumi config set --path claude-aperture:policy.takeOver true
    Entries, workflow files and secrets become this stack's. Credentials are made anew; the old ones stay until you delete them.
  Another stack: log in to its backend instead (pulumi whoami --verbose says where you are), or give this one a name and
    repositories of its own: pulumi config set --path claude-aperture:policy.owner NAME`;
const entries =
  '  in the policy file: tagOwners "tag:ci" (line 7), grants "tag:ci" (line 13), tests "tag:ci" (line 29)';

describe("a state without a claim", () => {
  it("gets one where nothing of the name is there: one look at the policy file, one at the credentials", async () => {
    const { tailnet, plugin, check } = await started(insert(companyPolicy, { "tag:ci": ciAccess }, "acme/other"));
    const given = { owner, takeOver: false, repositories: ["acme/app"], workflows: [] };
    const { inputs, reasons } = await check(given);
    expect([inputs, reasons]).toEqual([{ owner }, []]);
    expect(tailnet.requests()).toEqual(["GET /acl 200", "GET /keys 200"]);
    const preview = await plugin.create(inputs ?? {}, true);
    const created = await plugin.create(inputs ?? {});
    expect(preview.getId()).toBe("");
    expect(created.getId()).toMatch(/^[0-9a-f]{32}$/);
    expect((await plugin.create(inputs ?? {})).getId()).not.toBe(created.getId());
    expect(created.getProperties()?.toJavaScript()).toEqual({ owner });
    expect(tailnet.requests()).toHaveLength(2);
  });

  it.each<[string, { policy?: string; workflows?: string[]; credential?: string }, (id: string) => string]>([
    ["marks", { policy: marked }, () => entries],
    ["a workflow file", { workflows: ["acme/app"] }, () => "  workflow files: acme/app"],
    [
      "a credential of its repository",
      { credential: describeCredential({ repository: "acme/app", owner: "acme/other" }) },
      (id) => `  credentials: ${describeCredential({ repository: "acme/app", owner: "acme/other" })} (${id})`,
    ],
  ])(
    "is refused where there are %s, and gets one with takeOver",
    async (_, { policy, workflows = [], credential }, found) => {
      const { check, addCredential, logged } = await started(policy);
      const id = credential === undefined ? "" : addCredential(credential);
      const given = { owner, repositories: ["acme/app"], workflows };
      expect((await check(given)).reasons).toEqual([stackExists(found(id))]);
      expect(await check({ ...given, takeOver: true })).toEqual({ inputs: { owner }, reasons: [] });
      expect(logged()).toEqual([
        `Taken over, as policy.takeOver says:\n${found(id)}`,
        ...(credential === undefined
          ? []
          : [
              "The credentials from before are left alone: this stack makes its own. Delete the old ones once nothing uses them: " +
                "https://login.tailscale.com/admin/settings/trust-credentials",
            ]),
      ]);
    },
  );

  it("credentials that it may not list are not looked at, and that is said", async () => {
    const { tailnet, check, logged } = await started();
    tailnet.faults.choose = ({ path }) =>
      path.endsWith("/keys") ? { kind: "answer", status: 403, body: { message: "no" } } : undefined;
    expect((await check({ owner })).reasons).toEqual([]);
    expect(logged()).toEqual([
      expect.stringMatching(/^The tailnet was not searched for credentials of this stack: .*403/),
    ]);
  });

  it.each([
    ["a policy file that Tailscale would not read", "{", {}, /^Line 1, column 2 of the tailnet policy file/],
    ["a name that cannot stand in a mark", companyPolicy, { owner: "a: b" }, /^"a: b" cannot stand in a mark/],
    ["no name", companyPolicy, { owner: "" }, /^owner: It is empty/],
    [
      "an answer that another resource gives",
      companyPolicy,
      { owner: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
      /^Its inputs have to be known/,
    ],
    ["anything else", companyPolicy, { owner, force: true }, /^force: It is unknown/],
  ])("%s is an error", async (_, policy, given, message) => {
    const { check } = await started(policy);
    expect((await check({ owner, ...given })).reasons).toEqual([expect.stringMatching(message)]);
  });
});

describe("a state with a claim", () => {
  it("asks nothing any more, whatever is there", async () => {
    const { tailnet, check } = await started(marked);
    expect(await check({ owner, workflows: ["acme/app"] }, { owner })).toEqual({ inputs: { owner }, reasons: [] });
    expect(tailnet.requests()).toEqual([]);
  });

  it("warns of a takeOver that was left in the settings", async () => {
    const { check, logged } = await started(marked);
    await check({ owner, takeOver: true }, { owner });
    expect(logged()).toEqual([
      "policy.takeOver has done its work and is still set. Whoever runs this configuration in another backend would take over " +
        "from this stack unasked: pulumi config rm --path claude-aperture:policy.takeOver",
    ]);
  });

  it("remembers its names; a former one is its own", async () => {
    const { tailnet, check, plugin } = await started(marked);
    const { inputs } = await check({ owner: "acme/new" }, { owner });
    expect(inputs).toEqual({ owner: "acme/new", formerly: [owner] });
    const updated = await plugin.update({ owner }, inputs ?? {});
    expect(updated.getProperties()?.toJavaScript()).toEqual(inputs);
    tailnet.journal.length = 0;
    expect(await check({ owner }, inputs)).toEqual({ inputs: { owner, formerly: ["acme/new"] }, reasons: [] });
    expect(tailnet.requests()).toEqual([]);
  });

  it("may not take a name of which there is something, but its credentials count for nothing", async () => {
    const { check, addCredential } = await started(marked);
    addCredential(describeCredential({ repository: "acme/app", owner, claim }));
    const given = { owner, repositories: ["acme/app"] };
    expect((await check(given, { owner: "acme/mine" })).reasons).toEqual([
      `acme/mine is to be called ${owner}, and a stack of that name is there already:\n${entries}\n` +
        "Nothing was written. Choose a name that no other stack of this tailnet has. Where these are leftovers of nobody, delete them and\n" +
        "their marks, and run again: policy.takeOver is for a new state only.",
    ]);
    expect((await check({ ...given, owner: "acme/new" }, { owner: "acme/mine" })).reasons).toEqual([]);
  });

  it.each([
    ["marks", marked, {}],
    ["a workflow file", companyPolicy, { workflows: ["acme/app"] }],
  ])("may not take it with a takeOver that was left in the settings either: %s", async (_, policy, given) => {
    const { check, logged } = await started(policy);
    const { reasons } = await check({ owner, takeOver: true, ...given }, { owner: "acme/mine" });
    expect(reasons).toEqual([expect.stringContaining(`acme/mine is to be called ${owner}`)]);
    expect(logged()).toEqual([expect.stringMatching(/^policy\.takeOver has done its work/)]);
  });

  it("is read as it stands, and cannot be imported", async () => {
    const { plugin } = await started();
    const read = await plugin.read(claim, { owner, formerly: ["acme/old"] });
    expect(read.getId()).toBe(claim);
    expect(read.getInputs()?.toJavaScript()).toEqual({ owner, formerly: ["acme/old"] });
    await expect(plugin.read(claim)).rejects.toThrow("A claim cannot be imported");
  });

  it("takes along what interrupted runs left of its credentials when it goes, and nothing else", async () => {
    const { tailnet, plugin, addCredential, logged } = await started();
    const left = addCredential(describeCredential({ repository: "acme/app", owner, claim }));
    const others = [
      addCredential(describeCredential({ repository: "acme/app", owner, claim: "f".repeat(32) })),
      addCredential(describeCredential({ repository: "acme/app", owner })),
      addCredential("of somebody else"),
    ];
    await plugin.delete({ owner }, urn, claim);
    const ids = [...tailnet.state.keys.keys()];
    expect(ids).not.toContain(left);
    expect(ids).toEqual(expect.arrayContaining(others));
    expect(logged()).toEqual([expect.stringMatching(`^Deleted the credential ${left} `)]);
  });

  it("takes nothing along when it is replaced: credentials in use may still carry its id", async () => {
    const { tailnet, plugin, check, addCredential } = await started();
    const left = addCredential(describeCredential({ repository: "acme/app", owner, claim }));
    await check({ owner }, { owner });
    await plugin.delete({ owner }, urn, claim);
    expect([...tailnet.state.keys.keys()]).toContain(left);
  });

  it("goes also where the credentials cannot be listed", async () => {
    const { tailnet, plugin, logged } = await started();
    tailnet.faults.choose = () => ({ kind: "answer", status: 403, body: { message: "no" } });
    await plugin.delete({ owner }, urn, claim);
    expect(logged()).toEqual([
      expect.stringMatching(/^The tailnet was not searched for credentials of an interrupted run: .*403/),
    ]);
  });
});

it("its schema has what a program gives, and what stands in the state", async () => {
  const { plugin } = await started();
  const response = await call<pb.GetSchemaResponse>((done) => plugin.client.getSchema(new pb.GetSchemaRequest(), done));
  const resource = JSON.parse(response.getSchema()).resources["claude-aperture:index:StackClaim"];
  expect(Object.keys(resource.inputProperties)).toEqual(["owner", "takeOver", "repositories", "workflows"]);
  expect([resource.requiredInputs, resource.required]).toEqual([["owner"], ["owner"]]);
  expect(Object.keys(resource.properties)).toEqual(["owner", "formerly"]);
});

it("another type is none of this provider", async () => {
  const { plugin } = await started();
  const other = urn.replace("StackClaim", "Other");
  await expect(plugin.check({}, {}, other)).rejects.toThrow('no resource of the type "claude-aperture:index:Other"');
  const diff: pb.DiffResponse = await plugin.diff({ owner }, { owner });
  expect(diff.getReplacesList()).toEqual([]);
});
