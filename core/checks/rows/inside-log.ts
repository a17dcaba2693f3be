/** Aperture's log, as it is seen from within the tailnet: whether the last run is in it, and as whom. */
import type { Fix, Verdict } from "../check.ts";
import { isUnread, type RepositoryFacts } from "../facts.ts";
import type { Inside, LoggedRequest } from "../inside-facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import type { WorkflowRun } from "../run-facts.ts";
import { broken, link, ok, skip } from "../verdicts.ts";
import { isTelling } from "./runs.ts";

type Seen = Extract<Inside, { kind: "inside" }>;

export const insideLog: RepositoryCheck = {
  category: "aperture",
  phase: "inside",
  scope: "repository",
  severity: "error",
  id: "inside-log",
  title: "Aperture's log has the last run, and its caller is the tag alone",
  reads: "`GET /admin/`, as JSON",
  needs: ["inside-role"],
  cause: "a second tag makes another identity of the runner; or Claude's requests went past Aperture",
  fix: "[one tag only](security.md#what-a-tag-may-reach); the run's log, for where they went",
  judge(facts) {
    const { inside } = facts.stack;
    if (!inside || inside.kind === "outside") return skip(inside?.reason ?? "not asked");
    if (isUnread(inside.log)) return skip(inside.log.unread);
    if (inside.log === "a page") return skip(`the log is a page: ${inside.url}/admin/`);
    if (facts.settings.workflow.headers === false)
      return skip("workflow.headers is false: nothing names the run in the log");
    const run = isUnread(facts.runs) ? undefined : facts.runs.find(isTelling);
    if (!run) return skip("there is no run to look for");
    const own = inside.log.filter((entry) => entry.run === String(run.id));
    const page: Fix = link(`${inside.url}/admin/?run=${run.id}`, "Aperture's log");
    return own.length === 0
      ? judgeAbsence(inside, inside.log, run, page)
      : judgeCallers(
          facts,
          own.map(({ login }) => login),
          run,
          page,
        );
  },
};

type Run = Pick<WorkflowRun, "number" | "conclusion" | "startedAt">;

/** Of a red run there may be nothing; and who is no admin sees only their own requests. */
function judgeAbsence({ configuration }: Seen, log: readonly LoggedRequest[], run: Run, page: Fix): Verdict {
  if (run.conclusion !== "success") return skip(`run #${run.number} is red, and may not have come so far`);
  if (configuration === "no admin" || isUnread(configuration))
    return skip("this machine is shown its own requests alone");
  if (log.length > 0 && log.every(({ time }) => time !== undefined && time > run.startedAt))
    return skip(`the log does not go back to run #${run.number}`);
  return broken(`Run #${run.number} is green, and Aperture's log has nothing of it.`, page);
}

function judgeCallers({ settings: { tag } }: RepositoryFacts, logins: readonly string[], run: Run, page: Fix): Verdict {
  const others = [...new Set(logins)].filter((login) => login !== tag);
  if (others.length === 0) return ok(`${logins.length} requests of ${tag}`);
  return broken(`In Aperture's log run #${run.number} is ${others.join(" and ")}, not ${tag}.`, page);
}
