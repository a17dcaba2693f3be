/** Whether a branch takes a commit that comes without a pull request. */
import { show } from "../settings/problem.ts";

/** What GitHub says of a default branch, from classic protection and from rulesets. */
export interface DefaultBranch {
  name: string;
  /** Classic branch protection; absent where there is none. */
  protection?: BranchProtection;
  /** Rules of active rulesets, whoever may bypass them; empty on a server that shows none. */
  rules: BranchRule[];
  /** Names of the status checks that protection and rulesets require, each once. */
  requiredChecks: string[];
}

/** Classic branch protection. */
export interface BranchProtection {
  requiresReviews: boolean;
  requiresStatusChecks: boolean;
  /** The credential is among those who may push. */
  mayPush: boolean;
  /** Administrators are held to the rule; absent where the credential may not read it. */
  holdsAdministrators?: boolean;
}

export interface BranchRule {
  /** GraphQL's `RepositoryRuleType`, such as `PULL_REQUEST`; GitHub adds new ones. */
  type: string;
  /** Absent where GitHub does not show it. */
  ruleset?: { id: number; name: string };
}

/**
 * The types that a commit by the API cannot meet, since it has no history of checks.
 * https://docs.github.com/graphql/reference/enums#repositoryruletype
 * What looks at the content of a commit, such as its message, is left to GitHub: the commit may well meet it.
 */
const obstacles: Readonly<Record<string, string>> = {
  PULL_REQUEST: "requires a pull request",
  REQUIRED_STATUS_CHECKS: "requires status checks",
  MERGE_QUEUE: "requires the merge queue",
  UPDATE: "lets only those push who may bypass it",
  LOCK_BRANCH: "makes the branch read-only",
  REQUIRED_DEPLOYMENTS: "requires deployments",
  WORKFLOWS: "requires workflows to pass",
  CODE_SCANNING: "requires results of code scanning",
};

/** The rulesets of a branch that keep commits off it, each once: of these it matters who may bypass them. */
export function listBlockingRulesets({ rules }: Pick<DefaultBranch, "rules">): number[] {
  return [...new Set(rules.filter(blocks).flatMap(({ ruleset }) => ruleset?.id ?? []))];
}

/** Undefined where GitHub does not say. */
export type MayBypass = (ruleset: number) => boolean | undefined;

/**
 * Which rules keep a commit off the branch, such as `the ruleset "Main" requires a pull request`; undefined when none does.
 *
 * A ruleset of which nobody knows who may bypass it does not count: a refusal here would keep out who may, and GitHub refuses the
 * others.
 */
export function findCommitObstacle(
  { protection, rules }: DefaultBranch,
  permission: string | undefined,
  mayBypass: MayBypass,
): string | undefined {
  const blocking = rules.filter((rule) => blocks(rule) && rule.ruleset && mayBypass(rule.ruleset.id) === false);
  const byRuleset = Map.groupBy(blocking, ({ ruleset }) => ruleset?.name ?? "");
  const found = [
    ...explainProtection(protection, permission),
    ...[...byRuleset].map(([name, own]) => {
      return `the ruleset ${show(name)} ${join([...new Set(own.map(({ type }) => obstacles[type] ?? ""))])}`;
    }),
  ];
  return found.length === 0 ? undefined : found.join("; ");
}

function blocks({ type }: BranchRule): boolean {
  return Object.hasOwn(obstacles, type);
}

function explainProtection(protection: BranchProtection | undefined, permission: string | undefined): string[] {
  if (!protection) return [];
  const { requiresReviews, requiresStatusChecks, mayPush, holdsAdministrators } = protection;
  // Administrators pass a rule that does not include them.
  if (permission === "ADMIN" && holdsAdministrators === false) return [];
  const what = [
    ...(requiresReviews ? [obstacles.PULL_REQUEST] : []),
    ...(requiresStatusChecks ? [obstacles.REQUIRED_STATUS_CHECKS] : []),
  ];
  if (what.length > 0) return [`branch protection ${join(what)}`];
  return mayPush ? [] : ["branch protection lets only others push"];
}

function join(texts: readonly (string | undefined)[]): string {
  return texts.join(" and ");
}
