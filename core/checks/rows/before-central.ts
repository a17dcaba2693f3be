/** Before the first `pulumi up`: the repositories that are to hold central workflows. */
import { findCentralObstacles, findCentralWarnings } from "../../delivery/central-checks.ts";
import { centralBranchUncallable, centralRepositoryEmpty, centralRepositoryMissing } from "../../messages/central.ts";
import { formatMessage } from "../../messages/entry.ts";
import { scopeOf } from "../../settings/delivery-rules.ts";
import { show } from "../../settings/problem.ts";
import { isCallableBranch } from "../../workflow/names.ts";
import type { BeforeFacts, CentralBefore } from "../before-facts.ts";
import type { Verdict } from "../check.ts";
import { isUnread } from "../facts.ts";
import type { StackCheck } from "../judge.ts";
import { brokenByMessage, splitMessage } from "../message-verdicts.ts";
import { broken, skip, text, unknown } from "../verdicts.ts";

type Row = StackCheck<BeforeFacts>;

const row = {
  category: "repository",
  phase: "before",
  scope: "stack",
  needs: ["github-credential"],
  reads: "`GET /repos/{owner}/{repo}`, its branch, its rules, `.../actions/permissions/access`",
} as const;

const centralRepository: Row = {
  ...row,
  severity: "error",
  id: "central-repository",
  title: "The repository of the central workflow can hold it, and others may call it",
  cause:
    "no such repository or branch yet; or Settings > Actions > General > Access is at its default, which lets nobody call",
  fix: "see [central workflows](#central-workflows)",
  judge: (facts) =>
    forEach(facts, (central) => [
      ...(isUnread(central.repository)
        ? [unknown(`${central.slug}: ${central.repository.unread}`)]
        : obstaclesOf(facts, central)),
    ]),
};

const centralExposure: Row = {
  ...row,
  severity: "warning",
  needs: ["central-repository"],
  id: "central-exposure",
  title: "Few people can change the central workflow, and few can read it",
  cause: "its branch is not protected, or its repository is public",
  fix: "a branch rule or ruleset on the central branch",
  judge: (facts) =>
    forEach(facts, (central) => {
      const { repository } = central;
      if (isUnread(repository) || !repository) return [];
      return findCentralWarnings(repository, plannedOf(facts, central)).map((said) => brokenByMessage(said, ""));
    }),
};

export const beforeCentralChecks: readonly Row[] = [centralRepository, centralExposure];

function forEach(facts: BeforeFacts, judge: (central: CentralBefore) => Verdict[]): Verdict | readonly Verdict[] {
  if (facts.central.length === 0) return skip("no delivery is central");
  return facts.central.flatMap(judge);
}

function obstaclesOf(facts: BeforeFacts, central: CentralBefore): Verdict[] {
  const { repository, slug, branch } = central;
  if (isUnread(repository)) return [];
  if (!repository) return [named(slug, formatMessage(centralRepositoryMissing, {}))];
  if (branch === undefined) return [named(slug, formatMessage(centralRepositoryEmpty, {}))];
  if (!isCallableBranch(branch)) return [named(slug, formatMessage(centralBranchUncallable, { branch: show(branch) }))];
  return findCentralObstacles(repository, plannedOf(facts, central)).map(({ path, message }) => named(path, message));
}

function named(slug: string, message: string): Verdict {
  const { reason, fix } = splitMessage(message);
  return broken(`${slug}: ${reason}`, text(fix));
}

/** Its file is judged by `pulumi preview`, which knows its name and its text. */
function plannedOf({ settings }: BeforeFacts, { callers }: CentralBefore) {
  const { common, policy } = settings;
  return {
    path: common.workflow.path,
    owner: policy.owner,
    isOwn: true,
    adopt: common.workflow.adopt,
    tag: common.tag,
    scope: scopeOf(common.identity),
    callers: [...callers],
  };
}
