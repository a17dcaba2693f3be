/** What a query sees of the rules of a branch. https://docs.github.com/en/graphql/reference/objects#ref */
import { nodeId } from "../accounts.ts";
import type { Repository, Ruleset } from "../model.ts";
import type { RuleOptions } from "../options.ts";
import { rulesOf } from "../rulesets.ts";
import { connection, type PageArguments } from "./connections.ts";

/** `Ref.rules`: those of active rulesets only. */
export const rulesConnection = (repository: Repository, branch: string, page: PageArguments) =>
  connection("rules", rulesOf(repository, branch), page, ({ rule, ruleset }) => ({
    id: nodeId("RRU", `${ruleset.id}:${rule.type}`),
    type: rule.type.toUpperCase(),
    parameters: parameters(rule),
    repositoryRuleset: rulesetNode(ruleset),
  }));

const rulesetNode = ({ id, name, enforcement }: Ruleset) => ({
  __typename: "RepositoryRuleset",
  id: nodeId("RRS", id),
  databaseId: id,
  name,
  enforcement: enforcement.toUpperCase(),
});

function parameters(rule: RuleOptions): object | undefined {
  if (rule.type === "pull_request") {
    return { __typename: "PullRequestParameters", requiredApprovingReviewCount: rule.requiredReviews ?? 1 };
  }
  if (rule.type === "required_status_checks") {
    return {
      __typename: "RequiredStatusChecksParameters",
      requiredStatusChecks: rule.checks.map((context) => ({ context })),
    };
  }
  return undefined;
}

export const rulesText = /* GraphQL */ `
  extend type Ref {
    rules(after: String, first: Int, last: Int): RepositoryRuleConnection
  }

  type RepositoryRuleConnection {
    nodes: [RepositoryRule]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type RepositoryRule implements Node {
    id: ID!
    parameters: RuleParameters
    repositoryRuleset: RepositoryRuleset
    type: RepositoryRuleType!
  }

  type RepositoryRuleset implements Node {
    databaseId: Int
    enforcement: RuleEnforcement!
    id: ID!
    name: String!
  }

  enum RuleEnforcement {
    ACTIVE
    DISABLED
    EVALUATE
  }

  enum RepositoryRuleType {
    CREATION
    DELETION
    MERGE_QUEUE
    NON_FAST_FORWARD
    PULL_REQUEST
    REQUIRED_STATUS_CHECKS
    UPDATE
  }

  union RuleParameters = PullRequestParameters | RequiredStatusChecksParameters

  type PullRequestParameters {
    requiredApprovingReviewCount: Int!
  }

  type RequiredStatusChecksParameters {
    requiredStatusChecks: [StatusCheckConfiguration!]!
  }

  type StatusCheckConfiguration {
    context: String!
  }
`;
