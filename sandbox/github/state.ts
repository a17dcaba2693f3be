/** The stand-in's world: live and mutable, so that a test can act as somebody at github.com. */

import { KnownSecrets } from "../secrecy/known-secrets.ts";
import { somebodyElse } from "./actor.ts";
import { timestamp } from "./answers.ts";
import { Clock } from "./clock.ts";
import { announce, type RepositoryEvent } from "./events.ts";
import { GitStore } from "./git.ts";
import {
  type Account,
  type Environment,
  type OidcSettings,
  type Owner,
  type Repository,
  slug,
  somebody,
  typeOfPerson,
} from "./model.ts";
import type { EnvironmentRule, OidcOptions, RepositoryOptions, RepositorySlug, TokenOptions } from "./options.ts";
import { resolvePullRef } from "./pull-refs.ts";
import { settlePulls } from "./pull-requests.ts";
import { recordPush } from "./pushes.ts";
import { createRulesets } from "./rulesets.ts";
import { SecretStore } from "./secret-store.ts";
import { Viewer } from "./viewer.ts";
import { noticeWorkflows } from "./workflows.ts";

const firstRepositoryId = 1_300_000_001;
const firstOwnerId = 15_000_001;
const firstPersonId = 584_001;
const firstRunId = 9_000_000_001;

/** Bots have the same id everywhere. */
const bots: Account[] = [
  { login: "github-actions[bot]", id: 41_898_282, type: "Bot" },
  { login: "dependabot[bot]", id: 49_699_333, type: "Bot" },
];

const worlds = new WeakMap<Repository, GitHubState>();

/** Where the repository is, which its plain data does not say. */
export function worldOf(repository: Repository): GitHubState {
  const state = worlds.get(repository);
  if (!state) throw new Error(`no stand-in has ${slug(repository)}`);
  return state;
}

export class GitHubState {
  readonly repositories: Repository[] = [];
  /** By token. */
  readonly viewers = new Map<string, Viewer>();
  /** Tokens, OIDC tokens and values of repository secrets, of now and of before. */
  readonly secrets = new KnownSecrets();
  /** Of the rate limits, the dates of secrets and the header `Date`; commits and pull requests have the machine's time. */
  readonly clock: Clock;
  /** Where the service is: what addresses in webhooks begin with. Known once it listens. */
  url = "http://127.0.0.1";
  /** Called after each thing for which GitHub would send a webhook. */
  onEvent?: (event: RepositoryEvent) => void;
  readonly #owners = new Map<string, Owner>();
  readonly #people = new Map<string, Account>([...bots, { ...somebodyElse, type: "User" as const }].map(byLogin));
  #created = 0;
  #runs = 0;

  constructor(repositories: (RepositorySlug | RepositoryOptions)[], tokens: TokenOptions[], clock = new Clock()) {
    this.clock = clock;
    for (const [index, token] of tokens.entries()) this.viewers.set(token.token, new Viewer(token, index));
    for (const repository of repositories) this.add(repository);
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
    const parent = options.forkOf === undefined ? undefined : this.repository(options.forkOf);
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
      git: new GitStore(parent?.git),
      secrets: this.#secretStore("repository"),
      variables: new Map(),
      pulls: [],
      issues: [],
      pushes: [],
      runs: [],
      environments: [],
      collaborators: new Map(),
      network: parent?.network ?? new Map(),
      parentId: parent?.id,
      tell: (occurrence) => announce(this, repository, occurrence),
      labels: ["bug", "documentation", "enhancement"],
      autoMergeAllowed: options.autoMergeAllowed ?? false,
      draftPulls: options.draftPulls ?? true,
      createdAt: timestamp(),
    };
    for (const one of options.environments ?? []) {
      this.addEnvironment(repository, typeof one === "string" ? { name: one } : one);
    }
    const { git } = repository;
    git.hiddenRef = (name) => resolvePullRef(repository, name);
    git.branches.onMove = (move) => recordPush(repository, move);
    if (parent) {
      for (const [branch, sha] of parent.git.branches) git.branches.set(branch, sha);
    } else if (!options.empty) {
      const files = options.files ?? { "README.md": `# ${name}\n` };
      git.commit(repository.defaultBranch, { files, message: "Initial commit", author: somebody() });
    }
    noticeWorkflows(repository);
    // From here on it is there, and what happens to it is told.
    git.branches.onMove = (move) => {
      recordPush(repository, move);
      repository.tell({ name: "push", move });
      for (const one of new Set([repository, repository.network.get(repository.parentId ?? id)])) {
        if (one) settlePulls(one, repository, move);
      }
      if (move.branch === repository.defaultBranch) noticeWorkflows(repository);
    };
    repository.network.set(id, repository);
    worlds.set(repository, this);
    this.repositories.push(repository);
    return repository;
  }

  /** A deployment environment, as the settings page makes it. */
  addEnvironment(
    repository: Repository,
    { name, rules = [] }: { name: string; rules?: EnvironmentRule[] },
  ): Environment {
    const { environments } = repository;
    const id = (repository.id % 1_000_000) * 1000 + environments.length + 1;
    const secrets = this.#secretStore("environment");
    const added: Environment = { id, name, rules: [...rules], secrets, createdAt: timestamp() };
    environments.push(added);
    return added;
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
    const repository = this.repository(name);
    this.repositories.splice(this.repositories.indexOf(repository), 1);
    repository.network.delete(repository.id);
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

  /** A person, bot or owner of that login, whatever its case; undefined when nobody has it. */
  account(login: string): Account | undefined {
    const name = login.toLowerCase();
    const viewer = [...this.viewers.values()].find((one) => one.login.toLowerCase() === name);
    if (viewer) return { login: viewer.login, id: viewer.id, type: typeOfPerson(viewer.login) };
    return this.#people.get(name) ?? this.owner(login);
  }

  /** The person or bot of that login, who has an account from now on. */
  person(login: string): Account {
    const known = this.account(login);
    if (known) return known;
    const account: Account = { login, id: firstPersonId + this.#people.size, type: typeOfPerson(login) };
    this.#people.set(login.toLowerCase(), account);
    return account;
  }

  /** An id for a run of a workflow, or for a job of one. */
  nextRunId(): number {
    this.#runs += 1;
    return firstRunId + this.#runs;
  }

  #secretStore(of: string): SecretStore {
    return new SecretStore(this.clock, (name, value) => this.secrets.add(`${of} secret ${name}`, value));
  }

  #owner(login: string, { ownerId, ownerType }: Pick<RepositoryOptions, "ownerId" | "ownerType">): Owner {
    const known = this.owner(login);
    if (known) {
      if ((ownerId ?? known.id) !== known.id || (ownerType ?? known.type) !== known.type) {
        throw new Error(`${login} is ${known.type} ${known.id}`);
      }
      return known;
    }
    const type = ownerType ?? "Organization";
    const colleagues = [...this.viewers.values()].filter(({ permission }) => permission !== "none");
    const members = type === "User" ? [] : [somebodyElse, ...colleagues].map((one) => one.login.toLowerCase());
    const id = ownerId ?? this.account(login)?.id ?? firstOwnerId + this.#owners.size;
    const owner: Owner = { login, id, type, members: new Set(members), secrets: [] };
    this.#owners.set(login.toLowerCase(), owner);
    return owner;
  }
}

function byLogin(account: Account): [string, Account] {
  return [account.login.toLowerCase(), account];
}

function oidcSettings({ format = "immutable", claimKeys, reportsPrefix = true }: OidcOptions): OidcSettings {
  return { nativelyImmutable: format === "immutable", useImmutableSubject: false, claimKeys, reportsPrefix };
}
