/** Issues, comments and reviews, whoever writes them: REST, GraphQL, or a test in the place of a person. */
import { timestamp } from "./answers.ts";
import type { Comment, Issue, Person, PullRequest, Repository, Review, ReviewComment } from "./model.ts";
import { laterThan } from "./secret-store.ts";

/** Issues and pull requests are counted together. */
export const nextNumber = ({ pulls, issues }: Repository): number => pulls.length + issues.length + 1;

/** The issue or pull request of that number. */
export const findConversation = ({ pulls, issues }: Repository, number: number): Issue | PullRequest | undefined =>
  pulls.find((one) => one.number === number) ?? issues.find((one) => one.number === number);

export function openIssue(
  repository: Repository,
  { title, body, author, labels = [] }: { title: string; body?: string | null; author: Person; labels?: string[] },
): Issue {
  const now = timestamp();
  const issue: Issue = {
    number: nextNumber(repository),
    title,
    body: body ?? null,
    state: "open",
    author,
    labels,
    comments: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  };
  repository.issues.push(issue);
  repository.tell({ name: "issues", action: "opened", conversation: issue });
  return issue;
}

/** Closes or opens an issue. No event: workflows here hear of new ones only. */
export function setIssueState(issue: Issue, state: Issue["state"]): void {
  Object.assign(issue, {
    state,
    closedAt: state === "closed" ? timestamp() : null,
    updatedAt: laterThan(issue.updatedAt),
  });
}

export function addComment(
  repository: Repository,
  conversation: Issue | PullRequest,
  author: Person,
  body: string,
): Comment {
  const now = timestamp();
  const comment = { id: nextId(repository), author, body, createdAt: now, updatedAt: now };
  conversation.comments.push(comment);
  conversation.updatedAt = laterThan(conversation.updatedAt);
  repository.tell({ name: "issue_comment", action: "created", conversation, comment });
  return comment;
}

/** A comment in a conversation, by its id. */
export function findComment({ pulls, issues }: Repository, id: number) {
  for (const conversation of [...pulls, ...issues]) {
    const comment = conversation.comments.find((one) => one.id === id);
    if (comment) return { conversation, comment };
  }
  return undefined;
}

export function editComment(comment: Comment, body: string): void {
  Object.assign(comment, { body, updatedAt: laterThan(comment.updatedAt) });
}

type LineComment = Pick<ReviewComment, "body" | "path" | "line"> & Partial<Pick<ReviewComment, "side" | "inReplyTo">>;

export interface NewReview {
  author: Person;
  state: Review["state"];
  body?: string;
  /** Default: the head of now. */
  commitId?: string | undefined;
  comments?: LineComment[];
}

/** Submits a review with its comments on lines. A comment that is written alone is a review of its own, as on GitHub. */
export function addReview(repository: Repository, pull: PullRequest, asked: NewReview) {
  const { author, state, body = "", commitId = pull.headSha, comments = [] } = asked;
  const now = timestamp();
  const review: Review = { id: nextId(repository), author, state, body, commitId, submittedAt: now };
  pull.reviews.push(review);
  const written = comments.map((comment): ReviewComment => {
    const { id: reviewId } = review;
    const own = { id: nextId(repository), reviewId, author, commitId, createdAt: now, updatedAt: now };
    const added = { side: "RIGHT" as const, inReplyTo: undefined, ...comment, ...own };
    pull.reviewComments.push(added);
    return added;
  });
  pull.updatedAt = laterThan(pull.updatedAt);
  repository.tell({ name: "pull_request_review", action: "submitted", pull, review });
  for (const comment of written) {
    repository.tell({ name: "pull_request_review_comment", action: "created", pull, comment });
  }
  return { review, comments: written };
}

/** One count for all that is written in a repository. */
function nextId({ pulls, issues }: Repository): number {
  const ids = [...pulls, ...issues].flatMap(({ comments }) => comments.map(({ id }) => id));
  const more = pulls.flatMap(({ reviews, reviewComments }) => [...reviews, ...reviewComments].map(({ id }) => id));
  return Math.max(0, ...ids, ...more) + 1;
}
