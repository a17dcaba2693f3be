/**
 * A GitHub on the loopback interface: what the set-up and the real GitHub provider ask of it, served as a GitHub Enterprise
 * Server is (`/api/v3`, `/api/graphql`), since clients use those paths on any host other than GitHub's own; and to Git itself.
 *
 * Not modelled: GitHub Apps, tags, modes of files, anonymous access to the API, secondary rate limits other than those on
 * content. A request for what is not served is a 501, recorded as unknown.
 */
import { Hono } from "hono";
import { etag } from "hono/etag";
import { createService, listen, type Service } from "../service.ts";
import { findRepository, writable } from "./access.ts";
import { accountRoutes } from "./accounts.ts";
import { createIdTokens, type IdTokenRequest, type RunningJob } from "./actions/id-tokens.ts";
import { jobRights } from "./actions/job-rights.ts";
import { issueJobToken, type JobToken } from "./actions/job-tokens.ts";
import { createLogs, type Logs, logsPath } from "./actions/logs.ts";
import { checkRunRoutes, commitCheckRuns, runRoutes } from "./actions/routes.ts";
import { actionsPermissionRoutes } from "./actions-permissions.ts";
import { renderRefusal } from "./answers.ts";
import { authenticate, type Env } from "./authentication.ts";
import { Clock } from "./clock.ts";
import { commitRoutes } from "./commits.ts";
import { type ContentLimiter, createContentLimits, limitContent } from "./content-limits.ts";
import { contentRoutes } from "./contents.ts";
import { environmentRoutes } from "./environments.ts";
import { objectRoutes } from "./git-objects.ts";
import { graphqlRoutes } from "./graphql/index.ts";
import { operationsIn } from "./graphql/operations.ts";
import { createIssuer, issuerPath, type Job } from "./issuer.ts";
import { issueRoutes } from "./issues.ts";
import { oidcRoutes } from "./oidc.ts";
import { defaultToken, type GitHubOptions } from "./options.ts";
import { organizationSecrets } from "./organization-secrets.ts";
import { publicState } from "./public-state.ts";
import { pullRoutes } from "./pulls.ts";
import { activityRoutes } from "./pushes.ts";
import { branchRoutes, refRoutes } from "./refs.ts";
import { repositoryRoutes } from "./repositories.ts";
import { reviewRoutes } from "./reviews.ts";
import { branchRules, rulesetRoutes } from "./rulesets.ts";
import { secretRoutes } from "./secrets.ts";
import { GitHubState } from "./state.ts";
import { gitRoutes } from "./transport/routes.ts";
import { variableRoutes } from "./variables.ts";
import { workflowRoutes } from "./workflows.ts";

export type * from "./actions/model.ts";
export { addJob, complete, findJob, findRun, startAttempt, startRun } from "./actions/runs.ts";
export { environmentSecrets, grantedPermissions, isUntrusted, jobSecrets } from "./actions/trust.ts";
export { actAs } from "./actor.ts";
export * from "./administrators.ts";
export * from "./authors.ts";
export type { RepositoryEvent } from "./events.ts";
export type { Job } from "./issuer.ts";
export { type Issue, type PullRequest, type Repository, slug, somebody } from "./model.ts";
export * from "./options.ts";
export * from "./people.ts";
export { mergeCommit } from "./pull-refs.ts";
export { closePull } from "./pull-requests.ts";
export { associationOf, roleOf } from "./roles.ts";
export type { GitHubState } from "./state.ts";

export interface GitHub extends Service {
  /** Live and mutable: a test changes it as somebody at github.com would. */
  state: GitHubState;
  /** The default token, or the first of `tokens`. */
  token: string;
  /** The issuer of Actions tokens, and where its keys are: what a Tailscale stand-in must trust. */
  oidc: { issuer: string; jwksUrl: string };
  /** The OIDC token that a job of a workflow run would get. */
  issueToken(job: Job): Promise<string>;
  /** Where a job of a run asks for its OIDC tokens; undefined for one that gets none. */
  issueIdTokenRequest(job: RunningJob): IdTokenRequest | undefined;
  /** The `GITHUB_TOKEN` of a job, whose permissions REST and GraphQL enforce. */
  issueJobToken(asked: Parameters<typeof issueJobToken>[1]): JobToken;
  /** A secret in clear, for tests; no route serves it. Throws for a repository that does not exist. */
  secretValue(repository: string, name: string): string | undefined;
}

/** Starts the stand-in. Throws when the options contradict each other. */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const tokens = options.tokens ?? [{ token: defaultToken }];
  const state = new GitHubState(options.repositories, tokens, new Clock(options.limitSpeed));
  const { issuer, routes, issueToken } = createIssuer(state, options.issuer);
  const { app, journal, faults, observer, controlAnswers } = createService(options, () => publicState(state), {
    path: "/api/graphql",
    operationsIn,
  });
  const limiterOf = createContentLimits(state.clock, options.contentLimits);
  const logs = createLogs(state.clock);
  app.route("/api/v3", restApi(state, options, limiterOf, logs));
  app.route(logsPath, logs.routes);
  app.route("/api/graphql", graphqlApi(state, options, limiterOf));
  app.route(issuerPath, routes);
  const idTokens = createIdTokens(state, issueToken);
  app.route(issuerPath, idTokens.routes);
  app.route("/", gitRoutes(state));
  const { url, close } = await listen(app, options.port);
  state.url = url;
  return {
    url,
    journal,
    faults,
    observer,
    controlAnswers,
    secrets() {
      for (const [token, { login }] of state.viewers) state.secrets.add(`token of ${login}`, token);
      return state.secrets.list();
    },
    close,
    state,
    token: tokens[0]?.token ?? defaultToken,
    oidc: { issuer, jwksUrl: `${url}${issuerPath}/.well-known/jwks` },
    issueToken,
    issueIdTokenRequest: idTokens.issueRequest,
    issueJobToken: (asked) => issueJobToken(state, asked),
    secretValue: (repository, name) => state.repository(repository).secrets.value(name),
  };
}

type LimiterOf = (userId: number) => ContentLimiter;

function graphqlApi(
  state: GitHubState,
  { rateLimits, lackedMutations, lackedFields }: GitHubOptions,
  limiterOf: LimiterOf,
): Hono<Env> {
  const api = new Hono<Env>().onError(renderRefusal);
  return api
    .use(authenticate(state, "graphql", rateLimits))
    .route("/", graphqlRoutes(state, limiterOf, { lackedMutations, lackedFields }));
}

function restApi(state: GitHubState, { rateLimits }: GitHubOptions, limiterOf: LimiterOf, logs: Logs): Hono<Env> {
  const repository = new Hono<Env>()
    .use(findRepository(state))
    .use(jobRights)
    .use(writable)
    .route("/", repositoryRoutes(state))
    .route("/actions/oidc/customization/sub", oidcRoutes())
    .get("/actions/organization-secrets", organizationSecrets)
    .route("/actions/permissions", actionsPermissionRoutes())
    .route(
      "/actions/secrets",
      secretRoutes((c) => c.var.repository.secrets),
    )
    .route("/actions/variables", variableRoutes())
    .route("/actions/workflows", workflowRoutes())
    .route("/actions", runRoutes(logs))
    .route("/activity", activityRoutes())
    .route("/branches", branchRoutes())
    .route("/check-runs", checkRunRoutes())
    .get("/commits/:ref{.+}/check-runs", commitCheckRuns)
    .route("/commits", commitRoutes())
    .route("/contents", contentRoutes())
    .route("/environments", environmentRoutes())
    .route("/git", refRoutes())
    .route("/git", objectRoutes())
    .route("/issues", issueRoutes())
    .route("/pulls", reviewRoutes())
    .route("/pulls", pullRoutes())
    .get("/rules/branches/:branch{.+}", branchRules)
    .route("/rulesets", rulesetRoutes());
  const api = new Hono<Env>().onError(renderRefusal).use(authenticate(state, "core", rateLimits));
  return api
    .use(limitContent(limiterOf))
    .use(etag({ weak: true }))
    .route("/", accountRoutes(state))
    .route("/repos/:owner/:repo", repository)
    .route("/repositories/:id", repository);
}
