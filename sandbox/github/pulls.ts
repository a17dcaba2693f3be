/** Pull requests within one repository. https://docs.github.com/en/rest/pulls/pulls */
import { type Context, Hono } from "hono";
import { writersOnly } from "./access.ts";
import { accountJson } from "./accounts.ts";
import { apiUrl, notFound, origin, readBody, timestamp, validationFailed } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { laterThan } from "./secret-store.ts";
import { type PullRequest, type Repository, slug } from "./state.ts";

const resource = "PullRequest";

/** Below `/repos/:owner/:repo/pulls`. */
export function pullRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(writersOnly)
    .post("/", async (c) => {
      const { repository, viewer } = c.var;
      const body = await readBody(c, {
        title: "string",
        head: "string",
        base: "string",
        body: "string?",
        draft: "boolean?",
        maintainer_can_modify: "boolean?",
      });
      const head = body.head.replace(new RegExp(`^${repository.owner.login}:`, "i"), "");
      checkBranches(repository, head, body.base);
      const pull: PullRequest = {
        number: repository.pulls.length + 1,
        title: body.title,
        body: body.body ?? null,
        state: "open",
        draft: body.draft ?? false,
        merged: false,
        base: body.base,
        head,
        headSha: repository.git.branches.get(head) ?? "",
        author: { login: viewer.login, id: viewer.id },
        maintainerCanModify: body.maintainer_can_modify ?? false,
        createdAt: timestamp(),
        updatedAt: timestamp(),
      };
      repository.pulls.push(pull);
      return c.json(pullJson(c, pull), 201);
    })
    .get("/:number{[0-9]+}", (c) => c.json(pullJson(c, existing(c.var.repository, c.req.param("number")))))
    .patch("/:number{[0-9]+}", async (c) => {
      const pull = existing(c.var.repository, c.req.param("number"));
      const body = await readBody(c, {
        title: "string?",
        body: "string?",
        state: "string?",
        base: "string?",
        maintainer_can_modify: "boolean?",
      });
      const state = body.state ?? pull.state;
      if (state !== "open" && state !== "closed")
        throw validationFailed([{ resource, field: "state", code: "invalid" }]);
      if (pull.merged && state === "open") {
        const message = "state cannot be changed. The pull request cannot be reopened.";
        throw validationFailed([{ resource, field: "state", code: "custom", message }]);
      }
      if (body.base !== undefined && !c.var.repository.git.branches.has(body.base)) {
        throw validationFailed([{ resource, field: "base", code: "invalid" }]);
      }
      Object.assign(pull, {
        state,
        title: body.title ?? pull.title,
        body: body.body ?? pull.body,
        base: body.base ?? pull.base,
        maintainerCanModify: body.maintainer_can_modify ?? pull.maintainerCanModify,
        updatedAt: laterThan(pull.updatedAt),
      });
      return c.json(pullJson(c, pull));
    });
}

function checkBranches({ git, pulls, owner }: Repository, head: string, base: string): void {
  const headCommit = git.tip(head);
  const baseCommit = git.tip(base);
  if (!headCommit) throw validationFailed([{ resource, field: "head", code: "invalid" }]);
  if (!baseCommit) throw validationFailed([{ resource, field: "base", code: "invalid" }]);
  const custom = (message: string) => validationFailed([{ resource, code: "custom", message }]);
  if (git.history(baseCommit).includes(headCommit)) throw custom(`No commits between ${base} and ${head}`);
  if (pulls.some((pull) => pull.state === "open" && pull.head === head && pull.base === base)) {
    throw custom(`A pull request already exists for ${owner.login}:${head}.`);
  }
}

function existing(repository: Repository, number: string): PullRequest {
  const pull = repository.pulls.find((one) => one.number === Number(number));
  if (!pull) throw notFound();
  const tip = repository.git.branches.get(pull.head);
  if (pull.state === "open" && tip !== undefined) pull.headSha = tip;
  return pull;
}

function pullJson(c: Context<Env>, pull: PullRequest): object {
  const { repository } = c.var;
  const side = (ref: string, sha: string | undefined): object => ({
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: accountJson(c, repository.owner),
    repo: { id: repository.id, name: repository.name, full_name: slug(repository) },
  });
  return {
    number: pull.number,
    url: `${apiUrl(c)}/repos/${slug(repository)}/pulls/${pull.number}`,
    html_url: `${origin(c)}/${slug(repository)}/pull/${pull.number}`,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    merged: pull.merged,
    locked: false,
    labels: [],
    user: accountJson(c, { ...pull.author, type: "User" }),
    head: side(pull.head, pull.headSha),
    base: side(pull.base, repository.git.branches.get(pull.base)),
    maintainer_can_modify: pull.maintainerCanModify,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.state === "closed" ? pull.updatedAt : null,
    merged_at: pull.merged ? pull.updatedAt : null,
  };
}
