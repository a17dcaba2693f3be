/** Issues, and the conversations of pull requests. https://docs.github.com/en/rest/issues/issues, .../comments, .../labels */
import { type Context, Hono } from "hono";
import { writersOnly } from "./access.ts";
import { invalidRequest, notFound, page, readBody, validationFailed } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { commentJson, issueJson, labelJson } from "./conversation-json.ts";
import { addComment, editComment, findComment, findConversation, openIssue, setIssueState } from "./conversations.ts";
import type { Issue, PullRequest } from "./model.ts";
import { addLabels, closePull, removeLabels, reopenPull } from "./pull-requests.ts";

/** Below `/repos/:owner/:repo/issues`. Adding a label that the repository lacks creates it. */
export function issueRoutes(): Hono<Env> {
  return (
    new Hono<Env>()
      .get("/", (c) => {
        const { repository } = c.var;
        const { state = "open", creator, labels } = c.req.query();
        const found = [...repository.issues, ...repository.pulls].filter(
          (one) =>
            (state === "all" || one.state === state) &&
            (!creator || one.author.login.toLowerCase() === creator.toLowerCase()) &&
            (!labels || labels.split(",").every((label) => one.labels.includes(label))),
        );
        found.sort((one, other) => other.number - one.number);
        return c.json(page(c, found).map((one) => issueJson(c, repository, one)));
      })
      // Whoever may read a repository may write about it.
      .post("/", async (c) => {
        const { login, id } = c.var.viewer;
        const { title, body } = await readBody(c, { title: "string", body: "string?" });
        const issue = openIssue(c.var.repository, { title, body: body ?? null, author: { login, id } });
        return c.json(issueJson(c, c.var.repository, issue), 201);
      })
      .post("/:number{[0-9]+}/comments", async (c) => {
        const conversation = conversationOf(c);
        const { body } = await readBody(c, { body: "string" });
        const { login, id } = c.var.viewer;
        const comment = addComment(c.var.repository, conversation, { login, id }, body);
        return c.json(commentJson(c, c.var.repository, conversation, comment), 201);
      })
      .use(writersOnly)
      .get("/comments/:id{[0-9]+}", (c) => {
        const { conversation, comment } = commentOf(c);
        return c.json(commentJson(c, c.var.repository, conversation, comment));
      })
      .patch("/comments/:id{[0-9]+}", async (c) => {
        const { conversation, comment } = commentOf(c);
        const { body } = await readBody(c, { body: "string" });
        editComment(comment, body);
        return c.json(commentJson(c, c.var.repository, conversation, comment));
      })
      .get("/:number{[0-9]+}", (c) => c.json(issueJson(c, c.var.repository, conversationOf(c))))
      .patch("/:number{[0-9]+}", async (c) => {
        const conversation = conversationOf(c);
        const { title, body, state } = await readBody(c, { title: "string?", body: "string?", state: "string?" });
        if (state !== undefined && state !== "open" && state !== "closed") {
          throw validationFailed([{ resource: "Issue", field: "state", code: "invalid" }]);
        }
        if (state !== undefined && state !== conversation.state) setState(c, conversation, state);
        Object.assign(conversation, title === undefined ? {} : { title }, body === undefined ? {} : { body });
        return c.json(issueJson(c, c.var.repository, conversation));
      })
      .get("/:number{[0-9]+}/labels", (c) => c.json(page(c, labelsJson(c, conversationOf(c)))))
      .post("/:number{[0-9]+}/labels", async (c) => {
        const conversation = conversationOf(c);
        addLabels(c.var.repository, conversation, await labelNames(c));
        return c.json(labelsJson(c, conversation));
      })
      .put("/:number{[0-9]+}/labels", async (c) => {
        const conversation = conversationOf(c);
        const names = await labelNames(c);
        const kept = names.map((name) => name.toLowerCase());
        removeLabels(
          conversation,
          conversation.labels.filter((label) => !kept.includes(label.toLowerCase())),
        );
        addLabels(c.var.repository, conversation, names);
        return c.json(labelsJson(c, conversation));
      })
      .get("/:number{[0-9]+}/comments", (c) => {
        const conversation = conversationOf(c);
        return c.json(
          page(c, conversation.comments).map((comment) => commentJson(c, c.var.repository, conversation, comment)),
        );
      })
  );
}

function setState(c: Context<Env>, conversation: Issue | PullRequest, state: "open" | "closed"): void {
  if (conversation.head === undefined) setIssueState(conversation, state);
  else if (state === "closed") closePull(conversation);
  const isReopened = conversation.head !== undefined && state === "open";
  const message = isReopened ? reopenPull(c.var.repository, conversation) : undefined;
  if (message) throw validationFailed([{ resource: "Issue", field: "state", code: "invalid", message }]);
}

function conversationOf(c: Context<Env>): Issue | PullRequest {
  const found = findConversation(c.var.repository, Number(c.req.param("number")));
  if (!found) throw notFound();
  return found;
}

function commentOf(c: Context<Env>) {
  const found = findComment(c.var.repository, Number(c.req.param("id")));
  if (!found) throw notFound();
  return found;
}

async function labelNames(c: Context<Env>): Promise<string[]> {
  const { labels } = await readBody(c, { labels: "array" });
  if (!labels.every((label) => typeof label === "string" && label !== "")) {
    throw invalidRequest("For 'properties/labels', a label is not a name.");
  }
  return labels as string[];
}

const labelsJson = (c: Context<Env>, { labels }: Issue | PullRequest) =>
  labels.map((name) => labelJson(c, c.var.repository, name));
