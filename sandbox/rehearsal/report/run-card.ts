/** A run of a workflow as its page at GitHub has it: jobs, steps, annotations, summary, log. */
import type { Conclusion, WorkflowJob, WorkflowRun } from "../../github/actions/model.ts";
import { type Html, html } from "../../pages/html.ts";
import { formatSeconds, renderDetails, renderLog, renderText } from "./text.ts";

export function renderRun(repository: string, run: WorkflowRun): Html {
  const { name, number, attempt, event, action, headBranch, headSha, pulls, actor, path, jobs } = run;
  const happened = action === undefined ? event : `${event} ${action}`;
  const place = pulls.length > 0 ? pulls.map((one) => `${repository}#${one}`).join(", ") : repository;
  return html`<article class="run">
<h3>${renderState(run)} ${name} <span class="soft">#${number}${attempt > 1 && `, attempt ${attempt}`}</span></h3>
<p class="soft">${place}, ${happened} by ${actor}, ${headBranch} at ${headSha.slice(0, 7)}; <code>${path}</code>${lasted(run.startedAt, run.updatedAt)}</p>
${jobs.map((job) => renderJob(job))}</article>
`;
}

function renderJob(job: WorkflowJob): Html {
  const { name, steps, annotations, summary, log, conclusion } = job;
  const failed = isRed(conclusion);
  return html`<div class="job"><p>${renderState(job)} <b>${name}</b>${lasted(job.startedAt, job.completedAt)}</p>
${steps.length > 0 && html`<ol class="steps">${steps.map((step) => html`<li class="${kindOf(step)}" title="${stateOf(step)}"><b>${signOf(step)}</b><span>${step.name}</span></li>`)}</ol>\n`}
${annotations.map(({ level, title, message }) => html`<p class="annotation ${level}"><b>${title ?? level}</b> ${message}</p>\n`)}
${summary.trim() !== "" && renderDetails("Summary", renderText(summary), { isOpen: failed })}
${log.trim() !== "" && renderDetails("Log", renderLog(log), { isOpen: failed })}</div>
`;
}

const kinds: Partial<Record<Conclusion, string>> = { success: "good", skipped: "none", cancelled: "none" };

interface State {
  status: string;
  conclusion: Conclusion | null;
}

const kindOf = ({ conclusion }: State): string => (conclusion === null ? "odd" : (kinds[conclusion] ?? "bad"));

const stateOf = ({ status, conclusion }: State): string => (conclusion ?? status).replaceAll("_", " ");

const signs: Record<string, string> = { good: "✓", bad: "✗", none: "–", odd: "…" };

const signOf = (state: State): string => signs[kindOf(state)] ?? "";

function renderState(state: State): Html {
  return html`<span class="pill ${kindOf(state)}">${stateOf(state)}</span>`;
}

const isRed = (conclusion: Conclusion | null): boolean => conclusion !== null && kinds[conclusion] === undefined;

function lasted(from: string | null, to: string | null): Html | undefined {
  const seconds = (Date.parse(to ?? "") - Date.parse(from ?? "")) / 1000;
  return Number.isFinite(seconds) ? html` <span class="soft">${formatSeconds(seconds)}</span>` : undefined;
}
