/** The stand-in's world: live and mutable, so that a test can act as somebody at github.com. */

import { KnownSecrets } from "../secrecy/known-secrets.ts";
import { timestamp } from "./answers.ts";
import { Clock } from "./clock.ts";
import { GitStore } from "./git.ts";
import { type OidcSettings, type Owner, type Repository, slug, somebody } from "./model.ts";
import type { OidcOptions, RepositoryOptions, RepositorySlug, TokenOptions } from "./options.ts";
import { settlePulls } from "./pull-requests.ts";
import { createRulesets } from "./rulesets.ts";
import { SecretStore } from "./secret-store.ts";
import { Viewer } from "./viewer.ts";
import { noticeWorkflows } from "./workflows.ts";

const firstRepositoryId = 1_300_000_001;
const firstOwnerId = 15_000_001;

export class GitHubState {
  readonly repositories: Repository[] = [];
  /** By token. */
  readonly viewers = new Map<string, Viewer>();
  /** Tokens, OIDC tokens and values of repository secrets, of now and of before. */
  readonly secrets = new KnownSecrets();
  /** Of the rate limits, the dates of secrets and the header `Date`; commits and pull requests have the machine's time. */
  readonly clock: Clock;
  readonly #owners = new Map<string, Owner>();
  #created = 0;

  constructor(repositories: (RepositorySlug | RepositoryOptions)[], tokens: TokenOptions[], clock = new Clock()) {
    this.clock = clock;
    for (const repository of repositories) this.add(repository);
    for (const [index, token] of tokens.entries()) this.viewers.set(token.token, new Viewer(token, index));
  }

  /** Creates a repository. Throws when the name or id is taken, or the options contradict each other. */
  add(given: RepositorySlug | RepositoryOptions): Repository {
    const options: RepositoryOptions = typeof given === "string" ? { name: given } : given;
    const [login, name, ...rest] = options.name.split("/");
    if (!login || !name || rest.length > 0) throw new Error(`not owner/name: ${options.name}`);
    if (options.empty && options.files) throw new Error(`${options.name}: an empty repository has no files`);
    const id = options.id ?? firstRepositoryId + this.#created;
    if (this.byId(id)) throw new Error(`repository id ${id} is taken`);
    if (this.find(login, name)?.kind === "current") throw new Error(`${options.name} exists`);
    this.#created += 1;
    const repository: Repository = {
      id,
      owner: this.#owner(login, options),
      name,
      formerNames: [...(options.renamedFrom ?? [])],
      visibility: options.visibility ?? "private",
      archived: options.archived ?? false,
      disabled: options.disabled ?? false,
      defaultBranch: options.defaultBranch ?? "main",
      protection: options.protection,
      rulesets: createRulesets(options.rulesets ?? []),
      actionsAccess: options.actionsAccess ?? "none",
      workflows: [],
      oidc: oidcSettings(options.oidc ?? {}),
      actions: {
        enabled: true,
        allowedActions: "all",
        shaPinningRequired: false,
        selected: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAllowed: [] },
      },
      git: new GitStore(),
      secrets: new SecretStore(this.clock, (name, value) => this.secrets.add(`repository secret ${name}`, value)),
      variables: new Map(),
      pulls: [],
      labels: ["bug", "documentation", "enhancement"],
      autoMergeAllowed: options.autoMergeAllowed ?? false,
      draftPulls: options.draftPulls ?? true,
      createdAt: timestamp(),
    };
    repository.git.branches.onMove = (branch) => {
      settlePulls(repository, branch);
      if (branch === repository.defaultBranch) noticeWorkflows(repository);
    };
    if (!options.empty) {
      const files = options.files ?? { "README.md": `# ${name}\n` };
      repository.git.commit(repository.defaultBranch, { files, message: "Initial commit", author: somebody() });
    }
    this.repositories.push(repository);
    return repository;
  }

  /** The repository of that current name. Throws when there is none: for tests, which know what they made. */
  repository(name: string): Repository {
    const [login = "", repositoryName = ""] = name.split("/");
    const found = this.find(login, repositoryName);
    if (found?.kind !== "current") throw new Error(`no repository ${name}`);
    return found.repository;
  }

  /** A renamed or transferred repository: redirects from the old name, and immutable subjects from now on. */
  rename(from: string, to: RepositorySlug): Repository {
    const repository = this.repository(from);
    const [login = "", name = ""] = to.split("/");
    if (this.find(login, name)?.kind === "current") throw new Error(`${to} exists`);
    repository.formerNames.push(slug(repository));
    repository.owner = this.#owner(login, {});
    repository.name = name;
    repository.oidc.nativelyImmutable = true;
    return repository;
  }

  delete(name: string): void {
    this.repositories.splice(this.repositories.indexOf(this.repository(name)), 1);
  }

  byId(id: number): Repository | undefined {
    return this.repositories.find((repository) => repository.id === id);
  }

  /** By name, whatever its case; a current name wins over somebody's former one. */
  find(login: string, name: string): { kind: "current" | "renamed"; repository: Repository } | undefined {
    const wanted = `${login}/${name}`.toLowerCase();
    const current = this.repositories.find((repository) => slug(repository).toLowerCase() === wanted);
    if (current) return { kind: "current", repository: current };
    const renamed = this.repositories.find((repository) =>
      repository.formerNames.some((former) => former.toLowerCase() === wanted),
    );
    return renamed && { kind: "renamed", repository: renamed };
  }

  /** An organization or user that owns a repository. */
  owner(login: string): Owner | undefined {
    return this.#owners.get(login.toLowerCase());
  }

  #owner(login: string, { ownerId, ownerType }: Pick<RepositoryOptions, "ownerId" | "ownerType">): Owner {
    const known = this.owner(login);
    if (known) {
      if ((ownerId ?? known.id) !== known.id || (ownerType ?? known.type) !== known.type) {
        throw new Error(`${login} is ${known.type} ${known.id}`);
      }
      return known;
    }
    const owner: Owner = { login, id: ownerId ?? firstOwnerId + this.#owners.size, type: ownerType ?? "Organization" };
    this.#owners.set(login.toLowerCase(), owner);
    return owner;
  }
}

function oidcSettings({ format = "immutable", claimKeys, reportsPrefix = true }: OidcOptions): OidcSettings {
  return { nativelyImmutable: format === "immutable", useImmutableSubject: false, claimKeys, reportsPrefix };
}

/** What `/_sandbox/state` shows: everything but secret values and tokens. */
export function publicState(state: GitHubState): object {
  return { repositories: state.repositories.map(publicRepository) };
}

function publicRepository(repository: Repository): object {
  const { git, owner, oidc, ...rest } = repository;
  const tip = git.tip(repository.defaultBranch);
  const files = [...(tip?.files.keys() ?? [])].map((path) => [path, tip && git.read(tip, path)?.toString("utf8")]);
  return {
    ...rest,
    name: slug(repository),
    owner,
    oidc,
    branches: Object.fromEntries(git.branches),
    /** Of the default branch. */
    files: Object.fromEntries(files),
    commits: [...git.commits.values()].map(({ sha, message, author, parents }) => ({ sha, message, author, parents })),
    secrets: [...repository.secrets.metadata.values()],
    variables: [...repository.variables.values()],
  };
}
