/** The central workflow that a repository calls. */
import { findWorkflowFault } from "../../workflow/live-text.ts";
import type { Verdict } from "../check.ts";
import { type CentralFacts, isUnread, type RepositoryFacts } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { judgeOpenPull } from "../proposal-verdicts.ts";
import { findCentral } from "../subject.ts";
import { broken, judgeFact, link, ok, skip, text, unknown, up, wait } from "../verdicts.ts";

const row = (
  own: Omit<RepositoryCheck, "category" | "phase" | "scope" | "severity" | "reads"> & { reads?: string },
): RepositoryCheck => ({
  category: "workflow",
  phase: "after",
  scope: "repository",
  severity: "error",
  reads: "one GraphQL query for each central file",
  ...own,
});

export const centralRows: readonly RepositoryCheck[] = [
  row({
    id: "central-there",
    title: "The central workflow is on its branch",
    needs: ["repository-set-up"],
    cause:
      "its pull request is not merged yet, or somebody deleted the file or the branch: every caller fails at its start",
    fix: "merge the pull request; or `pulumi up`",
    judge: judgeCentral(({ setup: { file }, live, proposal }, { stack }) =>
      judgeFact(live, (found) => {
        if (found) return ok();
        if (file.delivery.kind === "pull-request") {
          if (isUnread(proposal)) return unknown(proposal.unread);
          const waiting = judgeOpenPull(proposal, file, file.branch, `of ${file.repository}`);
          if (waiting) return waiting;
        }
        return broken(`${nameOf(file)} is not there.`, up(stack.stack));
      }),
    ),
  }),
  row({
    id: "central-as-delivered",
    title: "The central workflow is the one that the stack delivered",
    needs: ["central-there"],
    cause: "somebody edited it; or the pull request with its new text is not merged yet",
    fix: "`pulumi up`, which shows the difference first",
    judge: judgeCentral(({ setup: { file }, live, proposal }, { stack }) =>
      judgeFact(live, (found) => {
        if (!found || found.blob === file.blob) return ok();
        const waiting =
          isUnread(proposal) || file.delivery.kind !== "pull-request"
            ? undefined
            : judgeOpenPull(proposal, file, file.branch, `of ${file.repository}`);
        if (waiting) return waiting;
        const fault = found.text === undefined ? undefined : findWorkflowFault(found.text);
        return broken(
          `${nameOf(file)} ${fault === undefined ? "was changed by hand" : `was changed, and ${fault}`}.`,
          up(stack.stack),
        );
      }),
    ),
  }),
  row({
    id: "central-callable",
    title: "The repository may call the central workflow",
    reads: "`GET /repos/{owner}/{repo}`, `.../actions/permissions/access`, once for each central repository",
    needs: ["central-there"],
    cause:
      "Settings > Actions > General > Access of the central repository lets nobody call, or it is private and the caller public: the run fails at its start",
    fix: "Access: repositories in the organization. See [central workflows](#central-workflows)",
    judge: judgeCentral(({ repository, setup: { file } }, { settings, github }) => {
      if (file.repository.toLowerCase() === settings.slug.toLowerCase()) return ok();
      return judgeFact(repository, (found) => {
        if (!found)
          return broken(
            `${file.repository} does not exist, or the credential cannot see it.`,
            text("Give the credential access to it, or name another one in delivery.repository."),
          );
        if (!found.isPublic && !isUnread(github) && github?.isPublic)
          return broken(
            `${found.slug} is not public, and no public repository may call its workflows.`,
            text("Make the central repository public, or give public repositories another delivery."),
          );
        if (found.access === undefined && !found.isPublic)
          return wait(`The credential may not see who may call workflows of ${found.slug} (Administration, read).`);
        if (found.access !== "none") return ok(found.access);
        return broken(
          `${found.slug} lets no other repository call its workflows (access: none).`,
          link(`${found.url}/settings/actions`, "Settings > Actions > General > Access"),
        );
      });
    }),
  }),
];

function judgeCentral(
  judge: (central: CentralFacts, facts: RepositoryFacts) => Verdict | readonly Verdict[],
): RepositoryCheck["judge"] {
  return (facts) => {
    const file = isUnread(facts.setup) ? undefined : facts.setup?.file;
    if (!file?.central) return skip("the repository calls no central workflow");
    const central = findCentral(facts);
    if (!central)
      return broken(`The state has no ${file.central.path} of ${file.central.repository}.`, up(facts.stack.stack));
    return judge(central, facts);
  };
}

const nameOf = ({ repository, path, branch }: CentralFacts["setup"]["file"]): string =>
  `${repository}/${path}${branch === undefined ? "" : `@${branch}`}`;
