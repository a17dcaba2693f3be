/** What reviewers see and write. https://docs.github.com/en/rest/pulls/reviews, .../pulls/comments */
import { type Context, Hono } from "hono";
import { unknownRoute } from "../service.ts";
import { invalidRequest, notFound, page, Refusal, readBody, validationFailed } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { commitJson } from "./commits.ts";
import { reviewCommentJson, reviewJson } from "./conversation-json.ts";
import { addReview } from "./conversations.ts";
import type { PullRequest, Review } from "./model.ts";
import { filesPage, showsLine } from "./pull-files.ts";
import { pullChanges } from "./pull-requests.ts";
import { existingPull } from "./pulls.ts";

const states: Record<string, Review["state"]> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

/** Below `/repos/:owner/:repo/pulls`. Whoever may read a repository may review; reviews that are not submitted are not modelled. */
export function reviewRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/:number{[0-9]+}/files", (c) => c.json(filesPage(c, c.var.repository, pullOf(c))))
    .get("/:number{[0-9]+}/commits", (c) => {
      const { commits } = pullChanges(c.var.repository, pullOf(c));
      return c.json(page(c, commits).map((commit) => commitJson(c, commit)));
    })
    .get("/:number{[0-9]+}/reviews", (c) => {
      const pull = pullOf(c);
      return c.json(page(c, pull.reviews).map((review) => reviewJson(c, c.var.repository, pull, review)));
    })
    .post("/:number{[0-9]+}/reviews", async (c) => {
      const pull = pullOf(c);
      const asked = await readBody(c, { event: "string?", body: "string?", commit_id: "string?", comments: "array?" });
      if (asked.event === undefined) return unknownRoute(c, "A review without an event waits to be submitted.");
      const state = states[asked.event];
      if (!state) throw invalidRequest(`${JSON.stringify(asked.event)} is not a member of ${namesOfEvents}.`);
      const { body = "", comments = [], commit_id: commitId } = asked;
      const obstacle = reviewObstacle(c, pull, state, body, comments);
      if (obstacle) throw unprocessable(obstacle, "rest/pulls/reviews#create-a-review-for-a-pull-request");
      const lines = comments.map((comment) => lineOf(c, pull, comment as object));
      const author = personOf(c);
      const { review } = addReview(c.var.repository, pull, { author, state, body, commitId, comments: lines });
      return c.json(reviewJson(c, c.var.repository, pull, review));
    })
    .get("/:number{[0-9]+}/comments", (c) => {
      const pull = pullOf(c);
      const shown = page(c, pull.reviewComments);
      return c.json(shown.map((comment) => reviewCommentJson(c, c.var.repository, pull, comment)));
    })
    .post("/:number{[0-9]+}/comments", async (c) => {
      const pull = pullOf(c);
      const asked = await readBody(c, { body: "string", commit_id: "string", path: "string" });
      if (!c.var.repository.git.commits.has(asked.commit_id)) {
        throw validationFailed([{ resource, field: "commit_id", code: "invalid" }]);
      }
      const { comments } = addReview(c.var.repository, pull, {
        author: personOf(c),
        state: "COMMENTED",
        commitId: asked.commit_id,
        comments: [lineOf(c, pull, asked)],
      });
      const [comment] = comments;
      if (!comment) throw new Error("a review lost its comment");
      return c.json(reviewCommentJson(c, c.var.repository, pull, comment), 201);
    })
    .post("/:number{[0-9]+}/comments/:id{[0-9]+}/replies", async (c) => {
      const pull = pullOf(c);
      const { body } = await readBody(c, { body: "string" });
      const first = pull.reviewComments.find(({ id }) => id === Number(c.req.param("id")));
      if (!first) throw notFound();
      const { path, line, side, commitId, inReplyTo = first.id } = first;
      const { comments } = addReview(c.var.repository, pull, {
        author: personOf(c),
        state: "COMMENTED",
        commitId,
        comments: [{ body, path, line, side, inReplyTo }],
      });
      const [comment] = comments;
      if (!comment) throw new Error("a review lost its comment");
      return c.json(reviewCommentJson(c, c.var.repository, pull, comment), 201);
    })
    .get("/comments/:id{[0-9]+}", (c) => {
      for (const pull of c.var.repository.pulls) {
        const comment = pull.reviewComments.find(({ id }) => id === Number(c.req.param("id")));
        if (comment) return c.json(reviewCommentJson(c, c.var.repository, pull, comment));
      }
      throw notFound();
    });
}

const resource = "PullRequestReviewComment";
const namesOfEvents = JSON.stringify(Object.keys(states));

const pullOf = (c: Context<Env>): PullRequest => existingPull(c.var.repository, c.req.param("number") ?? "");

function personOf(c: Context<Env>) {
  const { login, id } = c.var.viewer;
  return { login, id };
}

const unprocessable = (reason: string, documentation: string): Refusal =>
  new Refusal(422, "Unprocessable Entity", documentation, { errors: [reason] });

/** Why the review cannot be submitted. */
function reviewObstacle(c: Context<Env>, { author }: PullRequest, state: string, body: string, comments: unknown[]) {
  const { viewer } = c.var;
  // What repositories and organizations have by default.
  if (state === "APPROVED" && viewer.job) return "GitHub Actions is not permitted to approve pull requests.";
  const isOwn = author.login.toLowerCase() === viewer.login.toLowerCase();
  if (isOwn && state === "APPROVED") return "Can not approve your own pull request";
  if (isOwn && state === "CHANGES_REQUESTED") return "Can not request changes on your own pull request";
  if (state !== "APPROVED" && body === "" && comments.length === 0) return "Review Body can't be blank";
  return undefined;
}

/** A comment's place, which the diff must show. */
function lineOf(c: Context<Env>, pull: PullRequest, comment: object) {
  const { body, path, line, side = "RIGHT" } = comment as Record<string, unknown>;
  if (typeof body !== "string" || typeof path !== "string") throw invalidRequest("A comment has a body and a path.");
  if (typeof line !== "number") throw invalidRequest(`"line" wasn't supplied.`);
  if (side !== "RIGHT" && side !== "LEFT") throw invalidRequest(`"side" is not a member of ["LEFT","RIGHT"].`);
  if (!showsLine(c.var.repository, pull, { path, line, side })) {
    const field = "pull_request_review_thread.line";
    throw validationFailed([{ resource, field, code: "custom", message: `${field} must be part of the diff` }]);
  }
  return { body, path, line, side } as const;
}
