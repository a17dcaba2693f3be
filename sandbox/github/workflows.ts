/** Actions workflows as the API knows them. https://docs.github.com/en/rest/actions/workflows */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { writersOnly } from "./access.ts";
import { findWorkflow, setWorkflowDisabled } from "./administrators.ts";
import { apiUrl, notFound, origin, page, Refusal, timestamp } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Repository, slug, type Workflow } from "./model.ts";

const firstWorkflowId = 90_000_001;

const isWorkflow = (path: string): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);

/** Gets to know the workflows of the default branch. One that was there once stays known, with its state. */
export function noticeWorkflows(repository: Repository): void {
  const files = repository.git.tip(repository.defaultBranch)?.files ?? new Map<string, string>();
  for (const path of files.keys()) if (isWorkflow(path)) knownWorkflow(repository, path);
}

/** The workflow of that path, which is known from now on. */
export function knownWorkflow({ id, workflows }: Pick<Repository, "id" | "workflows">, path: string): Workflow {
  const known = workflows.find((one) => one.path === path);
  if (known) return known;
  const now = timestamp();
  const ownId = firstWorkflowId + (id % 100_000) * 100 + workflows.length;
  const added: Workflow = { id: ownId, path, isDisabled: false, createdAt: now, updatedAt: now };
  workflows.push(added);
  return added;
}

/** Refuses a token that may not use the Actions API; a permission of Apps and of fine-grained tokens. */
export function mayUseActions(documentation: string): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { actions, kind } = c.var.viewer;
    const isAllowed = actions === "write" || (actions === "read" && c.req.method === "GET");
    if (!isAllowed) throw new Refusal(403, `Resource not accessible by ${kind}`, documentation);
    await next();
  };
}

/** Below `/repos/:owner/:repo/actions/workflows`. A workflow is named by its id or its file's name. */
export function workflowRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(mayUseActions("rest/actions/workflows"))
    .use(async (c, next) => {
      // Also those of a branch that has just become the default one.
      noticeWorkflows(c.var.repository);
      await next();
    })
    .use(writersOnly)
    .get("/", (c) => {
      const present = c.var.repository.workflows.filter((workflow) => textOf(c.var.repository, workflow) !== undefined);
      return c.json({
        total_count: present.length,
        workflows: page(c, present).map((workflow) => workflowJson(c, workflow)),
      });
    })
    .get("/:workflow", (c) => c.json(workflowJson(c, workflowOf(c))))
    .put("/:workflow/disable", (c) => setDisabled(c, true))
    .put("/:workflow/enable", (c) => setDisabled(c, false));
}

/** The workflow that the path names, by id or file name. */
export function workflowOf(c: Context<Env>): Workflow {
  const found = findWorkflow(c.var.repository, c.req.param("workflow") ?? "");
  if (!found) throw notFound();
  return found;
}

/** Whether GitHub changes a workflow whose file is gone is not documented: here it is a 404. */
function setDisabled(c: Context<Env>, isDisabled: boolean): Response {
  const workflow = workflowOf(c);
  if (textOf(c.var.repository, workflow) === undefined) throw notFound();
  setWorkflowDisabled(c.var.repository, String(workflow.id), isDisabled);
  return c.body(null, 204);
}

/** The file on the default branch; undefined when it is gone. */
function textOf({ git, defaultBranch }: Repository, { path }: Workflow): string | undefined {
  const tip = git.tip(defaultBranch);
  return tip && git.read(tip, path)?.toString("utf8");
}

/** As the API calls it. */
export function stateOfWorkflow(repository: Repository, path: string): "active" | "disabled_manually" | "deleted" {
  const workflow = knownWorkflow(repository, path);
  if (textOf(repository, workflow) === undefined) return "deleted";
  return workflow.isDisabled ? "disabled_manually" : "active";
}

function workflowJson(c: Context<Env>, workflow: Workflow): object {
  const { repository } = c.var;
  const { id, path, createdAt, updatedAt } = workflow;
  const text = textOf(repository, workflow);
  const name = /^name:\s*["']?(.*?)["']?\s*$/m.exec(text ?? "")?.[1];
  return {
    id,
    name: name || path,
    path,
    state: stateOfWorkflow(repository, path),
    created_at: createdAt,
    updated_at: updatedAt,
    url: `${apiUrl(c)}/repos/${slug(repository)}/actions/workflows/${id}`,
    html_url: `${origin(c)}/${slug(repository)}/blob/${repository.defaultBranch}/${path}`,
  };
}
