/** What changes in the texts of workflow files, each difference once, however many repositories share it. */
import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff";
import { escapeMessage, escapeUnprintable } from "../messages/printable.ts";

/** A file that is there and is to be replaced. Texts without credentials: they are shown. */
export interface ChangedText {
  /** `owner/name` */
  repository: string;
  path: string;
  /** Undefined where the file is binary, or too long to be read. */
  live: string | undefined;
  wanted: string;
}

export interface TextDiff {
  path: string;
  /** In the order of the changes. */
  repositories: string[];
  /** Of a unified diff, from its first hunk on. */
  lines: string[];
}

/** The distinct differences, those of most repositories first. */
export function groupTextDiffs(changes: readonly ChangedText[]): TextDiff[] {
  const known = new Map<string, string[]>();
  const groups = new Map<string, TextDiff>();
  for (const { repository, path, live, wanted } of changes) {
    const texts = JSON.stringify([live, wanted]);
    const lines = known.get(texts) ?? compare(live, wanted);
    known.set(texts, lines);
    const key = JSON.stringify([path, lines]);
    const group = groups.get(key) ?? { path, repositories: [], lines };
    group.repositories.push(repository);
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => other.repositories.length - one.repositories.length);
}

/** Two files that have more lines of their own are not compared: the time grows with the square. */
const mostEdits = 2000;

function compare(live: string | undefined, wanted: string): string[] {
  if (live === undefined) return ["The live file is binary or too long to be compared. It is replaced."];
  const patch = structuredPatch("", "", live, wanted, undefined, undefined, { context: 3, maxEditLength: mostEdits });
  if (!patch) return ["The live file has little in common with the new one. It is replaced."];
  if (patch.hunks.length === 0) return ["They differ only in what is not shown, such as a credential."];
  return formatPatch(patch, OMIT_HEADERS).replace(/\n$/, "").split("\n");
}

/** More would push the list of changes off the screen. */
const limits = { diffs: 5, lines: 120, columns: 200, names: 3 } as const;

/** A text for each, and one that says how many are left out. */
export function describeTextDiffs(diffs: readonly TextDiff[]): string[] {
  const left = diffs.slice(limits.diffs);
  const repositories = left.reduce((sum, one) => sum + one.repositories.length, 0);
  return [
    ...diffs.slice(0, limits.diffs).map(describe),
    ...(left.length > 0
      ? [`and ${count(left.length, "other diff")}, of ${count(repositories, "repository", "repositories")}.`]
      : []),
  ];
}

function describe({ path, repositories, lines }: TextDiff): string {
  const left = lines.length - limits.lines;
  return [
    `${escapeUnprintable(path)} of ${listNames(repositories)}:`,
    ...lines.slice(0, limits.lines).map(showLine),
    ...(left > 0 ? [`... and ${count(left, "more line")}.`] : []),
  ].join("\n");
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, limits.names);
  const last = shown.pop() ?? "";
  const left = names.length - limits.names;
  const list = shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
  return left > 0 ? `${list} (same in ${count(left, "other")})` : list;
}

function showLine(line: string): string {
  const left = line.length - limits.columns;
  const shown = left > 0 ? `${line.slice(0, limits.columns)}... (${count(left, "more character")})` : line;
  return escapeMessage(shown);
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
