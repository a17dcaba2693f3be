/** The dashboard's log at `/admin/`: a page for people; as JSON for programs, if they accept that alone. */
import type { Context, Hono } from "hono";
import { renderPage } from "../pages/document.ts";
import { type Html, html } from "../pages/html.ts";
import { accessOf } from "./access.ts";
import { Refusal } from "./answers.ts";
import { callerOf, identityOf } from "./caller.ts";
import { configurationOf } from "./configuration.ts";
import { findEntries, type LogEntry, type LogFilter, loggedHeaders } from "./log.ts";
import type { ApertureState } from "./state.ts";

const path = "/admin/";

/** More rows make a page that no phone likes. */
const mostRows = 500;

export function addLogPage(app: Hono, state: ApertureState, frontSecret: string): void {
  for (const other of ["/admin", "/ui", "/ui/"]) app.get(other, (c) => c.redirect(path, 302));

  app.get(path, (c) => {
    const caller = callerOf(c, frontSecret, state.direct);
    const { role } = accessOf(caller, configurationOf(state.configuration));
    if (!role) throw new Refusal(403, "access denied: no role granted");
    const identity = identityOf(caller);
    // An admin sees everybody's requests, a user their own.
    const visible = role === "admin" ? state.log : state.log.filter(({ login }) => login === identity);
    const filter = readFilter(c);
    const found = findEntries(visible, filter);
    if (c.req.header("accept") === "application/json") return c.json(found);
    const body = renderLog({ found, visible, filter, reader: `${identity}, ${role}` });
    return c.html(renderPage({ title: "Aperture: log of requests", style, body }));
  });
}

const filters = {
  login: "Caller",
  repository: "Repository",
  run: "Run",
  number: "Number",
  model: "Model",
} as const satisfies Partial<Record<keyof LogFilter, string>>;

function readFilter(c: Context): LogFilter {
  const names = [...Object.keys(filters), "status"];
  return Object.fromEntries(names.map((name) => [name, (c.req.query(name) ?? "").trim()]));
}

interface Log {
  /** The rows, newest first. */
  found: LogEntry[];
  /** All that the reader may see. */
  visible: LogEntry[];
  filter: LogFilter;
  reader: string;
}

function renderLog({ found, visible, filter, reader }: Log): Html {
  const failed = found.filter(({ status }) => status >= 400).length;
  const sum = (count: (entry: LogEntry) => number | undefined) =>
    found.reduce((total, entry) => total + (count(entry) ?? 0), 0).toLocaleString("en");
  const isFiltered = Object.values(filter).some((value) => value !== "");
  const of = isFiltered ? ` of ${visible.length}` : "";
  return html`<header>
<h1>Requests through Aperture</h1>
<p class="soft">The gateway of the loopback sandbox. You are ${reader}.</p>
</header>
${renderForm(filter, visible)}
<p class="sums"><span><b>${found.length}${of}</b> requests</span> <span><b>${failed}</b> refused or failed</span>
<span><b>${sum(({ inputTokens }) => inputTokens)}</b> tokens in</span>
<span><b>${sum(({ outputTokens }) => outputTokens)}</b> tokens out</span></p>
${found.length === 0 ? html`<p class="none">${isFiltered ? "No request fits." : "No request so far."}</p>` : renderTable(found)}
${found.length > mostRows && html`<p class="soft">The newest ${mostRows} of them are shown.</p>`}
<p class="soft">Caller, tags and device are what the tailnet says. Repository, run and number are what the client says of itself, in
${Object.values(loggedHeaders).map((name, index) => html`${index > 0 && ", "}<code>${name}</code>`)}.</p>`;
}

function renderForm(filter: LogFilter, visible: LogEntry[]): Html {
  const statuses = [...new Set(visible.map(({ status }) => String(status)))].toSorted();
  const option = (value: string, text: string) =>
    value === filter.status
      ? html`<option value="${value}" selected>${text}</option>`
      : html`<option value="${value}">${text}</option>`;
  return html`<form class="screen" method="get" action="${path}">
${Object.entries(filters).map(
  ([name, label]) =>
    html`<label>${label}<input name="${name}" value="${filter[name as keyof LogFilter]}" autocomplete="off"></label>\n`,
)}<label>Status<select name="status">${option("", "any")}${option("failed", "refused or failed")}${statuses.map((one) =>
    option(one, one),
  )}</select></label>
<span class="buttons"><button>Filter</button> <a href="${path}">Show all</a></span>
</form>`;
}

function renderTable(entries: LogEntry[]): Html {
  const columns = ["Time (UTC)", "Caller", "Repository", "Run", "Number", "Model", "Status", "Tokens"];
  return html`<table>
<thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${entries.slice(0, mostRows).map(renderRow)}</tbody>
</table>`;
}

function renderRow(entry: LogEntry): Html {
  const { time, login, node, repository, run, number, provider, model, status, inputTokens, outputTokens, reason } =
    entry;
  const [day, clock] = time.replace(/\.\d+Z$/, "").split("T");
  const count = (tokens = 0) => tokens.toLocaleString("en");
  const tokens = inputTokens === undefined ? undefined : html`${count(inputTokens)} in, ${count(outputTokens)} out`;
  const cell = (name: string, value: Html | string | undefined, kind = "") =>
    value === undefined || value === ""
      ? html`<td class="empty ${kind}"></td>`
      : html`<td class="${kind}" data-name="${name}"><div>${value}</div></td>`;
  return html`<tr>${[
    cell("Time", html`<span class="soft">${day}</span> ${clock}`, "time"),
    cell("Caller", html`<b>${login || "nobody"}</b>${node && html`<br><span class="soft">${node}</span>`}`, "caller"),
    cell("Repository", repository),
    cell("Run", run, "number"),
    cell("Number", number && `#${number}`, "number"),
    cell("Model", model && html`${provider && html`<span class="soft">${provider}/</span>`}${model}`, "model"),
    cell(
      "Status",
      html`<span class="pill ${kindOf(status)}">${status}</span>${reason && html` <span class="soft">${reason}</span>`}`,
    ),
    cell("Tokens", tokens, "number"),
  ]}</tr>
`;
}

const kindOf = (status: number): string => (status < 400 ? "good" : status < 500 ? "odd" : "bad");

const style = `
form {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem .75rem; align-items: end;
  margin: 1rem 0; padding: .9rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem;
}
label { display: block; font-size: .8rem; color: var(--soft); }
input, select, button {
  display: block; width: 100%; font: inherit; font-size: .95rem; padding: .35rem .5rem; color: var(--ink); height: 2.2rem;
  background: var(--page); border: 1px solid var(--line); border-radius: .35rem;
}
.buttons { display: flex; gap: .75rem; align-items: center; white-space: nowrap; }
button { width: auto; padding: .35rem 1rem; background: var(--link); border-color: var(--link); color: var(--sheet); cursor: pointer; }
.sums { display: flex; flex-wrap: wrap; gap: 0 1rem; font-variant-numeric: tabular-nums; }
.none { padding: 2.5rem 1rem; text-align: center; background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; }
table { width: 100%; border-collapse: collapse; background: var(--sheet); border: 1px solid var(--line); font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); background: var(--shade); white-space: nowrap; border-top: 0; }
.time, .number { font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
@media screen and (min-width: 70rem) {
  .caller { min-width: 11rem; }
  .model { min-width: 14rem; }
}
@media screen and (max-width: 62rem) {
  main { padding: 1rem .75rem 2rem; }
  thead { display: none; }
  table, tbody, tr, td { display: block; border: 0; background: none; }
  tbody { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: .6rem; margin: .6rem 0; }
  tr { padding: .5rem .75rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; }
  td { display: grid; grid-template-columns: 5.5rem 1fr; gap: .75rem; padding: .15rem 0; }
  td.empty { display: none; }
  td::before { content: attr(data-name); color: var(--soft); }
  form { grid-template-columns: 1fr 1fr; }
}
@media print {
  main { max-width: none; padding: 0; }
  table { font-size: 8.5pt; }
  th, td { padding: .3rem .35rem; }
  tr { break-inside: avoid; }
}
`;
