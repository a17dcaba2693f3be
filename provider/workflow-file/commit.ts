/** The delivery `commit`: brings the default branch to what is wanted. */
import { explainForeign } from "../../core/delivery/foreign.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import { readHeaderOwner } from "../../core/workflow/render.ts";
import type { Commit } from "../../services/github/commits.ts";
import type { LiveRepository } from "../../services/github/live-files.ts";
import { OperationError } from "../resource.ts";
import { requireWritable } from "./availability.ts";
import { commitUntilSettled } from "./commit-loop.ts";
import { messageOf } from "./commit-messages.ts";
import type { FileContext } from "./context.ts";
import type { Wanted } from "./inputs.ts";
import { removeFromFormerBranch } from "./removal.ts";

/** A file as the state knows it. */
export interface Standing {
  path: string;
  /** Git's id of the text that was delivered last; absent when none was. */
  written?: string;
  /** Where. */
  branch?: string;
}

/** What stands afterwards. A preview writes nothing, and refuses what an update would. */
export async function commitFile(
  context: FileContext,
  wanted: Wanted,
  standing: Standing | undefined,
  isPreview: boolean,
): Promise<Standing> {
  const { repositoryId, content, blob } = wanted;
  const address = { repositoryId, path: content.path };
  let stays: string | undefined;
  const look = async () => {
    const live = requireWritable(wanted, await context.github.files.find(address));
    const former = await findFormerFile(context, wanted, standing);
    stays = former?.stays;
    return { live, commit: await planCommit(context, wanted, standing, live, former?.deletion) };
  };
  const { live } = isPreview ? await look() : await commitUntilSettled(context, wanted.repository, look);
  const branch = live.defaultBranch?.name;
  if (stays !== undefined) await context.log("warning", stays);
  if (!isPreview && branch !== undefined) await removeFromFormerBranch(context, wanted, standing, branch);
  return { path: content.path, written: blob, ...(branch === undefined ? {} : { branch }) };
}

/** Undefined when the default branch is as it is to be. @throws OperationError when a file of somebody else is there. */
async function planCommit(
  { github }: FileContext,
  wanted: Wanted,
  standing: Standing | undefined,
  live: LiveRepository,
  deletion: { path: string; blob: string } | undefined,
): Promise<Commit | undefined> {
  const { repositoryId, content, text, blob, adopt } = wanted;
  const { path, owner } = content;
  const found = live.blob && live.blob !== blob ? { blob: live.blob, path } : undefined;
  if (found && !hasWritten(standing, path) && !adopt) {
    const text = (await github.files.readText({ repositoryId, path }))?.text ?? "";
    if (readHeaderOwner(text) !== owner) throw new OperationError(explainForeign(path, text));
  }
  const isInStep = live.blob === blob;
  if (isInStep && !deletion) return undefined;
  return {
    repository: live.slug,
    branch: live.defaultBranch,
    message: messageOf(wanted),
    additions: isInStep ? [] : [{ path, text, ...(found ? { blob: found.blob } : {}) }],
    deletions: deletion ? [deletion] : [],
  };
}

/** A file at the path that people deliver themselves is not ours to replace. */
const hasWritten = (standing: Standing | undefined, path: string): boolean =>
  standing?.path === path && standing.written !== undefined;

/** The file at the path that it had before: it goes if it is still as it was written, and stays otherwise, which is said. */
async function findFormerFile(
  { github }: FileContext,
  { repository, repositoryId, content }: Wanted,
  standing: Standing | undefined,
): Promise<{ deletion?: { path: string; blob: string }; stays?: string } | undefined> {
  if (standing?.written === undefined || standing.path === content.path) return undefined;
  const { path, written } = standing;
  const former = await github.files.find({ repositoryId, path });
  if (former?.blob === undefined) return undefined;
  return former.blob === written
    ? { deletion: { path, blob: written } }
    : { stays: formatMessage(texts.formerFileStays, { path, repository }) };
}
