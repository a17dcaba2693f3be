/** A GitHub client with the credentials of the GitHub provider, for what the provider cannot read in batches. */
import { execFileSync } from "node:child_process";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import * as pulumi from "@pulumi/pulumi";
import Bottleneck from "bottleneck";
import { say } from "../../core/messages/entry.ts";
import { redact } from "../../core/messages/redact.ts";
import { noGitHubCredentials, rateLimited } from "../../core/messages/repositories.ts";
import { fetchThroughProxy } from "../fetch.ts";

export type GitHubConnection = InstanceType<typeof GitHubClient>;

/** The GitHub provider's configuration of a stack; the environment fills what it leaves out, as it does for the provider. */
export interface GitHubConfiguration {
  baseUrl?: string | undefined;
  token?: string | undefined;
  appAuth?: { id?: string; installationId?: string; pemFile?: string } | undefined;
}

const GitHubClient = Octokit.plugin(retry, throttling);

/** How often a request waits for a rate limit before its error is shown, and how many seconds at most. */
const rateLimitRetries = 2;
const longestWait = 90;

/** Reads `github:` of the running program's stack. */
export function githubConfiguration(): GitHubConfiguration {
  const config = new pulumi.Config("github");
  return {
    baseUrl: config.get("baseUrl"),
    token: config.get("token"),
    appAuth: config.getObject("appAuth"),
  };
}

/** Connects as the provider does: token, GitHub App, or the `gh` command's login. No error of it shows a credential. */
export function connectToGitHub(
  configuration: GitHubConfiguration,
  environment: Record<string, string | undefined>,
): GitHubConnection {
  const credential = authentication(configuration, environment);
  const secrets = new Set(secretsOf(credential));
  const client = new GitHubClient({
    ...credential,
    baseUrl: apiUrl(configuration.baseUrl ?? environment.GITHUB_BASE_URL),
    userAgent: "claude-aperture",
    request: { fetch: noting(secrets, fetchThroughProxy(environment)) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    throttle: {
      onRateLimit: waitForLimit,
      onSecondaryRateLimit: waitForLimit,
      // Octokit keeps a second between any two POST requests. All of ours are GraphQL queries, which write nothing.
      write: new Bottleneck.Group(),
    },
  });
  redactErrors(client, secrets);
  return client;
}

/** What the configuration and the environment hold. */
function secretsOf(credential: ReturnType<typeof authentication>): string[] {
  const auth: string | { privateKey: string } = credential?.auth;
  return [typeof auth === "string" ? auth : auth.privateKey];
}

/** `fetch` that first notes the credential of each request: an App's tokens are made on the way, by octokit. */
function noting(secrets: Set<string>, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => {
    const credential = new Headers(init?.headers).get("authorization")?.split(" ").at(-1);
    if (credential) secrets.add(credential);
    return fetch(input, init);
  };
}

/** A proxy may repeat in its answer what it was sent. */
function redactErrors(client: GitHubConnection, secrets: ReadonlySet<string>): void {
  client.hook.error("request", (error) => {
    error.message = redact(error.message, secrets);
    if (error.stack) error.stack = redact(error.stack, secrets);
    throw error;
  });
  // GraphQL's errors come with status 200.
  client.hook.after("request", ({ data }) => {
    for (const error of Array.isArray(data?.errors) ? data.errors : [])
      error.message = redact(`${error.message}`, secrets);
  });
}

function waitForLimit(seconds: number, _options: object, _client: unknown, retryCount: number): boolean {
  if (retryCount >= rateLimitRetries || seconds > longestWait) return false;
  pulumi.log.info(say(rateLimited, { seconds }), undefined, undefined, true);
  return true;
}

/** Like the provider: github.com has its API on a host of its own, every other host serves it under /api/v3. */
export function apiUrl(baseUrl: string | undefined): string {
  if (!baseUrl) return "https://api.github.com";
  const url = new URL(baseUrl);
  if (url.hostname === "github.com" || url.hostname === "api.github.com") return "https://api.github.com";
  if (url.hostname.endsWith(".ghe.com")) {
    return `https://${url.hostname.startsWith("api.") ? url.hostname : `api.${url.hostname}`}`;
  }
  return `${url.origin}${url.pathname.replace(/(\/api\/v3)?\/*$/, "")}/api/v3`;
}

function authentication(
  { token, appAuth, baseUrl }: GitHubConfiguration,
  environment: Record<string, string | undefined>,
): ConstructorParameters<typeof GitHubClient>[0] {
  const given = token ?? environment.GITHUB_TOKEN;
  if (given) return { auth: given };
  const appId = appAuth?.id ?? environment.GITHUB_APP_ID;
  const installationId = appAuth?.installationId ?? environment.GITHUB_APP_INSTALLATION_ID;
  const privateKey = appAuth?.pemFile ?? environment.GITHUB_APP_PEM_FILE;
  if (appId && installationId && privateKey) {
    // Keys in environment variables often have their line breaks escaped; the provider accepts that too.
    const auth = { appId, installationId, privateKey: privateKey.replaceAll("\\n", "\n") };
    return { authStrategy: createAppAuth, auth };
  }
  const login = ghToken(baseUrl ?? environment.GITHUB_BASE_URL, environment);
  if (login) return { auth: login };
  throw new pulumi.RunError(say(noGitHubCredentials, {}));
}

function ghToken(baseUrl: string | undefined, environment: Record<string, string | undefined>): string | undefined {
  const host = baseUrl ? new URL(baseUrl).hostname.replace(/^api\./, "") : "github.com";
  try {
    const output = execFileSync(environment.GH_PATH || "gh", ["auth", "token", "--hostname", host], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}
