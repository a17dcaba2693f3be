/** What a stand-in GitHub is started with. */
import type { ServiceOptions } from "../service.ts";

export type RepositorySlug = `${string}/${string}`;
export type Visibility = "public" | "private" | "internal";
/** A collaborator's role, weakest first. */
export type Permission = "none" | "read" | "triage" | "write" | "maintain" | "admin";
/** The classic token scopes that decide anything here. */
export type Scope = "repo" | "public_repo" | "workflow" | "read:org" | "admin:org";

export interface GitHubOptions extends ServiceOptions {
  /** What exists at the start; a string stands for a private repository with a README. */
  repositories: (RepositorySlug | RepositoryOptions)[];
  /** The accepted tokens. Default: `defaultToken`, with every scope and admin rights everywhere. */
  tokens?: TokenOptions[];
  /** The secondary limits on content. Default: none are enforced. */
  contentLimits?: ContentLimits;
  /** Off: as a GitHub Enterprise Server whose requests are not counted, the default there. Default: GitHub's hourly limits. */
  rateLimits?: "hourly" | "off";
  /** Mutations that it does not know, as an older GitHub Enterprise Server. Default: none. */
  lackedMutations?: string[];
  /** Fields that it does not know, as `Type.field`. Default: none. */
  lackedFields?: string[];
  /** How many seconds of a rate limit's window pass in one second. Default 1. */
  limitSpeed?: number;
  /** `iss` of Actions tokens. Default `https://token.actions.githubusercontent.com`, as on github.com. */
  issuer?: string;
}

/** Content that one user may create: commits and pull requests. */
export interface ContentLimits {
  /** Default 80, about what GitHub allows. */
  perMinute?: number;
  /** Default 500, about what GitHub allows. */
  perHour?: number;
}

export interface RepositoryOptions {
  name: RepositorySlug;
  /** Default: counted from 1300000001. */
  id?: number;
  /** The same for all repositories of one owner. Default: counted from 15000001. */
  ownerId?: number;
  /** Default `Organization`. */
  ownerType?: "Organization" | "User";
  /** Default `private`. */
  visibility?: Visibility;
  /** Read-only: every write is a 403. */
  archived?: boolean;
  /** Blocked by GitHub: every write is a 403. */
  disabled?: boolean;
  /** Default `main`. */
  defaultBranch?: string;
  /** Classic branch protection of the default branch. */
  protection?: Protection;
  /** Rulesets that apply to the repository, its organization's included. Default: none. */
  rulesets?: RulesetOptions[];
  /** Who may use the actions and workflows of a private or internal repository. Default `none`, as on GitHub. */
  actionsAccess?: ActionsAccess;
  /** Whether pull requests may be set to merge by themselves. Default false, as on GitHub. */
  autoMergeAllowed?: boolean;
  /** False: as a private repository of a plan without draft pull requests. Default true. */
  draftPulls?: boolean;
  oidc?: OidcOptions;
  /** Earlier names; requests for them are redirected. */
  renamedFrom?: RepositorySlug[];
  /** Deployment environments; a string stands for one without rules. Default: none. */
  environments?: (string | { name: string; rules: EnvironmentRule[] })[];
  /** It is a fork of that repository, with its branches, and shares its Git objects. Excludes `files` and `empty`. */
  forkOf?: RepositorySlug;
  /** Path to text, in one first commit. Default: a README. */
  files?: Record<string, string>;
  /** No commit, so no branch: what a repository is right after its creation. Excludes `files`. */
  empty?: boolean;
}

/** What a deployment environment makes its jobs wait for. */
export type EnvironmentRule = "required_reviewers" | "wait_timer" | "branch_policy";

/** The rules of classic branch protection that stop a direct commit. */
export interface Protection {
  /** Approving reviews that a change needs; from 1 on, changes must go through a pull request. */
  requiredReviews?: number;
  /** Names of status checks that a commit must have passed. */
  requiredStatusChecks?: string[];
  /** Whether the rules bind administrators too. Default false, as on GitHub. */
  enforceAdmins?: boolean;
}

export type ActionsAccess = "none" | "user" | "organization" | "enterprise";

/** How far somebody is not bound by a ruleset. `exempt` is asked nothing, where `always` may choose. */
export type Bypass = "always" | "pull_requests_only" | "exempt";

export interface RulesetOptions {
  name: string;
  /** Default: counted from 4100001. */
  id?: number;
  /** Default `active`; the others bind nobody. */
  enforcement?: "active" | "evaluate" | "disabled";
  /** Branch names, `~DEFAULT_BRANCH` or `~ALL`. Default: the default branch. */
  branches?: string[];
  rules: RuleOptions[];
  /** Which roles are not bound, and how far. Default: every role is bound, administrators too. */
  bypass?: Partial<Record<Permission, Bypass>>;
  /** Default `Repository`. */
  source?: "Repository" | "Organization";
}

export type RuleOptions =
  /** `requiredReviews` default 1; with 0 a pull request is needed, but no approval. */
  | { type: "pull_request"; requiredReviews?: number }
  | { type: "required_status_checks"; checks: string[] }
  | { type: "update" | "creation" | "deletion" | "non_fast_forward" | "merge_queue" };

/**
 * How the repository's OIDC subjects look.
 * https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
 */
export interface OidcOptions {
  /**
   * `old`: `repo:acme/app`. `immutable` (default): `repo:acme@1/app@2`, what repositories have that were created, renamed
   * or transferred after 15 July 2026.
   */
  format?: "old" | "immutable";
  /** Claim keys of a custom template (`include_claim_keys`); the default template when absent. */
  claimKeys?: string[];
  /** False: as GitHub Enterprise Server, which names no `sub_claim_prefix` and has no immutable subjects. Default true. */
  reportsPrefix?: boolean;
}

export interface TokenOptions {
  token: string;
  /** Default `platform-engineer`. */
  login?: string;
  /** Default: counted from 583001. */
  id?: number;
  /** Default: all. */
  scopes?: Scope[];
  /** The user's role in every repository that `repositories` does not name. Default `admin`. */
  permission?: Permission;
  /** The user's role by repository. */
  repositories?: Record<RepositorySlug, Permission>;
  /** Organizations whose single sign-on the token is not authorised for: their private repositories are refused. */
  withoutSingleSignOn?: string[];
  /** What the token may do with workflows through the Actions API. Default `write`, what the scope `repo` includes. */
  actions?: "none" | "read" | "write";
  /**
   * What GitHub calls it where it refuses it. Default `personal access token`, a classic one; an App's is an `integration`, which
   * has no scopes to tell of.
   */
  kind?: "personal access token" | "integration";
  /** Requests per hour, REST and GraphQL counted apart. Default 5000, what a personal access token has. */
  rateLimit?: number;
}

/** Every scope, admin everywhere. Made up. */
export const defaultToken = "ghp_exampleOfATokenWithEveryScope";
