/** `context`: the event and the run, as @actions/github has them. */
import { readFileSync } from "node:fs";

export interface EventPayload {
  action?: string;
  pull_request?: Subject & { head: { sha: string; ref: string }; base: { ref: string } };
  issue?: Subject & { pull_request?: object };
  comment?: { id: number; body: string };
  review?: { body: string | null };
  label?: { name: string };
}

interface Subject {
  number: number;
  title: string;
  body: string | null;
}

export function readContext() {
  const { env } = process;
  const payload = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? "", "utf8")) as EventPayload;
  const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
  const number = (payload.issue ?? payload.pull_request)?.number ?? 0;
  return {
    payload,
    eventName: env.GITHUB_EVENT_NAME ?? "",
    sha: env.GITHUB_SHA,
    ref: env.GITHUB_REF,
    workflow: env.GITHUB_WORKFLOW,
    action: env.GITHUB_ACTION,
    actor: env.GITHUB_ACTOR ?? "",
    job: env.GITHUB_JOB,
    runNumber: Number(env.GITHUB_RUN_NUMBER),
    runId: Number(env.GITHUB_RUN_ID),
    apiUrl: env.GITHUB_API_URL,
    serverUrl: env.GITHUB_SERVER_URL,
    graphqlUrl: env.GITHUB_GRAPHQL_URL,
    repo: { owner, repo },
    issue: { owner, repo, number },
  };
}

export type Context = ReturnType<typeof readContext>;
