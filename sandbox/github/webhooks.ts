/**
 * Payloads of webhooks, which are `github.event` in a workflow. They start from payloads that GitHub really sent
 * (`@octokit/webhooks-examples`), so a member that nothing here models is there as well, and every name, id and address in
 * them is replaced.
 */
import { createRequire } from "node:module";
import { accountJson, personJson } from "./accounts.ts";
import { type Asked, apiUrl, origin } from "./answers.ts";
import { commentJson, issueJson, labelJson, reviewCommentJson, reviewJson } from "./conversation-json.ts";
import type { Occurrence } from "./events.ts";
import type { Commit, Sha } from "./git.ts";
import { type Person, type PullRequest, type Repository, slug } from "./model.ts";
import { pullJson } from "./pull-json.ts";
import { headRepository, pullChanges } from "./pull-requests.ts";
import { publicRepositoryJson } from "./repositories.ts";
import type { GitHubState } from "./state.ts";

type Payload = Record<string, unknown>;
type Example = Payload & Record<"repository" | "sender" | "pull_request" | "issue" | "comment" | "review", Payload>;

let examples: Map<string, Example> | undefined;

/** The first example of an event and activity that is about a branch. Read when first asked for: four megabytes. */
function exampleOf(name: string, action = ""): Example {
  if (!examples) {
    const all = createRequire(import.meta.url)("@octokit/webhooks-examples") as { name: string; examples: Example[] }[];
    const found = all.flatMap((event) =>
      event.examples.map((one) => [`${event.name}.${one.action ?? ""}`, one] as const),
    );
    examples = new Map(found.filter(([, { ref }]) => !String(ref).startsWith("refs/tags/")).reverse());
  }
  const found = examples.get(`${name}.${action}`);
  if (!found) throw new Error(`no example of ${name} ${action}`);
  return found;
}

/** What the webhook of an occurrence carries. */
export function createPayload(
  state: GitHubState,
  repository: Repository,
  occurrence: Occurrence,
  sender: Person,
): Payload {
  const { name } = occurrence;
  const action = "action" in occurrence ? occurrence.action : undefined;
  const c: Asked = { req: { url: state.url } };
  const example = exampleOf(name, action);
  return {
    ...(action === undefined ? {} : { action }),
    ...parts(),
    repository: repositoryPayload(c, repository),
    ...(repository.owner.type === "Organization" ? { organization: accountJson(c, repository.owner) } : {}),
    sender: userPayload(personJson(c, sender)),
  };

  function parts(): Payload {
    if (occurrence.name === "push") return pushPayload(c, repository, occurrence.move, sender);
    if (occurrence.name === "merge_group") return { merge_group: mergeGroup(repository, occurrence) };
    if ("conversation" in occurrence) {
      const { conversation } = occurrence;
      const at = { repository, number: conversation.number };
      const issue = { ...rename(c, example.issue, at), ...withUser(issueJson(c, repository, conversation)) };
      if (occurrence.name === "issues") return { issue };
      const comment = withUser(commentJson(c, repository, conversation, occurrence.comment));
      return { issue, comment: { ...rename(c, example.comment, at), ...comment } };
    }
    const { pull } = occurrence;
    const pull_request = pullPayload(c, repository, pull, example.pull_request);
    const at = { repository, number: pull.number, sha: pull.headSha };
    if (occurrence.name === "pull_request_review") {
      const review = withUser(reviewJson(c, repository, pull, occurrence.review));
      const _links = { html: { href: review.html_url }, pull_request: { href: review.pull_request_url } };
      // In lower case here, unlike in the REST API.
      const written = { ...review, _links, state: review.state.toLowerCase() };
      return { review: { ...rename(c, example.review, at), ...written }, pull_request };
    }
    if (occurrence.name === "pull_request_review_comment") {
      const comment = withUser(reviewCommentJson(c, repository, pull, occurrence.comment));
      const href = (to: string) => ({ href: to });
      const _links = {
        self: href(comment.url),
        html: href(comment.html_url),
        pull_request: href(comment.pull_request_url),
      };
      const position = { diff_hunk: "", position: comment.line, original_position: comment.line };
      return { comment: { ...rename(c, example.comment, at), ...comment, ...position, _links }, pull_request };
    }
    const { label, before } = occurrence;
    return {
      number: pull.number,
      pull_request,
      ...(before === undefined ? {} : { before, after: pull.headSha }),
      ...(label === undefined ? {} : { label: labelJson(c, repository, label) }),
    };
  }
}

interface Place {
  repository: Repository;
  number?: number;
  sha?: Sha;
}

/** The example with its addresses, names and object ids replaced. */
function rename<T>(c: Asked, example: T, place: Place): T {
  const { repository, number = 1, sha = "" } = place;
  if (typeof example === "string") {
    return example
      .replaceAll("https://api.github.com", apiUrl(c))
      .replaceAll("https://github.com", origin(c))
      .replaceAll("Codertocat/Hello-World", slug(repository))
      .replaceAll("Codertocat", repository.owner.login)
      .replaceAll("Hello-World", repository.name)
      .replace(/\/(pulls?|issues)\/\d+/g, `/$1/${number}`)
      .replace(/[0-9a-f]{40}/g, sha) as T;
  }
  if (Array.isArray(example)) return example.map((one) => rename(c, one, place)) as T;
  if (typeof example !== "object" || example === null) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, rename(c, value, place)])) as T;
}

/** Somebody with all the addresses that a webhook names. */
function userPayload(user: ReturnType<typeof accountJson>): Payload {
  const addresses = Object.entries(exampleOf("pull_request", "opened").sender).map(([key, value]) => [
    key,
    String(value).replace("https://api.github.com/users/Codertocat", user.url),
  ]);
  return { ...Object.fromEntries(addresses), ...user };
}

const withUser = <T extends { user: ReturnType<typeof accountJson> }>(json: T) => ({
  ...json,
  user: userPayload(json.user),
});

function repositoryPayload(c: Asked, repository: Repository): Payload {
  const { repository: example } = exampleOf("pull_request", "opened");
  return {
    ...rename(c, example, { repository }),
    ...publicRepositoryJson(c, repository),
    owner: userPayload(accountJson(c, repository.owner)),
    open_issues: repository.issues.length + repository.pulls.length,
    open_issues_count: repository.issues.length + repository.pulls.length,
  };
}

function pullPayload(c: Asked, repository: Repository, pull: PullRequest, example: Payload): Payload {
  const { commits, files } = pullChanges(repository, pull);
  const json = pullJson(c, repository, pull);
  const side = (shown: typeof json.head, of: Repository | undefined) => ({
    ...shown,
    user: shown.user && userPayload(shown.user),
    repo: of ? repositoryPayload(c, of) : null,
  });
  return {
    ...rename(c, example, { repository, number: pull.number, sha: pull.headSha }),
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    milestone: null,
    ...withUser(json),
    // Not known yet when the webhook is sent.
    ...(pull.state === "open" ? { mergeable: null } : {}),
    merged_by: null,
    head: side(json.head, headRepository(repository, pull)),
    base: side(json.base, repository),
    commits: commits.length,
    changed_files: files.length,
  };
}

const absent = "0".repeat(40);

function pushPayload(
  c: Asked,
  repository: Repository,
  { branch, before = absent, after = absent }: { branch: string; before: Sha | undefined; after: Sha | undefined },
  pusher: Person,
): Payload {
  const { git } = repository;
  const [old, tip] = [git.commits.get(before), git.commits.get(after)];
  const html = `${origin(c)}/${slug(repository)}`;
  const news = tip ? git.history(tip).filter(({ sha }) => !old || !git.contains(old, sha)) : [];
  const commits = news.reverse().map((commit) => pushedCommit(commit));
  const email = `${pusher.id}+${pusher.login}@users.noreply.github.com`;
  return {
    ref: `refs/heads/${branch}`,
    before,
    after,
    created: !old,
    deleted: !tip,
    forced: old !== undefined && tip !== undefined && !git.contains(tip, before),
    base_ref: null,
    compare: `${html}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: tip ? pushedCommit(tip) : null,
    pusher: { name: pusher.login, email },
  };

  function pushedCommit(commit: Commit) {
    const changed = (status: string) =>
      git.changes(commit).flatMap((change) => (change.status === status ? [change.path] : []));
    return {
      ...commitPayload(commit),
      distinct: true,
      url: `${html}/commit/${commit.sha}`,
      added: changed("added"),
      removed: changed("removed"),
      modified: changed("modified"),
    };
  }
}

const commitPayload = ({ sha, treeSha, message, author, committer }: Commit) => ({
  id: sha,
  tree_id: treeSha,
  message,
  timestamp: committer.date,
  author: { name: author.name, email: author.email },
  committer: { name: committer.name, email: committer.email },
});

function mergeGroup({ git }: Repository, { pull, head, ref }: Extract<Occurrence, { name: "merge_group" }>): Payload {
  return {
    head_sha: head.sha,
    head_ref: ref,
    base_sha: git.branches.get(pull.base),
    base_ref: `refs/heads/${pull.base}`,
    head_commit: commitPayload(head),
  };
}
