/**
 * What a job's token needs for each route and field. GitHub names the permissions of an endpoint in its reference
 * (docs.github.com/rest/authentication/permissions-required-for-github-apps); metadata can always be read, and what is public
 * as well.
 */
import type { MiddlewareHandler } from "hono";
import { unknownRoute } from "../../service.ts";
import { Refusal } from "../answers.ts";
import type { Env } from "../authentication.ts";
import { findComment, findConversation } from "../conversations.ts";
import type { Repository } from "../model.ts";
import type { Viewer } from "../viewer.ts";

/** How GitHub says that the token of a job, or of an App, may not do that. */
export const refused = "Resource not accessible by integration";

/** `contents=read`; of several one is enough. Empty: nothing is needed. `never`: no job's token has what it takes. */
type Needs = string[] | "never";

const anyMethod = "GET|HEAD|POST|PUT|PATCH|DELETE";
const read = "GET|HEAD";
const write = "POST|PUT|PATCH|DELETE";

/** The first that matches counts; paths begin below `/repos/:owner/:repo`. */
const rules: [methods: string, path: RegExp, needs: Needs][] = [
  [read, /^$/, []],
  [read, /^\/(collaborators|forks|rules|rulesets)(\/|$)/, []],
  [anyMethod, /^\/(collaborators|forks|rulesets)(\/|$)/, "never"],
  [anyMethod, /^\/actions\/(secrets|organization-secrets|variables|permissions)(\/|$)/, "never"],
  [anyMethod, /^\/environments\/[^/]+\/secrets(\/|$)/, "never"],
  [read, /^\/actions(\/|$)|^\/environments(\/|$)/, ["actions=read"]],
  [write, /^\/actions\/workflows\//, ["actions=write"]],
  [write, /^\/actions(\/|$)|^\/environments(\/|$)/, "never"],
  [read, /^\/check-runs\/|^\/commits\/.+\/check-runs$/, ["checks=read"]],
  [write, /^\/branches\/.+\/rename$/, "never"],
  [read, /^\/(activity|branches|commits|contents|git)(\/|$)/, ["contents=read"]],
  [write, /^\/(contents|git)(\/|$)|^\/pulls\/\d+\/merge$/, ["contents=write"]],
  [read, /^\/pulls(\/|$)/, ["pull_requests=read"]],
  [write, /^\/pulls(\/|$)/, ["pull_requests=write"]],
  [read, /^\/issues(\/|$)/, ["issues=read"]],
  [write, /^\/issues(\/|$)/, ["issues=write"]],
];

/** Whether it is no job's token, or that of a job of the repository: elsewhere it reads what is public, and that is all. */
export const isOwn = ({ job }: Viewer, { id }: Repository): boolean => job === undefined || job.repositoryId === id;

/** Whether a job with these rights has what is needed; names are written as GitHub's headers have them. */
export function hasRight({ job }: Viewer, need: string): boolean {
  const [scope = "", level] = need.split("=");
  const granted = job?.permissions[scope.replace("_", "-")];
  return granted !== undefined && (level === "read" || granted === "write");
}

/** 403 to what the token of a job may not do in its repository. What no rule is about is not modelled: 501. */
export const jobRights: MiddlewareHandler<Env> = async (c, next) => {
  const { viewer, repository } = c.var;
  if (!viewer.job) return next();
  // As the routes read it: `%6D` is an `m` to them.
  const path = c.req.path.replace(/^\/api\/v3\/(repos\/[^/]+\/[^/]+|repositories\/\d+)/, "");
  const [, , rule] =
    rules.find(([methods, form]) => methods.split("|").includes(c.req.method) && form.test(path)) ?? [];
  if (!rule) return unknownRoute(c, "No rule says what the token of a job needs for it.");
  const needs = rule === "never" || !isAboutPull(repository, path) ? rule : rule.flatMap(orOfPull);
  const isRead = read.split("|").includes(c.req.method);
  const isPublicRead = isRead && repository.visibility === "public";
  if (needs === "never" || (!isRead && !isOwn(viewer, repository))) throw new Refusal(403, refused);
  if (needs.length > 0 && !isPublicRead && !needs.some((need) => hasRight(viewer, need))) {
    c.header("X-Accepted-GitHub-Permissions", needs.join("; "));
    throw new Refusal(403, refused);
  }
  return next();
};

/** The conversation of a pull request is open to who may work on issues or on pull requests. */
const orOfPull = (need: string): string[] =>
  need.startsWith("issues=") ? [need, need.replace("issues", "pull_requests")] : [need];

function isAboutPull(repository: Repository, path: string): boolean {
  const [, comment, number] = /^\/issues\/(?:comments\/(\d+)|(\d+))/.exec(path) ?? [];
  const about = comment ? findComment(repository, Number(comment))?.conversation : undefined;
  return (about ?? findConversation(repository, Number(number ?? 0)))?.head !== undefined;
}

/** By `Type.field`; a field that is not here needs nothing, or what the field above it needs. */
const fieldNeeds: Record<string, string[]> = {
  "Repository.object": ["contents=read"],
  "Repository.ref": ["contents=read"],
  "Repository.defaultBranchRef": ["contents=read"],
  "Repository.pullRequest": ["pull_requests=read"],
  "Repository.pullRequests": ["pull_requests=read"],
  "Repository.environments": ["actions=read"],
  "Ref.associatedPullRequests": ["pull_requests=read"],
  "Commit.checkSuites": ["checks=read"],
  "Commit.statusCheckRollup": ["checks=read"],
  "CheckSuite.workflowRun": ["actions=read"],
  "Mutation.addComment": ["pull_requests=write", "issues=write"],
  "Mutation.createCommitOnBranch": ["contents=write"],
  "Mutation.updateRefs": ["contents=write"],
  "Mutation.enablePullRequestAutoMerge": ["contents=write"],
  "Mutation.disablePullRequestAutoMerge": ["contents=write"],
};

/** What has an id of its own is found without the field above it. */
const typeNeeds: Record<string, string[]> = { PullRequest: ["pull_requests=read"] };

/** The errors that GraphQL answers instead of data, one for each field that the token of a job may not ask for. */
export function refusedFields(viewer: Viewer, own: Repository | undefined, fields: [type: string, field: string][]) {
  if (!viewer.job) return [];
  return fields.flatMap(([type, field]) => {
    const isMutation = type === "Mutation";
    const ofType = isMutation ? ["pull_requests=write"] : (typeNeeds[type] ?? []);
    const needs = fieldNeeds[`${type}.${field}`] ?? ofType;
    const isOpen = needs.length === 0 || (!isMutation && own?.visibility === "public");
    if (isOpen || needs.some((need) => hasRight(viewer, need))) return [];
    return [{ type: "FORBIDDEN", path: [field], extensions: { saml_failure: false }, message: refused }];
  });
}
