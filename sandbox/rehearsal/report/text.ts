/** Texts in a page as they stood on a screen: diffs, logs, output of commands. */
import { stripVTControlCharacters } from "node:util";
import { type Html, html } from "../../pages/html.ts";

/** Of a longer text the beginning and the end are shown: no browser likes a log of a million lines. */
const mostLines = 3000;

interface Line {
  text: string;
  /** The class of its colour. */
  kind?: "add" | "remove" | "place" | "error" | "warning" | "group" | undefined;
}

/** The lines of a text as `read` has them; undefined: a line that is not shown. */
function renderLines(text: string, read: (line: string) => Line | undefined): Html {
  const lines = clipLines(stripVTControlCharacters(text).trimEnd().split("\n"));
  return html`<pre>${lines.map((line) => {
    const { text, kind } = read(line) ?? {};
    return text !== undefined && (kind === undefined ? `${text}\n` : html`<span class="${kind}">${text}</span>\n`);
  })}</pre>`;
}

function clipLines(lines: string[]): string[] {
  const missing = lines.length - mostLines;
  if (missing <= 0) return lines;
  const half = mostLines / 2;
  return [...lines.slice(0, half), `[${missing} lines are left out]`, ...lines.slice(-half)];
}

export const renderText = (text: string): Html => renderLines(text, (line) => ({ text: line }));

const diffKinds: Record<string, Line["kind"]> = { "+": "add", "-": "remove", "@": "place" };

export const renderDiff = (text: string): Html =>
  renderLines(text, (line) => ({
    text: line,
    kind: /^(---|\+\+\+) /.test(line) ? "group" : diffKinds[line.charAt(0)],
  }));

/** What GitHub shows in place of a command in a log. */
const commands: Record<string, [mark: string, kind: Line["kind"]]> = {
  group: ["▸ ", "group"],
  error: ["Error: ", "error"],
  warning: ["Warning: ", "warning"],
};

/** As GitHub shows a log: of a time the clock, commands as headings or in colour, ends of groups not at all. */
export const renderLog = (text: string): Html =>
  renderLines(text, (line) => {
    const [, clock = "", command, rest = ""] =
      /^(?:\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\S*Z )?(?:##\[(\w+)\])?(.*)$/.exec(line) ?? [];
    if (command === "endgroup") return undefined;
    const [mark = command === undefined ? "" : `##[${command}]`, kind] = commands[command ?? ""] ?? [];
    return { text: `${clock && `${clock} `}${mark}${rest}`, kind };
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
