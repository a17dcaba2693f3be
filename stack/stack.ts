/** The program's work before its resources: what a stack sets up in this run, read, judged, and fitted to GitHub's limits. */
import * as pulumi from "@pulumi/pulumi";
import { connectStackToGitHub } from "../components/github.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { leftAndUnwritable } from "../core/messages/repositories.ts";
import type { Problem } from "../core/problem.ts";
import { toResourceName } from "../core/resource-names.ts";
import type { RepositorySlug, Settings } from "../core/settings/settings.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { describeGitHubError } from "../services/github/errors.ts";
import { findLimitEnd, observeLimits } from "../services/github/rate-limit.ts";
import { type CentralWorkflows, separateWaiting, type WaitingRepository } from "./central-workflows.ts";
import type { KeptRepository } from "./departed-repositories.ts";
import { requireEngine } from "./engine-version.ts";
import { type Judgement, judgeStack } from "./judge.ts";
import { watchLimit } from "./limit-watch.ts";
import { findTraces, type Traces } from "./own-files.ts";
import { type Reading, readGitHub } from "./read-github.ts";
import { readSettings } from "./read-settings.ts";
import type { AvailableRepository, SkippedRepository } from "./repository-checks.ts";
import { listShownFiles, showTextDiffs } from "./show-diffs.ts";
import { createLimitError, fitToLimits, type Pending } from "./waves.ts";

/** What a stack sets up, checked against GitHub. */
export interface Stack {
  settings: Settings;
  available: AvailableRepository[];
  central: CentralWorkflows;
  skipped: SkippedRepository[];
  /** Those whose central workflow is not merged yet: what they have stays as it is. */
  waiting: WaitingRepository[];
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
  const { reading, judgement } = await readAndJudge(settings, github);
  refuseProblems(judgement.problems);
  const { central, files, findings, unremovable } = reading;
  const { available, skipped, warnings } = judgement;
  for (const warning of [...warnings, ...describeLeftAlone(skipped, unremovable)]) pulumi.log.warn(warning);

  const { ready, waiting } = separateWaiting(available, central);
  const wave = await fitToLimits(settings, ready, observed());
  showTextDiffs(listShownFiles(wave.available));
  if (!pulumi.runtime.isDryRun()) {
    // It only tells people something; a rejection that nobody handles would end the run with a stack trace.
    watchLimit(github, settings).catch((error) => pulumi.log.debug(`The limit is not watched: ${error}`));
  }
  return { settings, central, skipped, waiting, unremovable, traces: findTraces(settings, files, findings), ...wave };
}

async function readAndJudge(
  settings: Settings,
  github: GitHubConnection,
): Promise<{ reading: Reading; judgement: Judgement }> {
  try {
    const reading = await readGitHub(settings, github);
    return { reading, judgement: await judgeStack(settings, reading, github) };
  } catch (error) {
    const end = findLimitEnd(error);
    if (end !== undefined) throw await createLimitError(settings, end);
    const said = describeGitHubError(error);
    throw said === undefined ? error : new pulumi.RunError(said);
  }
}

function refuseProblems(problems: Problem[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "One repository" : `${problems.length} problems with repositories`;
  const list = problems.map(({ path, message }) => `  ${path}\n    ${message}`).join("\n");
  throw new pulumi.RunError(`${count} cannot be set up; nothing was changed.\n${list}`);
}

function describeLeftAlone(skipped: SkippedRepository[], unremovable: SkippedRepository[]): string[] {
  return [
    ...skipped.map(({ slug, reason }) => `${slug} ${reason}. It is left alone (onUnavailable: skip).`),
    ...unremovable.map(({ slug, reason }) => formatMessage(leftAndUnwritable, { name: slug, reason })),
  ];
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
