/** Which workflow files an event starts, and what their runs know of it. */
import type { Repository, RepositoryEvent } from "../../github/index.ts";
import { pullChanges } from "../../github/pull-requests.ts";
import { startsOn } from "../rules/filters.ts";
import { InvalidWorkflow, readWorkflowFile, type WorkflowFile } from "../rules/workflow-file.ts";

/** A workflow file that an event starts. */
export interface Triggered {
  event: RepositoryEvent;
  path: string;
  /** Undefined: GitHub does not take the file. */
  file: WorkflowFile | undefined;
  /** The event's own, or the base branch where that is what the event runs for. */
  name: string;
  ref: string;
  sha: string;
  /** What a run shows as its head, which is never a merge commit. */
  headSha: string;
  headBranch: string;
  pulls: number[];
}

/** What is true at the moment of the event, and may be otherwise when its workflows have been read. */
export interface Moment {
  event: RepositoryEvent;
  occasions: Omit<Triggered, "path" | "file">[];
  /** By occasion: path and text of each workflow that is not switched off. */
  files: { path: string; text: string }[][];
  changed: readonly string[] | undefined;
  /** What filters for branches judge. */
  judgedRef: string;
}

const workflowPath = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/** GitHub starts nothing for such a commit. https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs */
const skipMark = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/;

export function captureMoment(event: RepositoryEvent): Moment | undefined {
  const { repository, name, ref, sha } = event;
  if (repository.archived || repository.disabled || !repository.actions.enabled) return undefined;
  const pull = pullOf(event);
  const isOfPull = pull !== undefined;
  const head = {
    headSha: pull?.headSha ?? sha,
    headBranch: pull?.head ?? ref.replace(/^refs\/heads\//, ""),
    pulls: pull ? [pull.number] : [],
  };
  const occasions: Moment["occasions"] = sha === "" ? [] : [{ event, name, ref, sha, ...head }];
  if (name === "pull_request" && pull) {
    const base = repository.git.branches.get(pull.base);
    if (base)
      occasions.push({ event, name: "pull_request_target", ref: `refs/heads/${pull.base}`, sha: base, ...head });
  }
  const message = repository.git.commits.get(head.headSha)?.message ?? "";
  const isSkipped = /^(push|pull_request)$/.test(name) && skipMark.test(message);
  return {
    event,
    occasions: isSkipped ? occasions.filter((one) => one.name === "pull_request_target") : occasions,
    files: occasions.map((occasion) => workflowFiles(repository, occasion.sha)),
    changed: isOfPull ? pullChanges(repository, pull).files.map(({ path }) => path) : changedByPush(event),
    judgedRef: isOfPull ? `refs/heads/${pull.base}` : baseOfGroup(event),
  };
}

export async function findTriggered({ event, occasions, files, changed, judgedRef }: Moment): Promise<Triggered[]> {
  const found: Triggered[] = [];
  for (const [index, occasion] of occasions.entries()) {
    for (const { path, text } of files[index] ?? []) {
      const file = await readWorkflowFile(path, text).catch((error: unknown) => {
        if (error instanceof InvalidWorkflow) return undefined;
        throw error;
      });
      // GitHub shows what is wrong with a file at the push that brings it; it cannot tell which other events were meant.
      const starts = file
        ? startsOn(file, { name: occasion.name, action: event.action, ref: judgedRef, changed })
        : occasion.name === "push" && (changed ?? []).includes(path);
      if (starts) found.push({ ...occasion, path, file });
    }
  }
  return found;
}

function workflowFiles({ git, workflows }: Repository, sha: string): { path: string; text: string }[] {
  const commit = git.commits.get(sha);
  if (!commit) return [];
  const isOff = (path: string) => workflows.some((one) => one.path === path && one.isDisabled);
  return [...commit.files.keys()]
    .filter((path) => workflowPath.test(path) && !isOff(path))
    .map((path) => ({ path, text: git.read(commit, path)?.toString("utf8") ?? "" }));
}

/** Of a comment in its conversation the event is about the issue, and runs for the default branch. */
function pullOf({ repository, payload }: RepositoryEvent) {
  const { pull_request } = payload as { pull_request?: { number: number } };
  return repository.pulls.find(({ number }) => number === pull_request?.number);
}

function baseOfGroup({ payload, ref }: RepositoryEvent): string {
  const { merge_group } = payload as { merge_group?: { base_ref: string } };
  return merge_group?.base_ref ?? ref;
}

function changedByPush({ name, payload, repository, sha }: RepositoryEvent): string[] | undefined {
  const commit = repository.git.commits.get(sha);
  if (name !== "push" || !commit) return undefined;
  const { before } = payload as { before?: string };
  const old = repository.git.commits.get(before ?? "");
  const paths = new Set([...commit.files.keys(), ...(old?.files.keys() ?? [])]);
  return [...paths].filter((path) => commit.files.get(path) !== old?.files.get(path));
}
