/** How a repository's Actions OIDC subjects look. https://docs.github.com/en/rest/actions/oidc */
import { Hono } from "hono";
import { adminOnly } from "./access.ts";
import { invalidRequest, readBody } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Repository, slug } from "./model.ts";

/** What `include_claim_keys` means when a custom template names none: the default template. */
const defaultKeys = ["repo", "context"];

/** Below `/repos/:owner/:repo/actions/oidc/customization/sub`. */
export function oidcRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", (c) => {
      const { claimKeys, useImmutableSubject, reportsPrefix } = c.var.repository.oidc;
      return c.json({
        use_default: claimKeys === undefined,
        ...(claimKeys ? { include_claim_keys: claimKeys } : {}),
        ...(reportsPrefix
          ? { use_immutable_subject: useImmutableSubject, sub_claim_prefix: subjectPrefix(c.var.repository) }
          : {}),
      });
    })
    .put("/", adminOnly, async (c) => {
      const { oidc } = c.var.repository;
      const body = await readBody(c, {
        use_default: "boolean",
        include_claim_keys: "array?",
        use_immutable_subject: "boolean?",
      });
      const keys = body.include_claim_keys ?? defaultKeys;
      if (!keys.every((key) => typeof key === "string" && /^\w+$/.test(key)) || new Set(keys).size < keys.length) {
        throw invalidRequest(`"include_claim_keys" must be unique strings of alphanumeric characters and underscores.`);
      }
      oidc.claimKeys = body.use_default ? undefined : keys.map(String);
      oidc.useImmutableSubject = body.use_immutable_subject ?? oidc.useImmutableSubject;
      return c.json({}, 201);
    });
}

/** The subject's first part: `repo:acme/app`, or with the ids of owner and repository. */
export function subjectPrefix(repository: Repository): string {
  const { oidc, owner, name, id } = repository;
  const immutable = oidc.reportsPrefix && (oidc.nativelyImmutable || oidc.useImmutableSubject);
  return immutable ? `repo:${owner.login}@${owner.id}/${name}@${id}` : `repo:${slug(repository)}`;
}

/** A metadata value within a subject, where `:` separates. */
const escaped = (value: string): string => value.replaceAll(":", "%3A");

/**
 * The subject of a job, by the default or the custom template. `claims` are the token's own; `context` is what follows the
 * repository in the default template. In a custom template `repo` keeps the immutable form.
 */
export function subject(repository: Repository, claims: Record<string, string>, context: string): string {
  const keys = repository.oidc.claimKeys ?? defaultKeys;
  const part = (key: string): string => {
    if (key === "repo") return subjectPrefix(repository);
    if (key === "context") return context;
    const value = claims[key];
    if (value === undefined) throw new Error(`the subject template of ${slug(repository)} asks for the claim ${key}`);
    return `${key}:${escaped(value)}`;
  };
  return keys.map(part).join(":");
}

/** What the default template says of the job: its environment before all else, then pull request, then ref. */
export function subjectContext(job: { event: string; ref: string; environment?: string | undefined }): string {
  if (job.environment !== undefined) return `environment:${escaped(job.environment)}`;
  return pullRequestEvents.has(job.event) ? "pull_request" : `ref:${job.ref}`;
}

/**
 * Events whose jobs run for a pull request's merge ref. That reviews get the subject of `pull_request` is inferred: GitHub's
 * documentation names only "a pull request event". `pull_request_target` runs for the base branch.
 */
export const pullRequestEvents: ReadonlySet<string> = new Set([
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
]);
