/** Whose rulesets hold for the deploying credential: asked once for each ruleset, since one may be an organization's. */
import { listBlockingRulesets } from "../../core/delivery/branch-rules.ts";
import { deliverRepositoryFile } from "../../core/delivery/file-delivery.ts";
import type { Settings } from "../../core/settings/settings.ts";
import { readMayBypass } from "./branch-rules.ts";
import type { GitHubConnection } from "./connection.ts";
import type { RepositoryFacts, RepositoryFindings } from "./repositories.ts";

/** Whether the credential may commit to a repository against a ruleset; undefined where GitHub does not say. */
export type BypassLookup = (facts: RepositoryFacts, ruleset: number) => boolean | undefined;

/** Asks of the rulesets that keep commits off the default branch of a repository to which this stack commits. */
export async function readBypasses(
  { repositories }: Pick<Settings, "repositories">,
  findings: RepositoryFindings,
  github: GitHubConnection,
): Promise<BypassLookup> {
  const asked = new Map<string, Promise<boolean | undefined>>();
  for (const { slug, delivery } of repositories) {
    const facts = findings.get(slug);
    if (!facts?.defaultBranch || deliverRepositoryFile(delivery).kind !== "commit") continue;
    for (const ruleset of listBlockingRulesets(facts.defaultBranch)) {
      const key = keyOf(facts, ruleset);
      if (!asked.has(key)) asked.set(key, readMayBypass(github, facts.slug, ruleset));
    }
  }
  const entries = [...asked].map(async ([key, answer]): Promise<[string, boolean | undefined]> => [key, await answer]);
  const known = new Map(await Promise.all(entries));
  return (facts, ruleset) => known.get(keyOf(facts, ruleset));
}

/** A role may be what bypasses a ruleset, and one credential has another role in another repository. */
function keyOf({ permission }: RepositoryFacts, ruleset: number): string {
  return `${ruleset} ${permission ?? ""}`;
}
