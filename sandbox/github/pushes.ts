/** What was pushed, when and by whom, which dates in commits do not tell. https://docs.github.com/en/rest/repos/repos#list-repository-activities */
import { type Context, Hono } from "hono";
import { nodeId, personJson } from "./accounts.ts";
import { currentActor } from "./actor.ts";
import { invalidRequest, page, timestamp } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Move } from "./git.ts";
import type { Push, Repository } from "./model.ts";

const absent = "0".repeat(40);

export function recordPush(repository: Repository, { branch, before, after }: Move): void {
  const { pushes, git, id } = repository;
  const { login, id: personId } = currentActor();
  pushes.push({
    id: (id % 1_000_000) * 1_000_000 + pushes.length + 1,
    ref: `refs/heads/${branch}`,
    before: before ?? absent,
    after: after ?? absent,
    type: pushType(),
    actor: { login, id: personId },
    timestamp: timestamp(),
  });

  function pushType(): Push["type"] {
    if (before === undefined) return "branch_creation";
    const tip = git.commits.get(after ?? "");
    if (!tip) return "branch_deletion";
    return git.contains(tip, before) ? "push" : "force_push";
  }
}

const types: readonly string[] = ["push", "force_push", "branch_creation", "branch_deletion", "pr_merge"];

/** `/repos/:owner/:repo/activity`, newest first. GitHub pages it with cursors; here it is by numbers, as elsewhere. */
export function activityRoutes(): Hono<Env> {
  return new Hono<Env>().get("/", (c) => c.json(page(c, found(c)).map((push) => pushJson(c, push))));
}

function found(c: Context<Env>): Push[] {
  const { ref, actor, activity_type: type } = c.req.query();
  if (type !== undefined && !types.includes(type)) {
    throw invalidRequest(`${JSON.stringify(type)} is not a member of ${JSON.stringify(types)}.`);
  }
  const isWanted = (push: Push): boolean =>
    (!ref || push.ref === ref || push.ref === `refs/heads/${ref}`) &&
    (!actor || push.actor.login.toLowerCase() === actor.toLowerCase()) &&
    (!type || push.type === type);
  return c.var.repository.pushes.filter(isWanted).reverse();
}

const pushJson = (c: Context<Env>, push: Push) => ({
  id: push.id,
  node_id: nodeId("PSH", push.id),
  before: push.before,
  after: push.after,
  ref: push.ref,
  timestamp: push.timestamp,
  activity_type: push.type,
  actor: personJson(c, push.actor),
});
