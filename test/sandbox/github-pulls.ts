/** A scene for the tests of the stand-in's pull requests. */
import { type GitHubOptions, pushCommit, type RepositoryOptions, startRun } from "../../sandbox/github/index.ts";
import { github } from "./github-client.ts";

type Errors = { type: string; message: string; path: unknown[] }[];

/**
 * A stand-in with a repository `acme/app` whose branch `feature` is a commit ahead of `main`, and shorthands: `run` a mutation,
 * `open` a pull request of `feature`, `list` and `read` them.
 */
export async function scene(options: Omit<RepositoryOptions, "name"> = {}, more: Partial<GitHubOptions> = {}) {
  const client = await github({ repositories: [{ name: "acme/app", files: { "a.md": "1" }, ...options }], ...more });
  const repository = client.state.repository("acme/app");
  const { git } = repository;
  const { node_id: repositoryId } = (await client.rest("GET", "/repos/acme/app")).body as { node_id: string };
  const start = git.branches.get("main") ?? "";
  git.branches.set("feature", start);
  pushCommit(repository, "feature", { "b.md": "1" });

  const run = async (mutation: string, input: object, headers = {}) => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
    const fields = mutation === "addComment" ? "commentEdge { node { url body } }" : `pullRequest { ${shown} }`;
    const query = `mutation ($input: ${type}) { ${mutation}(input: $input) { ${fields} } }`;
    const { body } = await client.graphql(query, { input }, headers);
    const { data, errors } = body as { data: Record<string, { pullRequest: Pull } | null>; errors?: Errors };
    return { pull: data[mutation]?.pullRequest, payload: data[mutation], error: errors?.[0] };
  };
  const open = (change: object = {}, headers = {}) =>
    run(
      "createPullRequest",
      { repositoryId, headRefName: "feature", baseRefName: "main", title: "T", ...change },
      headers,
    );
  const list = async (filter = "") => {
    const query = `{ repository(owner: "acme", name: "app") { pullRequests(first: 10 ${filter}) { totalCount nodes { ${shown} } } } }`;
    const { body } = await client.graphql(query);
    return (body as { data: { repository: { pullRequests: { nodes: Pull[] } } } }).data.repository.pullRequests.nodes;
  };
  const read = async (number = 1) => (await list()).find((pull) => pull.number === number);
  return { client, repository, git, start, run, open, list, read };
}

/** A run for the first pull request. */
export function runFor({ client, repository }: Pick<Awaited<ReturnType<typeof scene>>, "client" | "repository">) {
  const [pull] = repository.pulls;
  const of = { path: ".github/workflows/claude.yml", name: "Claude", event: "pull_request", actor: "alice" };
  const head = { headSha: pull?.headSha ?? "", headBranch: pull?.head ?? "" };
  return startRun(client.state, repository, { ...of, ...head, pulls: [1] });
}

const shown = `id number url state isDraft headRefOid headRefName baseRefName merged mergedAt closedAt title body
  labels(first: 9) { nodes { name } } isInMergeQueue autoMergeRequest { enabledAt }`;

/** The fields of a pull request that `scene` asks for. */
export interface Pull {
  id: string;
  number: number;
  state: string;
  headRefOid: string;
  [field: string]: unknown;
}
