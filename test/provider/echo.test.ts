/** A service or proxy that repeats in its error what it was sent: no credential gets past the plugin or our GitHub reads. */
import { describe, expect, it, onTestFinished } from "vitest";
import { compileSearch } from "../../sandbox/secrecy/search.ts";
import { environmentSecrets } from "../../sandbox/secrecy/sweep.ts";
import { createKey, owner } from "../../sandbox/tailscale/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { readRepositories } from "../../services/github/repositories.ts";
import { TailnetConnection } from "../../services/tailscale/connection.ts";
import { PolicyApi } from "../../services/tailscale/policy-file.ts";
import { createRuntime } from "../../services/tailscale/runtime.ts";

async function startedWorld(): Promise<World> {
  const world = await startWorld();
  onTestFinished(() => world.close());
  world.tailscale.state.policy = '{"tagOwners": {"tag:ci": []}}';
  return world;
}

const byOwner = { kind: "user", userId: owner.userId } as const;
const rights = () => ({ description: "", scopes: ["policy_file", "feature_settings:read"], tags: [] });

/** The variables of each kind of credential. */
const credentials = {
  "an API key": async (world: World) => ({ TAILSCALE_API_KEY: world.environment.TAILSCALE_API_KEY ?? "" }),
  "an OAuth client": async ({ tailscale }: World) => {
    const { key, secret = "" } = createKey(tailscale.state, byOwner, { keyType: "client", ...rights() });
    return { TAILSCALE_OAUTH_CLIENT_ID: key.id, TAILSCALE_OAUTH_CLIENT_SECRET: secret };
  },
  "an identity token": async ({ tailscale, github }: World) => {
    const audience = "a-made-up-audience";
    const trust = { issuer: github.oidc.issuer, subject: "*", audience, customClaimRules: {} };
    const { key } = createKey(tailscale.state, byOwner, { keyType: "federated", ...rights(), ...trust });
    const token = await github.issueToken({
      repository: "acme/app",
      event: "push",
      workflowPath: "deploy.yml",
      audience,
    });
    return { TAILSCALE_OAUTH_CLIENT_ID: key.id, TAILSCALE_IDENTITY_TOKEN: token };
  },
};

const calls: [route: string, path: RegExp, call: (api: PolicyApi) => Promise<unknown>][] = [
  ["GET /acl", /\/acl$/, (api) => api.read()],
  ["POST /acl/validate", /\/validate$/, (api) => api.validate("{}")],
  ["POST /acl", /\/acl$/, (api) => api.write("{}", "etag")],
  ["GET /settings", /\/settings$/, (api) => api.managedElsewhere()],
];

const cases = Object.entries(credentials).flatMap(([kind, credential]) => [
  ...calls.map((call) => [kind, ...call, credential] as const),
  ...(kind === "an API key" ? [] : [[kind, "POST /oauth/...", /\/oauth\//, calls[0]?.[2], credential] as const]),
]);

describe("the plugin", () => {
  it.each(cases)("with %s: %s", async (_kind, _route, path, call, credential) => {
    const world = await startedWorld();
    const { tailscale, github } = world;
    const environment: Record<string, string> = { TAILSCALE_BASE_URL: tailscale.url, ...(await credential(world)) };
    const tailnet = new TailnetConnection({ ...createRuntime(), environment }, {});
    const api = new PolicyApi(tailnet);
    tailscale.faults.choose = (request) => (path.test(request.path) ? { kind: "echo", status: 400 } : undefined);
    const said = await call?.(api).then(
      (answer) => JSON.stringify(answer),
      (error: Error) => error.message,
    );
    expect(said).toContain("cannot serve");
    const search = compileSearch([...tailscale.secrets(), ...github.secrets(), ...environmentSecrets(environment)]);
    expect(search(said ?? ""), "the fault must have shown something").not.toEqual([]);
    expect(search(tailnet.redact(said ?? ""))).toEqual([]);
  });
});

describe("our reads of GitHub", () => {
  const token = "a-token-of-no-known-form/1";

  it.each([
    ["POST /graphql, as REST says it", /graphql$/, 400],
    ["POST /graphql, as GraphQL says it", /graphql$/, 200],
    ["GET .../oidc/customization/sub", /\/oidc\//, 400],
  ])("%s", async (_name, path, status) => {
    const { github } = await startedWorld();
    github.state.viewers.set(token, github.state.viewers.get(github.token) as never);
    github.faults.choose = (request) => (path.test(request.path) ? { kind: "echo", status } : undefined);
    const client = connectToGitHub({ baseUrl: github.url }, { GITHUB_TOKEN: token });
    const error = await readRepositories([{ slug: "acme/app", workflowPath: "x" }], client).then(
      () => undefined,
      (caught: Error) => caught,
    );
    const said = `${error?.message}\n${error?.stack}`;
    expect(said).toContain("cannot serve");
    expect(compileSearch(github.secrets())(said)).toEqual([]);
  });
});
