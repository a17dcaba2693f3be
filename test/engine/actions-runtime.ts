/** A GitHub Actions job that deploys: its runtime, which gives identity tokens, and a federated identity that trusts it. */
import { onTestFinished } from "vitest";
import { createService, listen } from "../../sandbox/service.ts";
import { createKey, owner } from "../../sandbox/tailscale/index.ts";
import type { World } from "../../sandbox/world.ts";

export const audience = "a-made-up-audience";
const requestToken = "a-made-up-request-token";

/** What a job of acme/app has in its environment that deploys with these scopes and tags, and the identity's client ID. */
export async function deployingJob(world: World, scopes: string[], tags: string[] = []) {
  const { key } = createKey(
    world.tailscale.state,
    { kind: "user", userId: owner.userId },
    {
      ...{ keyType: "federated", description: "deployer", scopes, tags, audience, customClaimRules: {} },
      ...{ issuer: world.github.oidc.issuer, subject: "repo:acme*/app*:ref:refs/heads/main" },
    },
  );
  const { app } = createService({}, () => ({}));
  app.get("/token", async (c) => {
    if (c.req.header("authorization") !== `Bearer ${requestToken}`) return c.json({ message: "Unauthorized" }, 401);
    const job = { repository: "acme/app", event: "push", workflowPath: ".github/workflows/deploy.yml" };
    return c.json({ value: await world.github.issueToken({ ...job, audience: c.req.query("audience") ?? "" }) });
  });
  const runtime = await listen(app);
  onTestFinished(() => runtime.close());
  const environment = {
    ...{ TAILSCALE_API_KEY: "", TAILSCALE_OAUTH_CLIENT_ID: key.id, TAILSCALE_AUDIENCE: audience },
    ...{
      ACTIONS_ID_TOKEN_REQUEST_URL: `${runtime.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
  };
  return { clientId: key.id, environment };
}
