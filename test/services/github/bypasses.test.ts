/** Of rulesets it is asked once each, and only where this stack commits. */
import { expect, it, onTestFinished } from "vitest";
import { type RulesetOptions, startGitHub } from "../../../sandbox/github/index.ts";
import { readBypasses } from "../../../services/github/bypasses.ts";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { readRepositories } from "../../../services/github/repositories.ts";

const common: RulesetOptions = {
  name: "Company",
  id: 7,
  source: "Organization",
  rules: [{ type: "pull_request" }, { type: "merge_queue" }],
  bypass: { admin: "always" },
};
const own: RulesetOptions = { name: "Own", id: 8, rules: [{ type: "update" }] };
const harmless: RulesetOptions = { name: "Harmless", id: 9, rules: [{ type: "non_fast_forward" }] };

it("rulesets of an organization are asked of once for each role, others once", async () => {
  const slugs = ["acme/app", "acme/api", "acme/web", "acme/requested"] as const;
  const github = await startGitHub({
    repositories: [
      { name: "acme/app", rulesets: [common, harmless] },
      { name: "acme/api", rulesets: [common, own] },
      { name: "acme/web", rulesets: [common] },
      { name: "acme/requested", rulesets: [{ ...own, id: 10 }] },
    ],
    tokens: [{ token: "ghp_exampleOfRoles", repositories: { "acme/web": "write" } }],
  });
  onTestFinished(() => github.close());
  const connection = connectToGitHub({ baseUrl: github.url, token: github.token }, {});
  const findings = await readRepositories(
    slugs.map((slug) => ({ slug, workflowPath: "x" })),
    connection,
  );
  const repositories = slugs.map((slug) => ({
    slug,
    delivery: { kind: slug === "acme/requested" ? "pull-request" : "commit" },
  }));
  const mayBypass = await readBypasses({ repositories } as never, findings, connection);
  const ask = (slug: (typeof slugs)[number], ruleset: number) => mayBypass(findings.get(slug) as never, ruleset);
  expect([ask("acme/app", 7), ask("acme/api", 7), ask("acme/web", 7), ask("acme/api", 8)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const asked = github.journal.map(({ path }) => path).filter((path) => path.includes("/rulesets/"));
  expect(asked.sort()).toEqual([
    "/api/v3/repos/acme/api/rulesets/8",
    "/api/v3/repos/acme/app/rulesets/7",
    "/api/v3/repos/acme/web/rulesets/7",
  ]);
});
