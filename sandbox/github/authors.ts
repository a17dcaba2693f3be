/** What a test does in the name of a person or a bot, who gets an account with it. Asks for no permission. */
import { dependabot } from "./actions/trust.ts";
import { actAs } from "./actor.ts";
import { timestamp } from "./answers.ts";
import { addComment, addReview, findConversation, type NewReview, openIssue } from "./conversations.ts";
import type { Signature } from "./git.ts";
import { type Comment, type Issue, type PullRequest, type Repository, slug } from "./model.ts";
import type { Permission } from "./options.ts";
import { pullOf } from "./people.ts";
import { headRepository, openPull } from "./pull-requests.ts";
import { type GitHubState, worldOf } from "./state.ts";

type Files = Record<string, string | undefined>;

interface PullOptions {
  /** Login; `dependabot[bot]` is one as well. */
  author: string;
  /** Default `feature`; Dependabot's is `dependabot/npm_and_yarn/example-2.0.0`. The branch begins at the base. */
  head?: string;
  /** Default: the default branch. */
  base?: string;
  /** From the author's fork, which is made when there is none. Default false. */
  fork?: boolean;
  /** Default: a file of the author's. */
  files?: Files;
  title?: string;
  body?: string | null;
  draft?: boolean;
}

/** Pushes a branch and opens a pull request of it. Throws when GitHub would refuse it. */
export function openPullAs(repository: Repository, options: PullOptions): PullRequest {
  const { author: login, base = repository.defaultBranch, title = `A change by ${login}`, body = null } = options;
  const { head = login === dependabot ? "dependabot/npm_and_yarn/example-2.0.0" : "feature", draft } = options;
  const author = personOf(repository, login);
  const files = options.files ?? { [`${login.replace(/\W/g, "-")}.md`]: "A change.\n" };
  const from = options.fork ? forkAs(repository, login) : repository;
  return actAs(author, () => {
    const start = repository.git.branches.get(base);
    if (start === undefined) throw new Error(`no branch ${base}`);
    from.git.commit(head, { files, message: title, author: signatureOf(login), start });
    const pull = openPull(repository, { head, base, title, body, draft, author, headRepository: from });
    if ("kind" in pull) throw new Error(`no pull request can be opened: ${pull.kind}`);
    return pull;
  });
}

/** Pushes one more commit to the pull request's branch; `author` is its own when absent. Returns the commit's id. */
export function pushToPull(
  repository: Repository,
  number: number,
  { files, message = "One more commit", author }: { files: Files; message?: string; author?: string },
): string {
  const pull = pullOf(repository, number);
  const from = headRepository(repository, pull);
  if (!from) throw new Error(`the repository of pull request ${number} is gone`);
  const login = author ?? pull.author.login;
  return actAs(
    personOf(repository, login),
    () => from.git.commit(pull.head, { files, message, author: signatureOf(login) }).sha,
  );
}

/** Writes a comment in an issue or pull request. */
export function commentOn(
  repository: Repository,
  number: number,
  { author, body }: { author: string; body: string },
): Comment {
  const conversation = findConversation(repository, number);
  if (!conversation) throw new Error(`no issue or pull request ${number}`);
  const person = personOf(repository, author);
  return actAs(person, () => addComment(repository, conversation, person, body));
}

/** Submits a review, with comments on lines. */
export function reviewAs(
  repository: Repository,
  number: number,
  { author, state = "COMMENTED", ...rest }: Partial<Omit<NewReview, "author">> & { author: string },
): ReturnType<typeof addReview> {
  const person = personOf(repository, author);
  return actAs(person, () => addReview(repository, pullOf(repository, number), { ...rest, state, author: person }));
}

export function openIssueAs(
  repository: Repository,
  { author, title, body = null }: { author: string; title: string; body?: string | null },
): Issue {
  const person = personOf(repository, author);
  return actAs(person, () => openIssue(repository, { title, body, author: person }));
}

/** The person's fork of the repository. */
export function forkAs(repository: Repository, login: string): Repository {
  const state = worldOf(repository);
  personOf(repository, login);
  return findFork(repository, login) ?? createFork(state, repository, login, "User");
}

const findFork = ({ id, network }: Repository, login: string): Repository | undefined =>
  [...network.values()].find(
    ({ parentId, owner }) => parentId === id && owner.login.toLowerCase() === login.toLowerCase(),
  );

/** Makes the account's fork. Who has a repository of that name already gets one with a number. */
function createFork(
  state: GitHubState,
  repository: Repository,
  login: string,
  type: "User" | "Organization",
): Repository {
  const { name, visibility, defaultBranch } = repository;
  const names = [name, ...Array.from({ length: 9 }, (_, index) => `${name}-${index + 1}`)];
  const free = names.find((one) => state.find(login, one)?.kind !== "current") ?? name;
  const owner = state.owner(login) ? {} : { ownerType: type };
  return state.add({ name: `${login}/${free}`, forkOf: slug(repository), visibility, defaultBranch, ...owner });
}

/** Gives somebody a role in the repository, as its settings page does; `none` takes it away. */
export function setCollaborator(repository: Repository, login: string, role: Permission): void {
  personOf(repository, login);
  repository.collaborators.set(login.toLowerCase(), role);
}

function personOf(repository: Repository, login: string) {
  const { id, login: known } = worldOf(repository).person(login);
  return { login: known, id };
}

const signatureOf = (login: string): Signature => ({
  name: login,
  email: `${encodeURIComponent(login)}@example.com`,
  date: timestamp(),
});
