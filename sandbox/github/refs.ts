/** Branches, as branches and as Git references. https://docs.github.com/en/rest/git/refs, .../branches/branches */
import { type Context, Hono } from "hono";
import { writersOnly } from "./access.ts";
import { nodeId } from "./accounts.ts";
import { refused } from "./actions/job-rights.ts";
import { apiUrl, notFound, page, Refusal, readBody } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { notEmpty } from "./commits.ts";
import type { Sha } from "./git.ts";
import { slug } from "./model.ts";
import { refusedWorkflow } from "./paths.ts";
import { type Push, pushObstacle, violation } from "./protection.ts";
import { followRename } from "./pull-requests.ts";

const prefix = "refs/heads/";

/** Below `/repos/:owner/:repo/git`. */
export function refRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(writersOnly)
    .use(notEmpty)
    .get("/ref/heads/:branch{.+}", (c) => {
      const branch = c.req.param("branch");
      const sha = c.var.repository.git.branches.get(branch);
      if (sha === undefined) throw notFound();
      return c.json(refJson(c, branch, sha));
    })
    .post("/refs", async (c) => {
      const { git } = c.var.repository;
      const { ref, sha } = await readBody(c, { ref: "string", sha: "string" });
      const branch = ref.slice(prefix.length);
      if (!ref.startsWith(prefix) || !isBranchName(branch)) {
        throw new Refusal(422, `${ref} is not a valid ref name.`, "rest/git/refs#create-a-reference");
      }
      if (git.branches.has(branch))
        throw new Refusal(422, "Reference already exists", "rest/git/refs#create-a-reference");
      if (!git.commits.has(sha)) throw new Refusal(422, "Object does not exist", "rest/git/refs#create-a-reference");
      checkPush(c, branch, "create");
      checkWorkflows(c, sha);
      git.branches.set(branch, sha);
      return c.json(refJson(c, branch, sha), 201);
    })
    .patch("/refs/heads/:branch{.+}", async (c) => {
      const { git } = c.var.repository;
      const branch = c.req.param("branch");
      const { sha, force = false } = await readBody(c, { sha: "string", force: "boolean?" });
      const now = git.branches.get(branch);
      const target = git.commits.get(sha);
      if (now === undefined) throw new Refusal(422, "Reference does not exist", "rest/git/refs#update-a-reference");
      if (!target) throw new Refusal(422, "Object does not exist", "rest/git/refs#update-a-reference");
      const isForward = git.contains(target, now);
      if (!isForward && !force) {
        throw new Refusal(422, "Update is not a fast forward", "rest/git/refs#update-a-reference");
      }
      checkPush(c, branch, isForward ? "update" : "force");
      checkWorkflows(c, sha);
      git.branches.set(branch, sha);
      return c.json(refJson(c, branch, sha));
    })
    .delete("/refs/heads/:branch{.+}", (c) => {
      checkPush(c, c.req.param("branch"), "delete");
      if (!c.var.repository.git.branches.delete(c.req.param("branch"))) {
        throw new Refusal(422, "Reference does not exist", "rest/git/refs#delete-a-reference");
      }
      return c.body(null, 204);
    });
}

/** Below `/repos/:owner/:repo/branches`. */
export function branchRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(writersOnly)
    .get("/", (c) => {
      const branches = [...c.var.repository.git.branches].sort(([a], [b]) => (a < b ? -1 : 1));
      return c.json(page(c, branches).map(([name, sha]) => branchJson(c, name, sha)));
    })
    .post("/:branch{.+}/rename", async (c) => {
      const { repository } = c.var;
      const branch = c.req.param("branch");
      const sha = branchTip(c, branch);
      const { new_name: renamed } = await readBody(c, { new_name: "string" });
      if (!isBranchName(renamed) || repository.git.branches.has(renamed)) {
        throw new Refusal(422, `Cannot rename ${branch} to ${renamed}`, "rest/branches/branches#rename-a-branch");
      }
      followRename(repository, branch, renamed);
      repository.git.branches.set(renamed, sha);
      repository.git.branches.delete(branch);
      if (repository.defaultBranch === branch) repository.defaultBranch = renamed;
      return c.json(branchJson(c, renamed, sha), 201);
    })
    .get("/:branch{.+}", (c) => {
      const branch = c.req.param("branch");
      return c.json(branchJson(c, branch, branchTip(c, branch)));
    });
}

function checkPush(c: Context<Env>, branch: string, push: Push): void {
  const obstacle = pushObstacle(c.var.repository, branch, c.var.permission, push);
  if (!obstacle) return;
  const reason = obstacle.by === "ruleset" ? violation(obstacle.reason) : obstacle.reason;
  throw new Refusal(422, reason, "rest/git/refs");
}

/** 403 to the token of a job that would put workflows on a branch which no branch has: a fork's. */
export function checkWorkflows(c: Context<Env>, sha: Sha): void {
  const { viewer, repository } = c.var;
  const target = repository.git.commits.get(sha);
  if (!viewer.job || !target || refusedWorkflow(repository.git, viewer, target) === undefined) return;
  throw new Refusal(403, refused, "rest/git/refs");
}

function branchTip(c: Context<Env>, branch: string): Sha {
  const sha = c.var.repository.git.branches.get(branch);
  if (sha === undefined) throw notFound("Branch not found");
  return sha;
}

/** `refs/heads/x` as `x`; any other text as it is. */
export const branchOfRef = (ref: string): string => (ref.startsWith(prefix) ? ref.slice(prefix.length) : ref);

/** The part of git-check-ref-format that people run into. */
export const isBranchName = (name: string): boolean =>
  /^(?![/.-])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\]+$/.test(name);

function refJson(c: Context<Env>, branch: string, sha: Sha): object {
  const api = `${apiUrl(c)}/repos/${slug(c.var.repository)}/git`;
  return {
    ref: prefix + branch,
    node_id: nodeId("REF", `${c.var.repository.id}:${branch}`),
    url: `${api}/refs/heads/${branch}`,
    object: { sha, type: "commit", url: `${api}/commits/${sha}` },
  };
}

function branchJson(c: Context<Env>, name: string, sha: Sha): object {
  const { repository } = c.var;
  const api = `${apiUrl(c)}/repos/${slug(repository)}`;
  return {
    name,
    commit: { sha, url: `${api}/commits/${sha}` },
    protected: repository.protection !== undefined && name === repository.defaultBranch,
    protection_url: `${api}/branches/${name}/protection`,
  };
}
