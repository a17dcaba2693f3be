/**
 * Commits and branches. https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch, #updaterefs
 *
 * Types and texts of errors are GitHub's where they are on public record: a moved head, a path that is not there to be
 * deleted, a missing scope, missing permissions. The others are worded here.
 */
import { nodeId } from "../accounts.ts";
import { refused } from "../actions/job-rights.ts";
import type { ContentLimiter } from "../content-limits.ts";
import type { Sha } from "../git.ts";
import type { Repository } from "../model.ts";
import { decodeContent, isFilePath, mayWritePath, refusedWorkflow, workflowRefusal } from "../paths.ts";
import { type Push, pushObstacle, violation } from "../protection.ts";
import { branchOfRef, isBranchName } from "../refs.ts";
import { commitNode, refNode } from "./nodes.ts";
import {
  type GraphqlRequest,
  parseNodeId,
  refuse,
  repositoryByName,
  repositoryByNodeId,
  requirePermission,
} from "./request.ts";

type Optional<T> = T | null | undefined;

interface CommitInput {
  branch: { id?: Optional<string>; repositoryNameWithOwner?: Optional<string>; branchName?: Optional<string> };
  clientMutationId?: Optional<string>;
  expectedHeadOid: Sha;
  message: { headline: string; body?: Optional<string> };
  fileChanges?: Optional<{
    additions?: Optional<{ path: string; contents: string }[]>;
    deletions?: Optional<{ path: string }[]>;
  }>;
}

interface RefUpdate {
  name: string;
  beforeOid?: Optional<Sha>;
  afterOid: Sha;
  force?: boolean;
}

interface RefsInput {
  clientMutationId?: Optional<string>;
  repositoryId: string;
  refUpdates: RefUpdate[];
}

/** The object id that stands for no object: the ref is to be created, or to be deleted. */
const absent = "0".repeat(40);

export function commitMutations(request: GraphqlRequest, limiter: ContentLimiter) {
  return {
    createCommitOnBranch({ input }: { input: CommitInput }) {
      limiter.count();
      const { repository, branch } = committable(input.branch, request);
      requirePermission("createCommitOnBranch", repository, request);
      const { git } = repository;
      const head = git.tip(branch);
      if (!head) throw refuse("NOT_FOUND", `No branch \`${branch}\` in the repository.`);
      if (head.sha !== input.expectedHeadOid) {
        const expected = `Expected branch to point to "${input.expectedHeadOid}" but it did not.`;
        throw refuse("STALE_DATA", `${expected}  Pull and try again.`);
      }
      const files = changedFiles(input, head.sha, head.files, request);
      checkPush(repository, branch, request, "update");
      const { headline, body } = input.message;
      const commit = git.commit(branch, {
        files,
        message: body ? `${headline}\n\n${body}` : headline,
        author: request.viewer.signature(),
        verified: true,
      });
      return {
        clientMutationId: input.clientMutationId,
        commit: commitNode(commit, repository, request),
        ref: refNode(repository, branch, request),
      };
    },

    updateRefs({ input }: { input: RefsInput }) {
      const repository = repositoryByNodeId(input.repositoryId, request);
      requirePermission("updateRefs", repository, request);
      for (const update of input.refUpdates) checkUpdate(repository, update, request);
      const names = new Set(input.refUpdates.map(({ name }) => name));
      if (names.size < input.refUpdates.length) throw refuse("UNPROCESSABLE", "A ref is updated more than once.");
      for (const { name, afterOid } of input.refUpdates) {
        if (afterOid === absent) repository.git.branches.delete(branchOfRef(name));
        else repository.git.branches.set(branchOfRef(name), afterOid);
      }
      return { clientMutationId: input.clientMutationId };
    },
  };
}

/** Whether a former name of a repository is followed here is not documented: it is not. */
function committable({ id, repositoryNameWithOwner, branchName }: CommitInput["branch"], request: GraphqlRequest) {
  if (typeof id === "string") {
    const parsed = parseNodeId(id);
    const [, repositoryId = "", branch = ""] = /^(\d+):(.+)$/s.exec(parsed?.value ?? "") ?? [];
    if (parsed?.prefix !== "REF")
      throw refuse("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
    return { repository: repositoryByNodeId(nodeId("R", repositoryId), request), branch };
  }
  if (!repositoryNameWithOwner || !branchName) {
    throw refuse("UNPROCESSABLE", "A branch needs its id, or repositoryNameWithOwner and branchName.");
  }
  return { repository: repositoryByName(repositoryNameWithOwner, request, false), branch: branchOfRef(branchName) };
}

function changedFiles(
  { fileChanges }: CommitInput,
  head: Sha,
  existing: ReadonlyMap<string, Sha>,
  { viewer }: GraphqlRequest,
): Record<string, Buffer | undefined> {
  const additions = fileChanges?.additions ?? [];
  const deletions = fileChanges?.deletions ?? [];
  for (const { path } of [...additions, ...deletions]) {
    if (!isFilePath(path)) throw refuse("UNPROCESSABLE", "path contains a malformed path component");
    if (!mayWritePath(path, viewer)) throw refuse("FORBIDDEN", workflowRefusal(viewer, path));
  }
  if (deletions.some(({ path }) => !existing.has(path))) {
    const reason = "A path was requested for deletion which does not exist as of commit oid";
    throw refuse("NOT_FOUND", `${reason} \`${head}\``);
  }
  const files: Record<string, Buffer | undefined> = {};
  for (const { path } of deletions) files[path] = undefined;
  for (const { path, contents } of additions) {
    const bytes = decodeContent(contents);
    if (!bytes) throw refuse("UNPROCESSABLE", "contents is not valid Base64");
    files[path] = bytes;
  }
  return files;
}

function checkUpdate(repository: Repository, update: RefUpdate, request: GraphqlRequest): void {
  const { name, beforeOid } = update;
  const branch = branchOfRef(name);
  if (branch === name || !isBranchName(branch)) throw refuse("UNPROCESSABLE", `${name} is not a valid ref name.`);
  const now = repository.git.branches.get(branch) ?? absent;
  if (beforeOid && beforeOid !== now) {
    throw refuse("STALE_DATA", `Ref ${name} is at ${now} but expected ${beforeOid}`);
  }
  const push = pushOf(repository, update, now);
  if (update.afterOid !== now) checkPush(repository, branch, request, push);
  const after = repository.git.commits.get(update.afterOid);
  const { viewer } = request;
  if (viewer.job && after && refusedWorkflow(repository.git, viewer, after) !== undefined) {
    throw refuse("FORBIDDEN", refused);
  }
}

/** What the update does to the branch, which is at `now`. Throws when it cannot be done. */
function pushOf({ git, defaultBranch }: Repository, { name, afterOid, force }: RefUpdate, now: Sha): Push {
  if (afterOid === absent) {
    if (now === absent) throw refuse("UNPROCESSABLE", `Ref ${name} does not exist`);
    if (branchOfRef(name) === defaultBranch) throw refuse("UNPROCESSABLE", "The default branch cannot be deleted.");
    return "delete";
  }
  const after = git.commits.get(afterOid);
  if (!after) throw refuse("UNPROCESSABLE", `Object ${afterOid} does not exist`);
  if (now === absent) return "create";
  if (git.contains(after, now)) return "update";
  if (!force) throw refuse("UNPROCESSABLE", `Update of ${name} is not a fast forward`);
  return "force";
}

function checkPush(repository: Repository, branch: string, { viewer }: GraphqlRequest, push: Push): void {
  const obstacle = pushObstacle(repository, branch, viewer.access(repository), push);
  if (!obstacle) return;
  if (obstacle.by === "ruleset") throw refuse("UNPROCESSABLE", violation(obstacle.reason));
  throw refuse("FORBIDDEN", `Protected branch update failed for refs/heads/${branch}. ${obstacle.reason}`);
}
