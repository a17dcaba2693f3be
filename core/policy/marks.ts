/**
 * Marks: the comment in front of an entry that names the stacks whose entry it is,
 * `// claude-aperture/prod: managed by Pulumi`, or a block comment where the container is on one line.
 *
 * A mark may end with a note on how the file looked before, for servers that store `hujson.Format` of what they get: a
 * comment lets it add trailing commas to plain JSON, and a long line lets it open a container. The last one out undoes
 * that, see restore.ts. One mark of each stack has the note.
 */
import { PolicyError } from "./policy-error.ts";

export interface Mark {
  start: number;
  end: number;
  /** The stacks whose entry it is, by the names that the settings call `policy.owner`. */
  stacks: string[];
  /** A block comment instead of a line comment: the container was on one line. */
  isBlock: boolean;
  note: Note;
}

/** How the file looked before the first mark came. */
export interface Note {
  /** It was JSON without comments and trailing commas. */
  plainJson: boolean;
  /** The top-level object was on one line. */
  oneLine: boolean;
}

export const nothingToNote: Note = { plainJson: false, oneLine: false };

const ownerForm = "[A-Za-z0-9][A-Za-z0-9._/-]*";
const markForm = new RegExp(
  `^(//|/\\*)[ \\t]*(${ownerForm}(?:, ?${ownerForm})*): managed by Pulumi(?: \\((file was [A-Za-z, ]+)\\))?[ \\t]*(\\*/)?$`,
);

/** An owner that can stand in a mark, and could not end its comment or be read as two. */
export const markOwnerPattern = new RegExp(`^${ownerForm}$`);

/** The owner of a stack for which nobody names another: `claude-aperture/prod`. */
export function toOwner({ project, stack }: { project: string; stack: string }): string {
  return `${project}/${stack}`;
}

export function isMarkOwner(owner: string): boolean {
  return owner.length <= 255 && markOwnerPattern.test(owner);
}

/**
 * Refuses an owner that could end a comment or be read as two.
 *
 * @throws PolicyError
 */
export function checkOwner(owner: string): void {
  if (isMarkOwner(owner)) return;
  throw new PolicyError(
    `${JSON.stringify(owner)} cannot stand in a mark.`,
    'Name the stack with letters, digits, ".", "_", "-" and "/", such as claude-aperture/prod.',
  );
}

/** The mark that the comment between two offsets is; undefined for any other comment. */
export function readMark(text: string, start: number, end: number): Mark | undefined {
  // Nearly every comment is somebody else's.
  if (!text.slice(start, end).includes("managed by Pulumi")) return undefined;
  const match = markForm.exec(text.slice(start, end).trimEnd());
  const [, opening, stacks, note, closing] = match ?? [];
  if (stacks === undefined || (opening === "/*") !== (closing !== undefined)) return undefined;
  return {
    start,
    end,
    stacks: stacks.split(/, ?/),
    isBlock: opening === "/*",
    note: { plainJson: note?.includes(plainJson) ?? false, oneLine: note?.includes(oneLine) ?? false },
  };
}

const plainJson = "plain JSON";
const oneLine = "on one line";

export function markText({ stacks, isBlock, note }: Omit<Mark, "start" | "end">): string {
  const notes = [note.plainJson ? plainJson : "", note.oneLine ? oneLine : ""].filter(Boolean);
  const text = `${stacks.join(", ")}: managed by Pulumi${notes.length > 0 ? ` (file was ${notes.join(", ")})` : ""}`;
  return isBlock ? `/* ${text} */` : `// ${text}`;
}
