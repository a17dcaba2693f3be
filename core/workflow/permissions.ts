/**
 * What jobs may do, as sets that are united and compared. A called job gets at most what its caller has; a run whose caller
 * grants less than a called job asks for fails before it starts, and no check says so.
 * https://docs.github.com/actions/reference/workflows-and-actions/reusable-workflows
 */
import { parseDocument } from "yaml";
import type { Permissions } from "./model.ts";

export type PermissionLevel = "read" | "write";

/** Scope in camelCase -> level; a scope that is not named is `none`. */
export type PermissionSet = Readonly<Partial<Record<string, PermissionLevel>>>;

const rank = { none: 0, read: 1, write: 2 };

/** For each scope the highest level of any of the sets, scopes in alphabetical order. */
export function unitePermissions(...sets: readonly (PermissionSet | Permissions)[]): PermissionSet {
  const united = new Map<string, PermissionLevel>();
  for (const [scope, level] of sets.flatMap(entriesOf))
    if (rank[level] > rank[united.get(scope) ?? "none"]) united.set(scope, level);
  return Object.fromEntries([...united].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** For each scope the lower level of both. */
export function limitPermissions(set: PermissionSet, most: PermissionSet): PermissionSet {
  return Object.fromEntries(
    entriesOf(set).flatMap(([scope, level]): [string, PermissionLevel][] => {
      const limit = levelOf(most, scope);
      return limit === undefined ? [] : [[scope, rank[level] < rank[limit] ? level : limit]];
    }),
  );
}

/** Whether `granted` has all that `asked` has. */
export function covers(granted: PermissionSet, asked: PermissionSet): boolean {
  return entriesOf(asked).every(([scope, level]) => rank[levelOf(granted, scope) ?? "none"] >= rank[level]);
}

/** Scopes of a live file are anybody's words, `constructor` too. */
function levelOf(set: PermissionSet, scope: string): PermissionLevel | undefined {
  return Object.hasOwn(set, scope) ? set[scope] : undefined;
}

function entriesOf(set: PermissionSet | Permissions): [string, PermissionLevel][] {
  return Object.entries(set).filter((entry): entry is [string, PermissionLevel] => entry[1] !== undefined);
}

/**
 * What the jobs of a workflow file ask for, all together: of a central file what a caller has to grant, of a caller what it
 * grants. The file is somebody's, live: nothing in it is taken for granted.
 * @returns undefined where it cannot be told: no YAML, no jobs, a job that gets whatever the repository's settings give, or
 * all scopes at once (`write-all`), which no file of ours has.
 */
export function readJobPermissions(text: string): PermissionSet | undefined {
  const file = parseObject(text);
  const jobs = Object.values(asObject(file?.jobs) ?? {});
  if (file === undefined || jobs.length === 0) return undefined;
  const sets = jobs.map((job) => readPermissions(asObject(job)?.permissions ?? file.permissions));
  return sets.every((set) => set !== undefined) ? unitePermissions(...sets) : undefined;
}

/** What a live caller calls, `uses:`, and grants; undefined for a file that is no caller of one workflow. */
export function readCall(text: string): { uses: string; permissions: PermissionSet } | undefined {
  const [job, ...others] = Object.values(asObject(parseObject(text)?.jobs) ?? {});
  const uses = asObject(job)?.uses;
  const permissions = readJobPermissions(text);
  return typeof uses !== "string" || others.length > 0 || permissions === undefined ? undefined : { uses, permissions };
}

/** Ours stay below it with all that can be set. Of a longer one, somebody could make the parser busy for minutes. */
const longestRead = 300_000;

const parsed = new Map<string, Fields | undefined>();

/** Hundreds of repositories have one text, and a parse takes milliseconds. */
function parseObject(text: string): Fields | undefined {
  if (!parsed.has(text)) parsed.set(text, parseOnce(text));
  return parsed.get(text);
}

/** Without the comparison of each key with all others, which takes minutes as well; the first of two equal ones counts. */
function parseOnce(text: string): Fields | undefined {
  if (text.length > longestRead) return undefined;
  try {
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
    // As a map: keys that are maps themselves would be written out, over and over where they are nested.
    return document.errors.length > 0 ? undefined : asObject(document.toJS({ mapAsMap: true }));
  } catch {
    // Too many aliases, or too deep.
    return undefined;
  }
}

type Fields = Record<string, unknown>;

function asObject(value: unknown): Fields | undefined {
  if (!(value instanceof Map)) return undefined;
  const fields = [...value];
  return fields.every(([key]) => typeof key === "string") ? Object.fromEntries(fields) : undefined;
}

function readPermissions(value: unknown): PermissionSet | undefined {
  const levels = Object.entries(asObject(value) ?? { "": undefined });
  if (!levels.every(([, level]) => level === "read" || level === "write" || level === "none")) return undefined;
  const named = levels.filter((entry): entry is [string, PermissionLevel] => entry[1] !== "none");
  return Object.fromEntries(named.map(([scope, level]) => [camelCase(scope), level]));
}

function camelCase(scope: string): string {
  return scope.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
