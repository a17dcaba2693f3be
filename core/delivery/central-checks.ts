/** What stands against a central workflow, and what people should know of it. */

import * as texts from "../messages/central.ts";
import { formatMessage } from "../messages/entry.ts";
import { archived, disabled, readOnly } from "../messages/repositories.ts";
import type { Problem } from "../problem.ts";
import { callerJob } from "../workflow/file.ts";
import type { PresetName } from "../workflow/options.ts";
import { listCheckNames } from "../workflow/presets.ts";
import { readHeaderOwner } from "../workflow/render.ts";

/** A central repository as GitHub has it. */
export interface CentralRepository {
  slug: string;
  /** The page for people. */
  url: string;
  archived: boolean;
  disabled: boolean;
  permission?: string;
  visibility: "public" | "private" | "internal";
  /** Who may call its workflows; undefined where everybody may, or GitHub does not say. */
  access?: "none" | "user" | "organization" | "enterprise";
  branch: string;
  /** Undefined where there is no such branch. */
  isProtected?: boolean;
}

/** A central workflow as it is to be. */
export interface PlannedCentral {
  path: string;
  /** The stack's name. */
  owner: string;
  live?: { text: string };
  /** Whether the state has the file. */
  isOwn: boolean;
  adopt: boolean;
  tag: string;
  scope: "repository" | "organization";
  callers: { slug: string; isPublic: boolean; usesDefaultSubject: boolean }[];
}

/** Everything that keeps it from working. */
export function findCentralObstacles(repository: CentralRepository, central: PlannedCentral): Problem[] {
  const { slug, access, visibility, branch, url } = repository;
  const problems: Problem[] = [];
  const add = (message: string, path: string = slug) => problems.push({ path, message });
  if (repository.archived) add(archived.says);
  if (repository.disabled) add(disabled.says);
  if (repository.permission === "READ" || repository.permission === "TRIAGE") {
    add(formatMessage(readOnly, { permission: repository.permission.toLowerCase() }));
  }
  if (repository.isProtected === undefined) add(formatMessage(texts.centralBranchMissing, { branch }));
  if (access === "none" && central.callers.some((caller) => caller.slug !== slug)) {
    add(formatMessage(texts.centralAccess, { access, repository: slug, settings: `${url}/settings/actions` }));
  }
  const shut = central.callers
    .filter(({ isPublic }) => isPublic && visibility !== "public")
    .map((caller) => caller.slug);
  if (shut.length > 0) add(formatMessage(texts.centralHidden, { visibility, repositories: listNames(shut) }));
  const { live, isOwn, adopt, owner, path } = central;
  if (live && !isOwn && !adopt && readHeaderOwner(live.text) !== owner) {
    add(formatMessage(texts.centralForeignFile, { path }));
  }
  if (central.scope === "organization") {
    for (const caller of central.callers) {
      if (caller.usesDefaultSubject) continue;
      add(formatMessage(texts.centralCustomSubject, { repository: caller.slug }), caller.slug);
    }
  }
  return problems;
}

/** What works, and people should know. */
export function findCentralWarnings(repository: CentralRepository, central: PlannedCentral): string[] {
  const { slug, branch, visibility, isProtected } = repository;
  const { tag, scope } = central;
  const holds = ["prompt, models, tag and host name"];
  if (scope === "organization") holds.push("the identity's client ID and audience, and the ids of its repositories");
  return [
    ...(isProtected === false ? [formatMessage(texts.centralUnprotected, { branch, repository: slug, tag })] : []),
    ...(visibility === "public"
      ? [formatMessage(texts.centralPublic, { repository: slug, holds: holds.join("; ") })]
      : []),
  ];
}

/** What the default branch of a repository requires, and what the repository will have. */
export interface RequiringRepository {
  slug: string;
  presets: readonly PresetName[];
  isCaller: boolean;
  /** Names of status checks. */
  requiredChecks: readonly string[];
}

/** Required checks that have another name with this delivery: a pull request waits for them for ever. */
export function findRenamedChecks(repositories: readonly RequiringRepository[]): string[] {
  const renamed = new Map<string, { old: string; new: string; slugs: string[] }>();
  for (const { slug, presets, isCaller, requiredChecks } of repositories) {
    const [own, called] = [listCheckNames(presets), listCheckNames(presets, callerJob)];
    const [old, wanted] = isCaller ? [own, called] : [called, own];
    for (const [index, name] of old.entries()) {
      const now = wanted[index] ?? "";
      if (!requiredChecks.includes(name) || requiredChecks.includes(now)) continue;
      const known = renamed.get(name) ?? { old: name, new: now, slugs: [] };
      known.slugs.push(slug);
      renamed.set(name, known);
    }
  }
  return [...renamed.values()].map(({ old, new: now, slugs }) =>
    formatMessage(texts.checksRenamed, { repositories: listNames(slugs), old: `"${old}"`, new: `"${now}"` }),
  );
}

const named = 5;

/** `acme/app, acme/api and 3 more` */
export function listNames(names: readonly string[]): string {
  const rest = names.length - named;
  return rest > 0 ? `${names.slice(0, named).join(", ")} and ${rest} more` : names.join(", ");
}
