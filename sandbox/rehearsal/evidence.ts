/** What the claims of the rehearsal rest on: looked up in the services, never in what the program says of itself. */
import { workflowDefaults } from "../../core/workflow/options.ts";
import { fetchThroughProxy } from "../../services/fetch.ts";
import type { World } from "../world.ts";

/** Directly, also where Node itself is told to use the environment's proxy. */
const fetch = fetchThroughProxy(process.env);

/** What a GraphQL request may ask for without a change of anything. */
const queries = new Set(["node", "nodes", "repository", "viewer", "rateLimit"]);

/** Whether a request changes something, if it is taken. Validating a policy and fetching a token are POST requests that do not. */
export function isWrite({ method, path, operations = [] }: WorldRequest): boolean {
  if (path.endsWith("/graphql")) return operations.some((operation) => !queries.has(operation));
  return method !== "GET" && !/\/(validate|oauth\/token|token-exchange)$/.test(path);
}

type WorldRequest = { method: string; path: string; operations?: readonly string[] };

/** Writes that both services have answered so far, in order within each: `PUT /...`, `POST /api/graphql createCommitOnBranch`. */
export function listWrites(world: World): { tailscale: string[]; github: string[] } {
  const of = (journal: World["github"]["journal"]) =>
    journal
      .filter(isWrite)
      .map(({ method, path, operations = [] }) => [method, path, ...new Set(operations)].join(" "));
  return { tailscale: of(world.tailscale.journal), github: of(world.github.journal) };
}

export function countWrites(world: World): number {
  const { tailscale, github } = listWrites(world);
  return tailscale.length + github.length;
}

/** Credentials of runners that the tailnet has. */
export function listCredentials(world: World) {
  return [...world.tailscale.state.keys.values()].filter((key) => key.keyType !== "auth");
}

/** Those that are named after a repository. */
export function listCredentialsOf(world: World, repository: string) {
  const name = `claude-${repository.replace("/", "-")}-`;
  return listCredentials(world).filter(
    ({ description }) =>
      description.startsWith(name) && /^[0-9a-f]{8}(-[0-9a-f]{6})?$/.test(description.slice(name.length)),
  );
}

export function secretNames(world: World, repository: string): string[] {
  return [...world.github.state.repository(repository).secrets.metadata.values()].map(({ name }) => name).toSorted();
}

/** A file of the default branch. */
export function fileText(world: World, repository: string, path: string): string | undefined {
  const { git, defaultBranch } = world.github.state.repository(repository);
  const tip = git.tip(defaultBranch);
  return tip && git.read(tip, path)?.toString("utf8");
}

export function names(output: string, wanted: string[]): boolean {
  return wanted.every((text) => output.includes(text));
}

/** Whether `after` has all lines of `before`, in order. */
export function onlyAdded(before: string, after: string): boolean {
  const lines = after.split("\n");
  let at = 0;
  return before.split("\n").every((line) => {
    at = lines.indexOf(line, at) + 1;
    return at > 0;
  });
}

/**
 * Whether a job of a pull request of `repository` can join the tailnet with the federated identity of `identityOf`: the
 * stand-in GitHub issues the token, the stand-in Tailscale checks signature, subject and claims, and hands out a key for the tag.
 */
export async function joins(world: World, repository: string, tag: string, identityOf: string): Promise<boolean> {
  const clientId = world.github.secretValue(identityOf, "TS_OAUTH_CLIENT_ID") ?? "";
  const audience = world.github.secretValue(identityOf, "TS_AUDIENCE") ?? "";
  const jwt = await world.github.issueToken({
    repository,
    event: "pull_request",
    workflowPath: workflowDefaults.path,
    audience,
  });
  const exchange = await fetch(`${world.tailscale.url}/api/v2/oauth/token-exchange`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, jwt }),
  });
  if (!exchange.ok) return false;
  const { access_token: token } = (await exchange.json()) as { access_token: string };
  const key = await fetch(`${world.tailscale.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      capabilities: { devices: { create: { ephemeral: true, preauthorized: true, tags: [tag] } } },
    }),
  });
  return key.ok;
}
