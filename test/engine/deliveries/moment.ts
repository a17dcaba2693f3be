/** What the services hold at one moment: after a write, before anybody sees its answer. */
import { type Repository, slug } from "../../../sandbox/github/index.ts";
import type { Key } from "../../../sandbox/tailscale/state.ts";
import type { World } from "../../../sandbox/world.ts";

export interface Moment {
  /** The write: `github POST /api/graphql createCommitOnBranch`. */
  after: string;
  repositories: ReadonlyMap<string, RepositoryThen>;
  keys: ReadonlyMap<string, Key>;
  policy: string;
}

export interface RepositoryThen {
  repository: Repository;
  /** The text of a file; of the default branch, without a branch. */
  read(path: string, branch?: string): string | undefined;
  secrets: ReadonlyMap<string, string>;
  /** Paths of workflows that somebody disabled. */
  disabled: ReadonlySet<string>;
}

export function takeMoment({ github, tailscale }: World, after: string): Moment {
  const repositories = github.state.repositories.map((one) => [slug(one), seeRepository(one)] as const);
  return {
    after,
    repositories: new Map(repositories),
    keys: new Map(tailscale.state.keys),
    policy: tailscale.state.policy,
  };
}

function seeRepository(repository: Repository): RepositoryThen {
  const { git, secrets, workflows, defaultBranch } = repository;
  // Commits never change, branches do.
  const branches = new Map(git.branches);
  return {
    repository,
    read(path, branch = defaultBranch) {
      const commit = git.commits.get(branches.get(branch) ?? "");
      return commit && git.read(commit, path)?.toString("utf8");
    },
    secrets: new Map([...secrets.metadata.keys()].map((name) => [name, secrets.value(name) ?? ""])),
    disabled: new Set(workflows.filter(({ isDisabled }) => isDisabled).map(({ path }) => path)),
  };
}

/** Every moment from now on, also between two mutations of one GraphQL request. */
export function recordMoments(world: World): Moment[] {
  const moments: Moment[] = [];
  const isWrite = (method: string) => method !== "GET";
  for (const [name, service] of Object.entries({ github: world.github, tailscale: world.tailscale })) {
    service.observer.afterRequest = ({ method, path, operations = [] }) => {
      if (isWrite(method)) moments.push(takeMoment(world, [name, method, path, ...operations].join(" ")));
    };
  }
  for (const repository of world.github.state.repositories) {
    const { branches } = repository.git;
    const { onMove } = branches;
    branches.onMove = (move) => {
      onMove(move);
      moments.push(takeMoment(world, `the branch ${move.branch} of ${slug(repository)} moved`));
    };
  }
  return moments;
}
