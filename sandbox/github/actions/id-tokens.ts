/** Where a job of a run gets its OIDC tokens: `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
import { randomBytes, randomUUID } from "node:crypto";
import { Hono } from "hono";
import { issuerPath, type Job } from "../issuer.ts";
import type { GitHubState } from "../state.ts";
import { findRun } from "./runs.ts";
import { grantedPermissions, nameOfRun, type Permissions } from "./trust.ts";

export interface IdTokenRequest {
  /** Has a query already, to which clients add `&audience=`. */
  url: string;
  token: string;
  /** What GitHub does when the job ends. */
  revoke(): void;
}

/** A job of a run, with the permissions that its workflow grants. */
export interface RunningJob extends Job {
  permissions: Permissions;
  runId: number;
}

/** `routes` stand below the issuer's path. */
export function createIdTokens(state: GitHubState, issueToken: (job: Job) => Promise<string>) {
  const open = new Map<string, { job: Job; token: string }>();
  let issued = 0;

  const routes = new Hono().get("/idtoken/:id", async (c) => {
    const request = open.get(c.req.param("id"));
    const [, token] = /^bearer\s+(\S+)$/i.exec(c.req.header("Authorization") ?? "") ?? [];
    if (!request || request.token !== token) return c.json({ message: "Unauthorized" }, 401);
    issued += 1;
    const audience = c.req.query("audience");
    const value = await issueToken({ ...request.job, ...(audience ? { audience } : {}) });
    return c.json({ count: issued, value });
  });

  /**
   * Undefined for a job that gets none: without `id-token: write`, of a fork, or of Dependabot. Throws when it is not of a run
   * of the repository, or says otherwise than its run.
   */
  function issueRequest({ permissions, ...job }: RunningJob): IdTokenRequest | undefined {
    const repository = state.repository(job.repository);
    const run = findRun(repository, job.runId);
    if (!run) throw new Error(`${job.repository} has no run ${job.runId}`);
    const { event, actor = run.actor, workflowPath } = job;
    if (event !== run.event || actor !== run.actor || workflowPath !== run.path) {
      throw new Error(`${nameOfRun(repository, run)} is for ${run.event} by ${run.actor} in ${run.path}`);
    }
    if (grantedPermissions(repository, run, permissions)["id-token"] !== "write") return undefined;
    const id = randomUUID();
    const token = `idt_${randomBytes(18).toString("hex")}`;
    state.secrets.add(`request token for OIDC tokens of a job of ${job.repository}`, token);
    open.set(id, { job: { ...job, actor }, token });
    return {
      url: `${state.url}${issuerPath}/idtoken/${id}?api-version=2.0`,
      token,
      revoke: () => void open.delete(id),
    };
  }

  return { routes, issueRequest };
}
