/** What is done to branches and pull requests, as mutations. https://docs.github.com/en/graphql/reference/mutations */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { type Commit, toCommitInput } from "./commits.ts";
import type { GitHubConnection } from "./connection.ts";
import type { Mutation } from "./mutations.ts";
import { toRef } from "./pulls.ts";

/** A branch to be moved, if it is still where it was seen. Undefined: there is none, or is to be none. */
export interface BranchMove {
  branch: string;
  from: string | undefined;
  to: string | undefined;
}

/** The object id that stands for no object. */
const absent = "0".repeat(40);
const anything = z.looseObject({});
const nothingBack = { select: "clientMutationId", shape: anything };

/** All of them, or none. */
export function moveBranches(repositoryId: string, moves: BranchMove[]): Mutation {
  const refUpdates = moves.map(({ branch, from = absent, to = absent }) => ({
    name: toRef(branch),
    beforeOid: from,
    afterOid: to,
    force: true,
  }));
  return { name: "updateRefs", input: { repositoryId, refUpdates }, ...nothingBack };
}

const committed = z.object({ commit: z.object({ oid: z.string() }) });

export function addCommit(commit: Commit): Mutation {
  return {
    name: "createCommitOnBranch",
    input: toCommitInput(commit),
    select: "commit { oid }",
    shape: committed,
  };
}

/** The new commit's id, from the payload of `addCommit`. */
export const readCommitId = (payload: unknown): string => committed.parse(payload).commit.oid;

const opened = z.object({ pullRequest: z.object({ id: z.string(), number: z.number(), url: z.string() }) });
export type OpenedPull = z.infer<typeof opened>["pullRequest"];

export function openPull(
  repositoryId: string,
  pull: { head: string; base: string; title: string; body: string; draft: boolean },
): Mutation {
  const { head, base, ...rest } = pull;
  return {
    name: "createPullRequest",
    input: { repositoryId, headRefName: head, baseRefName: base, ...rest },
    select: "pullRequest { id number url }",
    shape: opened,
  };
}

/** The payload of `openPull`. */
export const readOpenedPull = (payload: unknown): OpenedPull => opened.parse(payload).pullRequest;

export function changePull(
  pullRequestId: string,
  change: { title?: string; body?: string; baseRefName?: string },
): Mutation {
  return { name: "updatePullRequest", input: { pullRequestId, ...change }, ...nothingBack };
}

export function changeDraft(pullRequestId: string, isDraft: boolean): Mutation {
  const name = isDraft ? "convertPullRequestToDraft" : "markPullRequestReadyForReview";
  return { name, input: { pullRequestId }, ...nothingBack };
}

/** `mergeMethod` is one that the repository allows. */
export function changeAutoMerge(pullRequestId: string, mergesItself: boolean, mergeMethod: string): Mutation {
  return mergesItself
    ? { name: "enablePullRequestAutoMerge", input: { pullRequestId, mergeMethod }, ...nothingBack }
    : { name: "disablePullRequestAutoMerge", input: { pullRequestId }, ...nothingBack };
}

/** Closes it, and says why in a comment. */
export function closePull(pullRequestId: string, comment?: string): Mutation[] {
  const said = { name: "addComment", input: { subjectId: pullRequestId, body: comment }, ...nothingBack };
  return [
    ...(comment === undefined ? [] : [said]),
    { name: "closePullRequest", input: { pullRequestId }, ...nothingBack },
  ];
}

/** Through REST, which makes labels that the repository lacks. `replace`: they become all that it has. @throws RequestError */
export async function setLabels(
  github: GitHubConnection,
  {
    repository,
    number,
    labels,
    replace,
  }: { repository: RepositorySlug; number: number; labels: string[]; replace: boolean },
): Promise<void> {
  await github.request(`${replace ? "PUT" : "POST"} /repos/${repository}/issues/${number}/labels`, { labels });
}
