/** The stand-in's world as its control route shows it. */
import { type Repository, slug } from "./model.ts";
import type { GitHubState } from "./state.ts";

/** What `/_sandbox/state` shows: everything but secret values and tokens. */
export function publicState(state: GitHubState): object {
  return { repositories: state.repositories.map(publicRepository) };
}

function publicRepository(repository: Repository): object {
  const { git, owner, oidc, network, collaborators, environments, ...rest } = repository;
  const tip = git.tip(repository.defaultBranch);
  const files = [...(tip?.files.keys() ?? [])].map((path) => [path, tip && git.read(tip, path)?.toString("utf8")]);
  return {
    ...rest,
    name: slug(repository),
    owner: { login: owner.login, id: owner.id, type: owner.type },
    oidc,
    collaborators: Object.fromEntries(collaborators),
    branches: Object.fromEntries(git.branches),
    /** Of the default branch. */
    files: Object.fromEntries(files),
    commits: [...git.commits.values()].map(({ sha, message, author, parents }) => ({ sha, message, author, parents })),
    environments: environments.map(({ secrets, ...shown }) => ({ ...shown, secrets: [...secrets.metadata.values()] })),
    secrets: [...repository.secrets.metadata.values()],
    variables: [...repository.variables.values()],
  };
}
