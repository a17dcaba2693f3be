/** Before the first `pulumi up`: whether a repository can be set up, and what is in the way there. */
import { deliverRepositoryFile } from "../../delivery/file-delivery.ts";
import { explainForeign } from "../../delivery/foreign.ts";
import * as obstacles from "../../delivery/repository-obstacles.ts";
import { formatMessage } from "../../messages/entry.ts";
import { foreignSecrets, secretsUnseen } from "../../messages/repositories.ts";
import { scopeOf } from "../../settings/delivery-rules.ts";
import type { RepositorySettings } from "../../settings/settings.ts";
import { nameSecrets } from "../../workflow/options.ts";
import { readHeaderOwner } from "../../workflow/render.ts";
import { isRefused, type RepositoryBefore } from "../before-facts.ts";
import type { Verdict } from "../check.ts";
import { isUnread } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { brokenByMessage } from "../message-verdicts.ts";
import { judgeActionsAllowed, judgeActionsOn, pageOf } from "../repository-verdicts.ts";
import { broken, command, judgeFact, ok, skip, wait } from "../verdicts.ts";

type Row = RepositoryCheck<RepositoryBefore>;

const row = { category: "repository", phase: "before", scope: "repository", severity: "error" } as const;
const graphql = "one GraphQL query for 50 repositories";
const seen = { ...row, reads: graphql, needs: ["github-repository"] };

/** The verdict of a text that is there when something is wrong. */
const unless = (message: string | undefined): Verdict => (message === undefined ? ok() : brokenByMessage(message, ""));

const repositoryThere: Row = {
  ...row,
  severity: "fatal",
  id: "github-repository",
  title: "The repository exists, and can be written",
  reads: graphql,
  needs: ["github-credential"],
  cause: "misspelt, deleted, archived, disabled by GitHub, or not among the repositories of the token or App",
  fix: "correct the name, or give access; `onUnavailable: skip` leaves such repositories alone",
  judge: ({ stack, github }) =>
    judgeFact(github, (repository) => {
      const why = obstacles.findUnavailability(repository);
      if (!why) return ok();
      const said = why.says;
      if (stack.settings.onUnavailable === "skip") return wait(`${said} It is left alone (onUnavailable: skip).`);
      return broken(said, command(`pulumi config set onUnavailable skip --stack ${stack.stack}`));
    }),
};

const repositoryName: Row = {
  ...seen,
  id: "github-repository-name",
  title: "The repository has the name by which it is listed",
  cause: "it was renamed or transferred: GitHub follows the old name, and an identity does not",
  fix: "its new name, with `formerly: [OLD]`",
  judge: ({ settings, github }) =>
    judgeFact(github, (found) => unless(found && obstacles.explainRename(settings.slug, found))),
};

const repositoryRole: Row = {
  ...seen,
  id: "github-repository-role",
  title: "The credential may write to the repository",
  cause: "the role of its user is read or triage",
  fix: "write; or admin where the organisation keeps secrets to admins",
  judge: ({ github }) => judgeFact(github, (found) => unless(found && obstacles.explainReadOnly(found))),
};

const repositoryBranch: Row = {
  ...seen,
  id: "github-default-branch",
  title: "The default branch takes the workflow file by the chosen delivery",
  reads: `${graphql}; \`GET /repos/{owner}/{repo}/rulesets/{id}\`, once for each ruleset`,
  cause: "no commit yet; or branch protection or a ruleset wants a pull request, and the delivery is a commit",
  fix: "`delivery: { kind: pull-request }`, or let the deploying user or App bypass the rules",
  judge: ({ settings, github, bypasses }) =>
    judgeFact(github, (found) => {
      const way = deliverRepositoryFile(settings.delivery).kind;
      if (way === "output") return skip("delivery is output: nothing is written");
      if (!found) return [];
      return unless(
        obstacles.explainEmpty(found) ??
          (way === "commit" ? obstacles.explainBlockedBranch(found, (ruleset) => bypasses.get(ruleset)) : undefined),
      );
    }),
};

const actionsOn: Row = {
  ...row,
  severity: "fatal",
  id: "actions-enabled",
  title: "Actions are enabled",
  reads: "`GET /repos/{owner}/{repo}/actions/permissions`",
  needs: ["github-repository"],
  cause: "Actions are off in the repository, or by its organization or enterprise",
  fix: "Settings > Actions > General: allow actions",
  judge: judgeActionsOn,
};

const actionsAllowed: Row = {
  ...row,
  id: "actions-allowed",
  title: "The actions of the workflow may run",
  reads: "`GET /repos/{owner}/{repo}/actions/permissions`, `.../selected-actions`",
  needs: ["actions-enabled"],
  cause: "only chosen actions are allowed, and not those that the workflow uses: the run then fails at its start",
  fix: "allow the [four actions](security.md#pins), such as `tailscale/github-action@*`; or mirrors in `workflow.actions`",
  judge: judgeActionsAllowed,
};

const environmentThere: Row = {
  ...row,
  severity: "warning",
  id: "environment-exists",
  title: "The environment of the jobs exists",
  reads: "`GET /repos/{owner}/{repo}/environments/{name}`",
  needs: ["github-repository"],
  cause: "it was never made: GitHub makes it at the first run, without a rule, so nobody has to approve",
  fix: "Settings > Environments: make it, with its reviewers",
  judge: ({ settings, github, environment }) => {
    const name = settings.workflow.environment;
    if (name === undefined) return skip("workflow.environment is not set");
    return judgeFact(environment, (found) =>
      found === undefined
        ? broken(
            `There is no environment ${JSON.stringify(name)}.`,
            pageOf(github, "settings/environments", "Settings > Environments"),
          )
        : ok(found.rules.length === 0 ? "without a rule" : found.rules.join(", ")),
    );
  },
};

const workflowFree: Row = {
  ...row,
  category: "workflow",
  id: "workflow-path-free",
  title: "No other workflow file is in the way",
  reads: graphql,
  needs: ["github-repository"],
  cause: "a workflow by hand, or another stack's, at `workflow.path`",
  fix: "another `workflow.path`; or `workflow: { adopt: true }` to replace it",
  judge: ({ stack, settings, file }) => {
    const { path, adopt } = settings.workflow;
    if (settings.delivery.kind === "output") return skip("delivery is output: nothing is written");
    return judgeFact(file, (live) => {
      if (live === undefined) return ok();
      if (readHeaderOwner(live) === stack.settings.policy.owner) return ok("it is this stack's");
      return adopt ? ok("it will be replaced (workflow.adopt)") : brokenByMessage(explainForeign(path, live), "");
    });
  },
};

const secretsFree: Row = {
  ...row,
  category: "secrets",
  id: "secret-names-free",
  title: "No secret of somebody else would be replaced",
  reads: "`GET /repos/{owner}/{repo}/actions/secrets`: the names",
  needs: ["github-repository", "github-repository-role"],
  cause:
    "somebody made secrets of these names, perhaps by Tailscale's how-to: GitHub keeps no copy of what is replaced",
  fix: "delete them; or `workflow: { adopt: true }` for that repository",
  judge: ({ stack, settings, secrets, file }) => {
    if (scopeOf(settings.identity) === "organization") return skip("the identity needs no secrets");
    if (settings.workflow.adopt) return skip("workflow.adopt says that they are to be replaced");
    if (isOwnFile(stack.settings.policy.owner, file))
      return skip("the workflow file is this stack's, and so are its secrets");
    if (isRefused(secrets)) return brokenByMessage(formatMessage(secretsUnseen, { said: secrets.unread }), "");
    return judgeFact(secrets, (names) => {
      const wanted = namesOf(settings);
      const taken = names.filter((name) => wanted.includes(name));
      return taken.length === 0
        ? ok()
        : brokenByMessage(formatMessage(foreignSecrets, { names: taken.join(", ") }), "");
    });
  },
};

const isOwnFile = (owner: string, file: RepositoryBefore["file"]): boolean =>
  !isUnread(file) && file !== undefined && readHeaderOwner(file) === owner;

const namesOf = ({ identity }: RepositorySettings): string[] => Object.values(nameSecrets(identity.kind));

export const beforeRepositoryChecks: readonly Row[] = [
  repositoryThere,
  repositoryName,
  repositoryRole,
  repositoryBranch,
  actionsOn,
  actionsAllowed,
  environmentThere,
  workflowFree,
  secretsFree,
];
