/** What a query sees of the checks of a commit: the runs of workflows, each as a check suite with its jobs as check runs. */
import { nodeId } from "../accounts.ts";
import type { WorkflowJob, WorkflowRun } from "../actions/model.ts";
import { type Repository, slug } from "../model.ts";
import { stateOfWorkflow } from "../workflows.ts";
import { connection, type PageArguments } from "./connections.ts";
import type { GraphqlRequest } from "./request.ts";

export interface SuitesArguments extends PageArguments {
  filterBy?: { appId?: number | null; checkName?: string | null } | null;
}

/** The App that GitHub Actions are on github.com. */
const actionsApp = 15368;

/** Oldest first. */
export function checkSuites(repository: Repository, sha: string, wanted: SuitesArguments, request: GraphqlRequest) {
  const { appId, checkName } = wanted.filterBy ?? {};
  const found = repository.runs.filter(
    (run) =>
      run.headSha === sha &&
      (appId == null || appId === actionsApp) &&
      (checkName == null || run.jobs.some(({ name }) => name === checkName)),
  );
  return connection("checkSuites", found, wanted, (run) => suiteNode(repository, run, request));
}

const upper = (word: string | null): string | undefined => word?.toUpperCase();

function suiteNode(repository: Repository, run: WorkflowRun, { html }: GraphqlRequest) {
  const { id, number, event, status, conclusion, createdAt, updatedAt, path } = run;
  const url = `${html}/${slug(repository)}/actions/runs/${id}`;
  const resourcePath = `/${slug(repository)}/actions/workflows/${path.split("/").at(-1)}`;
  return {
    __typename: "CheckSuite",
    id: nodeId("CS", id),
    status: upper(status),
    conclusion: upper(conclusion),
    ...{ createdAt, updatedAt },
    checkRuns: (page: PageArguments) => connection("checkRuns", run.jobs, page, (job) => checkRunNode(url, job)),
    workflowRun: {
      id: nodeId("WFR", id),
      ...{ event, runNumber: number, createdAt, updatedAt, url },
      workflow: {
        id: nodeId("W", path),
        name: run.name,
        resourcePath,
        state: () => stateOfWorkflow(repository, path).toUpperCase(),
        url: `${html}${resourcePath}`,
      },
    },
  };
}

function checkRunNode(url: string, job: WorkflowJob) {
  const { id, name, status, conclusion, startedAt, completedAt } = job;
  return {
    __typename: "CheckRun",
    id: nodeId("CR", id),
    ...{ name, startedAt, completedAt, status: upper(status), conclusion: upper(conclusion) },
    detailsUrl: `${url}/job/${id}`,
    steps: (page: PageArguments) =>
      connection("steps", job.steps, page, (step) => ({
        ...step,
        status: upper(step.status),
        conclusion: upper(step.conclusion),
      })),
    annotations: (page: PageArguments) =>
      connection("annotations", job.annotations, page, ({ level, title, message }) => ({
        ...{ annotationLevel: upper(level), title, message },
      })),
  };
}
