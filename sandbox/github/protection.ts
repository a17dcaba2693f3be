/** Classic branch protection and rulesets: what stops a commit that comes without a pull request. */
import { Refusal } from "./answers.ts";
import type { Repository, Ruleset } from "./model.ts";
import type { Permission, RuleOptions } from "./options.ts";
import { bypassOf, rulesOf } from "./rulesets.ts";

/** Whether the rules of the default branch hold for somebody with this role. */
export function binds(repository: Repository, permission: Permission): boolean {
  const { protection } = repository;
  return protection !== undefined && (permission !== "admin" || (protection.enforceAdmins ?? false));
}

/** Whether something must have happened before a pull request into this branch can be merged. */
export function hasRequirements(repository: Repository, branch: string): boolean {
  const { protection, defaultBranch } = repository;
  const rules = rulesOf(repository, branch).map(({ rule }) => rule);
  if (rules.some((rule) => rule.type === "merge_queue" || rule.type === "required_status_checks")) return true;
  if (rules.some((rule) => rule.type === "pull_request" && rule.requiredReviews !== 0)) return true;
  if (!protection || branch !== defaultBranch) return false;
  return (protection.requiredReviews ?? 0) > 0 || (protection.requiredStatusChecks ?? []).length > 0;
}

/** What a push does to a branch. */
export type Push = "create" | "update" | "force" | "delete";

/** Why the branch does not take a push without a pull request from this role; undefined when it does. */
export function pushObstacle(
  repository: Repository,
  branch: string,
  permission: Permission,
  push: Push,
): { by: "protection" | "ruleset"; reason: string } | undefined {
  const isBypassed = (ruleset: Ruleset) => ["always", "exempt"].includes(bypassOf(ruleset, permission));
  const [broken] = rulesOf(repository, branch).flatMap(({ rule, ruleset }) =>
    isBypassed(ruleset) ? [] : (ruleReason(rule, push) ?? []),
  );
  if (broken !== undefined) return { by: "ruleset", reason: broken };
  const reason = push === "create" || push === "delete" ? undefined : protectionReason(repository, branch, permission);
  return reason === undefined ? undefined : { by: "protection", reason };
}

function ruleReason(rule: RuleOptions, push: Push): string | undefined {
  if (push === "create") {
    return rule.type === "creation" ? "Cannot create ref due to creations being restricted." : undefined;
  }
  if (push === "delete") return rule.type === "deletion" ? "Cannot delete this branch" : undefined;
  if (rule.type === "pull_request") return "Changes must be made through a pull request.";
  if (rule.type === "required_status_checks") return checksReason(rule.checks);
  if (rule.type === "merge_queue") return "Changes must be made through the merge queue";
  if (rule.type === "update") return "Cannot update this protected ref.";
  return rule.type === "non_fast_forward" && push === "force" ? "Cannot force-push to this branch" : undefined;
}

function protectionReason(repository: Repository, branch: string, permission: Permission): string | undefined {
  const { protection } = repository;
  if (!protection || branch !== repository.defaultBranch || !binds(repository, permission)) return undefined;
  if ((protection.requiredReviews ?? 0) > 0) return "Changes must be made through a pull request.";
  return checksReason(protection.requiredStatusChecks ?? []);
}

function checksReason([check, ...others]: string[]): string | undefined {
  if (check === undefined) return undefined;
  const count = others.length + 1;
  return count === 1
    ? `Required status check "${check}" is expected.`
    : `${count} of ${count} required status checks are expected.`;
}

/** 409 when the branch does not take a commit from this role; `act` is what the client was doing with a file. */
export function checkProtection(
  repository: Repository,
  branch: string,
  permission: Permission,
  act: "create" | "update" | "delete",
): void {
  const obstacle = pushObstacle(repository, branch, permission, "update");
  if (!obstacle) return;
  if (obstacle.by === "ruleset") throw new Refusal(409, violation(obstacle.reason), "rest/repos/contents");
  throw new Refusal(409, `Could not ${act} file: ${obstacle.reason}`, "articles/about-protected-branches");
}

/** How GitHub words what breaks a rule of a ruleset. */
export const violation = (reason: string): string => `Repository rule violations found\n\n${reason}\n\n`;
