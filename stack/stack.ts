/** The program's work before and after its resources: reads the settings and the repositories, and reports what was set up. */

import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import { connectStackToGitHub } from "../components/github.ts";
import { toResourceName } from "../components/names.ts";
import { namePullBranches } from "../core/delivery/branches.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { leftAndUnwritable } from "../core/messages/repositories.ts";
import { parseSettings, type RepositorySlug, type Settings } from "../core/settings/settings.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { describeGitHubError } from "../services/github/errors.ts";
import { findLimitEnd, observeLimits } from "../services/github/rate-limit.ts";
import { type RepositoryFindings, readRepositories } from "../services/github/repositories.ts";
import { observeScopes, readAppPermissions } from "../services/github/scopes.ts";
import { readBypasses } from "./branch-checks.ts";
import { judgeCentralWorkflows } from "./central-checks.ts";
import {
  type CentralWorkflows,
  listCentralRepositories,
  readCentralWorkflows,
  separateWaiting,
  settleOrder,
  type WaitingRepository,
} from "./central-workflows.ts";
import { type KeptRepository, readUnremovable } from "./departed-repositories.ts";
import { requireEngine } from "./engine-version.ts";
import { watchLimit } from "./limit-watch.ts";
import { findTraces, recogniseOwnFiles, type Traces } from "./own-files.ts";
import { type AvailableRepository, decideRepositories, type SkippedRepository } from "./repository-checks.ts";
import { findForeignSecrets } from "./secrets-check.ts";
import { listShownFiles, showTextDiffs } from "./show-diffs.ts";
import { readStackOutputs } from "./state.ts";
import { findMissingActionsRight, requireScopes } from "./token-scopes.ts";
import { createLimitError, fitToLimits, type Pending } from "./waves.ts";
import { readWorkflowFiles, settleCallers } from "./workflow-files.ts";

/** What a stack sets up, checked against GitHub. */
export interface Stack {
  settings: Settings;
  available: AvailableRepository[];
  central: CentralWorkflows;
  skipped: SkippedRepository[];
  /** Those whose central workflow is not merged yet: what they have stays as it is. */
  waiting: WaitingRepository[];
  /** Those that left the list and cannot be written, see departed-repositories.ts. */
  unremovable: SkippedRepository[];
  /** Where a stack of the same name would have left something, see `StackClaim`. */
  traces: Traces;
  /** What GitHub's limits leave for another run. */
  pending?: Pending;
}

/** @throws pulumi.RunError with every mistake in the settings, or every repository that cannot be set up. */
export async function readStack(): Promise<Stack> {
  await requireEngine();
  const settings = readSettings();
  const github = connectStackToGitHub();
  const observed = observeLimits(github);
  const scopes = observeScopes(github);
  const requests = [
    ...listCentralRepositories(settings).map((slug) => ({ slug, workflowPath: "" })),
    // Behind them: of one that is both, it is its own file that is asked for.
    ...settings.repositories.map(({ slug, workflow }) => ({
      slug,
      workflowPath: workflow.path,
      removalBranch: namePullBranches(settings.policy.owner, workflow.path).removal.head,
    })),
  ];
  const outputs = readStackOutputs();
  const read = Promise.all([
    readRepositories(requests, github),
    outputs,
    outputs.then((previous) => readUnremovable(previous, settings.repositories, github)),
  ]);
  // Before an error of one of them: a missing scope is why.
  const [findings, previous, unremovable] = await read
    .finally(() => requireScopes(scopes(), settings))
    .catch((error) => explainGitHubError(error, settings));
  const { central, files } = await readFiles(settings, findings, github).catch((error) =>
    explainGitHubError(error, settings),
  );
  const isOwnFile = await recogniseOwnFiles(settings, files);
  const mayBypass = await readBypasses(settings, findings, github).catch((error) =>
    explainGitHubError(error, settings),
  );
  const { available, skipped, problems } = decideRepositories(settings, findings, files, isOwnFile, mayBypass);
  const judged = await judgeCentralWorkflows(settings, findings, central, github).catch((error) =>
    explainGitHubError(error, settings),
  );
  problems.push(...judged.problems);
  const foreign = findForeignSecrets(settings, available, previous, github);
  problems.push(...(await foreign.catch((error) => explainGitHubError(error, settings))));
  if (problems.length > 0) {
    const count = problems.length === 1 ? "One repository" : `${problems.length} problems with repositories`;
    const list = problems.map(({ path, message }) => `  ${path}\n    ${message}`).join("\n");
    throw new pulumi.RunError(`${count} cannot be set up; nothing was changed.\n${list}`);
  }
  const lacksActions = findMissingActionsRight(await readAppPermissions(github), settings);
  for (const warning of [...judged.warnings, ...(lacksActions === undefined ? [] : [lacksActions])]) {
    pulumi.log.warn(warning);
  }
  for (const { slug, reason } of skipped) pulumi.log.warn(`${slug} ${reason}. It is left alone (onUnavailable: skip).`);
  for (const { slug, reason } of unremovable) {
    pulumi.log.warn(formatMessage(leftAndUnwritable, { name: slug, reason }));
  }
  const { ready, waiting } = separateWaiting(available, central);
  const wave = await fitToLimits(settings, ready, observed());
  showTextDiffs(listShownFiles(wave.available));
  if (!pulumi.runtime.isDryRun()) {
    // It only tells people something; a rejection that nobody handles would end the run with a stack trace.
    watchLimit(github, settings).catch((error) => pulumi.log.debug(`The limit is not watched: ${error}`));
  }
  return { settings, central, skipped, waiting, unremovable, traces: findTraces(settings, files, findings), ...wave };
}

/** The workflow files, here and in central repositories, with what is live and what goes first. */
async function readFiles(settings: Settings, findings: RepositoryFindings, github: GitHubConnection) {
  const seen = await readCentralWorkflows(settings, findings, github);
  const read = await readWorkflowFiles(settings, findings, seen, github);
  const central = settleOrder(seen, settings, findings, (slug) => read.get(slug)?.live?.text);
  return { central, files: settleCallers(settings, read, central) };
}

/** The repositories that stay as they are in this run. */
export function listKeptRepositories({ skipped, waiting, unremovable }: Stack): KeptRepository[] {
  const kept = ({ slug }: { slug: RepositorySlug }, hasLeft: boolean) => ({
    slug,
    name: toResourceName(slug),
    hasLeft,
  });
  return [...[...skipped, ...waiting].map((one) => kept(one, false)), ...unremovable.map((one) => kept(one, true))];
}

/** Reads the settings and tells of what will probably disappoint. @throws SettingsError */
function readSettings(): Settings {
  const { settings, warnings } = parseSettings({
    config: pulumi.runtime.allConfig(),
    isSecret: isEncrypted,
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    environment: process.env,
  });
  for (const { path, message } of warnings) pulumi.log.warn(`${path}: ${message}`);
  return settings;
}

/** Whether a key of the configuration is a secret. The SDK knows, and has no public way to ask; without it none is suspected. */
function isEncrypted(key: string): boolean {
  return (runtimeConfig as { isConfigSecret?: (key: string) => boolean }).isConfigSecret?.(key) ?? true;
}

async function explainGitHubError(error: unknown, settings: Settings): Promise<never> {
  const end = findLimitEnd(error);
  if (end !== undefined) throw await createLimitError(settings, end);
  const said = describeGitHubError(error);
  throw said === undefined ? error : new pulumi.RunError(said);
}
