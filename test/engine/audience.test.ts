/** Deploying from GitHub Actions without a stored secret: TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_AUDIENCE (docs/security.md). */
import { expect, it, onTestFinished } from "vitest";
import { fileText, listCredentials } from "../../sandbox/rehearsal/evidence.ts";
import { startWorld } from "../../sandbox/world.ts";
import { deployingJob } from "./actions-runtime.ts";
import { deployerScopes } from "./deployer-scopes.ts";
import { fail, oneRepository, stackIn, succeed } from "./support.ts";

const scopes = deployerScopes.filter((scope) => scope !== "oauth_keys");
const tags = ["tag:deployer"];

/** A world whose deployer owns the runner's tag. */
async function deployerWorld() {
  const world = await startWorld();
  onTestFinished(() => world.close());
  world.tailscale.state.policy = world.tailscale.state.policy.replace(
    '"tagOwners": {',
    '"tagOwners": {\n\t\t"tag:deployer": [],',
  );
  return world;
}
const config = { ...oneRepository, "claude-aperture:tagOwners": tags };

it("program, our provider and the Tailscale plugin set up and take down with the identity of a job", async () => {
  const world = await deployerWorld();
  const { state, journal } = world.tailscale;
  const before = state.policy;
  const { clientId, environment } = await deployingJob(world, scopes, tags);
  const project = await stackIn(world, { config, environment });

  await succeed(project, "up");
  const [runner] = listCredentials(world).filter(({ id }) => id !== clientId);
  expect(runner).toMatchObject({ keyType: "federated", scopes: ["auth_keys"], tags: ["tag:ci"], userId: "" });
  expect(state.policy).toContain('"tag:ci"');
  expect(fileText(world, "acme/app", ".github/workflows/claude.yml")).toBeDefined();
  // The two plugins each ask the runtime and exchange for themselves.
  const exchanges = journal.filter(({ path }) => path.endsWith("/oauth/token-exchange")).map(({ status }) => status);
  expect(exchanges.length).toBeGreaterThanOrEqual(2);
  expect(new Set(exchanges)).toEqual(new Set([200]));
  expect([...state.accessTokens.values()].map(({ caller }) => caller.id)).toEqual(exchanges.map(() => clientId));

  await succeed(project, "preview", "--expect-no-changes");
  await succeed(project, "refresh");
  await succeed(project, "destroy");
  expect(state.policy).toBe(before);
  expect(listCredentials(world).map(({ id }) => id)).toEqual([clientId]);
});

it("an identity that the tailnet does not trust ends the run before anything is written, in words that say where to look", async () => {
  const world = await deployerWorld();
  const { environment } = await deployingJob(world, scopes, tags);
  const project = await stackIn(world, { config, environment: { ...environment, TAILSCALE_AUDIENCE: "another" } });
  const output = await fail(project, "up", "--skip-preview");
  expect(output).toContain(world.tailscale.state.keys.keys().next().value);
  expect(world.tailscale.state.refusedExchanges[0]?.reason).toContain("aud");
  expect(world.github.journal.filter(({ method }) => method === "PUT")).toEqual([]);
});
