/** Classic branch protection: what stops a commit that comes without a pull request. */
import { Refusal } from "./answers.ts";
import type { Permission } from "./options.ts";
import type { Repository } from "./state.ts";

/** Whether the rules of the default branch hold for somebody with this role. */
export function binds(repository: Repository, permission: Permission): boolean {
  const { protection } = repository;
  return protection !== undefined && (permission !== "admin" || (protection.enforceAdmins ?? false));
}

/** Whether something must have happened before a pull request into this branch can be merged. */
export function hasRequirements({ protection, defaultBranch }: Repository, branch: string): boolean {
  if (!protection || branch !== defaultBranch) return false;
  return (protection.requiredReviews ?? 0) > 0 || (protection.requiredStatusChecks ?? []).length > 0;
}

/** Why the branch does not take a commit from this role without a pull request; undefined when it does. */
export function protectionReason(repository: Repository, branch: string, permission: Permission): string | undefined {
  const { protection } = repository;
  if (!protection || branch !== repository.defaultBranch || !binds(repository, permission)) return undefined;
  if ((protection.requiredReviews ?? 0) > 0) return "Changes must be made through a pull request.";
  const [check, ...others] = protection.requiredStatusChecks ?? [];
  if (check === undefined) return undefined;
  const count = others.length + 1;
  return count === 1
    ? `Required status check "${check}" is expected.`
    : `${count} of ${count} required status checks are expected.`;
}

/** 409 when the branch does not take a commit from this role; `act` is what the client was doing. */
export function checkProtection(
  repository: Repository,
  branch: string,
  permission: Permission,
  act: "create" | "update" | "delete",
): void {
  const reason = protectionReason(repository, branch, permission);
  if (reason === undefined) return;
  throw new Refusal(409, `Could not ${act} file: ${reason}`, "articles/about-protected-branches");
}
