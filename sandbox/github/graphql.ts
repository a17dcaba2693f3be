/** `/api/graphql`: queries for repositories. https://docs.github.com/en/graphql */

import { buildSchema, execute, GraphQLError, parse, validate } from "graphql";
import { type Context, Hono } from "hono";
import { unknownRoute } from "../service.ts";
import { nodeId } from "./accounts.ts";
import { origin, readBody } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Commit, type Sha, treeId } from "./git.ts";
import { binds } from "./protection.ts";
import { schemaText } from "./schema.ts";
import { type GitHubState, type Owner, type Repository, slug } from "./state.ts";
import { atLeast, type Viewer } from "./viewer.ts";

const schema = buildSchema(schemaText);

interface Request {
  state: GitHubState;
  viewer: Viewer;
  /** Where `url` fields point: `http://127.0.0.1:<port>`. */
  html: string;
}

export function graphqlRoutes(state: GitHubState): Hono<Env> {
  return new Hono<Env>().post("/", async (c) => {
    const body = await readBody(c, { query: "string", variables: "object?", operationName: "string?" });
    const request: Request = { state, viewer: c.var.viewer, html: origin(c) };
    try {
      const document = parse(body.query);
      const problems = validate(schema, document);
      if (problems.length > 0) return unknownRoute(c, problems.map(({ message }) => message).join(" "));
      const result = await execute({
        schema,
        document,
        rootValue: root(request),
        ...(body.variables ? { variableValues: body.variables } : {}),
        ...(body.operationName ? { operationName: body.operationName } : {}),
      });
      return answer(c, result.data, result.errors ?? []);
    } catch (error) {
      if (error instanceof GraphQLError) return answer(c, undefined, [error]);
      throw error;
    }
  });
}

/** GitHub answers 200 whatever failed, and puts the error's type beside its message. */
function answer(c: Context, data: unknown, errors: readonly GraphQLError[]): Response {
  const shown = errors.map(({ message, path, locations, extensions }) => ({
    ...(extensions.type ? { type: extensions.type } : {}),
    ...(path ? { path } : {}),
    locations,
    message,
  }));
  return c.json({ ...(data === undefined ? {} : { data }), ...(shown.length > 0 ? { errors: shown } : {}) });
}

function root(request: Request) {
  const { state, viewer, html } = request;
  const { limit, used, reset } = viewer.rateLimits.graphql;
  return {
    // One point: the queries that are served have no connections.
    rateLimit: {
      cost: 1,
      limit,
      nodeCount: 0,
      remaining: limit - used,
      resetAt: new Date(reset * 1000).toISOString(),
      used,
    },
    viewer: account({ ...viewer, type: "User" }, html),
    repository({ owner, name, followRenames }: { owner: string; name: string; followRenames: boolean }) {
      const found = state.find(owner, name);
      const visible = found && viewer.access(found.repository) !== "none";
      if (!visible || (found.kind === "renamed" && !followRenames)) {
        const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
        throw new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });
      }
      return repositoryNode(found.repository, request);
    },
  };
}

function account({ login, id, type }: Owner, html: string) {
  return {
    __typename: type,
    databaseId: id,
    id: nodeId(type === "User" ? "U" : "O", id),
    login,
    url: `${html}/${login}`,
  };
}

function repositoryNode(repository: Repository, { viewer, html }: Request) {
  const permission = viewer.access(repository);
  const { git } = repository;
  const refNode = (name: string) => {
    const commit = git.tip(name);
    return (
      commit && { ...protectionNodes(repository, name, viewer), ...ref(repository, name), target: commitNode(commit) }
    );
  };
  return {
    databaseId: repository.id,
    defaultBranchRef: () => refNode(repository.defaultBranch),
    id: nodeId("R", repository.id),
    isArchived: repository.archived,
    isDisabled: repository.disabled,
    isEmpty: git.commits.size === 0,
    isPrivate: repository.visibility !== "public",
    name: repository.name,
    nameWithOwner: slug(repository),
    object: (by: { expression?: string; oid?: string }) => gitObject(repository, by),
    owner: account(repository.owner, html),
    ref: ({ qualifiedName }: { qualifiedName: string }) => refNode(qualifiedName.replace(/^refs\/heads\//, "")),
    url: `${html}/${slug(repository)}`,
    viewerCanAdminister: permission === "admin",
    viewerPermission: permission.toUpperCase(),
    visibility: repository.visibility.toUpperCase(),
  };
}

const ref = (repository: Repository, name: string) => ({
  id: nodeId("REF", `${repository.id}:${name}`),
  name,
  prefix: "refs/heads/",
});

/**
 * The rule itself is shown to administrators only; `refUpdateRule` to who may read. Whether `viewerCanPush` counts required
 * reviews is not documented: here it is false for those whom they stop, and required checks do not change it.
 */
function protectionNodes(repository: Repository, branch: string, viewer: Viewer) {
  const { protection } = repository;
  if (!protection || branch !== repository.defaultBranch) return {};
  const permission = viewer.access(repository);
  const checks = protection.requiredStatusChecks ?? [];
  const reviews = protection.requiredReviews ?? 0;
  const shared = {
    pattern: branch,
    requiredApprovingReviewCount: reviews || null,
    requiredStatusCheckContexts: checks,
  };
  const rule = {
    ...shared,
    isAdminEnforced: protection.enforceAdmins ?? false,
    requiresApprovingReviews: reviews > 0,
    requiresStatusChecks: checks.length > 0,
  };
  const viewerCanPush = atLeast(permission, "write") && !(reviews > 0 && binds(repository, permission));
  return {
    branchProtectionRule: permission === "admin" ? rule : null,
    refUpdateRule: { ...shared, viewerCanPush },
  };
}

/** What `git rev-parse` makes of `<revision>` or `<revision>:<path>`, or the object of that id. */
function gitObject(repository: Repository, { expression, oid }: { expression?: string; oid?: string }) {
  const { git } = repository;
  if (oid !== undefined) {
    const commit = git.commits.get(oid);
    return commit ? commitNode(commit) : blobNode(repository, oid);
  }
  const [revision = "", ...path] = (expression ?? "").split(":");
  const commit = revision === "HEAD" ? git.tip(repository.defaultBranch) : git.resolve(revision);
  if (!commit || path.length === 0) return commit && commitNode(commit);
  const wanted = path.join(":").replace(/\/$/, "");
  const blob = commit.files.get(wanted);
  if (blob !== undefined) return blobNode(repository, blob);
  const prefix = wanted === "" ? "" : `${wanted}/`;
  const below = [...commit.files].filter(([file]) => file.startsWith(prefix));
  if (below.length === 0) return undefined;
  return objectNode("Tree", treeId(new Map(below.map(([file, sha]) => [file.slice(prefix.length), sha]))));
}

const objectNode = (type: "Blob" | "Commit" | "Tree", oid: Sha) => ({
  __typename: type,
  abbreviatedOid: oid.slice(0, 7),
  id: nodeId(type[0] ?? "", oid),
  oid,
});

const commitNode = (commit: Commit) => ({ ...objectNode("Commit", commit.sha), message: commit.message });

function blobNode({ git }: Repository, oid: Sha) {
  const bytes = git.blobs.get(oid);
  if (!bytes) return undefined;
  const isBinary = bytes.includes(0);
  return {
    ...objectNode("Blob", oid),
    byteSize: bytes.length,
    isBinary,
    isTruncated: false,
    text: isBinary ? null : bytes.toString("utf8"),
  };
}
