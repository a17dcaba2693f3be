import { afterEach, describe, expect, it } from "vitest";
import { gitBlobOid } from "../../../core/delivery/blob.ts";
import type { RepositorySlug } from "../../../core/settings/settings.ts";
import { nodeId } from "../../../sandbox/github/accounts.ts";
import { type GitHub, type GitHubOptions, startGitHub } from "../../../sandbox/github/index.ts";
import { apiUrl, connectToGitHub } from "../../../services/github/connection.ts";
import { readRepositories } from "../../../services/github/repositories.ts";

const workflowPath = ".github/workflows/claude.yml";
let github: GitHub | undefined;

afterEach(async () => {
  await github?.close();
  github = undefined;
});

async function read(options: GitHubOptions, slugs: RepositorySlug[], token?: string) {
  github = await startGitHub(options);
  const connection = connectToGitHub({ baseUrl: github.url, token: token ?? github.token }, {});
  return readRepositories(
    slugs.map((slug) => ({ slug, workflowPath })),
    connection,
  );
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
      archived: false,
      permission: "ADMIN",
      defaultBranch: { name: "main" },
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
