/** The rows of the table in docs/security.md: what each credential of a set-up opens, and what it does not. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { listCredentials } from "../../sandbox/rehearsal/evidence.ts";
import { compileSearch } from "../../sandbox/secrecy/search.ts";
import { secretsInPlay } from "../../sandbox/secrecy/sweep.ts";
import { createKey, type FederatedIdentity, owner } from "../../sandbox/tailscale/index.ts";
import { deployerScopes } from "./deployer-scopes.ts";
import { sharedStage } from "./shared-stage.ts";
import { oneRepository, succeed } from "./support.ts";

const stage = sharedStage({
  repositories: ["acme/app", "acme/api", "acme/unlisted"],
  config: {
    ...oneRepository,
    // A runner each: federated with `review`, and an OAuth client.
    "claude-aperture:repositories": ["app", { name: "api", tag: "tag:ci-api", identity: { kind: "oauth" } }],
  },
});
beforeAll(() => succeed(stage.project, "up").then(() => {}));

/** Status and body of a request to Tailscale's API. */
async function tailscale(method: string, path: string, token: string, body?: string | object | URLSearchParams) {
  const response = await fetch(`${stage.world.tailscale.url}/api/v2${path}`, {
    method,
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: isText(body) ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, string>,
  };
}
const isText = (body: object | string) => typeof body === "string" || body instanceof URLSearchParams;

const tailnet = (method: string, path: string, token: string, body?: string | object) =>
  tailscale(method, `/tailnet/-${path}`, token, body);

const exchange = (jwt: string, clientId = federated().id) =>
  tailscale("POST", "/oauth/token-exchange", "", new URLSearchParams({ client_id: clientId, jwt }));

const federated = () => listCredentials(stage.world).find((key) => key.keyType === "federated") as FederatedIdentity;
const oauthSecret = () => stage.world.github.secretValue("acme/api", "TS_OAUTH_SECRET") ?? "";

/** The OIDC token of a job of a pull request of acme/app, or of another job. */
const jobToken = (job: Partial<Parameters<typeof stage.world.github.issueToken>[0]> = {}) =>
  stage.world.github.issueToken({
    ...{ repository: "acme/app", event: "pull_request", workflowPath: ".github/workflows/claude.yml" },
    ...{ audience: federated().audience, ...job },
  });

const authKey = (tag: string) => ({ capabilities: { devices: { create: { ephemeral: true, tags: [tag] } } } });
const trust = { scopes: ["auth_keys"], tags: ["tag:ci"] };

/** Whatever is not an auth key with the runner's one tag. */
async function refusedToRunner(token: string, tag: string): Promise<Record<string, number>> {
  const other = listCredentials(stage.world).find(({ tags }) => !tags.includes(tag))?.id;
  const requests: [name: string, method: string, path: string, body?: string | object][] = [
    ["an auth key with another tag", "POST", "/keys", authKey(tag === "tag:ci" ? "tag:ci-api" : "tag:ci")],
    ["an auth key with Aperture's tag", "POST", "/keys", authKey("tag:aperture")],
    ["an auth key without a tag", "POST", "/keys", { capabilities: { devices: { create: {} } } }],
    ["an OAuth client", "POST", "/keys", { keyType: "client", ...trust }],
    ["an identity", "POST", "/keys", { keyType: "federated", ...trust, issuer: "https://evil.example", subject: "*" }],
    ["read the policy file", "GET", "/acl"],
    ["write the policy file", "POST", "/acl", "{}"],
    ["validate a policy file", "POST", "/acl/validate", "{}"],
    ["list credentials", "GET", "/keys?all=true"],
    ["read another credential", "GET", `/keys/${other}`],
    ["delete another credential", "DELETE", `/keys/${other}`],
    ["list devices", "GET", "/devices"],
    ["read the settings", "GET", "/settings"],
  ];
  const answers = requests.map(async ([name, ...request]) => {
    const [method, path, body] = request;
    return [name, (await tailnet(method, path, token, body)).status] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

const everythingRefused = {
  "an auth key with another tag": 400,
  "an auth key with Aperture's tag": 400,
  "an auth key without a tag": 400,
  "an OAuth client": 403,
  "an identity": 403,
  "read the policy file": 403,
  "write the policy file": 403,
  "validate a policy file": 403,
  "list credentials": 403,
  "read another credential": 403,
  "delete another credential": 403,
  "list devices": 403,
  "read the settings": 403,
};

/** Statuses of a token on every route of the policy file, of keys, devices and settings. */
const statuses = (token: string) =>
  Promise.all(
    (["/acl", "/keys", "/devices", "/settings"] as const).map(
      async (path) => (await tailnet("GET", path, token)).status,
    ),
  );

describe("a runner's federated identity", () => {
  it("client ID and audience alone open nothing", async () => {
    const { id, audience } = federated();
    for (const token of [id, audience]) expect(await statuses(token)).toEqual([401, 401, 401, 401]);
    const [header = "", payload = ""] = (await jobToken()).split(".");
    for (const forged of ["", `${header}.${payload}.`, `${header}.${payload}.bm90LWEtc2lnbmF0dXJl`]) {
      expect((await exchange(forged)).status).toBe(403);
    }
  });

  it("an OIDC token of another repository, event, branch or audience is refused", async () => {
    for (const job of [
      { repository: "acme/api" },
      { repository: "acme/unlisted" },
      { event: "push" },
      { event: "push", ref: "refs/heads/feature" },
      { event: "issue_comment" },
      { event: "pull_request_target" },
      { environment: "production" },
      { audience: "https://github.com/acme" },
      { issuedAt: new Date(Date.now() - 3_600_000) },
    ]) {
      expect({ job, status: (await exchange(await jobToken(job))).status }).toEqual({ job, status: 403 });
    }
    expect((await exchange(await jobToken())).status).toBe(200);
  });

  it("any workflow of the repository that runs on a pull request gets an access token", async () => {
    const { status } = await exchange(
      await jobToken({ workflowPath: ".github/workflows/other.yml", actor: "anybody" }),
    );
    expect(status).toBe(200);
  });

  it("a repository that was deleted and made anew under its old name is refused", async () => {
    const { state } = stage.world.github;
    const old = state.repository("acme/app");
    state.delete("acme/app");
    const made = state.add("acme/app");
    const { status } = await exchange(await jobToken());
    state.repositories.splice(state.repositories.indexOf(made), 1, old);
    expect(status).toBe(403);
    expect(stage.world.tailscale.state.refusedExchanges.at(-1)?.reason).toMatch(/sub|repository_id/);
  });

  it("an access token makes auth keys with the one tag, and nothing else", async () => {
    const token = (await exchange(await jobToken())).body.access_token ?? "";
    expect((await tailnet("POST", "/keys", token, authKey("tag:ci"))).status).toBe(200);
    expect(await refusedToRunner(token, "tag:ci")).toEqual(everythingRefused);
    // Its own credential can be looked at.
    expect((await tailnet("GET", `/keys/${federated().id}`, token)).status).toBe(200);
  });

  it("after the deletion of the identity its access tokens and all OIDC tokens are refused", async () => {
    const { keys } = stage.world.tailscale.state;
    const identity = federated();
    const jwt = await jobToken();
    const token = (await exchange(jwt)).body.access_token ?? "";
    keys.delete(identity.id);
    const after = [await statuses(token), (await exchange(jwt, identity.id)).status];
    keys.set(identity.id, identity);
    expect(after).toEqual([[401, 401, 401, 401], 403]);
  });
});

describe("a runner's OAuth client", () => {
  const accessToken = async (secret = oauthSecret()) =>
    tailscale("POST", "/oauth/token", "", new URLSearchParams({ client_id: "any", client_secret: secret }));

  it("the secret makes auth keys with the one tag from anywhere, and nothing else", async () => {
    const token = (await accessToken()).body.access_token ?? "";
    expect((await tailnet("POST", "/keys", token, authKey("tag:ci-api"))).status).toBe(200);
    expect(await refusedToRunner(token, "tag:ci-api")).toEqual(everythingRefused);
    expect(await statuses(oauthSecret())).toEqual([401, 401, 401, 401]);
  });

  it("the secret and its access tokens end with the client", async () => {
    const { keys } = stage.world.tailscale.state;
    const client = listCredentials(stage.world).find((key) => key.keyType === "client");
    const token = (await accessToken()).body.access_token ?? "";
    keys.delete(client?.id ?? "");
    const after = [(await accessToken()).status, await statuses(token)];
    if (client) keys.set(client.id, client);
    expect(after).toEqual([401, [401, 401, 401, 401]]);
  });

  it("an auth key is no credential for the API", async () => {
    const token = (await accessToken()).body.access_token ?? "";
    const key = (await tailnet("POST", "/keys", token, authKey("tag:ci-api"))).body.key ?? "";
    expect(key).toMatch(/^tskey-auth-/);
    expect(await statuses(key)).toEqual([401, 401, 401, 401]);
    expect((await accessToken(key)).status).toBe(401);
    expect((await tailnet("POST", "/keys", key, authKey("tag:ci-api"))).status).toBe(401);
  });
});

describe("the deployer's Tailscale credential", () => {
  const scopes = deployerScopes;
  const byOwner = { kind: "user", userId: owner.userId } as const;

  /** The policy file with a tag of the deployer, which owns the runners'; put back afterwards. */
  async function withDeployerTag<T>(work: () => Promise<T>): Promise<T> {
    const { state } = stage.world.tailscale;
    const { policy } = state;
    state.policy = '{"tagOwners": {"tag:deployer": [], "tag:ci": ["tag:deployer"], "tag:prod": []}}';
    try {
      return await work();
    } finally {
      state.policy = policy;
    }
  }

  /** What a trust credential of the deployer does with an access token. */
  async function deeds(token: string) {
    const client = (more: object) => tailnet("POST", "/keys", token, { keyType: "client", ...trust, ...more });
    return {
      "replace the whole policy file": (await tailnet("POST", "/acl", token, stage.world.tailscale.state.policy))
        .status,
      "a client for an owned tag": (await client({})).status,
      "a client for a tag that is not owned": (await client({ tags: ["tag:prod"] })).status,
      "a client with a scope that it lacks": (await client({ scopes: ["all"] })).status,
      "read a client's secret": /tskey-client/.test((await tailnet("GET", `/keys/${someClient()}`, token)).text),
    };
  }
  const someClient = () => listCredentials(stage.world).find((key) => key.keyType === "client")?.id;
  const withinScopes = {
    "replace the whole policy file": 200,
    "a client for an owned tag": 200,
    "a client for a tag that is not owned": 400,
    "a client with a scope that it lacks": 403,
    "read a client's secret": false,
  };

  it("an API key of an owner may do everything, and reads no secret back", async () => {
    const key = stage.world.environment.TAILSCALE_API_KEY ?? "";
    await withDeployerTag(async () => {
      expect(await statuses(key)).toEqual([200, 200, 200, 200]);
      expect(await deeds(key)).toEqual({
        ...withinScopes,
        "a client for a tag that is not owned": 200,
        "a client with a scope that it lacks": 200,
      });
    });
  });

  it("an OAuth client replaces the whole policy file, and makes credentials within its scopes and tags only", async () => {
    await withDeployerTag(async () => {
      const made = createKey(stage.world.tailscale.state, byOwner, {
        ...{ keyType: "client", description: "", scopes, tags: ["tag:deployer"] },
      });
      const form = new URLSearchParams({ client_secret: made.secret ?? "" });
      const token = (await tailscale("POST", "/oauth/token", "", form)).body.access_token ?? "";
      expect(await deeds(token)).toEqual(withinScopes);
    });
  });

  it("a federated identity needs an OIDC token of its environment, and is held to its scopes and tags", async () => {
    await withDeployerTag(async () => {
      const { oidc, state } = stage.world.github;
      const { key } = createKey(stage.world.tailscale.state, byOwner, {
        ...{ keyType: "federated", description: "", scopes, tags: ["tag:deployer"], issuer: oidc.issuer },
        ...{ subject: "repo:*:environment:deploy", audience: "deploy", customClaimRules: {} },
      });
      expect(state.repository("acme/unlisted")).toBeDefined();
      const job = { repository: "acme/unlisted", event: "push", audience: "deploy" };
      expect((await exchange(await jobToken(job), key.id)).status).toBe(403);
      const token = (await exchange(await jobToken({ ...job, environment: "deploy" }), key.id)).body.access_token ?? "";
      expect(await deeds(token)).toEqual(withinScopes);
    });
  });
});

describe("the deployer's GitHub token", () => {
  it("changes workflows and secrets of repositories that no stack lists, and reads no secret back", async () => {
    const { url, token, secretValue } = stage.world.github;
    const github = async (method: string, path: string, body?: object) => {
      const response = await fetch(`${url}/api/v3/repos/acme/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: response.status, text: await response.text() };
    };
    const content = Buffer.from("on: push\n").toString("base64");
    const file = await github("PUT", "unlisted/contents/.github/workflows/x.yml", { message: "x", content });
    const secret = await github("GET", "api/actions/secrets/TS_OAUTH_SECRET");
    const removed = await github("DELETE", "api/actions/secrets/NOT_THERE");
    expect([file.status, secret.status, removed.status]).toEqual([201, 200, 404]);
    expect(secret.text).not.toContain(secretValue("acme/api", "TS_OAUTH_SECRET"));
    expect(JSON.parse(secret.text)).not.toHaveProperty("value");
  });
});

describe("what was stolen from the deployer's machine or backend", () => {
  const secretsIn = (text: string) => [
    ...new Set(compileSearch(secretsInPlay(stage.world, [stage.project]))(text).map(({ secret }) => secret)),
  ];
  /** As somebody else would run it, who has the files and `passphrase`. */
  const exported = (passphrase: string) =>
    execFileSync("pulumi", ["stack", "export", "--show-secrets"], {
      ...{ cwd: stage.project.directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
      env: { ...stage.project.environment, PULUMI_CONFIG_PASSPHRASE: passphrase },
    });

  it("a state without the passphrase holds no secret", () => {
    const state = join(stage.project.directory, "state", ".pulumi", "stacks", "claude-aperture", "test.json");
    const text = readFileSync(state, "utf8");
    expect(text).toContain("acme-api-identity-oauth");
    expect(text).toContain("ciphertext");
    expect(secretsIn(text)).toEqual([]);
    expect(() => exported("a guess")).toThrow(/incorrect passphrase/);
  });

  it("a state with the passphrase holds the secrets of OAuth clients and no other; of a federated identity none", () => {
    const { deployment } = JSON.parse(exported(stage.project.environment.PULUMI_CONFIG_PASSPHRASE ?? ""));
    const resources = deployment.resources as { urn: string }[];
    const of = (repository: string) =>
      JSON.stringify(resources.filter(({ urn }) => urn.includes(`::acme-${repository}-`)));
    const client = listCredentials(stage.world).find((key) => key.keyType === "client");
    expect(secretsIn(JSON.stringify(deployment))).toEqual([`secret of OAuth client ${client?.id}`]);
    expect(secretsIn(of("api"))).toEqual([`secret of OAuth client ${client?.id}`]);
    expect(of("app")).toContain("acme-app-identity-federated");
    expect(secretsIn(of("app"))).toEqual([]);
  });

  it("Pulumi.<stack>.yaml holds the salt of the passphrase, and no secret", () => {
    const text = readFileSync(join(stage.project.directory, "Pulumi.test.yaml"), "utf8");
    expect(text).toContain("encryptionsalt: v1:");
    expect(secretsIn(text)).toEqual([]);
  });

  it("a preview, its JSON and a saved plan hold no secret", async () => {
    const plan = join(stage.project.directory, "plan.json");
    stage.project.configure((config) => {
      config["claude-aperture:repositories"] = [
        "app",
        { name: "api", tag: "tag:ci-api", identity: { kind: "oauth", rotation: "2" } },
      ];
    });
    const texts = [
      await succeed(stage.project, "preview", "--diff", "--json", `--save-plan=${plan}`),
      readFileSync(plan, "utf8"),
    ];
    for (const text of texts) {
      expect(text).toContain("acme-api-identity-oauth-2");
      expect(secretsIn(text)).toEqual([]);
    }
  });
});
