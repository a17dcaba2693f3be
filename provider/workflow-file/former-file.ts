/** What is in a repository already: a file of somebody else at the path, and ours at the path of before. */
import { explainForeign } from "../../core/delivery/foreign.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import { readHeaderOwner } from "../../core/workflow/render.ts";
import type { LiveRepository } from "../../services/github/live-files.ts";
import type { GitHubAccess } from "../github-access.ts";
import { OperationError } from "../resource.ts";
import { fileAddress, type Wanted } from "./inputs.ts";
import type { Standing } from "./standing.ts";

/** @throws OperationError for a file that is not this stack's, unless it may be replaced. */
export async function refuseForeign(
  { files }: GitHubAccess,
  wanted: Wanted,
  standing: Standing | undefined,
  live: LiveRepository,
): Promise<void> {
  const { content, blob, adopt } = wanted;
  const { path, owner } = content;
  if (live.blob === undefined || live.blob === blob || hasDelivered(standing, path) || adopt) return;
  const text = (await files.readText(fileAddress(wanted, path)))?.text ?? "";
  if (readHeaderOwner(text) !== owner) throw new OperationError(explainForeign(path, text));
}

/** A file at the path that people deliver themselves is not ours to replace. */
function hasDelivered(standing: Standing | undefined, path: string): boolean {
  return standing?.path === path && (standing.written ?? standing.proposed) !== undefined;
}

/** The file at the path that it had before: it goes if it is still as it was written, and stays otherwise, which is said. */
export async function findFormerFile(
  { files }: GitHubAccess,
  wanted: Pick<Wanted, "repository" | "repositoryId" | "content" | "delivery">,
  standing: Standing | undefined,
): Promise<{ deletion?: { path: string; blob: string }; stays?: string } | undefined> {
  if (standing?.written === undefined) return undefined;
  const { written, writtenPath: path = standing.path } = standing;
  const { repository, content } = wanted;
  if (path === content.path) return undefined;
  const former = await files.find(fileAddress(wanted, path));
  if (former?.blob === undefined) return undefined;
  return former.blob === written
    ? { deletion: { path, blob: written } }
    : { stays: formatMessage(texts.formerFileStays, { path, repository }) };
}
