/** The stand-in's GraphQL mutation that moves branches. */
import { describe, expect, it } from "vitest";
import { somebody } from "../../sandbox/github/index.ts";
import { as, type Client, github } from "./github-client.ts";

const tip = (client: Client): string => client.state.repository("acme/app").git.branches.get("main") ?? "";

describe("updateRefs", () => {
  const zero = "0".repeat(40);
  const updateRefs = async (client: Client, refUpdates: object[], headers = {}) => {
    const { node_id } = (await client.rest("GET", "/repos/acme/app")).body as { node_id: string };
    const { body } = await client.graphql(
      "mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }",
      { input: { repositoryId: node_id, refUpdates } },
      headers,
    );
    return (body as { errors?: { type: string; message: string }[] }).errors;
  };
  const branches = (client: Client) => Object.fromEntries(client.state.repository("acme/app").git.branches);

  /** `old` and `new` follow each other on `main`; `aside` is a commit that neither contains. */
  const made = async () => {
    const client = await github({
      tokens: [{ token: "ghp_exampleOne" }, { token: "ghp_exampleRead", permission: "read" }],
    });
    const { git } = client.state.repository("acme/app");
    const old = tip(client);
    git.branches.set("aside", old);
    const author = somebody();
    const aside = git.commit("aside", { files: { b: "1" }, message: "b", author }).sha;
    const now = git.commit("main", { files: { a: "1" }, message: "a", author }).sha;
    return { client, old, now, aside };
  };

  it("creates, moves and deletes branches at once", async () => {
    const { client, old, now, aside } = await made();
    const updates = [
      { name: "refs/heads/x/y", beforeOid: zero, afterOid: old },
      { name: "refs/heads/aside", beforeOid: aside, afterOid: zero },
    ];
    expect(await updateRefs(client, updates)).toBeUndefined();
    expect(branches(client)).toEqual({ main: now, "x/y": old });
    expect(await updateRefs(client, [{ name: "refs/heads/x/y", beforeOid: old, afterOid: now }])).toBeUndefined();
    const forced = [{ name: "refs/heads/x/y", beforeOid: now, afterOid: aside, force: true }];
    expect(await updateRefs(client, forced)).toBeUndefined();
    expect(branches(client)).toEqual({ main: now, "x/y": aside });
  });

  it("refuses all of them when one does not hold", async () => {
    const { client, old, now, aside } = await made();
    const good = { name: "refs/heads/good", beforeOid: zero, afterOid: old };
    const rows: [object, object][] = [
      [
        { name: "refs/heads/aside", beforeOid: old, afterOid: now },
        { type: "STALE_DATA", message: `Ref refs/heads/aside is at ${aside} but expected ${old}` },
      ],
      [{ name: "refs/heads/aside", beforeOid: zero, afterOid: now }, { type: "STALE_DATA" }],
      [{ name: "refs/heads/nope", beforeOid: old, afterOid: now }, { type: "STALE_DATA" }],
      [{ name: "refs/heads/aside", afterOid: now }, { message: "Update of refs/heads/aside is not a fast forward" }],
      [{ name: "refs/heads/x", afterOid: "1".repeat(40) }, { message: `Object ${"1".repeat(40)} does not exist` }],
      [{ name: "refs/heads/nope", afterOid: zero }, { message: "Ref refs/heads/nope does not exist" }],
      [{ name: "refs/heads/main", afterOid: zero }, { message: "The default branch cannot be deleted." }],
      [{ name: "x", afterOid: old }, { message: "x is not a valid ref name." }],
      [good, { message: "A ref is updated more than once." }],
    ];
    for (const [update, want] of rows)
      expect(await updateRefs(client, [good, update]), JSON.stringify(update)).toMatchObject([want]);
    expect(await updateRefs(client, [good], as("ghp_exampleRead"))).toMatchObject([{ type: "FORBIDDEN" }]);
    expect(branches(client)).toEqual({ main: now, aside });
  });

  it("a protected branch does not move", async () => {
    const { client, old, now } = await made();
    client.state.repository("acme/app").protection = { requiredStatusChecks: ["ci"], enforceAdmins: true };
    expect(await updateRefs(client, [{ name: "refs/heads/main", afterOid: old, force: true }])).toMatchObject([
      { type: "FORBIDDEN", message: expect.stringMatching(/Required status check "ci" is expected\.$/) },
    ]);
    expect(tip(client)).toBe(now);
  });
});
