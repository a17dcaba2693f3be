/** Rulesets. https://docs.github.com/en/rest/repos/rules */
import { type Context, Hono } from "hono";
import { nodeId } from "./accounts.ts";
import { notFound, page } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { type Repository, type Ruleset, slug } from "./model.ts";
import type { Bypass, Permission, RuleOptions, RulesetOptions } from "./options.ts";

const firstRulesetId = 4_100_001;

export function createRulesets(options: RulesetOptions[]): Ruleset[] {
  const made: Ruleset[] = [];
  for (const given of options) made.push(createRuleset(given, made));
  return made;
}

/** One more ruleset beside others, with an id of its own. */
export const createRuleset = (given: RulesetOptions, others: Ruleset[]): Ruleset => ({
  id: Math.max(firstRulesetId - 1, ...others.map(({ id }) => id)) + 1,
  enforcement: "active",
  branches: ["~DEFAULT_BRANCH"],
  bypass: {},
  source: "Repository",
  ...given,
});

/** Every rule of an active ruleset that applies to the branch, whoever asks. */
export function rulesOf(repository: Repository, branch: string): { rule: RuleOptions; ruleset: Ruleset }[] {
  return repository.rulesets
    .filter(({ enforcement, branches }) => enforcement === "active" && branches.some((one) => matches(one)))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ rule, ruleset })));

  function matches(pattern: string): boolean {
    if (pattern === "~ALL") return true;
    return branch === (pattern === "~DEFAULT_BRANCH" ? repository.defaultBranch : pattern);
  }
}

/** What somebody with this role may do about the ruleset. Unlike classic protection it binds administrators. */
export const bypassOf = (ruleset: Ruleset, permission: Permission): Bypass | "never" =>
  ruleset.bypass[permission] ?? "never";

/** Below `/repos/:owner/:repo/rulesets`. */
export function rulesetRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/", (c) => {
      const { repository } = c.var;
      return c.json(page(c, repository.rulesets).map((ruleset) => summaryJson(repository, ruleset)));
    })
    .get("/:ruleset{[0-9]+}", (c) => {
      const { repository, permission } = c.var;
      const ruleset = repository.rulesets.find(({ id }) => id === Number(c.req.param("ruleset")));
      if (!ruleset) throw notFound();
      return c.json({
        ...summaryJson(repository, ruleset),
        conditions: { ref_name: { include: ruleset.branches.map(refPattern), exclude: [] } },
        rules: ruleset.rules.map(ruleJson),
        current_user_can_bypass: bypassOf(ruleset, permission),
      });
    });
}

/** `/repos/:owner/:repo/rules/branches/:branch`: the rules that apply, also to a branch that does not exist. */
export function branchRules(c: Context<Env>): Response {
  const { repository } = c.var;
  const rules = rulesOf(repository, c.req.param("branch") ?? "").map(({ rule, ruleset }) => ({
    ...ruleJson(rule),
    ruleset_source_type: ruleset.source,
    ruleset_source: sourceName(repository, ruleset),
    ruleset_id: ruleset.id,
  }));
  return c.json(page(c, rules));
}

export const sourceName = (repository: Repository, { source }: Ruleset): string =>
  source === "Repository" ? slug(repository) : repository.owner.login;

const refPattern = (branch: string): string => (branch.startsWith("~") ? branch : `refs/heads/${branch}`);

function summaryJson(repository: Repository, ruleset: Ruleset) {
  return {
    id: ruleset.id,
    node_id: nodeId("RRS", ruleset.id),
    name: ruleset.name,
    target: "branch",
    source_type: ruleset.source,
    source: sourceName(repository, ruleset),
    enforcement: ruleset.enforcement,
  };
}

function ruleJson(rule: RuleOptions): { type: string; parameters?: object } {
  const { type } = rule;
  if (type === "pull_request") {
    return { type, parameters: { required_approving_review_count: rule.requiredReviews ?? 1 } };
  }
  if (type === "required_status_checks") {
    return { type, parameters: { required_status_checks: rule.checks.map((context) => ({ context })) } };
  }
  return { type };
}
