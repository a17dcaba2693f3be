/** The stand-in's world: live and mutable, so that a test can act as somebody at github.com. */

import { KnownSecrets } from "../secrecy/known-secrets.ts";
import { timestamp } from "./answers.ts";
import { Clock } from "./clock.ts";
import { GitStore, type Signature } from "./git.ts";
import type {
  OidcOptions,
  Protection,
  RepositoryOptions,
  RepositorySlug,
  TokenOptions,
  Visibility,
} from "./options.ts";
import { settlePulls } from "./pull-requests.ts";
import { SecretStore } from "./secret-store.ts";
import { Viewer } from "./viewer.ts";

export interface Owner {
  login: string;
  id: number;
  type: "Organization" | "User";
}

export interface Variable {
  name: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}

export interface ActionsPermissions {
  enabled: boolean;
  allowedActions: "all" | "local_only" | "selected";
  shaPinningRequired: boolean;
  selected: { githubOwnedAllowed: boolean; verifiedAllowed: boolean; patternsAllowed: string[] };
}

export interface PullRequest {
  number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  draft: boolean;
  merged: boolean;
  base: string;
  head: string;
  /** The head's last known commit; it outlives its branch. */
  headSha: string;
  author: { login: string; id: number };
  maintainerCanModify: boolean;
  labels: string[];
  comments: { id: number; author: { login: string; id: number }; body: string; createdAt: string }[];
  autoMerge: { enabledAt: string; mergeMethod: "MERGE" | "SQUASH" | "REBASE" } | null;
  inMergeQueue: boolean;
  /** Closed because its branch had nothing over the base; it cannot be reopened, whatever is pushed later. */
  closedForGood: boolean;
  /** The commit that merging made on the base. */
  mergeSha: string | null;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
}

export interface OidcSettings {
  /** Created, renamed or transferred after 15 July 2026: immutable whatever `useImmutableSubject` says. */
  nativelyImmutable: boolean;
  /** Opted in by settings or API. */
  useImmutableSubject: boolean;
  claimKeys: string[] | undefined;
  reportsPrefix: boolean;
}

export interface Repository {
  id: number;
  owner: Owner;
  name: string;
  formerNames: RepositorySlug[];
  visibility: Visibility;
  archived: boolean;
  disabled: boolean;
  defaultBranch: string;
  /** Of the default branch. */
  protection: Protection | undefined;
  oidc: OidcSettings;
  actions: ActionsPermissions;
  git: GitStore;
  secrets: SecretStore;
  /** By upper-case name. */
  variables: Map<string, Variable>;
  pulls: PullRequest[];
  /** Names of the labels that there are. */
  labels: string[];
  autoMergeAllowed: boolean;
  /** False: a private repository of a plan without drafts. */
  draftPulls: boolean;
  createdAt: string;
}

export const slug = (repository: Repository): RepositorySlug => `${repository.owner.login}/${repository.name}`;

/** Who commits when a test changes a repository by hand. */
export const somebody = (): Signature => ({
  name: "Some Body",
  email: "somebody@example.com",
  date: timestamp(),
});

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
    repository.git.branches.onMove = (branch) => settlePulls(repository, branch);
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
