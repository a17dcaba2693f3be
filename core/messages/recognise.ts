/** Finds the entry that a text of a run is about: a message of a step of ours, or a text of one of the actions. */
import { aperture, noRole } from "./aperture.ts";
import * as ofClaude from "./claude.ts";
import { type Entry, type Message, toPlainText } from "./entry.ts";
import { noRun } from "./no-run.ts";
import { tailnet } from "./tailnet.ts";

const { claude } = ofClaude;

/** What makes a run red. */
const ofRed: readonly Entry[] = [...aperture.entries, ...tailnet.entries, ...claude.entries];
/** What makes it green, without a question to Claude. */
const ofIdle: readonly Entry[] = noRun.entries;

/** They say that something is wrong, and leave it to a log to say what. */
const weak: ReadonlySet<Entry> = new Set([
  ofClaude.earlierStep,
  ofClaude.otherError,
  ofClaude.noResult,
  ofClaude.noMessages,
]);

/** What one of our own steps said, as an annotation or a line of an error. */
export const recogniseOwn = (text: string): Message | undefined => findOwn([...ofRed, ...ofIdle], text);

/** Whether a line of a log says why nothing was asked, though the run is green. */
export const recogniseIdle = (line: string): Entry | undefined => findLogged(ofIdle, line) ?? findOwn(ofIdle, line);

/** What a line of a log of an action says. */
export function recogniseLogged(line: string): Entry | undefined {
  if (/access denied: no role granted/.test(line)) return noRole;
  const status = Number(/API Error: (\d{3})\b/.exec(line)?.[1]);
  return findLogged([...ofRed, ...ofIdle], line) ?? byStatus(status);
}

export const isWeak = (entry: Entry): boolean => weak.has(entry);

/** A file by hand does not tell idle runs from others, and nobody notices; what our own guards keep out is meant to be. */
export const isMistake = (entry: Entry): boolean => "logged" in entry;

function byStatus(status: number): Message | undefined {
  const known: Readonly<Record<string, unknown>> = ofClaude;
  return known[`status${status >= 500 ? 500 : status}`] as Message | undefined;
}

function findLogged(entries: readonly Entry[], line: string): Entry | undefined {
  return entries.find((entry) => "logged" in entry && entry.logged?.test(line));
}

function findOwn(entries: readonly Entry[], text: string): Message | undefined {
  return entries.find((entry): entry is Message => "says" in entry && patternOf(entry).test(text));
}

const patterns = new WeakMap<Message, RegExp>();

/** Its text as a step prints it, with anything in the place of its values. */
function patternOf(message: Message): RegExp {
  const known = patterns.get(message);
  if (known) return known;
  const parts = toPlainText(message.says).split(/\{\w+\}/);
  const pattern = new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join(".+"));
  patterns.set(message, pattern);
  return pattern;
}
