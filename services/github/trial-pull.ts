/** A pull request of our own, for a moment: opened, looked at, and gone with its branch. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, GitHubError, unexpectedAnswer } from "./connection.ts";
import { Mutations, type Outcome } from "./mutations.ts";
import {
  addCommit,
  closePull,
  moveBranches,
  type OpenedPull,
  openPull,
  readCommitId,
  readOpenedPull,
} from "./pull-mutations.ts";

export interface TrialPlan {
  /** GraphQL's node id. */
  repositoryId: string;
  slug: RepositorySlug;
  /** The branch that it is to be merged into, and is not. */
  base: string;
  /** A name that nobody else has. */
  branch: string;
  title: string;
  body: string;
  file: { path: string; text: string };
}

export interface Trial {
  pull: OpenedPull;
  /** The one commit of its branch. */
  commit: string;
}

/** What ending it came to; `left`: what somebody has to look at, in words. */
export interface TrialEnd {
  closed: boolean;
  left: string[];
}

const ref = z.looseObject({ object: z.looseObject({ sha: z.string() }) });
const pulls = z.array(
  z.looseObject({
    number: z.number(),
    node_id: z.string(),
    html_url: z.string(),
    head: z.looseObject({ ref: z.string() }),
  }),
);

/** One pull request of one run, which leaves nothing behind whatever happens in between. */
export class TrialPull {
  readonly #github: GitHubConnection;
  readonly #plan: TrialPlan;
  readonly #mutations: Mutations;
  /** Commits that the branch may have, since they are the base's or ours. Undefined: the answer got lost. */
  #own: (string | undefined)[] = [];

  constructor(github: GitHubConnection, plan: TrialPlan, wait: (seconds: number) => Promise<unknown>) {
    this.#github = github;
    this.#plan = plan;
    this.#mutations = new Mutations(async () => github, wait);
  }

  /** @throws GitHubError with what GitHub says against it. RequestError: nobody knows what was done; `end` finds out. */
  async open(): Promise<Trial> {
    const { repositoryId, slug, base, branch, title, body, file } = this.#plan;
    const from = await this.#findBranch(base);
    if (from === undefined) throw new GitHubError(`${slug} has no branch ${base}.`);
    this.#own = [from, undefined];
    const outcomes = await this.#mutations.run([
      moveBranches(repositoryId, [{ branch, from: undefined, to: from }]),
      addCommit({
        ...{ repository: slug, branch: { name: branch, head: from }, message: { headline: title } },
        ...{ additions: [file], deletions: [] },
      }),
      openPull(repositoryId, { head: branch, base, title, body, draft: false }),
    ]);
    const [, committed, opened] = outcomes.map(payloadOf);
    const commit = readCommitId(committed);
    this.#own = [from, commit];
    return { pull: readOpenedPull(opened), commit };
  }

  /** Addresses of open pull requests whose branch is named so: a run that was killed has left them. @throws RequestError */
  async findEarlier(name: RegExp): Promise<string[]> {
    const open = await this.#listPulls("per_page=100");
    return open.filter(({ head }) => name.test(head.ref)).map(({ html_url }) => html_url);
  }

  /** Says something in its conversation. @throws RequestError */
  async comment(number: number, body: string): Promise<void> {
    await this.#github.request(`POST /repos/${this.#plan.slug}/issues/${number}/comments`, { body });
  }

  /**
   * Closes what is open of the branch, and deletes the branch if nobody else has pushed to it. Looks for both, since the answer to
   * what made them may have got lost. @throws RequestError
   */
  async end(): Promise<TrialEnd> {
    const { slug, branch, repositoryId } = this.#plan;
    const open = await this.#findPulls();
    const closing = open.flatMap(({ node_id }) => closePull(node_id));
    const closed = closing.length === 0 ? [] : await this.#mutations.run(closing);
    const left = closed.flatMap((outcome, index) =>
      outcome.kind === "refused" ? [`${open[index]?.html_url} is open: ${outcome.said}`] : [],
    );
    const head = await this.#findBranch(branch);
    if (head === undefined) return { closed: open.length > 0, left };
    if (!this.#own.includes(head) && !this.#own.includes(undefined)) {
      return {
        closed: open.length > 0,
        left: [...left, `somebody pushed to the branch ${branch} of ${slug}, so it is left`],
      };
    }
    const [deleted] = await this.#mutations.run([moveBranches(repositoryId, [{ branch, from: head, to: undefined }])]);
    const kept = deleted?.kind === "refused" ? [`the branch ${branch} of ${slug} is there: ${deleted.said}`] : [];
    return { closed: open.length > 0, left: [...left, ...kept] };
  }

  #findPulls(): Promise<z.infer<typeof pulls>> {
    const { slug, branch } = this.#plan;
    const [owner = ""] = slug.split("/");
    return this.#listPulls(`head=${encodeURIComponent(`${owner}:${branch}`)}`);
  }

  async #listPulls(filter: string): Promise<z.infer<typeof pulls>> {
    const request = `GET /repos/${this.#plan.slug}/pulls?state=open&${filter}`;
    const { data } = await this.#github.request(request);
    return requireDocumented(pulls, data, (what) => unexpectedAnswer(this.#github, request, what));
  }

  /** Its newest commit; undefined where there is no such branch. */
  async #findBranch(branch: string): Promise<string | undefined> {
    const request = `GET /repos/${this.#plan.slug}/git/ref/heads/${branch.split("/").map(encodeURIComponent).join("/")}`;
    try {
      const { data } = await this.#github.request(request);
      return requireDocumented(ref, data, (what) => unexpectedAnswer(this.#github, request, what)).object.sha;
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) return undefined;
      throw error;
    }
  }
}

function payloadOf(outcome: Outcome): unknown {
  if (outcome.kind === "refused") throw new GitHubError(`GitHub does not take the test pull request: ${outcome.said}`);
  return outcome.payload;
}
