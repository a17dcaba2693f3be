import { describe, expect, it } from "vitest";
import { type BranchProtection, type DefaultBranch, findCommitObstacle } from "../../../core/delivery/branch-rules.ts";

const protection: BranchProtection = { requiresReviews: false, requiresStatusChecks: false, mayPush: true };
const branch = (given: Partial<DefaultBranch>): DefaultBranch => ({
  name: "main",
  rules: [],
  requiredChecks: [],
  ...given,
});
const ruled = (...types: string[]) =>
  branch({ rules: types.map((type) => ({ type, ruleset: { id: 1, name: "Main" } })) });

describe("a commit to a branch", () => {
  it.each<{ in: string; branch: DefaultBranch; permission?: string; bypass?: boolean | undefined; want?: string }>([
    { in: "no rules", branch: branch({}) },
    {
      in: "reviews",
      branch: branch({ protection: { ...protection, requiresReviews: true } }),
      want: "branch protection requires a pull request",
    },
    {
      in: "reviews and checks",
      branch: branch({ protection: { ...protection, requiresReviews: true, requiresStatusChecks: true } }),
      want: "branch protection requires a pull request and requires status checks",
    },
    {
      in: "pushes of others only",
      branch: branch({ protection: { ...protection, mayPush: false } }),
      want: "branch protection lets only others push",
    },
    { in: "protection that asks nothing of a push", branch: branch({ protection }) },
    {
      in: "reviews, but not of administrators",
      branch: branch({ protection: { ...protection, requiresReviews: true, holdsAdministrators: false } }),
      permission: "ADMIN",
    },
    {
      in: "reviews, of administrators too",
      branch: branch({ protection: { ...protection, requiresReviews: true, holdsAdministrators: true } }),
      permission: "ADMIN",
      want: "branch protection requires a pull request",
    },
    { in: "a pull request", branch: ruled("PULL_REQUEST"), want: 'the ruleset "Main" requires a pull request' },
    { in: "checks", branch: ruled("REQUIRED_STATUS_CHECKS"), want: 'the ruleset "Main" requires status checks' },
    { in: "a queue", branch: ruled("MERGE_QUEUE"), want: 'the ruleset "Main" requires the merge queue' },
    { in: "no updates", branch: ruled("UPDATE"), want: 'the ruleset "Main" lets only those push who may bypass it' },
    { in: "a lock", branch: ruled("LOCK_BRANCH"), want: 'the ruleset "Main" makes the branch read-only' },
    { in: "deployments", branch: ruled("REQUIRED_DEPLOYMENTS"), want: 'the ruleset "Main" requires deployments' },
    { in: "workflows", branch: ruled("WORKFLOWS"), want: 'the ruleset "Main" requires workflows to pass' },
    { in: "scans", branch: ruled("CODE_SCANNING"), want: 'the ruleset "Main" requires results of code scanning' },
    {
      in: "two rules, one of them twice",
      branch: ruled("PULL_REQUEST", "MERGE_QUEUE", "PULL_REQUEST"),
      want: 'the ruleset "Main" requires a pull request and requires the merge queue',
    },
    {
      in: "rules that a commit can meet, and one that is not known yet",
      branch: ruled("NON_FAST_FORWARD", "DELETION", "CREATION", "REQUIRED_SIGNATURES", "toString"),
    },
    { in: "a ruleset that may be bypassed", branch: ruled("PULL_REQUEST"), bypass: true },
    { in: "a ruleset of which that is not known", branch: ruled("PULL_REQUEST"), bypass: undefined },
    { in: "a ruleset that is not shown", branch: branch({ rules: [{ type: "PULL_REQUEST" }] }) },
    {
      in: "protection and a ruleset, which binds administrators",
      branch: branch({ ...ruled("UPDATE"), protection: { ...protection, mayPush: false } }),
      permission: "ADMIN",
      want: 'branch protection lets only others push; the ruleset "Main" lets only those push who may bypass it',
    },
    {
      in: "a name that would act upon a terminal",
      branch: branch({ rules: [{ type: "PULL_REQUEST", ruleset: { id: 1, name: 'a"\u001b[2J' } }] }),
      want: String.raw`the ruleset "a\"\u001b[2J" requires a pull request`,
    },
  ])("under $in: $want", ({ branch, permission = "WRITE", want, ...row }) => {
    const bypass = "bypass" in row ? row.bypass : false;
    expect(findCommitObstacle(branch, permission, () => bypass)).toBe(want);
  });
});
