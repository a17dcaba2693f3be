/** Which paths of a repository a token may write, through REST and GraphQL alike. */
import type { Viewer } from "./viewer.ts";

const workflows = /^\.github\/workflows\//i;

/** Whether Git takes the path. */
export const isFilePath = (path: string): boolean =>
  !path.split("/").some((part) => ["", ".", "..", ".git"].includes(part));

/** Whether the token may write this path: workflows need the scope `workflow`. */
export const mayWritePath = (path: string, viewer: Viewer): boolean =>
  !workflows.test(path) || viewer.scopes.has("workflow");

/** The bytes of a base64 text, which may be in lines; undefined when it is none. */
export function decodeContent(content: string): Buffer | undefined {
  const bare = content.replace(/\s/g, "");
  const bytes = Buffer.from(bare, "base64");
  return bytes.toString("base64").replace(/=+$/, "") === bare.replace(/=+$/, "") ? bytes : undefined;
}
