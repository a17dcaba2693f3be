/** The newest runs for pull requests, with the state of their workflow, for many repositories in one query. */
import { z } from "zod";
import type { RepositoryNodes } from "./nodes.ts";
import type { RunConclusion, RunStatus } from "./runs.ts";

/** A run as GraphQL has it: a check suite, and its jobs as check runs. */
export interface PullRun {
  /** As its address has it: GraphQL's number is too small for it. */
  id: number;
  number: number;
  event: string;
  status: RunStatus;
  /** Absent until it is completed. */
  conclusion?: RunConclusion;
  headSha: string;
  /** The page for people. */
  url: string;
  createdAt: string;
  /** When its last attempt began, as far as its jobs tell. */
  startedAt: string;
  jobs: PullJob[];
}

export interface PullJob {
  /** As its address has it; absent where GitHub does not say. */
  id?: number;
  name: string;
  conclusion?: RunConclusion;
  steps: { name: string; conclusion?: RunConclusion }[];
  annotations: { level: string; title?: string; message: string }[];
}

export interface PullRuns {
  /** How many pull requests the repository has had. */
  pulls: number;
  /** Of the workflow, the newest first: those that are newer than any of a pull request that was not read. */
  runs: PullRun[];
  /** The pull request that was changed last has one of them, so none is newer; but for one that failed at its start and has no check. */
  isCurrent: boolean;
  /** `active`, `disabled_manually` and so on; absent where there is no run to tell it by. */
  workflowState?: string;
}

/** A check finds the runs: without the filter, those of all other workflows would be in between. */
const query = `query ($ids: [ID!]!, $check: String!) {
  nodes(ids: $ids) {
    ... on Repository {
      pullRequests(last: 2, orderBy: { field: UPDATED_AT, direction: ASC }) {
        totalCount
        nodes {
          updatedAt
          commits(last: 1) {
            nodes {
              commit {
                oid
                checkSuites(last: 3, filterBy: { checkName: $check }) {
                  nodes {
                    status conclusion createdAt
                    workflowRun { event runNumber url workflow { resourcePath state } }
                    checkRuns(first: 3) {
                      nodes {
                        name conclusion detailsUrl startedAt
                        steps(first: 40) { nodes { name conclusion } }
                        annotations(first: 10) { nodes { annotationLevel title message } }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}`;

const word = z.string().transform((text) => text.toLowerCase());
const list = <T extends z.ZodType>(item: T) =>
  z
    .object({ nodes: z.array(item.nullable()).nullable() })
    .nullable()
    .transform((found) => (found?.nodes ?? []).filter((one) => one !== null));

const jobNode = z.object({
  name: z.string(),
  conclusion: word.nullable(),
  detailsUrl: z.string().nullish(),
  startedAt: z.string().nullish(),
  steps: list(z.object({ name: z.string(), conclusion: word.nullable() })),
  annotations: list(z.object({ annotationLevel: word.nullable(), title: z.string().nullable(), message: z.string() })),
});

const suiteNode = z.object({
  status: word,
  conclusion: word.nullable(),
  createdAt: z.string(),
  workflowRun: z
    .object({
      event: z.string(),
      runNumber: z.number(),
      url: z.string().regex(/\/actions\/runs\/\d+$/),
      workflow: z.object({ resourcePath: z.string(), state: word }),
    })
    .nullable(),
  checkRuns: list(jobNode),
});

const node = z.object({
  pullRequests: z.object({
    totalCount: z.number(),
    nodes: z
      .array(
        z
          .object({
            updatedAt: z.string(),
            commits: list(z.object({ commit: z.object({ oid: z.string(), checkSuites: list(suiteNode) }) })),
          })
          .nullable(),
      )
      .nullable(),
  }),
});

export interface PullRunsAddress {
  /** GraphQL's node id of the repository. */
  repositoryId: string;
  /** `.github/workflows/claude.yml` */
  workflowPath: string;
  /** The name of a check that each run has, also where its job is skipped. A run that fails at its start has none. */
  check: string;
}

/** Undefined for a repository that does not exist, or that the credential cannot see. */
export async function findPullRuns(
  nodes: RepositoryNodes,
  { repositoryId, workflowPath, check }: PullRunsAddress,
): Promise<PullRuns | undefined> {
  const found = await nodes.ask(query, { check }, repositoryId, node);
  if (!found) return undefined;
  const file = `/${workflowPath.split("/").at(-1)}`;
  const { totalCount, nodes: read } = found.pullRequests;
  const pulls = (read ?? []).filter((pull) => pull !== null);
  const commits = pulls.flatMap((pull) => pull.commits.map(({ commit }) => commit));
  const suites = commits.flatMap(({ oid, checkSuites }) => checkSuites.map((suite) => ({ ...suite, oid })));
  const own = suites.flatMap(({ workflowRun, ...suite }) =>
    workflowRun?.workflow.resourcePath.endsWith(file) ? [{ ...suite, workflowRun }] : [],
  );
  const [state] = own.map(({ workflowRun }) => workflowRun.workflow.state);
  // A comment makes a pull request the last that was changed, and no run: others may have one since.
  const since = totalCount > pulls.length ? Date.parse(pulls[0]?.updatedAt ?? "") : 0;
  const all = new Map(own.map((suite) => toRun(suite)).map((run) => [run.id, run]));
  const runs = [...all.values()].filter(({ createdAt }) => Date.parse(createdAt) >= since);
  const last = commits.at(-1)?.oid;
  return {
    pulls: totalCount,
    runs: runs.sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt)),
    isCurrent: runs.some(({ headSha }) => headSha === last),
    ...(state === undefined ? {} : { workflowState: state }),
  };
}

type Suite = Omit<z.infer<typeof suiteNode>, "workflowRun"> & {
  oid: string;
  workflowRun: NonNullable<z.infer<typeof suiteNode>["workflowRun"]>;
};

function toRun({ workflowRun, status, conclusion, createdAt, oid, checkRuns }: Suite): PullRun {
  const { event, runNumber, url } = workflowRun;
  return {
    id: Number(url.split("/").at(-1)),
    number: runNumber,
    ...{ event, status, url, createdAt },
    startedAt: [createdAt, ...checkRuns.flatMap((job) => job.startedAt ?? [])].reduce(later),
    ...(conclusion === null ? {} : { conclusion }),
    headSha: oid,
    jobs: checkRuns.map(({ name, conclusion, detailsUrl, steps, annotations }) => ({
      ...toJobId(detailsUrl),
      name,
      ...(conclusion === null ? {} : { conclusion }),
      steps: steps.map((step) => ({
        name: step.name,
        ...(step.conclusion === null ? {} : { conclusion: step.conclusion }),
      })),
      annotations: annotations.map(({ annotationLevel, title, message }) => ({
        level: annotationLevel ?? "notice",
        ...(title ? { title } : {}),
        message,
      })),
    })),
  };
}

const later = (one: string, other: string): string => (Date.parse(other) > Date.parse(one) ? other : one);

/** `https://github.com/acme/app/actions/runs/1/job/2` */
function toJobId(url: string | null | undefined): { id?: number } {
  const id = /\/job\/(\d+)$/.exec(url ?? "")?.[1];
  return id === undefined ? {} : { id: Number(id) };
}
