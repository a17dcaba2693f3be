/** Which paths of a repository a token may write, through REST and GraphQL alike. */
import type { Commit, GitStore } from "./git.ts";
import type { Viewer } from "./viewer.ts";

const workflows = /^\.github\/workflows\//i;

/** Whether Git takes the path. */
export const isFilePath = (path: string): boolean =>
  !path.split("/").some((part) => ["", ".", "..", ".git"].includes(part));

/** Whether the token may write this path: workflows need the scope `workflow`. */
export const mayWritePath = (path: string, viewer: Viewer): boolean =>
  !workflows.test(path) || viewer.scopes.has("workflow");

/** How GitHub says no to a token that may not write a workflow. */
export function workflowRefusal({ job }: Viewer, path: string): string {
  const [who, lacked] = job ? ["GitHub App", "`workflows` permission"] : ["Personal Access Token", "`workflow` scope"];
  return `refusing to allow a ${who} to create or update workflow \`${path}\` without ${lacked}`;
}

/**
 * A workflow that the commits bring and the token may not write. One that a branch has as it is may go to another branch:
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps, `workflow`
 */
export function refusedWorkflow(git: GitStore, viewer: Viewer, target: Commit): string | undefined {
  const tips = [...git.branches.keys()].flatMap((branch) => git.tip(branch) ?? []);
  const known = new Set(tips.flatMap(({ files }) => [...files].map(([path, sha]) => `${path} ${sha}`)));
  const old = git.reach(tips);
  for (const [sha, commit] of git.reach([target])) {
    if (old.has(sha)) continue;
    const brought = git.changes(commit).find(({ path, sha: blob, status }) => {
      const isMerge = commit.parents.length > 1;
      return !mayWritePath(path, viewer) && (status === "removed" ? !isMerge : !known.has(`${path} ${blob}`));
    });
    if (brought) return brought.path;
  }
  return undefined;
}

/** The bytes of a base64 text, which may be in lines; undefined when it is none. */
export function decodeContent(content: string): Buffer | undefined {
  const bare = content.replace(/\s/g, "");
  const bytes = Buffer.from(bare, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === bare.replace(/=+$/, "") ? bytes : undefined;
}
