/** What a stand-in GitHub consists of: plain data, which a test may read and change. */
import type { WorkflowRun } from "./actions/model.ts";
import { timestamp } from "./answers.ts";
import type { Occurrence } from "./events.ts";
import type { GitStore, Sha, Signature } from "./git.ts";
import type {
  ActionsAccess,
  EnvironmentRule,
  Permission,
  Protection,
  RepositorySlug,
  RulesetOptions,
  Visibility,
} from "./options.ts";
import type { SecretStore } from "./secret-store.ts";

export interface Account {
  login: string;
  id: number;
  type: "Organization" | "User" | "Bot";
}

export interface Owner extends Account {
  type: "Organization" | "User";
  /** Logins of an organization's members, in lower case. */
  members: Set<string>;
  /** An organization's Actions secrets. */
  secrets: OrganizationSecret[];
}

/** Who acts. A bot's login ends in `[bot]`. */
export interface Person {
  login: string;
  id: number;
}

export const typeOfPerson = (login: string): "User" | "Bot" => (login.endsWith("[bot]") ? "Bot" : "User");

/** An organization's Actions secret and who gets it. No route serves the value. */
export interface OrganizationSecret {
  name: string;
  value: string;
  visibility: "all" | "private" | "selected";
  /** Ids of the repositories that a `selected` one is for. */
  selected: number[];
  createdAt: string;
  updatedAt: string;
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

/** What issues and pull requests have in common: GitHub counts them together, and comments on both alike. */
export interface Conversation {
  number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  author: Person;
  labels: string[];
  comments: Comment[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

export interface Comment {
  id: number;
  author: Person;
  body: string;
  createdAt: string;
  updatedAt: string;
}

export interface Review {
  id: number;
  author: Person;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  body: string;
  /** The head that its author saw. */
  commitId: Sha;
  submittedAt: string;
}

/** A comment on a line of a pull request's diff. */
export interface ReviewComment extends Comment {
  reviewId: number;
  path: string;
  line: number;
  side: "LEFT" | "RIGHT";
  commitId: Sha;
  inReplyTo: number | undefined;
}

export interface Issue extends Conversation {
  /** Absent: it is no pull request. */
  head?: undefined;
}

export interface PullRequest extends Conversation {
  draft: boolean;
  merged: boolean;
  base: string;
  head: string;
  /** Id of the repository that has the head's branch: a fork's, or this one's. */
  headRepositoryId: number;
  /** The head's last known commit; it outlives its branch. */
  headSha: Sha;
  maintainerCanModify: boolean;
  reviews: Review[];
  reviewComments: ReviewComment[];
  autoMerge: { enabledAt: string; mergeMethod: "MERGE" | "SQUASH" | "REBASE" } | null;
  inMergeQueue: boolean;
  /** Closed because its branch had nothing over the base; it cannot be reopened, whatever is pushed later. */
  closedForGood: boolean;
  /** The commit that merging made on the base. */
  mergeSha: Sha | null;
  mergedAt: string | null;
}

/** A deployment environment. */
export interface Environment {
  id: number;
  name: string;
  /** What a job waits for that references it. */
  rules: EnvironmentRule[];
  /** Its Actions secrets: they win over the repository's of the same name. */
  secrets: SecretStore;
  createdAt: string;
}

/** What happened to a branch, as the repository's activity lists it. */
export interface Push {
  id: number;
  ref: string;
  before: Sha;
  after: Sha;
  type: "push" | "force_push" | "branch_creation" | "branch_deletion";
  actor: Person;
  timestamp: string;
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
  issues: Issue[];
  /** Oldest first. */
  pushes: Push[];
  runs: WorkflowRun[];
  environments: Environment[];
  /** Roles that were given to people, by login in lower case; they count before those of tokens. */
  collaborators: Map<string, Permission>;
  /** The repository with all its forks, or the fork with its parent and all others, by id. */
  network: Map<number, Repository>;
  /** Id of the repository that this is a fork of. */
  parentId: number | undefined;
  /** Tells of what GitHub would send a webhook for. */
  tell: (occurrence: Occurrence) => void;
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
