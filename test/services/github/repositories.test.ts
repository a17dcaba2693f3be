import { afterEach, describe, expect, it } from "vitest";
import { gitBlobOid } from "../../../core/delivery/blob.ts";
import type { RepositorySlug } from "../../../core/settings/settings.ts";
import { nodeId } from "../../../sandbox/github/accounts.ts";
import {
  type GitHub,
  type GitHubOptions,
  type RepositoryOptions,
  type RulesetOptions,
  startGitHub,
} from "../../../sandbox/github/index.ts";
import { readMayBypass } from "../../../services/github/branch-rules.ts";
import { apiUrl, connectToGitHub } from "../../../services/github/connection.ts";
import { readRepositories } from "../../../services/github/repositories.ts";

const workflowPath = ".github/workflows/claude.yml";
let github: GitHub | undefined;

afterEach(async () => {
  await github?.close();
  github = undefined;
});

async function connect(options: GitHubOptions, token?: string) {
  github = await startGitHub(options);
  return connectToGitHub({ baseUrl: github.url, token: token ?? github.token }, {});
}

async function read(options: GitHubOptions, slugs: RepositorySlug[], token?: string) {
  const requests = slugs.map((slug) => ({ slug, workflowPath }));
  return readRepositories(requests, await connect(options, token));
}

describe("readRepositories", () => {
  it("says what the set-up needs to know", async () => {
    const findings = await read(
      {
        repositories: [
          { name: "acme/app", id: 7, ownerId: 3, files: { [workflowPath]: "on: push\n" } },
          { name: "acme/old", oidc: { format: "old" }, archived: true },
          { name: "acme/new", renamedFrom: ["acme/former"] },
          { name: "acme/custom", oidc: { claimKeys: ["repository_id"] } },
          { name: "acme/empty", empty: true },
          { name: "acme/guarded", protection: { requiredReviews: 1, enforceAdmins: true } },
        ],
      },
      ["acme/app", "acme/old", "acme/former", "acme/custom", "acme/empty", "acme/guarded", "acme/none"],
    );
    expect(findings.get("acme/app")).toMatchObject({
      slug: "acme/app",
      id: 7,
      ownerId: 3,
      visibility: "PRIVATE",
      archived: false,
      permission: "ADMIN",
      defaultBranch: { name: "main", rules: [], requiredChecks: [] },
      oidc: { useDefault: true, subClaimPrefix: "repo:acme@3/app@7" },
      workflowBlob: gitBlobOid("on: push\n"),
      nodeId: nodeId("R", 7),
    });
    expect(findings.get("acme/old")).not.toHaveProperty("workflowBlob");
    expect(findings.get("acme/old")).toMatchObject({ archived: true, oidc: { subClaimPrefix: "repo:acme/old" } });
    expect(findings.get("acme/former")?.slug).toBe("acme/new");
    expect(findings.get("acme/custom")?.oidc.useDefault).toBe(false);
    expect(findings.get("acme/empty")).not.toHaveProperty("defaultBranch");
    expect(findings.get("acme/guarded")?.defaultBranch?.protection).toMatchObject({
      requiresReviews: true,
      holdsAdministrators: true,
    });
    expect(findings.has("acme/none") && findings.get("acme/none")).toBeUndefined();
    expect(github?.journal.filter(({ unknown }) => unknown)).toEqual([]);
  });

  const rulesets: RulesetOptions[] = [
    {
      name: "Main",
      id: 7,
      rules: [{ type: "pull_request" }, { type: "required_status_checks", checks: ["test", "lint"] }],
    },
    { name: "Trial", enforcement: "evaluate", rules: [{ type: "update" }] },
  ];
  const guarded: RepositoryOptions = {
    name: "acme/app",
    visibility: "internal",
    protection: { requiredStatusChecks: ["test", "build"] },
    rulesets,
  };

  it("says what rules the default branch has, and which checks they require", async () => {
    const app = (await read({ repositories: [guarded] }, ["acme/app"])).get("acme/app");
    expect(app).toMatchObject({ visibility: "INTERNAL" });
    const ruleset = { id: 7, name: "Main" };
    expect(app?.defaultBranch).toMatchObject({
      rules: [
        { type: "PULL_REQUEST", ruleset },
        { type: "REQUIRED_STATUS_CHECKS", ruleset },
      ],
      requiredChecks: ["test", "build", "lint"],
    });
  });

  it("reads an older server, which knows no rulesets, without them", async () => {
    const findings = await read({ repositories: [guarded, "acme/api"], lackedFields: ["Ref.rules"] }, [
      "acme/app",
      "acme/none",
      "acme/api",
    ]);
    const { rules, requiredChecks, protection } = findings.get("acme/app")?.defaultBranch ?? {};
    expect({ rules, requiredChecks }).toEqual({ rules: [], requiredChecks: ["test", "build"] });
    expect(protection).toMatchObject({ requiresStatusChecks: true });
    expect(findings.get("acme/api")?.defaultBranch).toMatchObject({ name: "main" });
    expect(findings.get("acme/none")).toBeUndefined();
  });

  it("asks once per 50 repositories, and once each for the subject", async () => {
    const slugs = Array.from({ length: 60 }, (_, i): RepositorySlug => `acme/r${i}`);
    const findings = await read({ repositories: slugs }, slugs);
    expect(findings.size).toBe(60);
    expect(github?.journal.filter(({ path }) => path.endsWith("/graphql"))).toHaveLength(2);
    expect(github?.journal).toHaveLength(62);
  });

  it("takes an old server that names no prefix", async () => {
    const findings = await read({ repositories: [{ name: "acme/app", oidc: { reportsPrefix: false } }] }, ["acme/app"]);
    expect(findings.get("acme/app")?.oidc).toEqual({ useDefault: true });
  });

  it("throws when the credential is refused", async () => {
    await expect(read({ repositories: ["acme/app"] }, ["acme/app"], "ghp_exampleWrong")).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe("a ruleset", () => {
  const main: RulesetOptions = { name: "Main", id: 7, rules: [{ type: "update" }] };
  it.each<[string, RulesetOptions[], boolean | undefined]>([
    ["may be bypassed with always", [{ ...main, bypass: { admin: "always" } }], true],
    ["does not hold for who is exempt", [{ ...main, bypass: { admin: "exempt" } }], true],
    ["holds for who may bypass it in pull requests", [{ ...main, bypass: { admin: "pull_requests_only" } }], false],
    ["holds for who may not bypass it", [main], false],
    ["that is not shown says nothing", [], undefined],
  ])("%s", async (_, rulesets, want) => {
    const connection = await connect({ repositories: [{ name: "acme/app", rulesets }] });
    expect(await readMayBypass(connection, "acme/app", 7)).toBe(want);
  });

  it("says nothing on a server that does not tell of bypassing", async () => {
    const connection = await connect({ repositories: ["acme/app"] });
    if (github) github.faults.choose = () => ({ kind: "answer", status: 200, body: { id: 7 }, headers: {} });
    expect(await readMayBypass(connection, "acme/app", 7)).toBeUndefined();
  });

  it("is not taken from a limit, which ends the run", async () => {
    const connection = await connect({
      repositories: ["acme/app"],
      tokens: [{ token: "ghp_exampleFew", rateLimit: 1 }],
    });
    await readMayBypass(connection, "acme/app", 7);
    await expect(readMayBypass(connection, "acme/app", 7)).rejects.toMatchObject({ status: 403 });
  });
});

describe("the API of a host", () => {
  it.each([
    [undefined, "https://api.github.com"],
    ["https://api.github.com/", "https://api.github.com"],
    ["https://github.com", "https://api.github.com"],
    ["https://acme.ghe.com", "https://api.acme.ghe.com"],
    ["https://github.example.com", "https://github.example.com/api/v3"],
    ["https://github.example.com/api/v3/", "https://github.example.com/api/v3"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080/api/v3"],
  ])("%s is %s", (baseUrl, expected) => {
    expect(apiUrl(baseUrl)).toBe(expected);
  });
});
