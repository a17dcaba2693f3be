/** Commits of files: GitHub's GraphQL mutation, several of them in one request; the contents API where that has to do. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { Batch } from "./batch.ts";
import { type GitHubConnection, GitHubError, unexpectedAnswer } from "./connection.ts";
import { commitThroughContents, isConflict } from "./contents.ts";
import { askPartially, type FieldError, isGraphqlError, lacksField } from "./graphql.ts";
import { Turns } from "./turns.ts";

/** How long a commit waits for others, in milliseconds. GitHub runs the mutations of one request one after the other. */
const patience = 25;
const batchSize = 10;

/** A commit onto a branch whose newest commit is known. */
export interface Commit {
  /** As GitHub spells it now. */
  repository: RepositorySlug;
  /** Undefined in an empty repository: the first commit makes the default branch. */
  branch: { name: string; head: string } | undefined;
  message: CommitMessage;
  additions: { path: string; text: string /** Git's id of what is there. */; blob?: string }[];
  /** Files that are there. */
  deletions: { path: string; blob: string }[];
}

export interface CommitMessage {
  headline: string;
  body?: string;
}

export type CommitResult =
  | { kind: "done"; oid: string }
  /** The branch has another newest commit by now. Nothing was written. */
  | { kind: "moved" }
  /** Nobody knows whether it has happened. `said` by GitHub, or of the connection. */
  | { kind: "lost"; said: string }
  /** GitHub took others of the same request, and asks to wait before this one. Nothing was written. */
  | { kind: "limited"; seconds: number }
  | { kind: "refused"; said: string };

/** Commits of one run. */
export class Commits {
  readonly #connect: () => Promise<GitHubConnection>;
  readonly #batch: Batch<Commit, CommitResult>;
  readonly #turns = new Turns();
  #lacksMutation = false;

  constructor(connect: () => Promise<GitHubConnection>) {
    this.#connect = connect;
    this.#batch = new Batch({ size: batchSize, patience }, (commits) => this.#send(commits));
  }

  /**
   * Author and committer are the credential's, and GitHub signs it (docs.github.com, `createCommitOnBranch`).
   * @throws for what no commit can change: wrong credentials.
   */
  add(commit: Commit): Promise<CommitResult> {
    return commit.branch && !this.#lacksMutation ? this.#batch.add(commit) : this.#commitOneByOne(commit);
  }

  /** Files of one run in one repository: each commit of one would overtake those of all others. */
  inTurn<T>(repository: string, act: () => Promise<T>): Promise<T> {
    return this.#turns.take(repository.toLowerCase(), act);
  }

  async #send(commits: Commit[]): Promise<CommitResult[]> {
    const github = await this.#connect();
    try {
      return await sendMutation(github, commits);
    } catch (error) {
      if (lacksMutation(error)) {
        this.#lacksMutation = true;
        return Promise.all(commits.map((commit) => this.#commitOneByOne(commit)));
      }
      return commits.map(() => asLost(error));
    }
  }

  /** One commit for each file, so what is to be there comes first. */
  async #commitOneByOne({ repository, branch, message, additions, deletions }: Commit): Promise<CommitResult> {
    const github = await this.#connect();
    const change = { repository, message: message.headline, ...(branch ? { branch: branch.name } : {}) };
    let oid = "";
    try {
      for (const addition of additions) oid = await commitThroughContents(github, { ...change, ...addition });
      for (const deletion of deletions) oid = await commitThroughContents(github, { ...change, ...deletion });
      return { kind: "done", oid };
    } catch (error) {
      if (isConflict(error)) return { kind: "moved" };
      if (error instanceof RequestError && [403, 404, 422].includes(error.status)) {
        return { kind: "refused", said: `${error.message} (${error.status})` };
      }
      return asLost(error);
    }
  }
}

const payload = z.object({ commit: z.object({ oid: z.string() }) }).nullable();

async function sendMutation(github: GitHubConnection, commits: Commit[]): Promise<CommitResult[]> {
  const parameters = commits.map((_, index) => `$input${index}: CreateCommitOnBranchInput!`).join(", ");
  const fields = commits.map((_, index) => `c${index}: createCommitOnBranch(input: $input${index}) { commit { oid } }`);
  const variables = Object.fromEntries(commits.map((commit, index) => [`input${index}`, toCommitInput(commit)]));
  const query = `mutation createCommits(${parameters}) {\n${fields.join("\n")}\n}`;
  const { data, errors, retryAfter } = await askPartially(github, query, variables, () => true);
  const refuse = (what: string) => unexpectedAnswer(github, "POST /graphql", what);
  const answers = requireDocumented(z.record(z.string(), payload), data, refuse);
  return commits.map((_, index) => {
    const oid = answers[`c${index}`]?.commit.oid;
    if (oid) return { kind: "done", oid };
    const error = errors.find(({ path }) => path?.[0] === `c${index}`);
    if (!error) throw refuse("neither a commit nor an error");
    return judge(error, retryAfter);
  });
}

function judge({ type, message }: FieldError, retryAfter = limitedWait): CommitResult {
  if (type === "STALE_DATA") return { kind: "moved" };
  // A request that is limited as a whole is a 403, for which octokit waits.
  if (isSecondaryLimit(message)) return { kind: "limited", seconds: retryAfter };
  return { kind: "refused", said: message };
}

/** A limit on new content that was reached in the middle of a request, for the rest of which octokit does not wait. */
export const isSecondaryLimit = (message: string): boolean => /secondary rate limit/i.test(message);

/** In seconds, where GitHub does not say: "wait for at least one minute" (its page on rate limits for GraphQL). */
export const limitedWait = 60;

/** What the mutation takes. */
export function toCommitInput({ repository, branch, message, additions, deletions }: Commit) {
  return {
    branch: { repositoryNameWithOwner: repository, branchName: branch?.name },
    expectedHeadOid: branch?.head,
    message,
    fileChanges: {
      additions: additions.map(({ path, text }) => ({ path, contents: Buffer.from(text, "utf8").toString("base64") })),
      deletions: deletions.map(({ path }) => ({ path })),
    },
  };
}

/** An older GitHub Enterprise Server. https://docs.github.com/graphql/guides/using-graphql-clients names no code for it. */
function lacksMutation(error: unknown): boolean {
  if (lacksField(error, "Mutation", "createCommitOnBranch")) return true;
  return isGraphqlError(error) && /CreateCommitOnBranchInput isn't/.test(error.message);
}

/**
 * A connection that broke, a server that failed, or something else that answered, for all we know behind a server that acted.
 * @throws any other error.
 */
function asLost(error: unknown): CommitResult {
  if (error instanceof RequestError && error.status >= 500) {
    return { kind: "lost", said: `${error.message} (${error.status})` };
  }
  // Without data nothing was begun. https://spec.graphql.org/October2021/#sec-Errors.Request-errors
  if (isGraphqlError(error)) return { kind: error.data ? "lost" : "refused", said: error.message };
  if (error instanceof GitHubError) return { kind: "lost", said: error.message };
  throw error;
}
