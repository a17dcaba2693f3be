/** Whether GitHub runs a workflow. https://docs.github.com/en/rest/actions/workflows */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { type Seen, see } from "./seen.ts";

/** Where a workflow is. */
export interface WorkflowAddress {
  repository: RepositorySlug;
  /** `.github/workflows/claude.yml` */
  path: string;
}

/** What became of it. `unknown`: GitHub knows no such workflow, so there is nothing to run. `refused`: Actions, write, is missing. */
export type WorkflowSwitch = "done" | "unknown" | "refused";

const addressOf = ({ repository, path }: WorkflowAddress) =>
  `/repos/${repository}/actions/workflows/${encodeURIComponent(path.split("/").at(-1) ?? "")}`;

/** No event starts it from then on. @throws RequestError for what is neither missing nor refused. */
export async function disableWorkflow(github: GitHubConnection, workflow: WorkflowAddress): Promise<WorkflowSwitch> {
  return answered(() => github.request(`PUT ${addressOf(workflow)}/disable`));
}

const shape = z.looseObject({ state: z.string() });

/** `active`, `disabled_manually`, `disabled_inactivity` and so on. GitHub refuses one that it does not know with 404. @throws RequestError */
export async function readWorkflowState(github: GitHubConnection, workflow: WorkflowAddress): Promise<Seen<string>> {
  const answer = await see(github, `GET ${addressOf(workflow)}`, shape);
  return answer.kind === "refused" ? answer : { kind: "seen", value: answer.value.state };
}

/** Has it run again if somebody disabled it: not one that GitHub has disabled, such as in a fork. @throws RequestError */
export async function enableWorkflow(github: GitHubConnection, workflow: WorkflowAddress): Promise<WorkflowSwitch> {
  const request = `GET ${addressOf(workflow)}`;
  let state: string | undefined;
  const read = await answered(async () => {
    const { data } = await github.request(request);
    state = requireDocumented(shape, data, (what) => unexpectedAnswer(github, request, what)).state;
  });
  if (state === "deleted") return "unknown";
  if (state !== "disabled_manually") return read;
  return answered(() => github.request(`PUT ${addressOf(workflow)}/enable`));
}

async function answered(ask: () => Promise<unknown>): Promise<WorkflowSwitch> {
  try {
    await ask();
    return "done";
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return "unknown";
    // 422: it cannot be disabled, such as one that is disabled already.
    if (error instanceof RequestError && error.status === 422) return "done";
    if (error instanceof RequestError && error.status === 403) return "refused";
    throw error;
  }
}
