/** Whose a workflow file is, and how one that is not as it is to be stands in a preview. */
import { formatMessage } from "../messages/entry.ts";
import { foreignFile, otherStacksFile } from "../messages/repositories.ts";
import { readHeaderOwner } from "../workflow/render.ts";

/** Why a file with this text, which is not the stack's own, is not to be replaced. */
export function explainForeign(path: string, text: string): string {
  const owner = readHeaderOwner(text);
  return owner === undefined ? formatMessage(foreignFile, { path }) : formatMessage(otherStacksFile, { path, owner });
}

/** What a preview shows in place of the id of the text that the state has. Without a text the file is missing. */
export function describeDrift(live: { blob: string; text: string } | undefined): string {
  if (!live) return "missing";
  const what = readHeaderOwner(live.text) === undefined ? "another file, without our header" : "changed by hand";
  return `${what}: ${live.blob}`;
}
