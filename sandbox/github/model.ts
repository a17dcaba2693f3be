/** What a stand-in GitHub consists of: plain data, which a test may read and change. */
import { timestamp } from "./answers.ts";
import type { GitStore, Signature } from "./git.ts";
import type { ActionsAccess, Protection, RepositorySlug, RulesetOptions, Visibility } from "./options.ts";
import type { SecretStore } from "./secret-store.ts";

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

/** A workflow that is or was on the default branch. */
export interface Workflow {
  id: number;
  path: string;
  isDisabled: boolean;
  createdAt: string;
  updatedAt: string;
}

export type Ruleset = Required<RulesetOptions>;

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
  rulesets: Ruleset[];
  actionsAccess: ActionsAccess;
  workflows: Workflow[];
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
