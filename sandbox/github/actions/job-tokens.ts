/** `GITHUB_TOKEN`: one for each job, with the job's permissions, until the job ends. */
import { randomBytes } from "node:crypto";
import type { Repository } from "../model.ts";
import type { TokenOptions } from "../options.ts";
import type { GitHubState } from "../state.ts";
import { Viewer } from "../viewer.ts";
import type { WorkflowRun } from "./model.ts";
import { findRun } from "./runs.ts";
import { grantedPermissions, nameOfRun, type Permissions } from "./trust.ts";

export interface JobToken {
  /** `ghs_...` */
  token: string;
  /** What GitHub does when the job ends. */
  revoke(): void;
}

/** `permissions`: those that the workflow grants; runs of forks and Dependabot get less. Throws for another repository's run. */
export function issueJobToken(
  state: GitHubState,
  { repository, permissions, run }: { repository: Repository; permissions: Permissions; run: WorkflowRun },
): JobToken {
  if (findRun(repository, run.id) !== run) throw new Error(`${nameOfRun(repository, run)} does not exist`);
  const token = `ghs_${randomBytes(18).toString("hex")}`;
  const { login, id } = state.person("github-actions[bot]");
  const options: TokenOptions = { token, login, id, kind: "integration", scopes: [], rateLimit: 1000 };
  const granted = grantedPermissions(repository, run, permissions);
  state.viewers.set(token, new Viewer(options, 0, { repositoryId: repository.id, permissions: granted }));
  state.secrets.add(`token of ${nameOfRun(repository, run)}`, token);
  return { token, revoke: () => void state.viewers.delete(token) };
}
