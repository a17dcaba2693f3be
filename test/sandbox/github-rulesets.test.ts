/** Rulesets of the stand-in: what is shown of them, and whom they stop. */
import { describe, expect, it, test } from "vitest";
import type { RuleOptions, RulesetOptions } from "../../sandbox/github/index.ts";
import { pushCommit } from "../../sandbox/github/index.ts";
import { base64, github } from "./github-client.ts";

const reviewed: RulesetOptions = {
  name: "Reviewed",
  id: 7,
  source: "Organization",
  rules: [
    { type: "pull_request", requiredReviews: 2 },
    { type: "required_status_checks", checks: ["ci"] },
  ],
  bypass: { admin: "pull_requests_only" },
};

const started = (rulesets: RulesetOptions[], permission: "admin" | "write" = "admin") =>
  github({ repositories: [{ name: "acme/app", rulesets }], tokens: [{ token: "ghp_exampleOne", permission }] });

test("GraphQL shows the active rules of a branch", async () => {
  const client = await started([reviewed, { name: "Trial", enforcement: "evaluate", rules: [{ type: "update" }] }]);
  const repository = client.state.repository("acme/app");
  pushCommit(repository, "feature", { a: "1" });
  const rules = `rules(first: 10) { nodes { type
    parameters { ... on PullRequestParameters { requiredApprovingReviewCount }
      ... on RequiredStatusChecksParameters { requiredStatusChecks { context } } }
    repositoryRuleset { id databaseId name enforcement } } }`;
  const { body } = await client.graphql(`{ repository(owner: "acme", name: "app") {
    defaultBranchRef { ${rules} } ref(qualifiedName: "refs/heads/feature") { ${rules} } } }`);
  const repositoryRuleset = { id: expect.any(String), databaseId: 7, name: "Reviewed", enforcement: "ACTIVE" };
  expect(body).toEqual({
    data: {
      repository: {
        defaultBranchRef: {
          rules: {
            nodes: [
              { type: "PULL_REQUEST", parameters: { requiredApprovingReviewCount: 2 }, repositoryRuleset },
              {
                type: "REQUIRED_STATUS_CHECKS",
                parameters: { requiredStatusChecks: [{ context: "ci" }] },
                repositoryRuleset,
              },
            ],
          },
        },
        ref: { rules: { nodes: [] } },
      },
    },
  });
});

test.each([
  ["admin", "pull_requests_only"],
  ["write", "never"],
] as const)("REST shows a ruleset, and what a user with the role %s can bypass: %s", async (permission, bypass) => {
  const client = await started([reviewed], permission);
  const summary = { id: 7, name: "Reviewed", source_type: "Organization", source: "acme", enforcement: "active" };
  expect((await client.rest("GET", "/repos/acme/app/rulesets/7")).body).toMatchObject({
    ...summary,
    rules: [{ type: "pull_request" }, { type: "required_status_checks" }],
    current_user_can_bypass: bypass,
  });
  expect((await client.rest("GET", "/repos/acme/app/rulesets/8")).status).toBe(404);
  expect((await client.rest("GET", "/repos/acme/app/rulesets")).body).toMatchObject([summary]);
  expect((await client.rest("GET", "/repos/acme/app/rules/branches/main")).body).toMatchObject([
    { type: "pull_request", parameters: { required_approving_review_count: 2 }, ruleset_id: 7 },
    { type: "required_status_checks", ruleset_source: "acme" },
  ]);
});

test("an older server does not know rules, and answers nothing of a query that asks for them", async () => {
  const client = await github({ repositories: ["acme/app"], lackedFields: ["Ref.rules"] });
  const ask = (fields: string) =>
    client.graphql(`{ repository(owner: "acme", name: "app") { id defaultBranchRef { name ${fields} } } }`);
  expect((await ask("rules(first: 1) { totalCount }")).body).toEqual({
    errors: [expect.objectContaining({ message: "Field 'rules' doesn't exist on type 'Ref'" })],
  });
  expect((await ask("")).body).toMatchObject({ data: { repository: { defaultBranchRef: { name: "main" } } } });
});

describe("a rule", () => {
  /** Tries every way to push to `main`, and answers with what refused it. */
  async function refusals(rulesets: RulesetOptions[]) {
    const client = await started(rulesets);
    const repository = client.state.repository("acme/app");
    const tip = () => repository.git.branches.get("main") ?? "";
    const start = tip();
    repository.git.branches.set("next", pushCommit(repository, "main", { a: "1" }));
    const ahead = pushCommit(repository, "next", { b: "1" });
    const { node_id: repositoryId } = (await client.rest("GET", "/repos/acme/app")).body as { node_id: string };
    const message = (body: unknown) => (body as { errors?: { message: string }[] }).errors?.[0]?.message;
    const update = async (refUpdate: object) => {
      const query = "mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }";
      return message((await client.graphql(query, { input: { repositoryId, refUpdates: [refUpdate] } })).body);
    };
    const rest = async (method: string, path: string, body: object) => {
      const answer = await client.rest(method, `/repos/acme/app${path}`, body);
      return answer.status < 300 ? undefined : `${answer.status} ${(answer.body as { message: string }).message}`;
    };
    const commit = async () => {
      const query =
        "mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }";
      const branch = { repositoryNameWithOwner: "acme/app", branchName: "main" };
      const input = { branch, expectedHeadOid: tip(), message: { headline: "m" } };
      return message((await client.graphql(query, { input })).body);
    };
    return {
      force: await rest("PATCH", "/git/refs/heads/main", { sha: start, force: true }),
      forward: await update({ name: "refs/heads/main", beforeOid: tip(), afterOid: ahead }),
      contents: await rest("PUT", "/contents/c", { message: "m", content: base64("c") }),
      commit: await commit(),
      create: await update({ name: "refs/heads/new", afterOid: start }),
    };
  }

  const through = (reason: string) => `Repository rule violations found\n\n${reason}\n\n`;
  const everyPush = (reason: string) => ({
    force: `422 ${through(reason)}`,
    forward: through(reason),
    contents: `409 ${through(reason)}`,
    commit: through(reason),
  });
  it.each<{ rule: RuleOptions; want: object }>([
    {
      rule: { type: "pull_request", requiredReviews: 0 },
      want: everyPush("Changes must be made through a pull request."),
    },
    {
      rule: { type: "required_status_checks", checks: ["ci"] },
      want: everyPush('Required status check "ci" is expected.'),
    },
    { rule: { type: "update" }, want: everyPush("Cannot update this protected ref.") },
    { rule: { type: "merge_queue" }, want: everyPush("Changes must be made through the merge queue") },
    { rule: { type: "non_fast_forward" }, want: { force: `422 ${through("Cannot force-push to this branch")}` } },
    { rule: { type: "creation" }, want: {} },
  ])("$rule.type refuses administrators too", async ({ rule, want }) => {
    const refused = await refusals([{ name: "Rule", rules: [rule] }]);
    expect(Object.fromEntries(Object.entries(refused).filter(([, message]) => message !== undefined))).toEqual(want);
  });

  it("of every branch stops creation and deletion of any", async () => {
    const rules: RuleOptions[] = [{ type: "creation" }, { type: "deletion" }];
    const client = await started([{ name: "Rule", branches: ["~ALL"], rules }]);
    const repository = client.state.repository("acme/app");
    const sha = pushCommit(repository, "feature", { a: "1" });
    const made = await client.rest("POST", "/repos/acme/app/git/refs", { ref: "refs/heads/new", sha });
    const gone = await client.rest("DELETE", "/repos/acme/app/git/refs/heads/feature");
    expect([made.status, gone.status, repository.git.branches.has("feature")]).toEqual([422, 422, true]);
  });

  it("does not stop a role that may always bypass it, nor anybody when it is only evaluated", async () => {
    const rules: RuleOptions[] = [{ type: "pull_request" }];
    const none = { force: undefined, forward: undefined, contents: undefined, commit: undefined, create: undefined };
    expect(await refusals([{ name: "Rule", rules, bypass: { admin: "always" } }])).toEqual(none);
    expect(await refusals([{ name: "Rule", rules, bypass: { admin: "exempt" } }])).toEqual(none);
    expect(await refusals([{ name: "Rule", rules, enforcement: "evaluate" }])).toEqual(none);
  });
});
