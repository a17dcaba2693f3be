/** The issuer of Actions OIDC tokens: discovery, keys, and tokens as a job would get them. */
import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { findRun } from "./actions/runs.ts";
import { somebodyElse } from "./actor.ts";
import { origin } from "./answers.ts";
import { type Repository, slug } from "./model.ts";
import { pullRequestEvents, subject, subjectContext } from "./oidc.ts";
import type { GitHubState } from "./state.ts";

/** The path where GitHub Enterprise Server has its issuer. */
export const issuerPath = "/_services/token";
const issuerOfGitHub = "https://token.actions.githubusercontent.com";
const lifetimeSeconds = 300;

/** A job that asks for a token. */
export interface Job {
  /** `owner/name`. */
  repository: string;
  /** The event that triggered the workflow: `pull_request`, `issue_comment`, ... */
  event: string;
  /** `.github/workflows/claude.yml` */
  workflowPath: string;
  /** The file in which the job stands, `owner/name/path@refs/heads/branch`, where the workflow calls it. Default: the workflow's. */
  calledFile?: string;
  /** `aud`. Default: the URL of the repository's owner. */
  audience?: string;
  /** `refs/...`. Default: `refs/pull/1/merge` for pull request events, else the default branch. */
  ref?: string;
  /** The environment that the job references. */
  environment?: string;
  /** Login of who triggered it. Default `somebody`. */
  actor?: string;
  /** A pull request's branches. Default: `feature` into the default branch. */
  headRef?: string;
  baseRef?: string;
  /** The run that it belongs to, one of the repository's `runs`. Default: one that nobody knows. */
  runId?: number;
  /** `GITHUB_SHA`. Default: the tip of the default branch. */
  sha?: string;
  /** Default `github-hosted`. */
  runnerEnvironment?: "github-hosted" | "self-hosted";
  /** Default now; an earlier time gives an expired token, five minutes being its life. */
  issuedAt?: Date;
}

export function createIssuer(state: GitHubState, issuer = issuerOfGitHub) {
  const id = randomUUID();
  let keys: ReturnType<typeof generateKeyPair> | undefined;
  const keyPair = () => {
    keys ??= generateKeyPair("RS256");
    return keys;
  };

  const routes = new Hono()
    .get("/.well-known/openid-configuration", (c) =>
      c.json({
        issuer,
        jwks_uri: `${origin(c)}${issuerPath}/.well-known/jwks`,
        subject_types_supported: ["public", "pairwise"],
        response_types_supported: ["id_token"],
        id_token_signing_alg_values_supported: ["RS256"],
        scopes_supported: ["openid"],
      }),
    )
    .get("/.well-known/jwks", async (c) => {
      const { publicKey } = await keyPair();
      return c.json({ keys: [{ ...(await exportJWK(publicKey)), alg: "RS256", use: "sig", kid: id }] });
    });

  /** The signed token (JWT, RS256). Throws for a repository that does not exist. */
  async function issueToken(job: Job): Promise<string> {
    const repository = state.repository(job.repository);
    const claims = { ...claimsOf(repository, job), actor_id: String(state.person(job.actor ?? somebodyElse.login).id) };
    const issuedAt = Math.floor((job.issuedAt ?? new Date()).getTime() / 1000);
    const { privateKey } = await keyPair();
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: id })
      .setSubject(subject(repository, claims, subjectContext({ ...job, ref: claims.ref })))
      .setIssuer(issuer)
      .setAudience(job.audience ?? `https://github.com/${repository.owner.login}`)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(privateKey);
    state.secrets.add(`OIDC token of a job of ${job.repository}`, token);
    return token;
  }

  return { issuer, routes, issueToken };
}

const unknownRunId = 8_000_000_000;
let runs = 0;

/** The claims that describe the job; every one a string, as `customClaimRules` of Tailscale compare strings. */
function claimsOf(repository: Repository, job: Job) {
  const ofPullRequest = pullRequestEvents.has(job.event) || job.event === "pull_request_target";
  const branch = `refs/heads/${repository.defaultBranch}`;
  const ref = job.ref ?? (pullRequestEvents.has(job.event) ? "refs/pull/1/merge" : branch);
  const sha = job.sha ?? repository.git.tip(repository.defaultBranch)?.sha ?? "0".repeat(40);
  const workflowRef = `${slug(repository)}/${job.workflowPath}@${ref}`;
  const run = findRun(repository, job.runId ?? 0);
  const pull = repository.pulls.find(({ number }) => number === run?.pulls[0]);
  runs += 1;
  return {
    ref,
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    ref_protected: String(ref === branch && repository.protection !== undefined),
    sha,
    repository: slug(repository),
    repository_id: String(repository.id),
    repository_owner: repository.owner.login,
    repository_owner_id: String(repository.owner.id),
    repository_visibility: repository.visibility,
    event_name: job.event,
    actor: job.actor ?? somebodyElse.login,
    head_ref: ofPullRequest ? (job.headRef ?? pull?.head ?? "feature") : "",
    base_ref: ofPullRequest ? (job.baseRef ?? pull?.base ?? repository.defaultBranch) : "",
    workflow: run?.name ?? job.workflowPath,
    workflow_ref: workflowRef,
    workflow_sha: sha,
    job_workflow_ref: job.calledFile ?? workflowRef,
    job_workflow_sha: sha,
    run_id: String(run?.id ?? unknownRunId + runs),
    run_number: String(run?.number ?? runs),
    run_attempt: String(run?.attempt ?? 1),
    runner_environment: job.runnerEnvironment ?? "github-hosted",
    ...(job.environment === undefined ? {} : { environment: job.environment }),
  };
}
