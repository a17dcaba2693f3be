/** A GitHub client with the credentials of the GitHub provider, for what the provider cannot read in batches. */
import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import Bottleneck from "bottleneck";
import { z } from "zod";
import { formatMessage } from "../../core/messages/entry.ts";
import { redact } from "../../core/messages/redact.ts";
import { appKeyUnreadable, noGitHubCredentials, notGitHub } from "../../core/messages/repositories.ts";
import { describeNotJson, isPage, requireDocumented } from "../answer.ts";
import { fetchThroughProxy } from "../fetch.ts";
import { describeWait } from "./wait.ts";

export type GitHubConnection = InstanceType<typeof GitHubClient>;

/** The GitHub provider's configuration of a stack; the environment fills what it leaves out, as it does for the provider. */
export interface GitHubConfiguration {
  baseUrl?: string | undefined;
  token?: string | undefined;
  appAuth?: { id?: string; installationId?: string; pemFile?: string } | undefined;
}

/** GitHub cannot be asked, or something else answered in its place: what, where and the fix, for people. Holds no credential. */
export class GitHubError extends Error {}

const GitHubClient = Octokit.plugin(retry, throttling);

/** How a request waits when GitHub asks for it. */
export interface Waits {
  /** In seconds; what would take longer is an error at once. */
  longest: number;
  /** How often a request waits before its error is shown. */
  times: number;
}

const shortWaits: Waits = { longest: 90, times: 2 };

/**
 * Octokit's own limit is 10 requests at once, and its option for another one is not among its types. GitHub's is 100 of all programs
 * together ("Rate limits for the REST API").
 */
const manyAtOnce = { global: new Bottleneck.Group({ maxConcurrent: 30 }) };

export interface ConnectionOptions {
  /** Called with a line for people when GitHub asks to wait. */
  tell?: (line: string) => unknown;
  waits?: Waits;
  /** Ends requests and waits. */
  signal?: AbortSignal;
  /** Milliseconds before a request that a server failed to answer is sent again; later ones wait four and nine times as long. */
  retryPause?: number;
}

/**
 * Connects as the provider does: token, GitHub App, or the `gh` command's login. No error of it shows a credential.
 * @throws {GitHubError} when there is no credential, or an App's key that is none.
 */
export function connectToGitHub(
  configuration: GitHubConfiguration,
  environment: Record<string, string | undefined>,
  { tell = () => {}, waits = shortWaits, signal, retryPause = 1000 }: ConnectionOptions = {},
): GitHubConnection {
  const credential = authentication(configuration, environment);
  const secrets = new Set(secretsOf(credential));
  const waitForLimit = (seconds: number, _options: object, _client: unknown, retryCount: number): boolean => {
    if (retryCount >= waits.times || seconds > waits.longest || signal?.aborted) return false;
    tell(describeWait(seconds, Date.now()));
    return true;
  };
  const client = new GitHubClient({
    ...credential,
    baseUrl: apiUrl(configuration.baseUrl ?? environment.GITHUB_BASE_URL),
    userAgent: "claude-aperture",
    request: { fetch: noting(secrets, fetchThroughProxy(environment)) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    // Octokit's own list, and 409: of a conflict the state has to be read again, and the same request fails for ever.
    retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 451], retryAfterBaseValue: retryPause },
    throttle: {
      onRateLimit: waitForLimit,
      onSecondaryRateLimit: waitForLimit,
      // Octokit keeps a second between any two POST requests. Most of ours are GraphQL queries, which write nothing; of commits
      // several stand in one request.
      write: new Bottleneck.Group(),
      ...manyAtOnce,
    },
  });
  redactErrors(client, secrets);
  refuseOthers(client);
  if (signal) endWith(client, signal);
  return client;
}

/** A wait for a limit is octokit's, and cannot be ended; nobody has to wait for its end. */
function endWith(client: GitHubConnection, signal: AbortSignal): void {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  client.hook.wrap("request", (request, options) => {
    signal.throwIfAborted();
    return Promise.race([request(options), aborted]);
  });
}

/** https://spec.graphql.org/October2021/#sec-Response-Format */
const graphqlAnswer = z
  .looseObject({
    data: z.looseObject({}).nullish(),
    errors: z.array(z.looseObject({ message: z.string() })).optional(),
  })
  .refine(({ data, errors }) => data || errors?.length, "neither data nor errors");

/** Every answer of GitHub's API that we read is JSON. */
function refuseOthers(client: GitHubConnection): void {
  client.hook.error("request", (error, { method, url }) => {
    // octokit's plugins look into GraphQL's answer before us; an error of the connection is a RequestError.
    if (error instanceof TypeError) throw unexpectedAnswer(client, `${method} ${url}`, "JSON of another form");
    throw error;
  });
  client.hook.after("request", ({ status, data, headers }, { method, url }) => {
    if (status === 204) return;
    const refuse = (what: string) => unexpectedAnswer(client, `${method} ${url}`, what);
    const what = isPage(data, headers["content-type"]) ? "an HTML page" : describeNotJson(data);
    if (what !== undefined) throw refuse(what);
    if (url.endsWith("/graphql")) requireDocumented(graphqlAnswer, data, refuse);
  });
}

/** The error for an answer that is not the documented one. `request` is its method and URL or path. */
export function unexpectedAnswer(client: GitHubConnection, request: string, what: string): GitHubError {
  const { origin } = new URL(client.request.endpoint.DEFAULTS.baseUrl);
  return new GitHubError(formatMessage(notGitHub, { origin, request: request.replace(origin, ""), what }));
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

/** A proxy may repeat in its answer what it was sent. Of a page, octokit would show the whole. */
function redactErrors(client: GitHubConnection, secrets: ReadonlySet<string>): void {
  client.hook.error("request", (error) => {
    const isOfPage = "response" in error && isPage(error.response?.data);
    const said = isOfPage ? "an HTML page, which is not GitHub's answer" : redact(error.message, secrets);
    if (error.stack)
      error.stack = redact(
        error.stack.replace(error.message, () => said),
        secrets,
      );
    error.message = said;
    throw error;
  });
  // GraphQL's errors come with status 200.
  client.hook.after("request", ({ data }) => {
    for (const error of Array.isArray(data?.errors) ? data.errors : [])
      error.message = redact(`${error.message}`, secrets);
  });
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
    const key = privateKey.replaceAll("\\n", "\n");
    if (!isPrivateKey(key)) throw new GitHubError(formatMessage(appKeyUnreadable, {}));
    return { authStrategy: createAppAuth, auth: { appId, installationId, privateKey: key } };
  }
  const login = ghToken(baseUrl ?? environment.GITHUB_BASE_URL, environment);
  if (login) return { auth: login };
  throw new GitHubError(formatMessage(noGitHubCredentials, {}));
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
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
