/** What of a stack can be set up, what cannot and why, and what people should know: all of it before anything is written. */
import type { Problem } from "../core/problem.ts";
import type { Settings } from "../core/settings/settings.ts";
import { findMissingActionsRight } from "../core/settings/token-rights.ts";
import { readBypasses } from "../services/github/bypasses.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { readAppPermissions } from "../services/github/scopes.ts";
import { judgeCentralWorkflows } from "./central-checks.ts";
import { recogniseOwnFiles } from "./own-files.ts";
import type { Reading } from "./read-github.ts";
import { type AvailableRepository, decideRepositories, type SkippedRepository } from "./repository-checks.ts";
import { findForeignSecrets } from "./secrets-check.ts";

export interface Judgement {
  available: AvailableRepository[];
  skipped: SkippedRepository[];
  problems: Problem[];
  warnings: string[];
}

export async function judgeStack(settings: Settings, reading: Reading, github: GitHubConnection): Promise<Judgement> {
  const { findings, files, central, previous } = reading;
  const isOwnFile = await recogniseOwnFiles(settings, files);
  const mayBypass = await readBypasses(settings, findings, github);
  const decided = decideRepositories(settings, findings, files, isOwnFile, mayBypass);
  const ofCentral = await judgeCentralWorkflows(settings, findings, central, github);
  const secrets = await findForeignSecrets(settings, decided.available, previous, github);
  const lacksActions = findMissingActionsRight(await readAppPermissions(github), settings);
  return {
    ...decided,
    problems: [...decided.problems, ...ofCentral.problems, ...secrets],
    warnings: [...ofCentral.warnings, ...(lacksActions === undefined ? [] : [lacksActions])],
  };
}
