/** A pull request of our own, for a moment: opened, looked at, and gone with its branch. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, GitHubError, unexpectedAnswer } from "./connection.ts";
import { hasMessage } from "./errors.ts";
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
    title: z.string(),
    // Of a fork that is gone there is no repository.
    head: z.looseObject({ ref: z.string(), repo: z.looseObject({ full_name: z.string() }).nullable() }),
  }),
);
const commitShape = z.looseObject({ message: z.string(), parents: z.array(z.looseObject({ sha: z.string() })) });

type Pulls = z.infer<typeof pulls>;

/** One pull request of one run, which leaves nothing behind whatever happens in between. */
export class TrialPull {
  readonly #github: GitHubConnection;
  readonly #plan: TrialPlan;
  readonly #mutations: Mutations;
  /** Where the branch begins. */
  #from: string | undefined;
  /** What was opened; undefined: nothing, or the answer got lost. */
  #opened: Trial | undefined;

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
    this.#from = from;
    const outcomes = await this.#mutations.run([
      moveBranches(repositoryId, [{ branch, from: undefined, to: from }]),
      addCommit({
        ...{ repository: slug, branch: { name: branch, head: from }, message: { headline: title } },
        ...{ additions: [file], deletions: [] },
      }),
      openPull(repositoryId, { head: branch, base, title, body, draft: false }),
    ]);
    const [, committed, opened] = outcomes.map(payloadOf);
    this.#opened = { pull: readOpenedPull(opened), commit: readCommitId(committed) };
    return this.#opened;
  }

  /** Addresses of open pull requests whose branch, of this repository, is named so: a run that was killed has left them. @throws RequestError */
  async findEarlier(name: RegExp): Promise<string[]> {
    const open = await this.#listPulls("per_page=100");
    return open.filter(({ head }) => name.test(head.ref)).map(({ html_url }) => html_url);
  }

  /** Says something in its conversation. @throws RequestError */
  async comment(number: number, body: string): Promise<void> {
    await this.#github.request(`POST /repos/${this.#plan.slug}/issues/${number}/comments`, { body });
  }

  /**
   * Closes the pull request, and deletes the branch if nobody else has pushed to it, or has opened one of theirs from it. Looks for both,
   * since the answer to what made them may have got lost. @throws RequestError
   */
  async end(): Promise<TrialEnd> {
    const { slug, branch, repositoryId } = this.#plan;
    const [own, others] = this.#tellApart(await this.#findPulls());
    const closing = own.flatMap(({ node_id }) => closePull(node_id));
    const outcomes = closing.length === 0 ? [] : await this.#mutations.run(closing);
    const left = outcomes.flatMap((outcome, index) =>
      outcome.kind === "refused" ? [`${own[index]?.html_url} is open: ${outcome.said}`] : [],
    );
    const closed = own.length > 0;
    const head = await this.#findBranch(branch);
    if (head === undefined) return { closed, left };
    const place = `the branch ${branch} of ${slug}`;
    if (!(await this.#isOwn(head))) return { closed, left: [...left, `somebody pushed to ${place}, so it is left`] };
    if (others.length > 0) {
      const urls = others.map(({ html_url }) => html_url).join(", ");
      return { closed, left: [...left, `somebody opened ${urls} from ${place}, so it is left`] };
    }
    const [deleted] = await this.#mutations.run([moveBranches(repositoryId, [{ branch, from: head, to: undefined }])]);
    const kept = deleted?.kind === "refused" ? [`${place} is there: ${deleted.said}`] : [];
    return { closed, left: [...left, ...kept] };
  }

  /** Ours, by its id or its title, and those of others from the same branch. */
  #tellApart(open: Pulls): [own: Pulls, others: Pulls] {
    const isOwn = ({ node_id, title }: Pulls[number]) =>
      node_id === this.#opened?.pull.id || title === this.#plan.title;
    return [open.filter(isOwn), open.filter((pull) => !isOwn(pull))];
  }

  /** Whether a commit on the branch is the one that it began with, or the one that was added to it. */
  async #isOwn(sha: string): Promise<boolean> {
    if (sha === this.#from || sha === this.#opened?.commit) return true;
    if (this.#opened) return false;
    const request = `GET /repos/${this.#plan.slug}/git/commits/${sha}`;
    const { data } = await this.#github.request(request);
    const refuse = (what: string) => unexpectedAnswer(this.#github, request, what);
    const { message, parents } = requireDocumented(commitShape, data, refuse);
    const [parent, ...more] = parents;
    return message.split("\n")[0] === this.#plan.title && parent?.sha === this.#from && more.length === 0;
  }

  #findPulls(): Promise<Pulls> {
    const { slug, branch } = this.#plan;
    const [owner = ""] = slug.split("/");
    return this.#listPulls(`head=${encodeURIComponent(`${owner}:${branch}`)}`);
  }

  async #listPulls(filter: string): Promise<Pulls> {
    const request = `GET /repos/${this.#plan.slug}/pulls?state=open&${filter}`;
    const { data } = await this.#github.request(request);
    const found = requireDocumented(pulls, data, (what) => unexpectedAnswer(this.#github, request, what));
    // A fork of the same owner may have a branch of the name.
    return found.filter(({ head }) => head.repo?.full_name.toLowerCase() === this.#plan.slug.toLowerCase());
  }

  /** Its newest commit; undefined where there is no such branch. */
  async #findBranch(branch: string): Promise<string | undefined> {
    const request = `GET /repos/${this.#plan.slug}/git/ref/heads/${branch.split("/").map(encodeURIComponent).join("/")}`;
    try {
      const { data } = await this.#github.request(request);
      return requireDocumented(ref, data, (what) => unexpectedAnswer(this.#github, request, what)).object.sha;
    } catch (error) {
      if (error instanceof RequestError && error.status === 404 && hasMessage(error)) return undefined;
      throw error;
    }
  }
}

function payloadOf(outcome: Outcome): unknown {
  if (outcome.kind === "refused") throw new GitHubError(`GitHub does not take the test pull request: ${outcome.said}`);
  return outcome.payload;
}
