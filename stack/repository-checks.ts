/** Which of the listed repositories can be set up: decided from what GitHub says, before anything is written. */

import { findCommitObstacle } from "../core/delivery/branch-rules.ts";
import { deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { explainForeign } from "../core/delivery/foreign.ts";
import { formatMessage } from "../core/messages/entry.ts";
import * as texts from "../core/messages/repositories.ts";
import type { Problem } from "../core/problem.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import type { RepositoryFacts, RepositoryFindings } from "../services/github/repositories.ts";
import type { BypassLookup } from "./branch-checks.ts";
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
    const reason = unavailable(facts);
    const file = files.get(repository.slug);
    if (reason === undefined && facts && file) {
      const available = { settings: repository, facts, file };
      decision.available.push(available);
      const messages = obstacles(available, isOwnFile, mayBypass);
      decision.problems.push(...messages.map((message) => ({ path: repository.slug, message })));
    } else if (settings.onUnavailable === "skip") {
      decision.skipped.push({ slug: repository.slug, reason: predicate(reason ?? texts.missing) });
    } else {
      decision.problems.push({ path: repository.slug, message: formatMessage(reason ?? texts.missing, {}) });
    }
  }
  return decision;
}

/** Why nothing can be written to a repository, as "is archived, ..."; undefined when it can. */
export function explainUnavailable(facts: RepositoryFacts | undefined): string | undefined {
  const text = unavailable(facts);
  return text && predicate(text);
}

function unavailable(facts: RepositoryFacts | undefined) {
  if (!facts) return texts.missing;
  if (facts.archived) return texts.archived;
  if (facts.disabled) return texts.disabled;
  return undefined;
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
    renamed(settings, facts),
    lacksPermission(facts),
    ...(delivery.kind === "output" ? [] : [emptyRepository(facts), foreignWorkflow(settings, file, isOwnFile)]),
    deliverRepositoryFile(delivery).kind === "commit" ? blockedBranch(facts, mayBypass) : undefined,
  ].filter((message) => message !== undefined);
}

function renamed(settings: RepositorySettings, facts: RepositoryFacts): string | undefined {
  if (facts.slug.toLowerCase() === settings.slug.toLowerCase()) return undefined;
  const [owner, name] = facts.slug.split("/");
  const [askedOwner, askedName] = settings.slug.split("/");
  return owner?.toLowerCase() === askedOwner?.toLowerCase()
    ? formatMessage(texts.renamed, { name: facts.slug, new: name ?? "", old: askedName ?? "" })
    : formatMessage(texts.transferred, { name: facts.slug, owner: owner ?? "" });
}

function lacksPermission({ permission }: RepositoryFacts): string | undefined {
  if (permission !== "READ" && permission !== "TRIAGE") return undefined;
  return formatMessage(texts.readOnly, { permission: permission.toLowerCase() });
}

function emptyRepository({ defaultBranch }: RepositoryFacts): string | undefined {
  return defaultBranch ? undefined : formatMessage(texts.empty, {});
}

function blockedBranch(facts: RepositoryFacts, mayBypass: BypassLookup): string | undefined {
  const { defaultBranch: branch, permission } = facts;
  const rules = branch && findCommitObstacle(branch, permission, (ruleset) => mayBypass(facts, ruleset));
  return rules && formatMessage(texts.branchProtected, { branch: branch.name, rules });
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
