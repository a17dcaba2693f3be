/** Which of the listed repositories can be set up: decided from what GitHub says, before anything is written. */
import { deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { explainForeign } from "../core/delivery/foreign.ts";
import {
  explainBlockedBranch,
  explainEmpty,
  explainReadOnly,
  explainRename,
  findUnavailability,
} from "../core/delivery/repository-obstacles.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { missing } from "../core/messages/repositories.ts";
import type { Problem } from "../core/problem.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import type { BypassLookup } from "../services/github/bypasses.ts";
import type { RepositoryFacts, RepositoryFindings } from "../services/github/repositories.ts";
import type { IsOwnFile } from "./own-files.ts";
import { findHeaderOwner, type WorkflowFileState, type WorkflowFiles } from "./workflow-files.ts";

/** A repository that can be set up: its settings, and what GitHub knows about it. */
export interface AvailableRepository {
  settings: RepositorySettings;
  facts: RepositoryFacts;
  file: WorkflowFileState;
}

/** A repository that is left alone (`onUnavailable: skip`), and why. */
export interface SkippedRepository {
  slug: RepositorySlug;
  reason: string;
}

export interface RepositoryDecision {
  available: AvailableRepository[];
  skipped: SkippedRepository[];
  problems: Problem[];
}

/** Every problem of every repository at once; unavailable repositories are a problem or skipped, as the settings say. */
export function decideRepositories(
  settings: Settings,
  findings: RepositoryFindings,
  files: WorkflowFiles,
  isOwnFile: IsOwnFile,
  mayBypass: BypassLookup,
): RepositoryDecision {
  const decision: RepositoryDecision = { available: [], skipped: [], problems: [] };
  for (const repository of settings.repositories) {
    const facts = findings.get(repository.slug);
    const reason = findUnavailability(facts);
    const file = files.get(repository.slug);
    if (reason === undefined && facts && file) {
      const available = { settings: repository, facts, file };
      decision.available.push(available);
      const messages = obstacles(available, isOwnFile, mayBypass);
      decision.problems.push(...messages.map((message) => ({ path: repository.slug, message })));
    } else if (settings.onUnavailable === "skip") {
      decision.skipped.push({ slug: repository.slug, reason: predicate(reason ?? missing) });
    } else {
      decision.problems.push({ path: repository.slug, message: formatMessage(reason ?? missing, {}) });
    }
  }
  return decision;
}

/** Why nothing can be written to a repository, as "is archived, ..."; undefined when it can. */
export function explainUnavailable(facts: RepositoryFacts | undefined): string | undefined {
  const text = findUnavailability(facts);
  return text && predicate(text);
}

/** `It is archived, ...` as the predicate behind a repository's name: `is archived, ...`. */
function predicate({ says }: { says: string }): string {
  return says.replace(/^It |\.$/g, "");
}

function obstacles(
  { settings, facts, file }: AvailableRepository,
  isOwnFile: IsOwnFile,
  mayBypass: BypassLookup,
): string[] {
  const { delivery } = settings;
  return [
    explainRename(settings.slug, facts),
    explainReadOnly(facts),
    ...(delivery.kind === "output" ? [] : [explainEmpty(facts), foreignWorkflow(settings, file, isOwnFile)]),
    deliverRepositoryFile(delivery).kind === "commit"
      ? explainBlockedBranch(facts, (ruleset) => mayBypass(facts, ruleset))
      : undefined,
  ].filter((message) => message !== undefined);
}

function foreignWorkflow(
  settings: RepositorySettings,
  file: WorkflowFileState,
  isOwnFile: IsOwnFile,
): string | undefined {
  const { path, adopt } = settings.workflow;
  if (!file.live || adopt) return undefined;
  if (isOwnFile(settings, findHeaderOwner(file))) return undefined;
  return explainForeign(path, file.live.text);
}
