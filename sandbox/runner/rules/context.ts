/** The context `github`, and the environment of steps that says the same. */
import { type Repository, slug } from "../../github/index.ts";

/** What a run knows of itself before any job. */
export interface RunFacts {
  repository: Repository;
  id: number;
  number: number;
  attempt: number;
  event: string;
  payload: object;
  ref: string;
  sha: string;
  actor: string;
  actorId: number;
  /** The workflow's name, or its path. */
  workflow: string;
  /** `owner/name/path@ref`; of the file that the event started, in called files too. */
  workflowRef: string;
  /** The stand-in's address. */
  serverUrl: string;
}

/** What act lacks in `github`; all of them are texts, as on GitHub. */
export function lackedByAct(run: RunFacts): Record<string, string> {
  const { repository } = run;
  return {
    actor_id: String(run.actorId),
    ref_protected: String(repository.protection !== undefined && run.ref === `refs/heads/${repository.defaultBranch}`),
    repository_id: String(repository.id),
    repository_owner_id: String(repository.owner.id),
    repository_visibility: repository.visibility,
    repositoryUrl: `git://${new URL(run.serverUrl).host}/${slug(repository)}.git`,
    secret_source: "Actions",
    triggering_actor: run.actor,
    workflow_ref: run.workflowRef,
    workflow_sha: run.sha,
  };
}

/** The context as expressions outside of steps see it. */
export function githubContext(run: RunFacts): Record<string, unknown> {
  const { repository, serverUrl } = run;
  const { headRef, baseRef } = branches(run);
  return {
    ...lackedByAct(run),
    actor: run.actor,
    api_url: `${serverUrl}/api/v3`,
    base_ref: baseRef,
    event: run.payload,
    event_name: run.event,
    graphql_url: `${serverUrl}/api/graphql`,
    head_ref: headRef,
    ref: run.ref,
    ref_name: refName(run.ref),
    ref_type: run.ref.startsWith("refs/tags/") ? "tag" : "branch",
    repository: slug(repository),
    repository_owner: repository.owner.login,
    retention_days: "90",
    run_attempt: String(run.attempt),
    run_id: String(run.id),
    run_number: String(run.number),
    server_url: serverUrl,
    sha: run.sha,
    workflow: run.workflow,
  };
}

/** `GITHUB_...` as steps see it, as far as act does not set it itself. `SHA_REF` is how act is told `github.sha`. */
export function githubEnvironment(run: RunFacts): Record<string, string> {
  const context = githubContext(run);
  const environment: Record<string, string> = { SHA_REF: run.sha };
  for (const [name, value] of Object.entries(context))
    if (typeof value === "string" && name !== "repositoryUrl" && name !== "secret_source")
      environment[`GITHUB_${name.toUpperCase()}`] = value;
  return environment;
}

export function branches({ event, payload }: Pick<RunFacts, "event" | "payload">): {
  headRef: string;
  baseRef: string;
} {
  const pull = (payload as { pull_request?: { head?: { ref?: string }; base?: { ref?: string } } }).pull_request;
  if (!/^pull_request(_target)?$/.test(event)) return { headRef: "", baseRef: "" };
  return { headRef: pull?.head?.ref ?? "", baseRef: pull?.base?.ref ?? "" };
}

const refName = (ref: string): string => ref.replace(/^refs\/(heads|tags|pull)\//, "");
