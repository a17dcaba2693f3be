/** Everything that a run reads of GitHub before it decides: the repositories, their workflow files, and those that have left. */
import type { Settings } from "../core/settings/settings.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { type RepositoryFindings, readRepositories } from "../services/github/repositories.ts";
import { listRequests } from "../services/github/repository-requests.ts";
import { observeScopes } from "../services/github/scopes.ts";
import { type CentralWorkflows, readCentralWorkflows, settleOrder } from "./central-workflows.ts";
import { type PreviousOutputs, readUnremovable } from "./departed-repositories.ts";
import type { SkippedRepository } from "./repository-checks.ts";
import { readStackOutputs } from "./state.ts";
import { requireScopes } from "./token-scopes.ts";
import { readWorkflowFiles, settleCallers, type WorkflowFiles } from "./workflow-files.ts";

export interface Reading {
  findings: RepositoryFindings;
  /** The outputs of the last run. */
  previous: PreviousOutputs;
  /** Those that left the list and cannot be written, see departed-repositories.ts. */
  unremovable: SkippedRepository[];
  central: CentralWorkflows;
  files: WorkflowFiles;
}

/** @throws pulumi.RunError when the token lacks a scope that every run needs. */
export async function readGitHub(settings: Settings, github: GitHubConnection): Promise<Reading> {
  const scopes = observeScopes(github);
  const outputs = readStackOutputs();
  const read = Promise.all([
    readRepositories(listRequests(settings), github),
    outputs,
    outputs.then((previous) => readUnremovable(previous, settings.repositories, github)),
  ]);
  // Before an error of one of them: a missing scope is why.
  const [findings, previous, unremovable] = await read.finally(() => requireScopes(scopes(), settings));
  return { findings, previous, unremovable, ...(await readFiles(settings, findings, github)) };
}

/** The workflow files, here and in central repositories, with what is live and what goes first. */
async function readFiles(settings: Settings, findings: RepositoryFindings, github: GitHubConnection) {
  const seen = await readCentralWorkflows(settings, findings, github);
  const read = await readWorkflowFiles(settings, findings, seen, github);
  const central = settleOrder(seen, settings, findings, (slug) => read.get(slug)?.live?.text);
  return { central, files: settleCallers(settings, read, central) };
}
