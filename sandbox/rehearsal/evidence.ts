/** What the claims of the rehearsal rest on: looked up in the services, never in what the program says of itself. */
import { workflowDefaults } from "../../core/workflow/options.ts";
import { fetchThroughProxy } from "../../services/fetch.ts";
import { diffFiles } from "../github/git.ts";
import type { Job } from "../github/index.ts";
import type { World } from "../world.ts";

/** Directly, also where Node itself is told to use the environment's proxy. */
const fetch = fetchThroughProxy(process.env);

/** What a GraphQL request may ask for without a change of anything. */
const queries = new Set(["node", "nodes", "repository", "viewer", "rateLimit"]);

/** Whether a request changes something, if it is taken. Some POST requests do not: validating a policy, fetching a token, fetching with git, asking a model. */
export function isWrite({ method, path, operations = [] }: WorldRequest): boolean {
  if (path.endsWith("/graphql")) return operations.some((operation) => !queries.has(operation));
  return (
    !/^(GET|HEAD)$/.test(method) && !/\/(validate|oauth\/token|token-exchange|git-upload-pack|v1\/messages)$/.test(path)
  );
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

/** Commits of the default branch. */
export function countCommits(world: World, repository: string): number {
  const { git, defaultBranch } = world.github.state.repository(repository);
  const tip = git.tip(defaultBranch);
  return tip ? git.history(tip).length : 0;
}

/** Paths of the default branch, sorted. */
export function listFiles(world: World, repository: string): string[] {
  const { git, defaultBranch } = world.github.state.repository(repository);
  return [...(git.tip(defaultBranch)?.files.keys() ?? [])].toSorted();
}

/** What an open pull request would change: each file with its text before and after, empty where there is none. */
export function changedFiles(world: World, repository: string, number: number) {
  const { git, pulls } = world.github.state.repository(repository);
  const pull = pulls.find((one) => one.number === number);
  const [base, head] = [git.tip(pull?.base ?? ""), git.commits.get(pull?.headSha ?? "")];
  if (!base || !head) return [];
  const text = (commit: typeof base, path: string) => git.read(commit, path)?.toString("utf8") ?? "";
  return diffFiles(base.files, head.files).map(({ path, status }) => ({
    path,
    status,
    before: text(base, path),
    after: text(head, path),
  }));
}

/** Whether the workflow of that path is disabled in Actions. */
export function isDisabled(world: World, repository: string, path: string): boolean {
  return world.github.state.repository(repository).workflows.some((one) => one.path === path && one.isDisabled);
}

/** What a job sends to name an identity. Neither is a secret. */
export interface RunnerIdentity {
  clientId: string;
  audience: string;
}

/** Of an identity in the scope `repository`. */
export function identityInSecrets(world: World, repository: string): RunnerIdentity {
  const value = (name: string) => world.github.secretValue(repository, name) ?? "";
  return { clientId: value("TS_OAUTH_CLIENT_ID"), audience: value("TS_AUDIENCE") };
}

/** Whether a job of a pull request of `repository` can join the tailnet with the federated identity in the secrets of `identityOf`. */
export async function joins(world: World, repository: string, tag: string, identityOf: string): Promise<boolean> {
  const job = { repository, event: "pull_request", workflowPath: workflowDefaults.path };
  return joinsAs(world, job, tag, identityInSecrets(world, identityOf));
}

/**
 * Whether a job can join the tailnet: the stand-in GitHub issues the token, the stand-in Tailscale checks signature, subject and
 * claims, and hands out a key for the tag.
 */
export async function joinsAs(world: World, job: Job, tag: string, identity: RunnerIdentity): Promise<boolean> {
  const { status, token } = await exchange(world, job, identity);
  if (status !== 200) return false;
  const key = await fetch(`${world.tailscale.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      capabilities: { devices: { create: { ephemeral: true, preauthorized: true, tags: [tag] } } },
    }),
  });
  return key.ok;
}

/** What Tailscale answers when a job gives its OIDC token for an access token; `message` where it refuses. */
export async function exchange(world: World, job: Job, { clientId, audience }: RunnerIdentity) {
  const jwt = await world.github.issueToken({ ...job, audience });
  const answer = await fetch(`${world.tailscale.url}/api/v2/oauth/token-exchange`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, jwt }),
  });
  const { access_token: token, message } = (await answer.json()) as { access_token?: string; message?: string };
  return { status: answer.status, token, message };
}
