/** Texts in a page as they stood on a screen: diffs, logs, output of commands. */
import { stripVTControlCharacters } from "node:util";
import { type Html, html } from "../../pages/html.ts";

/** Of a longer text the beginning and the end are shown: no browser likes a log of a million lines. */
const mostLines = 3000;

type Kind = "add" | "remove" | "place" | "error" | "warning" | "group" | "";

/** Lines of a text; what its kind of text has in colour stands in an element with that class. */
function renderLines(text: string, kindOf: (line: string) => Kind): Html {
  const lines = clipLines(stripVTControlCharacters(text).trimEnd().split("\n"));
  return html`<pre>${lines.map((line) => {
    const kind = kindOf(line);
    return kind === "" ? `${line}\n` : html`<span class="${kind}">${line}</span>\n`;
  })}</pre>`;
}

function clipLines(lines: string[]): string[] {
  const missing = lines.length - mostLines;
  if (missing <= 0) return lines;
  const half = mostLines / 2;
  return [...lines.slice(0, half), `[${missing} lines are left out]`, ...lines.slice(-half)];
}

export const renderText = (text: string): Html => renderLines(text, () => "");

export const renderDiff = (text: string): Html =>
  renderLines(text, (line) => {
    if (/^(---|\+\+\+) /.test(line)) return "group";
    return line.startsWith("+") ? "add" : line.startsWith("-") ? "remove" : line.startsWith("@@") ? "place" : "";
  });

/** As GitHub colours a log; lines may begin with a time. */
export const renderLog = (text: string): Html =>
  renderLines(text, (line) => {
    const [, command = ""] = /^(?:\S+Z )?(?:##\[|::)(error|warning|group|endgroup)/.exec(line) ?? [];
    return command === "error" || command === "warning" ? command : command === "" ? "" : "group";
  });

/** `12.3 s`, `2 min 5 s` */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `1 request`, `2 requests` */
export function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

/** Something to open; on paper it is open. */
export function renderDetails(summary: Html | string, body: Html, { isOpen = false } = {}): Html {
  return isOpen
    ? html`<details open><summary>${summary}</summary>${body}</details>\n`
    : html`<details><summary>${summary}</summary>${body}</details>\n`;
}
