/** The repository itself, as it is now. */
import { explainRename, findUnavailability } from "../../delivery/repository-obstacles.ts";
import { isUnread } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { brokenByMessage } from "../message-verdicts.ts";
import { judgeActionsAllowed, judgeActionsOn } from "../repository-verdicts.ts";
import { broken, judgeFact, ok, text, wait } from "../verdicts.ts";
import { isTelling } from "./runs.ts";

const graphql = "one GraphQL query for 50 repositories";
const permissions = "`GET /repos/{owner}/{repo}/actions/permissions`";

const row = (own: Omit<RepositoryCheck, "category" | "phase" | "scope" | "severity">): RepositoryCheck => ({
  category: "repository",
  phase: "after",
  scope: "repository",
  severity: "error",
  ...own,
});

/** What GitHub does not say, a green run shows. */
function unlessShown(judge: RepositoryCheck["judge"]): RepositoryCheck["judge"] {
  return (facts) => {
    const said = [judge(facts)].flat();
    const { runs } = facts;
    const isGreen = !isUnread(runs) && runs.find(isTelling)?.conclusion === "success";
    return isGreen && said.some(({ status }) => status === "unknown") ? ok("as the last run shows") : said;
  };
}

export const repositoryRows: readonly RepositoryCheck[] = [
  row({
    id: "repository-there",
    title: "The repository exists, and runs workflows",
    reads: graphql,
    cause: "deleted, archived, disabled by GitHub, or not among the repositories of the token or App any more",
    fix: "unarchive it, give access, or take it out of the settings; `onUnavailable: skip` leaves such repositories alone",
    judge: ({ stack, github }) =>
      judgeFact(github, (found) => {
        const why = findUnavailability(found);
        if (!why) return ok();
        const said = why.says;
        if (stack.settings.onUnavailable === "skip") return wait(`${said} It is left alone (onUnavailable: skip).`);
        return broken(
          said,
          text("Unarchive it or give access to it; or take it out of claude-aperture:repositories, and run pulumi up."),
        );
      }),
  }),
  row({
    id: "repository-name",
    title: "The repository has the name by which it is listed",
    reads: graphql,
    needs: ["repository-there"],
    cause: "it was renamed or transferred: GitHub follows the old name, and an identity does not",
    fix: "its new name, with `formerly: [OLD]`; then `pulumi up`",
    judge: ({ settings, github }) =>
      judgeFact(github, (found) => {
        const said = found && explainRename(settings.slug, found);
        return said === undefined ? ok() : brokenByMessage(said, "");
      }),
  }),
  row({
    id: "repository-actions",
    title: "Actions are enabled in the repository",
    reads: permissions,
    needs: ["repository-there"],
    cause: "Actions were switched off in the repository, or by its organization or enterprise",
    fix: "Settings > Actions > General: allow actions",
    judge: unlessShown(judgeActionsOn),
  }),
  row({
    id: "repository-allowed-actions",
    title: "The repository lets the actions of the workflow run",
    reads: `${permissions}, \`.../selected-actions\``,
    needs: ["repository-actions"],
    cause: "only chosen actions are allowed, and not those that the workflow uses: the run fails at its start",
    fix: "allow the [four actions](security.md#pins), such as `tailscale/github-action@*`; or mirrors in `workflow.actions`",
    judge: unlessShown(judgeActionsAllowed),
  }),
];
