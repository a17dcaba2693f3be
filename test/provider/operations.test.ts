import { describe, expect, it } from "vitest";
import type { Inputs } from "../../provider/fragment/inputs.ts";
import {
  checkFragment,
  deleteFragment,
  findFragment,
  observeFragment,
  previewFragment,
  readFragment,
  writeFragment,
} from "../../provider/fragment/operations.ts";
import { broken } from "./support.ts";
import { ciAccess, companyPolicy, type Interference, inputs, startTailnet } from "./tailnet.ts";

const strict = inputs({ access: { "tag:ci": { ...ciAccess, test: "strict" } } });
/** The rule of somebody else that uses our tag. */
const foreignRule = '{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:8080"]},';

describe("create, update, delete", () => {
  it("adds the entries, changes nothing else, and takes them away byte for byte", async () => {
    const { state, context, requests } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    expect(state.policy).toContain('"tag:ci"');
    expect(state.policy).toContain("claude-aperture/prod");
    expect(await readFragment(context, inputs())).toEqual(inputs());
    await deleteFragment(context, inputs());
    expect(state.policy).toBe(companyPolicy);
    expect(requests().slice(0, 5)).toEqual([
      "GET /acl 200",
      "GET /settings 200",
      "POST /acl/validate 200",
      "POST /acl 200",
      "GET /acl 200",
    ]);
  });

  it("writes nothing when there is nothing to change", async () => {
    const { context, journal, requests } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    journal.length = 0;
    await writeFragment(context, inputs(), inputs());
    await writeFragment(context, inputs(), undefined);
    expect(requests()).toEqual(["GET /acl 200", "GET /acl 200"]);
  });

  it("brings back what somebody edited or deleted", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    const written = state.policy;
    state.policy = written.replace("anthropic/**", "**");
    await writeFragment(context, inputs(), inputs());
    expect(state.policy).toBe(written);
  });

  it("takes out a tag that the settings dropped after somebody had deleted its grant", async () => {
    const { state, context } = await startTailnet();
    const untested = inputs({ access: { "tag:ci": { ...ciAccess, test: "none" } } });
    await writeFragment(context, untested, undefined);
    state.policy = state.policy.replace(/\t\t\/\/ claude-aperture[^\n]*\n\t\t\{\n[\s\S]*?\n\t\t\},\n/, "");
    expect(state.policy).toContain('"tag:ci"');
    await writeFragment(context, inputs({ access: { "tag:ci-new": ciAccess } }), untested);
    expect(state.policy).not.toContain('"tag:ci"');
  });

  it("writes a changed owner into the marks in place", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    const written = state.policy;
    await writeFragment(context, inputs({ owner: "renamed/prod" }), inputs());
    expect(state.policy).toBe(written.replaceAll("claude-aperture/prod", "renamed/prod"));
  });

  it("gets no name that another stack has in its marks, also where all its own entries are adopted and have none", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    state.policy = state.policy.replaceAll("// claude-aperture/prod: managed by Pulumi\n", "// by hand\n");
    const theirs = inputs({ access: { "tag:theirs": ciAccess }, owner: "acme/theirs" });
    await writeFragment(context, theirs, undefined);
    const before = state.policy;
    const renamed = writeFragment(context, inputs({ owner: "acme/theirs" }), inputs());
    await expect(renamed).rejects.toThrow("Choose a name that no other stack of this tailnet has.");
    expect(state.policy).toBe(before);
  });

  it("goes on with a new name that an interrupted run has written into the marks", async () => {
    const { state, context, logged } = await startTailnet();
    await writeFragment(context, inputs({ owner: "renamed/prod" }), undefined);
    const written = state.policy;
    await previewFragment(context, inputs({ owner: "renamed/prod" }), inputs());
    expect(logged).toEqual([]);
    await writeFragment(context, inputs({ owner: "renamed/prod" }), inputs());
    expect(state.policy).toBe(written);
  });

  it("two stacks that share a tag: the last one out removes it", async () => {
    const { state, context } = await startTailnet();
    const other = inputs({ owner: "claude-aperture/dev" });
    await writeFragment(context, inputs(), undefined);
    await writeFragment(context, other, undefined);
    await deleteFragment(context, inputs());
    expect(await readFragment(context, other)).toEqual(other);
    await deleteFragment(context, other);
    expect(state.policy).toBe(companyPolicy);
  });

  it("deleting what is gone already succeeds and writes nothing", async () => {
    const { context, requests } = await startTailnet();
    await deleteFragment(context, inputs());
    expect(requests()).toEqual(["GET /acl 200"]);
  });
});

describe("other writers", () => {
  /** Edits the file between our read and our write, `times` times. */
  function overtake(state: { policy: string }, times: number): Interference {
    let edits = 0;
    return ({ method, path }) => {
      if (method === "POST" && path === "/acl" && edits < times) state.policy = `// edit ${++edits}\n${state.policy}`;
      return undefined;
    };
  }

  it("are waited for: each try starts from a fresh read, and no edit is lost", async () => {
    const { state, context, tailnet, requests, waits } = await startTailnet();
    tailnet.interfere = overtake(state, 9);
    await writeFragment(context, inputs(), undefined);
    expect(state.policy).toContain("// edit 9\n");
    expect(state.policy).toContain('"tag:ci"');
    expect(requests().filter((request) => request === "POST /acl 412")).toHaveLength(9);
    expect(waits).toHaveLength(9);
  });

  it("that never rest: an error says who they may be, and nothing was written", async () => {
    const { state, context, tailnet, requests } = await startTailnet();
    tailnet.interfere = overtake(state, Number.POSITIVE_INFINITY);
    await expect(writeFragment(context, inputs(), undefined)).rejects.toThrow(
      /changed during each of 10 tries[\s\S]*GitOps[\s\S]*admin\/logs/,
    );
    expect(requests().filter((request) => request === "POST /acl 412")).toHaveLength(10);
    expect(state.policy).not.toContain("tag:ci");
  });

  it("eight stacks at the same time all get their entries in, and out again", async () => {
    const { state, context } = await startTailnet();
    const stacks = Array.from({ length: 8 }, (_, index) =>
      inputs({ owner: `stack/${index}`, access: { [`tag:ci-${index}`]: ciAccess } }),
    );
    await Promise.all(stacks.map((stack) => writeFragment(context, stack, undefined)));
    for (const stack of stacks) expect(await readFragment(context, stack)).toEqual(stack);
    await Promise.all(stacks.map((stack) => deleteFragment(context, stack)));
    expect(state.policy).toBe(companyPolicy);
  });

  it("that restore an older file are named after three writes", async () => {
    const { state, context, tailnet, requests } = await startTailnet();
    tailnet.interfere = ({ method, path }) =>
      method === "POST" && path === "/acl"
        ? () => {
            state.policy = companyPolicy;
          }
        : undefined;
    await expect(writeFragment(context, inputs(), undefined)).rejects.toThrow(/accepted the policy file 3 times.*gone/);
    expect(requests().filter((request) => request === "POST /acl 200")).toHaveLength(3);
  });

  it("whose edit makes ours invalid in between: the refusal is explained", async () => {
    const { state, context, tailnet } = await startTailnet();
    tailnet.interfere = ({ method, path }) => {
      if (method === "POST" && path === "/acl") {
        state.policy = state.policy.replace(
          '"tests": [',
          '"tests": [\n\t\t{"src": "tag:web", "accept": ["tag:aperture:22"]},',
        );
        tailnet.interfere = () => undefined;
      }
      return undefined;
    };
    await expect(writeFragment(context, inputs(), undefined)).rejects.toThrow(
      /as it already stands[\s\S]*test of "tag:web"/,
    );
  });
});

describe("a connection that breaks during the write", () => {
  it("before the server acted: written again", async () => {
    const { state, context, tailnet } = await startTailnet();
    let breaks = 2;
    tailnet.interfere = ({ method, path }) => {
      if (method === "POST" && path === "/acl" && breaks-- > 0) throw broken();
      return undefined;
    };
    await writeFragment(context, inputs(), undefined);
    expect(state.policy).toContain('"tag:ci"');
  });

  it("after the server acted: noticed by reading, and not repeated", async () => {
    const { state, context, tailnet, requests } = await startTailnet();
    tailnet.interfere = ({ method, path }) =>
      method === "POST" && path === "/acl"
        ? () => {
            throw broken();
          }
        : undefined;
    await writeFragment(context, inputs(), undefined);
    expect(state.policy).toContain('"tag:ci"');
    expect(requests().filter((request) => request.startsWith("POST /acl 2"))).toHaveLength(1);
  });

  it("and the read after it: the server's word has to do, with a warning", async () => {
    const { context, tailnet, logged } = await startTailnet();
    let written = false;
    tailnet.interfere = ({ method, path }) => {
      if (written) throw broken();
      return method === "POST" && path === "/acl"
        ? () => {
            written = true;
          }
        : undefined;
    };
    await writeFragment(context, inputs(), undefined);
    expect(logged).toEqual([{ severity: "warning", message: expect.stringContaining("could not be read back") }]);
  });

  it("again and again: the error names the server", async () => {
    const { context, tailnet, url } = await startTailnet();
    tailnet.interfere = ({ method, path }) => {
      if (method === "POST" && path === "/acl") throw broken("ECONNREFUSED");
      return undefined;
    };
    await expect(writeFragment(context, inputs(), undefined)).rejects.toThrow(`${url} cannot be reached`);
  });
});

describe("check", () => {
  const problems = async (context: Parameters<typeof checkFragment>[0], wanted: Inputs, previous?: Inputs) =>
    (await checkFragment(context, wanted, previous)).map(({ path, message }) => `${path}|${message}`).join("\n");

  it("finds nothing wrong with a good fragment, and writes nothing", async () => {
    const { state, context, requests } = await startTailnet();
    expect(await problems(context, inputs())).toBe("");
    expect(state.policy).toBe(companyPolicy);
    expect(requests()).toEqual(["GET /acl 200", "GET /settings 200", "POST /acl/validate 200"]);
  });

  it("asks for one request when nothing would change", async () => {
    const { context, requests, journal } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    journal.length = 0;
    expect(await problems(context, inputs(), inputs())).toBe("");
    expect(requests()).toEqual(["GET /acl 200"]);
  });

  it("names every mistake that the server does not look for by its property, without a request", async () => {
    const { context, requests } = await startTailnet();
    const access = { "tag:ci": { ...ciAccess, models: ["claude-sonnet-4-6", "anthropic/**"], destinations: ["ai"] } };
    const found = await problems(context, inputs({ access }));
    expect(found).toContain('access["tag:ci"].models[0]|"claude-sonnet-4-6"');
    expect(found).toContain('access["tag:ci"].destinations[0]|"ai"');
    expect(requests()).toEqual([]);
  });

  it("a failing test of this stack: the server's words, the entry, and a way out", async () => {
    const open = companyPolicy.replace('"grants": [', '"grants": [\n\t\t{"src": ["*"], "dst": ["*"], "ip": ["*"]},');
    const { context } = await startTailnet({ policy: open.replace(', "deny": ["tag:aperture:22"]', "") });
    const found = await problems(context, strict);
    expect(found).toContain("test(s) failed");
    expect(found).toContain('test of "tag:ci", an entry of this stack:');
    expect(found).toContain('address "tag:aperture:22": want: Drop, got: Accept');
    expect(found).toContain("use `accept`, or `none`");
    expect(found).toContain("without the change the file is valid.");
  });

  it("a failing test of somebody else: the line in the file as people see it", async () => {
    const wall = '{"src": "tag:web", "deny": ["tag:aperture:80"]},';
    const policy = companyPolicy.replace('"tests": [', `"tests": [\n\t\t${wall}`);
    const { context } = await startTailnet({ policy });
    const line = policy.split("\n").findIndex((text) => text.includes(wall)) + 1;
    const found = await problems(context, inputs({ shareTag: true, access: { "tag:web": ciAccess } }));
    expect(found).toContain(`test of "tag:web", line ${line}:`);
    expect(found).toContain("somebody else's");
  });

  it("a file that is refused already: says so, and where to repair it", async () => {
    const policy = companyPolicy.replace("tag:web:443", "tag:aperture:443");
    const { context } = await startTailnet({ policy });
    const found = await problems(context, inputs());
    expect(found).toContain("as it already stands");
    expect(found).toMatch(/test of "group:eng", line 14:/);
    expect(found).toContain("https://login.tailscale.com/admin/acls/file");
  });

  it("a tag that is dropped and still used: the line of the rule", async () => {
    const { state, context } = await startTailnet();
    const both = inputs({ access: { "tag:ci": ciAccess, "tag:ci-api": ciAccess } });
    await writeFragment(context, both, undefined);
    state.policy = state.policy
      .replace('"tests": [', '"ssh": [],\n\t"tests": [')
      .replace("\t\t// People use", `\t\t${foreignRule}\n\t\t// People use`);
    const line = state.policy.split("\n").findIndex((text) => text.includes(foreignRule)) + 1;
    const found = await problems(context, inputs({ access: { "tag:ci-api": ciAccess } }), both);
    expect(found).toContain("tag:ci would be gone, and is still used:");
    expect(found).toContain(`line ${line}: ${foreignRule}`);
  });

  it("warnings are logged and stop nothing", async () => {
    const policy = companyPolicy
      .replace('"dst": ["tag:web"]', '"dst": ["group:sre@acme.example"]')
      .replace('"accept": ["tag:web:443"], ', "");
    const { context, logged } = await startTailnet({ policy });
    expect(await problems(context, inputs())).toBe("");
    expect(logged).toEqual([
      { severity: "warning", message: expect.stringMatching(/warning\(s\) found[\s\S]*group:sre/) },
    ]);
  });

  const ruleless = '{"tagOwners": {"tag:aperture": []}}';
  const firstRule = `The tailnet policy file has neither "grants" nor "acls", so Tailscale allows everything. The grant of this stack would be the first rule, and end that for every other device.
Nothing was written. Say before what others may do: https://login.tailscale.com/admin/acls/file
  "grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}],    as it is now
  "grants": [],                                             nothing but what rules allow`;

  it("a file without any rule allows everything, and is not given its first one", async () => {
    const { context, state } = await startTailnet({ policy: ruleless });
    expect(await problems(context, inputs())).toBe(`|${firstRule}`);
    await expect(writeFragment(context, inputs(), undefined)).rejects.toThrow(firstRule);
    expect(state.policy).toBe(ruleless);
  });

  it.each([
    ["grants, if only an empty list", '"Grants": []'],
    ["acls", '"acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]'],
  ])("a file with %s is edited", async (_, rules) => {
    const { context } = await startTailnet({ policy: ruleless.replace("}}", `}, ${rules}}`) });
    expect(await problems(context, inputs())).not.toContain("neither");
  });

  it("the last rule of a file is not taken away, which would allow everything", async () => {
    const acls = ', "acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]';
    const { context, state } = await startTailnet({ policy: ruleless.replace("}}", `}${acls}}`) });
    await writeFragment(context, inputs(), undefined);
    const without = state.policy.replace(acls, "");
    expect(without).not.toBe(state.policy);
    state.policy = without;
    await expect(deleteFragment(context, inputs())).rejects.toThrow("would allow everything to every device");
    expect(state.policy).toBe(without);
  });

  it("a policy file that does not parse: line and column", async () => {
    const { context } = await startTailnet({ policy: companyPolicy.replace('"tests": [', '"tests": [[') });
    expect(await problems(context, inputs())).toMatch(/^\|Line 16, column 1 /);
  });

  it("no credentials: says which variables to set", async () => {
    const { context } = await startTailnet();
    context.runtime.environment = {};
    expect(await problems(context, inputs())).toContain("TAILSCALE_API_KEY");
  });
});

describe("a policy file that is managed elsewhere", () => {
  const settings = { aclsExternallyManagedOn: true, aclsExternalLink: "https://github.com/acme/tailnet" };

  it("is not written: check, create and delete say where it is managed, and the way out", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs({ owner: "claude-aperture/old" }), undefined);
    const before = state.policy;
    Object.assign(state.settings, settings);
    const message = /managed elsewhere: https:\/\/github.com\/acme\/tailnet[\s\S]*observe/;
    expect((await checkFragment(context, inputs(), undefined))[0]?.message).toMatch(message);
    await expect(writeFragment(context, inputs(), undefined)).rejects.toThrow(message);
    await expect(deleteFragment(context, inputs({ owner: "claude-aperture/old" }))).rejects.toThrow(message);
    expect(state.policy).toBe(before);
  });

  it("does not matter while there is nothing to write", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    Object.assign(state.settings, settings);
    expect(await checkFragment(context, inputs(), inputs())).toEqual([]);
    await writeFragment(context, inputs(), inputs());
  });

  it("does not matter in mode observe", async () => {
    const { state, context } = await startTailnet();
    Object.assign(state.settings, settings);
    expect(await checkFragment(context, inputs({ mode: "observe" }), undefined)).toEqual([]);
  });
});

describe("mode observe", () => {
  const observing = inputs({ mode: "observe" });

  it("shows what is missing: a warning in a preview, an error in an update; writes nothing", async () => {
    const { state, context, logged } = await startTailnet();
    state.settings.aclsExternalLink = "https://github.com/acme/tailnet";
    state.settings.aclsExternallyManagedOn = true;
    await observeFragment(context, observing, true);
    const message = logged[0]?.message ?? "";
    expect(logged[0]?.severity).toBe("warning");
    expect(message).toContain("https://github.com/acme/tailnet");
    await expect(observeFragment(context, observing, false)).rejects.toThrow(message);
    expect(state.policy).toBe(companyPolicy);
  });

  it("what it shows can be pasted, and then nothing is missing", async () => {
    const { state, context, logged } = await startTailnet();
    await observeFragment(context, observing, true);
    const sections = (logged[0]?.message ?? "").split(/^In "(\w+)":\n/m).slice(1);
    for (let index = 0; index < sections.length; index += 2) {
      const opening = new RegExp(`("${sections[index]}": [[{])`);
      state.policy = state.policy.replace(opening, `$1\n${sections[index + 1]}`);
    }
    await observeFragment(context, observing, false);
    expect(logged).toHaveLength(1);
  });

  it("is content with what is there, marked or not", async () => {
    const { context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    await observeFragment(context, observing, false);
  });

  it("shows what differs, and where", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    state.policy = state.policy.replace("anthropic/**", "openai/**");
    await expect(observeFragment(context, observing, false)).rejects.toThrow(
      /in place of the entry on line \d+\n[\s\S]*anthropic\/\*\*/,
    );
  });

  it("leaves the file alone when the resource is deleted", async () => {
    const { state, context, requests } = await startTailnet();
    await deleteFragment(context, observing);
    expect(state.policy).toBe(companyPolicy);
    expect(requests()).toEqual([]);
  });
});

describe("delete", () => {
  it("stops before writing when somebody else's rule uses the tag, and shows its line", async () => {
    const { state, context, requests, journal } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    state.policy = state.policy.replace("\t\t// People use", `\t\t${foreignRule}\n\t\t// People use`);
    const before = state.policy;
    const line = before.split("\n").findIndex((text) => text.includes(foreignRule)) + 1;
    journal.length = 0;
    await expect(deleteFragment(context, inputs())).rejects.toThrow(
      new RegExp(`tag not found[^]*tag:ci would be gone, and is still used:\n  line ${line}: `),
    );
    expect(state.policy).toBe(before);
    expect(requests().some((request) => request.startsWith("POST /acl "))).toBe(false);
  });
});

describe("read", () => {
  it("finds nothing when nothing is there", async () => {
    const { context } = await startTailnet();
    expect(await readFragment(context, inputs())).toBeUndefined();
  });

  it("gives the live values where somebody edited, and what they added", async () => {
    const { state, context } = await startTailnet();
    await writeFragment(context, inputs(), undefined);
    state.policy = state.policy.replace("anthropic/**", "**");
    expect((await readFragment(context, inputs()))?.access["tag:ci"]).toMatchObject({ ...ciAccess, models: ["**"] });
  });

  it("takes what exists already with the same meaning as it is wanted", async () => {
    const grant =
      '{"src": ["tag:ci"], "dst": ["tag:aperture"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": ' +
      '[{"role": "user"}, {"models": "anthropic/**"}]}},';
    const policy = companyPolicy
      .replace('"tag:web": [],', '"tag:web": [],\n\t\t"tag:ci": ["group:eng"],')
      .replace('"grants": [', `"grants": [\n${grant}`);
    const { state, context } = await startTailnet({ policy });
    await writeFragment(context, inputs(), undefined);
    expect(await readFragment(context, inputs())).toEqual(inputs());
    await deleteFragment(context, inputs());
    expect(state.policy).toBe(policy);
  });

  it("a policy file that does not parse is an error with the place", async () => {
    const { context } = await startTailnet({ policy: "{\n  oops\n}\n" });
    await expect(readFragment(context, inputs())).rejects.toThrow(/^Line 2, column 3 /);
  });
});

describe("import", () => {
  it("finds the fragment by its marks", async () => {
    const { context } = await startTailnet();
    await writeFragment(context, strict, undefined);
    expect(await findFragment(context, "claude-aperture/prod")).toEqual(strict);
  });

  it("of a name that no mark has: says what to do instead", async () => {
    const { context } = await startTailnet();
    await expect(findFragment(context, "nobody/here")).rejects.toThrow(/nobody\/here[\s\S]*adopts/);
  });
});
