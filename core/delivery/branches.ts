/** Names of branches. */
import { flattenOwner } from "./owner-name.ts";

/** The branches that a delivery by pull request has to itself. */
export interface PullBranches {
  /** The head of the pull request. */
  head: string;
  /** Where the next commit is made, before the head is moved there. It lives for a moment only. */
  scratch: string;
}

/**
 * The branches of the pull request that brings a file, and of the one that removes it: one of each for a stack and a file.
 *
 * @param owner the stack's name, as in the file's header: `claude-aperture/prod`.
 * @param path of the file: `.github/workflows/claude.yml`.
 */
export function namePullBranches(owner: string, path: string): { addition: PullBranches; removal: PullBranches } {
  const folder = `claude-aperture/${flattenOwner(owner)}`;
  const file = toRefPart(path.split("/").at(-1) ?? "");
  const branches = (name: string): PullBranches => ({ head: `${folder}/${name}`, scratch: `${folder}/${name}.next` });
  return { addition: branches(file), removal: branches(`remove/${file}`) };
}

/** A file's name as Git takes it behind a slash of a branch's name (git-check-ref-format): no `..`, and no `.` at its beginning. */
function toRefPart(name: string): string {
  return name.replace(/\.(?=\.)|^\./g, "-");
}
