/** Labels and comments of pull requests. https://docs.github.com/en/rest/issues/labels, .../issues/comments */
import { type Context, Hono } from "hono";
import { writersOnly } from "./access.ts";
import { accountJson, nodeId } from "./accounts.ts";
import { apiUrl, invalidRequest, origin, page, readBody } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type PullRequest, slug } from "./model.ts";
import { addComment, addLabels, changePull } from "./pull-requests.ts";
import { existingPull } from "./pulls.ts";

/** Below `/repos/:owner/:repo/issues`. Adding a label that the repository lacks creates it. */
export function issueRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(writersOnly)
    .get("/:number{[0-9]+}/labels", (c) => c.json(page(c, labelsJson(c, pullOf(c)))))
    .post("/:number{[0-9]+}/labels", async (c) => {
      const pull = pullOf(c);
      addLabels(c.var.repository, pull, await labelNames(c));
      return c.json(labelsJson(c, pull));
    })
    .put("/:number{[0-9]+}/labels", async (c) => {
      const pull = pullOf(c);
      const names = await labelNames(c);
      changePull(pull, { labels: [] });
      addLabels(c.var.repository, pull, names);
      return c.json(labelsJson(c, pull));
    })
    .get("/:number{[0-9]+}/comments", (c) => {
      const pull = pullOf(c);
      return c.json(page(c, pull.comments).map((comment) => commentJson(c, pull, comment)));
    })
    .post("/:number{[0-9]+}/comments", async (c) => {
      const pull = pullOf(c);
      const { body } = await readBody(c, { body: "string" });
      const { login, id } = c.var.viewer;
      return c.json(commentJson(c, pull, addComment(pull, { login, id }, body)), 201);
    });
}

const pullOf = (c: Context<Env>): PullRequest => existingPull(c.var.repository, c.req.param("number") ?? "");

async function labelNames(c: Context<Env>): Promise<string[]> {
  const { labels } = await readBody(c, { labels: "array" });
  if (!labels.every((label) => typeof label === "string" && label !== "")) {
    throw invalidRequest("For 'properties/labels', a label is not a name.");
  }
  return labels as string[];
}

const labelsJson = (c: Context<Env>, { labels }: PullRequest): { name: string }[] =>
  labels.map((name) => ({
    node_id: nodeId("LA", `${c.var.repository.id}:${name}`),
    url: `${apiUrl(c)}/repos/${slug(c.var.repository)}/labels/${encodeURIComponent(name)}`,
    name,
    color: "ededed",
    default: false,
  }));

function commentJson(c: Context<Env>, pull: PullRequest, { id, author, body, createdAt }: PullRequest["comments"][0]) {
  return {
    id,
    html_url: `${origin(c)}/${slug(c.var.repository)}/pull/${pull.number}#issuecomment-${id}`,
    user: accountJson(c, { ...author, type: "User" }),
    body,
    created_at: createdAt,
  };
}
