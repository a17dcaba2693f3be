/** Who a token speaks for, what it may do, and how many requests it has left. */

import { timestamp } from "./answers.ts";
import type { Signature } from "./git.ts";
import type { Repository } from "./model.ts";
import type { Permission, RepositorySlug, Scope, TokenOptions } from "./options.ts";

const permissions: readonly Permission[] = ["none", "read", "triage", "write", "maintain", "admin"];
const everyScope: readonly Scope[] = ["repo", "workflow", "read:org"];
const firstUserId = 583_001;

export const atLeast = (permission: Permission, needed: Permission): boolean =>
  permissions.indexOf(permission) >= permissions.indexOf(needed);

const lower = (one: Permission, other: Permission): Permission => (atLeast(one, other) ? other : one);

/** One hour's allowance. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export interface RateLimit {
  limit: number;
  used: number;
  /** Seconds since 1970. */
  reset: number;
}

/** What a job's token is for. https://docs.github.com/actions/concepts/security/github_token */
export interface JobRights {
  repositoryId: number;
  /** By scope, as `permissions:` of a job names them; what is not named is `none`. */
  permissions: Readonly<Record<string, "read" | "write">>;
}

export class Viewer {
  readonly login: string;
  readonly id: number;
  /** Mutable, as a token's scopes are in the settings of an account. */
  scopes: ReadonlySet<Scope>;
  permission: Permission;
  actions: "none" | "read" | "write";
  readonly kind: "personal access token" | "integration";
  /** Organizations, in lower case, whose single sign-on the token is not authorised for. */
  readonly withoutSingleSignOn: Set<string>;
  /** Set for the token of a job, which has no role but these rights. */
  readonly job: JobRights | undefined;
  /** By lower-case `owner/name`. */
  readonly repositories: Map<string, Permission>;
  readonly rateLimits: { core: RateLimit; graphql: RateLimit };

  constructor(options: TokenOptions, index: number, job?: JobRights) {
    this.login = options.login ?? "platform-engineer";
    this.id = options.id ?? firstUserId + index;
    this.job = job;
    this.scopes = new Set(options.scopes ?? everyScope);
    this.permission = options.permission ?? "admin";
    this.withoutSingleSignOn = new Set((options.withoutSingleSignOn ?? []).map((login) => login.toLowerCase()));
    this.actions = options.actions ?? "write";
    this.kind = options.kind ?? "personal access token";
    const named = Object.entries(options.repositories ?? {}) as [RepositorySlug, Permission][];
    this.repositories = new Map(named.map(([name, permission]) => [name.toLowerCase(), permission]));
    const limit = options.rateLimit ?? 5000;
    this.rateLimits = { core: { limit, used: 0, reset: 0 }, graphql: { limit, used: 0, reset: 0 } };
  }

  /** The user's role in the repository. */
  role(repository: Repository): Permission {
    const name = `${repository.owner.login}/${repository.name}`.toLowerCase();
    const given = repository.collaborators.get(this.login.toLowerCase());
    return given ?? this.repositories.get(name) ?? this.permission;
  }

  /** What the token may do in the repository: the user's role, cut down by the token's scopes. */
  access(repository: Repository): Permission {
    const isPublic = repository.visibility === "public";
    // Which routes it may use is looked at one by one.
    if (this.job) return this.job.repositoryId === repository.id ? "write" : isPublic ? "read" : "none";
    const role = isPublic && this.role(repository) === "none" ? "read" : this.role(repository);
    if (this.scopes.has("repo")) return role;
    if (!isPublic) return "none";
    return this.scopes.has("public_repo") ? role : lower(role, "read");
  }

  /** Whether the organization's single sign-on keeps the token out of the repository. */
  needsSingleSignOn({ owner, visibility }: Repository): boolean {
    return visibility !== "public" && this.withoutSingleSignOn.has(owner.login.toLowerCase());
  }

  /** As `GET /rate_limit` shows them. */
  shownLimits() {
    const shown = ({ limit, used, reset }: RateLimit) => ({ limit, used, remaining: limit - used, reset });
    return { core: shown(this.rateLimits.core), graphql: shown(this.rateLimits.graphql) };
  }

  /** The author of commits that are made through the API. */
  signature(): Signature {
    const email = `${this.id}+${this.login}@users.noreply.github.com`;
    return { name: this.login, email, date: timestamp() };
  }
}

export const seconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000);

/** Counts one request; says whether it was still within the limit. A window that begins now ends at `resetMs`. */
export function spend(rateLimit: RateLimit, nowMs: number, resetMs: number): boolean {
  refill(rateLimit, nowMs, resetMs);
  if (rateLimit.used >= rateLimit.limit) return false;
  rateLimit.used += 1;
  return true;
}

export function refill(rateLimit: RateLimit, nowMs: number, resetMs: number): void {
  if (nowMs < rateLimit.reset * 1000) return;
  rateLimit.used = 0;
  rateLimit.reset = seconds(resetMs);
}
