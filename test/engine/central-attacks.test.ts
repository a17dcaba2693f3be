/** What whoever may open a pull request can have a job do: with a central workflow and a federated identity, nothing on the tailnet. */
import { expect, it } from "vitest";
import type { Job } from "../../sandbox/github/index.ts";
import { listCredentials } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { fetchThroughProxy } from "../../services/fetch.ts";
import { startFleet } from "./deliveries/fleet.ts";
import { workflowPath } from "./deliveries/runs.ts";
import { centralRepository, listWorkflows } from "./deliveries/ways.ts";

const fetch = fetchThroughProxy(process.env);

it.each([
  ["repository", { kind: "federated" }],
  ["organization", { kind: "federated", scope: "organization" }],
])("an identity in the scope %s", async (scope, identity) => {
  const { world } = await startFleet(["app", "other"], {
    delivery: { kind: "central" },
    identity,
    repositories: ["app"],
    workflow: { presets: ["review", "mention"] },
  });
  const [credential] = listCredentials(world);
  if (credential?.keyType !== "federated") throw new Error("no identity");
  const [path = ""] = listWorkflows(world, centralRepository);
  const calledFile = `${centralRepository}/${path}@refs/heads/main`;
  const job = { repository: "acme/app", event: "pull_request", workflowPath, calledFile };
  const exchange = (asks: Partial<Job>) => exchangeToken(world, credential, { ...job, ...asks });

  expect(await exchange({})).toBe(200);
  const refused: Record<string, Partial<Job>> = {
    "a job of the pull request's own, in our file": { calledFile: `acme/app/${workflowPath}@refs/pull/1/merge` },
    "a job in a file that it adds": { calledFile: "acme/app/.github/workflows/mine.yml@refs/pull/1/merge" },
    "a copy of the central file in its own repository": { calledFile: `acme/app/${path}@refs/heads/main` },
    "a fork of the central file": { calledFile: `eve/.github/${path}@refs/heads/main` },
    "a central repository of a name that is like ours": { calledFile: `acme-eve/.github/${path}@refs/heads/main` },
    "another branch of the central repository": { calledFile: `${centralRepository}/${path}@refs/heads/eve` },
    "a branch there whose name ends like ours": {
      calledFile: `${centralRepository}/${path}@refs/heads/eve/${path}@refs/heads/main`,
    },
    "a commit there that no branch has": { calledFile: `${centralRepository}/${path}@${"0".repeat(40)}` },
    "another file of the central repository": { calledFile: calledFile.replace(path, ".github/workflows/eve.yml") },
    ...(scope === "repository" ? { "another repository that calls it": { repository: "acme/other" } } : {}),
  };
  for (const [who, asks] of Object.entries(refused)) expect(await exchange(asks), who).toBe(403);
  // Of an organization's other repositories the identity knows nothing: the jobs of the central file leave them out.
  if (scope === "organization") expect(await exchange({ repository: "acme/other" })).toBe(200);
});

async function exchangeToken(
  { github, tailscale }: World,
  { id, audience }: { id: string; audience: string },
  job: Job,
): Promise<number> {
  const jwt = await github.issueToken({ ...job, audience });
  const answer = await fetch(`${tailscale.url}/api/v2/oauth/token-exchange`, {
    method: "POST",
    body: new URLSearchParams({ client_id: id, jwt }),
  });
  return answer.status;
}
