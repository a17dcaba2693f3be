/** Where logs of jobs are read: at an address of its own, which is good for a minute and asks for no token, as GitHub's storage. */
import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { origin } from "../answers.ts";
import type { Clock } from "../clock.ts";
import type { WorkflowJob } from "./model.ts";

export const logsPath = "/_services/logs";

/** https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run */
const lifetimeMs = 60_000;

export type Logs = ReturnType<typeof createLogs>;

export function createLogs(clock: Clock) {
  const links = new Map<string, { job: WorkflowJob; untilMs: number }>();
  const routes = new Hono().get("/:link", (c) => {
    const found = links.get(c.req.param("link"));
    if (!found) return c.text("The specified resource does not exist.", 404);
    if (clock.now() > found.untilMs) return c.text("Signature not valid in the specified time frame.", 403);
    return c.text(found.job.log);
  });
  const link = (c: Context, job: WorkflowJob): string => {
    const name = randomUUID();
    for (const [old, { untilMs }] of links) if (clock.now() > untilMs + lifetimeMs) links.delete(old);
    links.set(name, { job, untilMs: clock.now() + lifetimeMs });
    return `${origin(c)}${logsPath}/${name}`;
  };
  return { routes, link };
}
