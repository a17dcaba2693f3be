/** How a mistake in the stack configuration is named: its place, what is wrong, the fix. */
import { formatMessage } from "../messages/entry.ts";
import { escapeUnprintable } from "../messages/printable.ts";
import { settingsUnusable } from "../messages/settings.ts";
import type { Problem } from "../problem.ts";

/** The configuration namespace of the program, which is its project name. */
export const namespace = "claude-aperture";

/** More would push the first off the screen. */
const mostShown = 20;

/** Every mistake of a stack configuration at once; the text shows the first twenty. */
export class SettingsError extends Error {
  readonly problems: Problem[];
  constructor(stack: string, problems: Problem[]) {
    const count = problems.length === 1 ? "One setting" : `${problems.length} settings`;
    super(`${formatMessage(settingsUnusable, { count, stack })}\n${listProblems(problems)}`);
    this.name = "SettingsError";
    this.problems = problems;
  }
}

/** Two indented lines for each, place and message, and how many more there are. */
export function listProblems(problems: readonly Problem[]): string {
  const lines = problems.slice(0, mostShown).map(({ path, message }) => `  ${path}\n    ${message}`);
  const left = problems.length - mostShown;
  return [...lines, ...(left > 0 ? [`  and ${left} more.`] : [])].join("\n");
}

/** The values under our namespace; JSON where it is JSON, else the string. */
export function readOurValues(config: Record<string, string>): Record<string, unknown> {
  const stringKeys = new Set(["tag", "onUnavailable"]);
  const ours = Object.entries(config).filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(
    ours.map(([fullKey, value]) => {
      const key = fullKey.slice(namespace.length + 1);
      return [key, stringKeys.has(key) ? value : json(value)];
    }),
  );
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** `claude-aperture:repositories[1].name` from its segments. */
export function path(segments: PropertyKey[]): string {
  return `${namespace}:${propertyPath(segments)}`;
}

/** `repositories[1].name` from its segments. */
export function propertyPath(segments: readonly PropertyKey[]): string {
  const [first, ...rest] = segments;
  const tail = rest.map((s) =>
    typeof s === "number" ? `[${s}]` : /^\w+$/.test(String(s)) ? `.${String(s)}` : `[${show(String(s))}]`,
  );
  return `${first === undefined ? "" : show(String(first)).slice(1, -1)}${tail.join("")}`;
}

/** Longer values are cut: the path says where the rest is. */
const longestShown = 100;

/** A value as JSON on one line, cut, and without characters that a terminal would act upon. */
export function show(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  const cut = json.length > longestShown ? `${json.slice(0, longestShown)}...` : json;
  return escapeUnprintable(cut);
}
