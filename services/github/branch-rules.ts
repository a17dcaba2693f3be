/** What GitHub says of a default branch: classic protection, rulesets, and who may bypass a ruleset. */
import { z } from "zod";
import type { DefaultBranch } from "../../core/delivery/branch-rules.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { isRefusal } from "./errors.ts";

export const branchAnswer = z.object({
  name: z.string(),
  branchProtectionRule: z
    .object({
      isAdminEnforced: z.boolean(),
      requiresApprovingReviews: z.boolean(),
      requiresStatusChecks: z.boolean(),
    })
    .nullable(),
  refUpdateRule: z
    .object({
      viewerCanPush: z.boolean(),
      requiredApprovingReviewCount: z.number().nullable(),
      requiredStatusCheckContexts: z.array(z.string().nullable()).nullable(),
    })
    .nullable(),
  rules: z
    .object({
      nodes: z
        .array(
          z
            .object({
              type: z.string(),
              repositoryRuleset: z.object({ databaseId: z.number().nullable(), name: z.string() }).nullable(),
              parameters: z
                .object({ requiredStatusChecks: z.array(z.object({ context: z.string() })).optional() })
                .nullable(),
            })
            .nullable(),
        )
        .nullable(),
    })
    // Absent where the server does not know the field.
    .nullish(),
});

const protectionFields = `
    name
    branchProtectionRule { isAdminEnforced requiresApprovingReviews requiresStatusChecks }
    refUpdateRule { viewerCanPush requiredApprovingReviewCount requiredStatusCheckContexts }`;

const ruleFields = `
    rules(first: 100) {
      nodes {
        type
        repositoryRuleset { databaseId name }
        parameters { ... on RequiredStatusChecksParameters { requiredStatusChecks { context } } }
      }
    }`;

/** The fields of `Ref`. An older GitHub Enterprise Server has no `rules`, and refuses a query that asks for them. */
export const branchFields = ({ withRules }: { withRules: boolean }): string =>
  withRules ? protectionFields + ruleFields : protectionFields;

export function toDefaultBranch({
  name,
  branchProtectionRule: rule,
  refUpdateRule: update,
  rules,
}: z.infer<typeof branchAnswer>): DefaultBranch {
  const nodes = (rules?.nodes ?? []).filter((node) => node !== null);
  const checks = [
    ...(update?.requiredStatusCheckContexts ?? []),
    ...nodes.flatMap(({ parameters }) => parameters?.requiredStatusChecks?.map(({ context }) => context) ?? []),
  ].filter((check) => check !== null);
  const protection = (rule || update) && {
    requiresReviews: rule?.requiresApprovingReviews ?? (update?.requiredApprovingReviewCount ?? 0) > 0,
    requiresStatusChecks: rule?.requiresStatusChecks ?? (update?.requiredStatusCheckContexts ?? []).length > 0,
    mayPush: update?.viewerCanPush ?? true,
    ...(rule ? { holdsAdministrators: rule.isAdminEnforced } : {}),
  };
  return {
    name,
    ...(protection ? { protection } : {}),
    rules: nodes.map(({ type, repositoryRuleset }) => {
      const { databaseId: id, name: called } = repositoryRuleset ?? {};
      return { type, ...(id && called !== undefined ? { ruleset: { id, name: called } } : {}) };
    }),
    requiredChecks: [...new Set(checks)],
  };
}

const rulesetAnswer = z.object({ current_user_can_bypass: z.string().optional() });

/**
 * Whether the credential may commit where a ruleset forbids it; undefined where GitHub does not say. `pull_requests_only` does not
 * help a commit; `exempt` is not held to the rules at all.
 */
export async function readMayBypass(
  github: GitHubConnection,
  slug: RepositorySlug,
  ruleset: number,
): Promise<boolean | undefined> {
  const request = `GET /repos/${slug}/rulesets/${ruleset}`;
  try {
    const { data } = await github.request(request);
    const refuse = (what: string) => unexpectedAnswer(github, request, what);
    const { current_user_can_bypass: bypass } = requireDocumented(rulesetAnswer, data, refuse);
    return bypass === undefined ? undefined : bypass === "always" || bypass === "exempt";
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
