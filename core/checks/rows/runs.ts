/** The last runs of the workflow: red, green, idle, or waiting. */
import { toSentence } from "../../messages/entry.ts";
import type { Fix, Verdict } from "../check.ts";
import { isUnread, type RepositoryFacts } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import type { WorkflowRun } from "../run-facts.ts";
import { type Explanation, explainIdle, explainRed } from "../runs/explain.ts";
import { broken, command, judgeFact, link, ok, skip, text, unknown, wait } from "../verdicts.ts";

const row = {
  category: "runs",
  phase: "run",
  scope: "repository",
  severity: "error",
} as const;

/** A runner of GitHub's takes a job within a minute or two. */
const longestQueue = 15 * 60_000;

const red: ReadonlySet<string | undefined> = new Set(["failure", "timed_out", "startup_failure"]);

/** Skipped, cancelled and such say nothing: a draft, a fork, a newer commit. */
export const isTelling = ({ conclusion }: Pick<WorkflowRun, "conclusion">): boolean =>
  conclusion === "success" || red.has(conclusion);

export const isRed = ({ conclusion }: Pick<WorkflowRun, "conclusion">): boolean => red.has(conclusion);

const hasRun: RepositoryCheck = {
  ...row,
  id: "workflow-has-run",
  title: "The workflow has run",
  reads:
    "the newest runs for pull requests, in that query; else `GET /repos/{owner}/{repo}/actions/workflows/{file}/runs`",
  needs: ["workflow-there"],
  cause: "nobody has opened a pull request since it is there",
  fix: "`npm run verify -- --open-pull-request REPOSITORY`, which opens one, waits, and closes it again",
  judge: ({ runs, settings, stack }) =>
    judgeFact(runs, (found) => {
      if (found.length === 0) return wait("The workflow has not run yet.", tryIt(stack.stack, settings.slug));
      if (found.some(isTelling)) return ok();
      const [last] = found;
      const all = found.every(({ conclusion }) => conclusion === "skipped");
      if (all) return wait("Its last runs were all skipped: drafts, forks or bots.", tryIt(stack.stack, settings.slug));
      return wait(`No run has ended yet: #${last?.number} is ${last?.conclusion ?? last?.status}.`);
    }),
};

const tryIt = (stack: string, slug: string): Fix =>
  command(`npm run verify -- --stack ${stack} --open-pull-request ${slug}`);

const isTaken: RepositoryCheck = {
  ...row,
  severity: "warning",
  id: "run-is-taken",
  title: "No run waits for a runner or an approval",
  reads: "the same",
  needs: ["workflow-there"],
  cause: "no runner has the labels of `workflow.runsOn`, or its environment wants a reviewer",
  fix: "approve it on its page; or correct `workflow.runsOn`",
  judge: ({ runs, stack, settings }) =>
    judgeFact(runs, (found) => {
      const [last] = found;
      if (!last) return [];
      if (last.status === "waiting") return broken(`Run #${last.number} waits for an approval.`, pageOf(last));
      if (last.status !== "queued" || stack.now - last.startedAt < longestQueue) return ok();
      const minutes = Math.round((stack.now - last.startedAt) / 60_000);
      const labels = [settings.workflow.runsOn].flat().join(", ");
      return broken(
        `Run #${last.number} has waited for ${minutes} minutes: no runner with the labels ${labels} takes it.`,
        text("Start such a runner, or correct workflow.runsOn."),
      );
    }),
};

const lastRun: RepositoryCheck = {
  ...row,
  id: "last-run",
  title: "The last run is green",
  reads: "the same, and of a red run its jobs, their annotations and logs",
  needs: ["workflow-has-run"],
  cause: "its last step says it; the tables above have each text",
  fix: "as printed; then run the job again from its page",
  judge: (facts) =>
    judgeFact(facts.runs, (found) => {
      const run = found.find(isTelling);
      if (!run || !isRed(run)) return ok(run && `#${run.number}`);
      if (facts.followed) return skip("followed-run says it");
      const { reason, fix } = describeRed(run, facts);
      if (isOld(run, facts)) return wait(`${reason} That was before the last change by pulumi up.`, runAgain(run));
      return broken(reason, fix);
    }),
};

function describeRed(run: WorkflowRun, facts: RepositoryFacts): { reason: string; fix: Fix } {
  const explanation = explainRed(run);
  const quoted = explanation.quoted === undefined ? "" : ` ${explanation.quoted}`;
  const reason = `Run #${run.number} (${run.event}) is red: ${explanation.says}${quoted} ${run.url}`;
  return { reason, fix: fixOf(explanation, facts, run) };
}

/** What the run has used was written after it. */
function isOld(run: WorkflowRun, { stack, setup }: RepositoryFacts): boolean {
  const changes = [
    isUnread(stack.setup) ? undefined : stack.setup.changedAt,
    isUnread(setup) ? undefined : setup?.changedAt,
  ];
  return changes.some((changedAt) => changedAt !== undefined && run.startedAt < changedAt);
}

/** The catalogue's fix; one that begins with a safe command is that command. */
function fixOf({ fix }: Explanation, { stack }: RepositoryFacts, run: WorkflowRun): Fix {
  if (fix === undefined) return pageOf(run);
  const up = /^`(pulumi up(?: --refresh)?)`/.exec(fix)?.[1];
  return up === undefined ? text(toSentence(fix)) : command(`${up} --stack ${stack.stack}`);
}

const pageOf = ({ url }: WorkflowRun): Fix => link(url, "The run's page");
const runAgain = ({ url }: WorkflowRun): Fix => link(url, "Run it again, on its page");

const notIdle: RepositoryCheck = {
  ...row,
  id: "last-run-asked",
  title: "The last green run has asked Claude",
  reads: "the jobs of the last run and their logs, where the file is not the one that this stack delivers",
  needs: ["workflow-has-run", "last-run"],
  cause: "a workflow by hand without `prompt`, or without `github_token`: the action finds nothing to do, and is green",
  fix: "`pulumi up`, with `workflow: { adopt: true }`: the file of this stack is red then",
  judge: ({ runs, stack }) =>
    judgeFact(runs, (found): Verdict => {
      const run = found.find(isTelling);
      if (run?.jobs === undefined) return ok("its last step is red where Claude was not asked");
      if (isUnread(run.jobs)) return unknown(run.jobs.unread);
      const idle = explainIdle(run.jobs);
      if (!idle) return ok();
      if (!idle.isMistake) return skip(`Run #${run.number}: ${idle.says}`);
      return broken(
        `Run #${run.number} is green, and idle: ${idle.says} ${run.url}`,
        command(`pulumi up --stack ${stack.stack}`),
      );
    }),
};

const followed: RepositoryCheck = {
  ...row,
  id: "followed-run",
  title: "The run that was waited for is green, and has asked Claude",
  reads: "with `--watch` and `--open-pull-request`: the run, its jobs, their annotations and logs",
  cause:
    "as of the last run; or no run began: the file is not on the default branch, Actions are off, or the event is not the preset's",
  fix: "as printed; see [no run](#no-run-a-skipped-job-or-green-and-nothing-happened)",
  judge(facts) {
    const { followed: found } = facts;
    if (!found) return skip("no run was waited for");
    if (found.kind === "no run") {
      return broken(
        `No run of the workflow has begun within ${found.minutes} minutes.`,
        text("Is the file on the default branch, are Actions on, and is the event one of the preset's?"),
      );
    }
    const { run } = found;
    if (found.kind === "not ended") {
      return unknown(`Run #${run.number} goes on after ${found.minutes} minutes: ${run.status}.`, pageOf(run));
    }
    if (isRed(run)) {
      const { reason, fix } = describeRed(run, facts);
      return broken(reason, fix);
    }
    if (run.conclusion !== "success")
      return broken(`Run #${run.number} was ${run.conclusion}. ${run.url}`, pageOf(run));
    const idle = run.jobs === undefined || isUnread(run.jobs) ? undefined : explainIdle(run.jobs);
    if (idle?.isMistake) return broken(`Run #${run.number} is green, and idle: ${idle.says} ${run.url}`, pageOf(run));
    if (idle) return unknown(`Run #${run.number} is green: ${idle.says} ${run.url}`, pageOf(run));
    return ok(`#${run.number}, ${found.seconds} seconds`);
  },
};

export const runRows: readonly RepositoryCheck[] = [followed, hasRun, isTaken, lastRun, notIdle];
