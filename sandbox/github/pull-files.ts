/** What a pull request changes, file by file, with patches as GitHub writes them. */
import { structuredPatch } from "diff";
import type { Context } from "hono";
import { type Asked, apiUrl, origin, page } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { FileChange, Sha } from "./git.ts";
import { type PullRequest, type Repository, slug } from "./model.ts";
import { pullChanges } from "./pull-requests.ts";

/** GitHub lists no more. */
const mostFiles = 3000;

/** Lines of a patch beyond which GitHub shows none. */
const longestPatch = 3000;

interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: string[];
}

interface ChangedFile extends Omit<FileChange, "status"> {
  status: FileChange["status"] | "renamed";
  previousPath?: string;
  before: Sha | undefined;
}

/** A file that is gone and one that is new with the same content are one that was renamed. */
export function changedFiles(repository: Repository, pull: PullRequest): ChangedFile[] {
  const { files, fork } = pullChanges(repository, pull);
  const gone = new Map(files.filter(({ status }) => status === "removed").map(({ path, sha }) => [sha, path]));
  const renamed = new Map(
    files.flatMap(({ path, sha, status }) => {
      const from = status === "added" ? gone.get(sha) : undefined;
      return from === undefined ? [] : [[path, from] as const];
    }),
  );
  const moved = new Set(renamed.values());
  return files
    .filter(({ path }) => !moved.has(path))
    .map((file) => {
      const previousPath = renamed.get(file.path);
      const before = fork?.files.get(previousPath ?? file.path);
      return { ...file, before, ...(previousPath === undefined ? {} : { status: "renamed" as const, previousPath }) };
    });
}

/** `/repos/:owner/:repo/pulls/:number/files`. */
export function filesPage(c: Context<Env>, repository: Repository, pull: PullRequest): object[] {
  const files = changedFiles(repository, pull).slice(0, mostFiles);
  return page(c, files).map((file) => fileJson(c, repository, pull, file));
}

function fileJson(c: Asked, repository: Repository, { headSha }: PullRequest, file: ChangedFile) {
  const { path, sha, status, previousPath } = file;
  const { patch, additions, deletions } = patchOf(repository, file);
  const html = `${origin(c)}/${slug(repository)}`;
  const encoded = encodeURI(path);
  return {
    sha,
    filename: path,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${html}/blob/${headSha}/${encoded}`,
    raw_url: `${html}/raw/${headSha}/${encoded}`,
    contents_url: `${apiUrl(c)}/repos/${slug(repository)}/contents/${encoded}?ref=${headSha}`,
    ...(patch === "" ? {} : { patch }),
    ...(previousPath === undefined ? {} : { previous_filename: previousPath }),
  };
}

/** Without a patch, as at GitHub: what is binary or long. */
function patchOf(repository: Repository, file: ChangedFile) {
  const lines = hunksOf(repository, file).flatMap((hunk) => [header(hunk), ...hunk.lines]);
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  const patch = lines.length > longestPatch ? "" : lines.join("\n");
  return { patch, additions: count("+"), deletions: count("-") };
}

const header = ({ oldStart, oldLines, newStart, newLines }: Hunk): string =>
  `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;

/** A side without lines is named by the line before it. */
function range(start: number, lines: number): string {
  return lines === 1 ? `${start}` : `${lines === 0 ? start - 1 : start},${lines}`;
}

function hunksOf({ git }: Repository, { before, sha, status }: ChangedFile): Hunk[] {
  const content = (id: Sha | undefined) => git.blobs.get(id ?? "") ?? Buffer.alloc(0);
  const [old, now] = [content(before), status === "removed" ? Buffer.alloc(0) : content(sha)];
  if (old.includes(0) || now.includes(0)) return [];
  const { hunks } = structuredPatch("", "", old.toString("utf8"), now.toString("utf8"), "", "", { context: 3 });
  return hunks;
}

/** Whether the diff of the pull request shows this line, which a comment on it needs. */
export function showsLine(repository: Repository, pull: PullRequest, at: { path: string; line: number; side: string }) {
  const file = changedFiles(repository, pull).find(({ path }) => path === at.path);
  if (!file) return false;
  return hunksOf(repository, file).some(({ oldStart, oldLines, newStart, newLines }) => {
    const [start, lines] = at.side === "LEFT" ? [oldStart, oldLines] : [newStart, newLines];
    return at.line >= start && at.line < start + lines;
  });
}
