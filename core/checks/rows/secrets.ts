/** The secrets that the workflow reads. */
import { scopeOf } from "../../settings/delivery-rules.ts";
import { keyOfCall } from "../../workflow/file.ts";
import { nameSecrets } from "../../workflow/options.ts";
import type { Verdict } from "../check.ts";
import { isUnread, type LiveSecrets, type RepositoryFacts } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { pageOf } from "../repository-verdicts.ts";
import { findLiveCredential } from "../subject.ts";
import { broken, judgeFact, ok, skip, unknown, upWithRefresh } from "../verdicts.ts";

const refresh = "`pulumi up --refresh`: a plain one does not look at secrets";

const row = (own: Omit<RepositoryCheck, "category" | "phase" | "scope" | "severity">): RepositoryCheck => ({
  category: "secrets",
  phase: "after",
  scope: "repository",
  severity: "error",
  ...own,
});

/** Of a second, in which GitHub counts. */
const precision = 1000;

/** Two services' clocks may differ by as much. */
const skew = 60_000;

export const secretRows: readonly RepositoryCheck[] = [
  row({
    id: "secrets-present",
    title: "The repository has the secrets that the workflow reads",
    reads:
      "`GET /repos/{owner}/{repo}/actions/secrets`: names and dates; `.../organization-secrets` where one is missing",
    needs: ["repository-there", "repository-set-up"],
    cause:
      "somebody deleted one. A secret of the organization with the same name is what the workflow gets then, and is another one",
    fix: refresh,
    judge: judgeSecrets(({ secrets, names, facts }) => {
      const missing = names.filter((name) => !secrets.repository.some((one) => one.name === name));
      if (missing.length === 0) return ok();
      const { organization } = secrets;
      const shared = organization === undefined || isUnread(organization) ? [] : organization.map(({ name }) => name);
      return missing.map((name) =>
        broken(
          shared.includes(name)
            ? `The secret ${name} is gone, and the workflow gets the organization's of that name.`
            : `The secret ${name} is missing.`,
          upWithRefresh(facts.stack.stack),
        ),
      );
    }),
  }),
  row({
    id: "secrets-newer",
    title: "The secrets are newer than the credential",
    reads: "`GET /repos/{owner}/{repo}/actions/secrets`, `GET /api/v2/tailnet/-/keys`: the dates",
    needs: ["secrets-present", "credential-exists"],
    cause: "the credential was made anew, and the secrets still hold the old one",
    fix: refresh,
    judge: judgeSecrets(({ secrets, names, facts }) => {
      const live = findLiveCredential(facts);
      if (isUnread(live) || live?.created === undefined) return skip("the API does not say when it was made");
      const { created } = live;
      return secrets.repository.flatMap(({ name, updatedAt }): Verdict[] => {
        if (!names.includes(name)) return [];
        if (updatedAt === undefined) return [skip(`GitHub does not say when ${name} was written`)];
        if (updatedAt + skew >= created) return [];
        return [
          broken(
            `The secret ${name} is of ${formatTime(updatedAt)}, and the credential of ${formatTime(created)}.`,
            upWithRefresh(facts.stack.stack),
          ),
        ];
      });
    }),
  }),
  row({
    id: "secrets-own",
    title: "Nobody else has written the secrets since",
    reads: "`GET /repos/{owner}/{repo}/actions/secrets`: the dates; `pulumi stack export`",
    needs: ["secrets-newer"],
    cause: "somebody gave a secret another value, by hand or by another program; GitHub shows no values",
    fix: refresh,
    judge: judgeSecrets(({ secrets, names, facts }) => {
      const written = isUnread(facts.setup) ? [] : (facts.setup?.secrets ?? []);
      return secrets.repository.flatMap(({ name, updatedAt }): Verdict[] => {
        const ours = written.find((one) => one.name === name)?.writtenAt;
        if (!names.includes(name) || ours === undefined || updatedAt === undefined || updatedAt < ours + precision)
          return [];
        return [
          broken(
            `The secret ${name} was written on ${formatTime(updatedAt)}, and not by this stack.`,
            upWithRefresh(facts.stack.stack),
          ),
        ];
      });
    }),
  }),
  row({
    id: "secrets-environment",
    title: "No secret of the environment hides one of the repository",
    reads: "`GET /repos/{owner}/{repo}/environments/{name}/secrets`, where `workflow.environment` is set",
    needs: ["secrets-present"],
    cause: "the environment of the jobs has a secret of the same name, which wins",
    fix: "take it out of the environment",
    judge: judgeSecrets(({ secrets, names, facts }) => {
      const { environment } = secrets;
      if (environment === undefined) return skip("workflow.environment is not set");
      return judgeFact(environment, (own) => {
        const hiding = own.filter(({ name }) => names.includes(name)).map(({ name }) => name);
        if (hiding.length === 0) return ok();
        return broken(
          `The environment ${JSON.stringify(facts.settings.workflow.environment)} has ${hiding.join(" and ")}, which the workflow gets instead.`,
          pageOf(facts.github, "settings/environments", "Settings > Environments"),
        );
      });
    }),
  }),
];

interface Own {
  secrets: LiveSecrets;
  /** Those that the workflow reads. */
  names: string[];
  facts: RepositoryFacts;
}

function judgeSecrets(judge: (own: Own) => Verdict | readonly Verdict[]): RepositoryCheck["judge"] {
  return (facts) => {
    const { settings, setup, secrets } = facts;
    if (scopeOf(settings.identity) === "organization") return skip("the identity needs no secrets");
    if (isUnread(secrets)) return unknown(secrets.unread);
    const central = isUnread(setup) ? undefined : setup?.file?.central;
    const names: string[] = Object.values(nameSecrets(settings.identity.kind, central && keyOfCall(central)));
    return judge({ secrets, names, facts });
  };
}

const formatTime = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
