/** Pull requests. https://docs.github.com/en/graphql/reference/mutations#createpullrequest and its neighbours */
import { timestamp } from "../answers.ts";
import type { ContentLimiter } from "../content-limits.ts";
import { addComment } from "../conversations.ts";
import type { PullRequest, Repository } from "../model.ts";
import {
  autoMergeObstacle,
  changePull,
  closePull,
  notByActions,
  type Obstacle,
  openPull,
  reopenPull,
  setDraft,
} from "../pull-requests.ts";
import { branchOfRef } from "../refs.ts";
import { commentNode, pullByNodeId, pullNode } from "./pulls.ts";
import { type GraphqlRequest, refuse, repositoryByNodeId, requirePermission } from "./request.ts";

type Optional<T> = T | null | undefined;

interface CreateInput {
  clientMutationId?: Optional<string>;
  repositoryId: string;
  baseRefName: string;
  headRefName: string;
  title: string;
  body?: Optional<string>;
  draft?: Optional<boolean>;
}

interface UpdateInput {
  clientMutationId?: Optional<string>;
  pullRequestId: string;
  title?: Optional<string>;
  body?: Optional<string>;
  baseRefName?: Optional<string>;
}

interface PullInput {
  clientMutationId?: Optional<string>;
  pullRequestId: string;
}

type MergeMethod = "MERGE" | "SQUASH" | "REBASE";

export function pullMutations(request: GraphqlRequest, limiter: ContentLimiter) {
  /** A mutation of one pull request: finds it, checks the token, acts, answers with it. */
  const onPull =
    <I extends PullInput>(mutation: string, act: (found: Found, input: I) => void) =>
    ({ input }: { input: I }) => {
      const found = pullByNodeId(input.pullRequestId, request);
      requirePermission(mutation, found.repository, request);
      act(found, input);
      return {
        clientMutationId: input.clientMutationId,
        pullRequest: pullNode(found.repository, found.pull, request),
      };
    };
  return {
    createPullRequest({ input }: { input: CreateInput }) {
      limiter.count();
      const repository = repositoryByNodeId(input.repositoryId, request);
      requirePermission("createPullRequest", repository, request);
      if (request.viewer.job) throw refuse("FORBIDDEN", notByActions);
      const base = branchOfRef(input.baseRefName);
      const head = branchOfRef(input.headRefName).replace(new RegExp(`^${repository.owner.login}:`, "i"), "");
      const { login, id } = request.viewer;
      const { title, body, draft } = input;
      const opened = openPull(repository, { head, base, title, body, draft: draft ?? false, author: { login, id } });
      if ("kind" in opened) throw refuse("UNPROCESSABLE", obstacleText(opened, head, base));
      return { clientMutationId: input.clientMutationId, pullRequest: pullNode(repository, opened, request) };
    },

    updatePullRequest: onPull<UpdateInput>(
      "updatePullRequest",
      ({ repository, pull }, { title, body, baseRefName }) => {
        const base = branchOfRef(baseRefName ?? pull.base);
        if (base !== pull.base && pull.state === "closed") {
          throw refuse("UNPROCESSABLE", "Cannot change the base branch of a closed pull request.");
        }
        if (!repository.git.branches.has(base)) throw refuse("UNPROCESSABLE", "Base ref must be a branch");
        changePull(pull, { title: title ?? pull.title, body: body ?? pull.body, base });
      },
    ),

    closePullRequest: onPull("closePullRequest", ({ pull }) => {
      if (pull.state === "closed") throw refuse("UNPROCESSABLE", "Could not close the pull request.");
      closePull(pull);
    }),

    reopenPullRequest: onPull("reopenPullRequest", ({ repository, pull }) => {
      const reason = pull.state === "open" ? "It is open." : reopenPull(repository, pull);
      if (reason !== undefined) throw refuse("UNPROCESSABLE", `Could not open the pull request. ${reason}`);
    }),

    convertPullRequestToDraft: onPull("convertPullRequestToDraft", ({ repository, pull }) => {
      if (!repository.draftPulls) {
        throw refuse("UNPROCESSABLE", "Draft pull requests are not supported in this repository.");
      }
      setDraft(pull, true);
    }),

    markPullRequestReadyForReview: onPull("markPullRequestReadyForReview", ({ pull }) => {
      setDraft(pull, false);
    }),

    enablePullRequestAutoMerge: onPull<PullInput & { mergeMethod?: Optional<MergeMethod> }>(
      "enablePullRequestAutoMerge",
      ({ repository, pull }, { mergeMethod }) => {
        const reason = autoMergeObstacle(repository, pull);
        if (reason !== undefined) throw refuse("UNPROCESSABLE", reason);
        changePull(pull, { autoMerge: { enabledAt: timestamp(), mergeMethod: mergeMethod ?? "MERGE" } });
      },
    ),

    disablePullRequestAutoMerge: onPull("disablePullRequestAutoMerge", ({ pull }) => {
      if (!pull.autoMerge) throw refuse("UNPROCESSABLE", "Can't disable auto-merge for this pull request.");
      changePull(pull, { autoMerge: null });
    }),

    addComment({ input }: { input: { clientMutationId?: Optional<string>; subjectId: string; body: string } }) {
      limiter.count();
      const { repository, pull } = pullByNodeId(input.subjectId, request);
      requirePermission("addComment", repository, request, "read");
      const { login, id } = request.viewer;
      const comment = addComment(repository, pull, { login, id }, input.body);
      const subject = pullNode(repository, pull, request);
      const node = commentNode(subject.url, comment);
      return { clientMutationId: input.clientMutationId, commentEdge: { node }, subject };
    },
  };
}

interface Found {
  repository: Repository;
  pull: PullRequest;
}

/** GitHub lists what its model checks; the last part says which branch is missing. */
function obstacleText(obstacle: Obstacle, head: string, base: string): string {
  if ("message" in obstacle) return obstacle.message;
  const missing = obstacle.kind === "no head" ? "Head" : "Base";
  const blank = "Head sha can't be blank, Base sha can't be blank";
  return `${blank}, No commits between ${base} and ${head}, ${missing} ref must be a branch`;
}
