/** Identities of central files at the stand-in's token exchange, with tokens of the stand-in's jobs: who gets in. */
import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import type { CentralFile } from "../../core/workflow/file.ts";
import { type FederatedSubject, federatedSubject, organizationSubject } from "../../core/workflow/oidc.ts";
import type { GitHubOptions, Job } from "../../sandbox/github/index.ts";
import { github } from "./github-client.ts";
import { startClient } from "./tailscale-client.ts";

const central: CentralFile = { repository: "acme/.github", path: ".github/workflows/claude-prod.yml", branch: "main" };
const calledFile = "acme/.github/.github/workflows/claude-prod.yml@refs/heads/main";
const workflowPath = ".github/workflows/claude.yml";
const hosted = { presets: ["review"] as const, runsOn: "ubuntu-latest", ownerId: 1, central };

const repositories: GitHubOptions["repositories"] = [
  { name: "acme/app", id: 2, ownerId: 1, oidc: { format: "immutable" } },
  { name: "acme/old", id: 3, ownerId: 1, oidc: { format: "old" } },
  { name: "acme-evil/app", id: 4, ownerId: 9, oidc: { format: "old" } },
];

/** As jobs of a repository ask for it; by the caller, unless it says otherwise. */
type Asks = Partial<Job>;

const identities: [scope: string, FederatedSubject, admitted: Asks[]][] = [
  [
    "repository",
    federatedSubject({
      ...hosted,
      repository: "acme/app",
      repositoryId: 2,
      workflowPath,
      oidc: { useDefault: true, subClaimPrefix: "repo:acme@1/app@2" },
    }),
    [{}],
  ],
  ["organization", organizationSubject(hosted), [{}, { repository: "acme/old" }]],
];

describe.each(identities)("an identity in the scope %s", (_, { subject, customClaimRules }, admitted) => {
  async function exchange(asks: Asks): Promise<number> {
    const hub = await github({ repositories });
    const client = await startClient({ githubIssuer: hub.oidc });
    const trust = { issuer: hub.oidc.issuer, subject, customClaimRules };
    const request = { keyType: "federated", scopes: ["auth_keys"], tags: ["tag:ci"], ...trust };
    const { id, audience } = (await client.send("POST", "/keys", request)).body;
    const job = { repository: "acme/app", event: "pull_request", workflowPath, calledFile, audience };
    const jwt = await hub.issueToken({ ...job, ...asks });
    return (await client.form("/oauth/token-exchange", { client_id: id, jwt })).status;
  }

  test.each(admitted)("lets in the central jobs: %j", async (asks) => {
    expect(await exchange(asks)).toBe(200);
  });

  test.each<[string, Asks]>([
    ["a pull request that edits its own workflow", { calledFile: `acme/app/${workflowPath}@refs/pull/1/merge` }],
    ["a workflow that a pull request adds", { calledFile: "acme/app/.github/workflows/mine.yml@refs/pull/1/merge" }],
    ["the central file of a branch", { calledFile: calledFile.replace("main", "feature") }],
    ["the central file of a branch that ends like ours", { calledFile: calledFile.replace("main", "x/main") }],
    ["the central file of a tag of the branch's name", { calledFile: calledFile.replace("heads", "tags") }],
    ["another file of the central repository", { calledFile: calledFile.replace("claude-prod", "ci") }],
    ["another event", { event: "push" }],
    ["a machine of somebody's own", { runnerEnvironment: "self-hosted" }],
    ["another owner, who calls the central file", { repository: "acme-evil/app" }],
  ])("refuses %s", async (_, asks) => {
    expect(await exchange(asks)).toBe(403);
  });
});

test("a job of a called file says so, and whose repository it runs in", async () => {
  const client = await github({ repositories: [{ name: "acme/app", id: 2, ownerId: 1 }] });
  const token = await client.issueToken({ repository: "acme/app", event: "pull_request", workflowPath, calledFile });
  expect(decodeJwt(token)).toMatchObject({
    repository: "acme/app",
    workflow_ref: `acme/app/${workflowPath}@refs/pull/1/merge`,
    job_workflow_ref: calledFile,
  });
});
