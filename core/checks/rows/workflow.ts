/** The workflow file on the default branch, by whatever delivery it got there. */
import { findUnpinned, findWorkflowFault } from "../../workflow/live-text.ts";
import { readHeaderOwner } from "../../workflow/render.ts";
import type { Fix, Verdict } from "../check.ts";
import { type Fact, isUnread, type LiveText, type RepositoryFacts } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { judgeOpenPull } from "../proposal-verdicts.ts";
import { pageOf } from "../repository-verdicts.ts";
import { broken, judgeFact, link, ok, skip, text, unknown, up } from "../verdicts.ts";

const graphql =
  "one GraphQL query for 50 repositories; the pull requests of our branch where the file is not as it is to be";

const row = (
  own: Omit<RepositoryCheck, "category" | "phase" | "scope" | "severity" | "reads"> & {
    severity?: RepositoryCheck["severity"];
    reads?: string;
  },
): RepositoryCheck => ({
  category: "workflow",
  phase: "after",
  scope: "repository",
  severity: "error",
  reads: graphql,
  ...own,
});

export const workflowRows: readonly RepositoryCheck[] = [
  row({
    id: "workflow-there",
    title: "The workflow file is on the default branch",
    needs: ["repository-there", "repository-set-up"],
    cause:
      "its pull request is not merged yet, or was closed; somebody deleted the file; or the delivery is `output`, and nobody has committed it",
    fix: "merge the pull request; or `pulumi up`, which brings the file again",
    judge: (facts) =>
      judgeFact(facts.file, (live) => {
        if (live) return ok();
        const { path } = facts.settings.workflow;
        return judgePending(facts) ?? broken(`${path} is not on the default branch.`, mend(facts));
      }),
  }),
  row({
    id: "workflow-valid",
    title: "The file is a workflow that GitHub can read",
    needs: ["workflow-there"],
    cause: "an edit by hand left it without valid YAML, without events or without jobs",
    fix: "`pulumi up`, which restores it",
    judge: (facts) =>
      judgeText(facts.file, (live) => {
        const fault = findWorkflowFault(live);
        return fault === undefined ? ok() : broken(`${facts.settings.workflow.path} ${fault}.`, mend(facts));
      }),
  }),
  row({
    id: "workflow-as-delivered",
    title: "The file is the one that the stack delivered",
    needs: ["workflow-valid"],
    cause: "somebody edited or replaced it; or the pull request with its new text is not merged yet",
    fix: "`pulumi up`, which shows the difference first; what the edit was for belongs into the settings. Where another stack has replaced it: `workflow: { adopt: true }` in one of the two",
    judge: (facts) =>
      judgeFact(facts.file, (live) => {
        if (!live || isAsDelivered(facts, live)) return ok();
        return judgePending(facts) ?? broken(describeChange(facts, live), mendText(facts, live));
      }),
  }),
  row({
    id: "workflow-pinned",
    severity: "warning",
    title: "Every action in the file is pinned to a commit",
    needs: ["workflow-valid"],
    cause: "an edit by hand: whoever can move the action's tag decides what runs with the job's rights",
    fix: "`pulumi up`; or the commit in place of the tag",
    judge: (facts) =>
      judgeText(facts.file, (live) => {
        const loose = findUnpinned(live);
        if (loose.length === 0) return ok();
        return broken(`${facts.settings.workflow.path} uses ${loose.join(", ")}.`, mend(facts));
      }),
  }),
  row({
    id: "workflow-current",
    severity: "warning",
    title: "The file is what the settings ask for now",
    needs: ["workflow-there"],
    cause: "the settings were changed since the last `pulumi up`, or this program was updated",
    fix: "`pulumi up`",
    judge: (facts) => {
      const { setup, wantedBlob, stack } = facts;
      if (isUnread(setup) || !setup?.file || wantedBlob === undefined) return skip("the state does not say");
      if (setup.file.blob === wantedBlob) return ok();
      return broken("The settings ask for another text than the last `pulumi up` delivered.", up(stack.stack));
    },
  }),
  row({
    id: "workflow-enabled",
    title: "The workflow is enabled",
    reads: "the workflow of the newest runs, in that query; else `GET /repos/{owner}/{repo}/actions/workflows/{file}`",
    needs: ["workflow-there"],
    cause: "somebody disabled it; or GitHub did, in a fork or after two months without a commit",
    fix: "Actions > the workflow > Enable workflow",
    judge: (facts) =>
      judgeFact(facts.workflowState, (state) => {
        if (state === undefined) return unknown("GitHub does not know the workflow yet.");
        if (state === "active") return ok();
        const name = facts.settings.workflow.path.split("/").at(-1) ?? "";
        return broken(
          `GitHub says of the workflow: ${state}.`,
          pageOf(facts.github, `actions/workflows/${name}`, "Enable workflow"),
        );
      }),
  }),
];

/** Of a text that is not as delivered, which alone was read. */
function judgeText(file: Fact<LiveText | undefined>, judge: (live: string) => Verdict): Verdict | readonly Verdict[] {
  return judgeFact(file, (live) => (live?.text === undefined ? ok() : judge(live.text)));
}

/** As the last run has brought it, or as the next one would. */
function isAsDelivered({ setup, wantedBlob }: RepositoryFacts, { blob }: LiveText): boolean {
  return blob === wantedBlob || (!isUnread(setup) && blob === setup?.file?.blob);
}

function describeChange({ settings, stack }: RepositoryFacts, { text: live }: LiveText): string {
  const { path } = settings.workflow;
  if (live === undefined) return `${path} was changed.`;
  if (readHeaderOwner(live) === stack.settings.policy.owner) return `${path} was changed by hand.`;
  const owner = readHeaderOwner(live);
  if (owner !== undefined) return `${path} was replaced by that of the stack ${owner}.`;
  return `${path} was replaced by a file that this program has not written.`;
}

/** What the pull request with the file comes to; undefined where there is none to speak of. */
function judgePending({ setup, proposal, github }: RepositoryFacts): Verdict | undefined {
  const file = isUnread(setup) ? undefined : setup?.file;
  if (file?.delivery.kind !== "pull-request") return undefined;
  if (isUnread(proposal)) return unknown(proposal.unread);
  const branch = isUnread(github) ? undefined : github?.defaultBranch?.name;
  const waiting = judgeOpenPull(proposal, file, branch);
  if (waiting) return waiting;
  const last = proposal.pulls.find(({ number }) => number === file.pullRequest);
  if (last?.state !== "CLOSED") return undefined;
  return broken(
    `Pull request #${last.number} was closed and not merged.`,
    link(
      last.url,
      "Reopen it; or set delivery.reopen: true and run pulumi up, or take the repository out of the settings",
    ),
  );
}

/** What another stack keeps current no run of this one takes from it. */
function mendText(facts: RepositoryFacts, { text: live }: LiveText): Fix {
  const { settings, stack } = facts;
  const owner = live === undefined ? undefined : readHeaderOwner(live);
  if (owner === undefined || owner === stack.settings.policy.owner) return mend(facts);
  return text(
    `Take the repository out of the stack ${owner}. If this one is to have it: workflow: { adopt: true } for ${settings.slug}, then pulumi up.`,
  );
}

function mend({ settings, stack }: RepositoryFacts): Fix {
  if (settings.delivery.kind !== "output") return up(stack.stack);
  return text(`Commit the stack output workflows to ${settings.workflow.path}: delivery is output.`);
}
