/** The whole story of a rehearsal as one page: acts in order, with claims, requests, diffs, runs and timings. */
import type { LogEntry } from "../../aperture/index.ts";
import { renderPage } from "../../pages/document.ts";
import { type Html, html } from "../../pages/html.ts";
import type { Check } from "../act.ts";
import { renderLanes, renderRequests, services } from "./requests.ts";
import { renderRun } from "./run-card.ts";
import { type ActStory, countClaims, countFailed, type Story, type StoryEvent } from "./story.ts";
import { style } from "./style.ts";
import { count, formatSeconds, renderDetails, renderDiff, renderText } from "./text.ts";

export function renderReport(story: Story): string {
  const { begun, acts, leftOut, closing, engine } = story;
  return renderPage({
    title: "Rehearsal of claude-aperture",
    style,
    body: html`<header>
<h1>Rehearsal of claude-aperture</h1>
<p class="soft">${begun.replace("T", " ").replace(/\.\d+Z$/, " UTC")}. The program and the engine are the real ones; Tailscale's API, GitHub and
Aperture are stand-ins on the loopback interface of one machine.</p>
${renderVerdict(story)}
</header>
<nav aria-label="Acts">
${renderContents(story)}</nav>
${leftOut.length > 0 && html`<section><h2>Left out</h2><ul>${leftOut.map(({ title, reason }) => html`<li>${title}: ${reason}</li>`)}</ul></section>\n`}
${acts.map((act, index) => renderAct(act, index + 1))}
<section id="end"><h2>At the end</h2>
${renderChecks(closing)}
${engine.length > 0 && html`<p>The engine:</p><ul class="soft">${engine.map((line) => html`<li>${line}</li>`)}</ul>`}</section>`,
  });
}

function renderVerdict(story: Story): Html {
  const [claims, failed] = [countClaims(story), countFailed(story)];
  const requests = story.acts.flatMap((act) => act.requests);
  const runs = story.acts.flatMap(({ events }) => events.filter(({ kind }) => kind === "run"));
  const figures = [
    count(story.acts.length, "act"),
    ...(story.leftOut.length > 0 ? [`${story.leftOut.length} left out`] : []),
    formatSeconds(story.seconds),
    ...services.map(
      (name) => `${count(requests.filter(({ service }) => service === name).length, "request")} to ${name}`,
    ),
    ...(runs.length > 0 ? [`${count(runs.length, "run")} of workflows`] : []),
  ];
  const verdict = failed === 0 ? `All ${count(claims, "claim")} held` : `${count(failed, "claim")} did not hold`;
  return html`<p class="verdict"><span class="pill ${failed === 0 ? "good" : "bad"}">${verdict}</span></p>
<p class="figures">${figures.map((text) => html`<span>${text}</span> `)}</p>`;
}

/** With a bar for when each act was, so that one sees where the time went. */
function renderContents({ acts, seconds }: Story): Html {
  const percent = (part: number) => `${((part / (seconds || 1)) * 100).toFixed(2)}%`;
  return html`<ol class="contents">
${acts.map(
  (act, index) => html`<li><a href="#act-${index + 1}">${index + 1}. ${act.title}</a>
<span class="bar"><i style="left: ${percent(act.begun)}; width: ${percent(act.seconds)}"></i></span>
<span class="time soft">${formatSeconds(act.seconds)}</span> ${renderScore(act)}</li>
`,
)}</ol>
`;
}

function renderScore({ checks, error }: ActStory): Html {
  const held = checks.filter(([, holds]) => holds).length;
  const isGood = error === undefined && held === checks.length;
  return html`<span class="pill ${isGood ? "good" : "bad"}">${error === undefined ? `${held}/${checks.length}` : "broke off"}</span>`;
}

function renderAct(act: ActStory, number: number): Html {
  return html`<section id="act-${number}">
<h2>${number}. ${act.title} ${renderScore(act)}</h2>
<p>${act.explanation}</p>
${act.error !== undefined && html`<p class="annotation failure"><b>The act broke off:</b> ${act.error}</p>\n`}
${renderChecks(act.checks)}
${renderLanes(act)}
${act.events.map(renderEvent)}
${renderChanges(act)}
${renderRequests(act)}</section>
`;
}

function renderChecks(checks: readonly Check[]): Html | undefined {
  if (checks.length === 0) return undefined;
  return html`<ul class="checks">${checks.map(
    ([claim, holds]) =>
      html`<li class="${holds ? "held" : "broken"}"><b>${holds ? "✓" : "✗"}</b><span>${claim}</span></li>`,
  )}</ul>
`;
}

function renderEvent(event: StoryEvent): Html {
  switch (event.kind) {
    case "explanation":
      return html`<p class="soft">${event.text}</p>\n`;
    case "text":
      return event.title === undefined ? renderText(event.text) : renderDetails(event.title, renderText(event.text));
    case "diff":
      return renderDetails(event.title, renderDiff(event.text), { isOpen: true });
    case "command": {
      const { command, output, exitCode, seconds } = event;
      const state = html`<span class="pill ${exitCode === 0 ? "good" : "odd"}">exit ${exitCode}</span>`;
      const summary = html`<code>${command}</code> ${state} <span class="soft">${formatSeconds(seconds)}</span>`;
      return renderDetails(summary, renderText(output));
    }
    case "run":
      return renderRun(event.repository, event.run);
    case "gateway":
      return renderGateway(event.entries);
  }
}

function renderGateway(entries: readonly LogEntry[]): Html {
  const kind = (status: number) => (status < 400 ? "good" : status < 500 ? "odd" : "bad");
  return html`<div class="gateway"><h3>Aperture has logged</h3><ul>${entries.map(
    ({ login, repository, run, provider, model, status, reason, inputTokens, outputTokens }) =>
      html`<li><span class="pill ${kind(status)}">${status}</span> <b>${login || "nobody"}</b>${repository && ` from ${repository}`}${run && `, run ${run}`}: ${provider && `${provider}/`}${model ?? "no model"}${inputTokens !== undefined && html` <span class="soft">${inputTokens} tokens in, ${outputTokens} out</span>`}${reason && html` <span class="soft">${reason}</span>`}</li>`,
  )}</ul></div>
`;
}

function renderChanges({ changes }: ActStory): Html | undefined {
  const [first, second] = changes;
  if (!first) return undefined;
  const diffs = changes.map(({ title, text }) => renderDetails(title, renderDiff(text)));
  const names = list(changes.map(({ title }) => title));
  return renderDetails(`Changed in the world: ${names}`, second ? html`${diffs}` : renderDiff(first.text));
}

/** The first names of a list, and how many more there are. */
function list(names: readonly string[]): string {
  const most = 3;
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
