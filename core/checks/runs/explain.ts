/** Why a run is red, or green and idle, from its jobs: their steps, annotations and logs. */
import { type Entry, toPlainText } from "../../messages/entry.ts";
import { isMistake, isWeak, recogniseIdle, recogniseLogged, recogniseOwn } from "../../messages/recognise.ts";
import { isUnread } from "../facts.ts";
import type { WorkflowJob, WorkflowRun } from "../run-facts.ts";

/** In words, for people. */
export interface Explanation {
  says: string;
  /** Markdown of the catalogue; absent where nothing is known of it. */
  fix?: string;
  /** What the model's side said, where the last step quotes it. */
  quoted?: string;
}

const failed: ReadonlySet<string | undefined> = new Set(["failure", "timed_out", "startup_failure"]);

/** @param run one that is red. */
export function explainRed(run: WorkflowRun): Explanation {
  if (run.conclusion === "startup_failure") {
    return {
      says: "GitHub could not start it: the file is invalid, or names an action that is not allowed here.",
      fix: "its page says which; allow the four of [security.md](security.md#pins), or restore the file",
    };
  }
  const jobs = run.jobs === undefined || isUnread(run.jobs) ? [] : run.jobs.filter((job) => failed.has(job.conclusion));
  const [job] = jobs;
  if (!job) return { says: run.conclusion === "timed_out" ? "Its time was up." : "GitHub does not show its jobs." };
  return explainJob(job);
}

function explainJob(job: WorkflowJob): Explanation {
  const lines = linesOf(job);
  const own = findOwn(job, lines);
  const logged = own === undefined || isWeak(own) ? findFirst(lines, recogniseLogged) : undefined;
  const entry = logged ?? own;
  const quoted = lines.findLast((line) => line.startsWith(quote))?.slice(quote.length);
  if (entry) return { ...describe(entry, lines), ...(quoted ? { quoted } : {}) };
  const step = job.steps.find(({ conclusion }) => failed.has(conclusion));
  const timedOut = job.conclusion === "timed_out" ? " Its time was up." : "";
  if (!step) return { says: `${job.name} failed.${timedOut}` };
  return { says: `${job.name} failed in step ${JSON.stringify(step.name)}.${timedOut}` };
}

/** Of the last step, core/workflow/scripts/report.ts. */
const quote = "Reason: ";

/** Annotations say it without what surrounds it in a log; a job whose annotations cannot be read has its errors there. */
function findOwn({ annotations }: WorkflowJob, lines: readonly string[]): Entry | undefined {
  const shown = annotations === undefined || isUnread(annotations) ? [] : annotations;
  const failures = shown.filter(({ level }) => level === "failure").map(({ message }) => message);
  const errors = lines.filter((line) => line.startsWith("##[error]"));
  const found = [...failures, ...errors].flatMap((text) => recogniseOwn(text) ?? []);
  return found.find((entry) => !isWeak(entry)) ?? found[0];
}

/** What a green run did in place of asking Claude. `isMistake`: nobody meant it. */
export function explainIdle(jobs: readonly WorkflowJob[]): (Explanation & { isMistake: boolean }) | undefined {
  for (const job of jobs) {
    const lines = [...noticesOf(job), ...linesOf(job)];
    const entry = findFirst(lines, recogniseIdle);
    if (entry) return { ...describe(entry, lines), isMistake: isMistake(entry) };
  }
  return undefined;
}

function noticesOf({ annotations }: WorkflowJob): string[] {
  return annotations === undefined || isUnread(annotations)
    ? []
    : annotations.map(({ message }) => message.slice(0, longestLine));
}

/** A line is anybody's, and as long as they like. */
const longestLine = 2000;

function linesOf({ log }: WorkflowJob): readonly string[] {
  return log === undefined || isUnread(log) ? [] : log.map((line) => line.slice(0, longestLine));
}

function findFirst(lines: readonly string[], recognise: (line: string) => Entry | undefined): Entry | undefined {
  for (const line of lines) {
    const entry = recognise(line);
    if (entry) return entry;
  }
  return undefined;
}

/** A text of ours as the run has it, with the values; of a text of others, the line. */
function describe(entry: Entry, lines: readonly string[]): Explanation {
  const fix = entry.fix === "" ? {} : { fix: entry.fix };
  if ("says" in entry) {
    const filled = lines.find((line) => recogniseOwn(line) === entry)?.replace(/^##\[error\]/, "");
    const says = entry.says.includes("{") && filled !== undefined ? filled : toPlainText(entry.says);
    return { says, ...fix };
  }
  const line = lines.find((one) => recogniseLogged(one) === entry || recogniseIdle(one) === entry) ?? "";
  return {
    says: `${line.replace(/^(##\[error\])?[\s-]*/, "").slice(0, longest)}: ${toPlainText(entry.cause)}.`,
    ...fix,
  };
}

/** Of a line that is quoted, in characters. */
const longest = 300;
