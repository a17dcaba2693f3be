/** The delivery `commit`: brings the default branch to what is wanted. */
import { explainForeign } from "../../core/delivery/foreign.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import { readHeaderOwner } from "../../core/workflow/render.ts";
import type { Commit } from "../../services/github/commits.ts";
import type { LiveRepository } from "../../services/github/live-files.ts";
import { OperationError } from "../resource.ts";
import { explainUnwritable, requireWritable } from "./availability.ts";
import { commitUntilSettled } from "./commit-loop.ts";
import { messageOf, removalMessage } from "./commit-messages.ts";
import type { FileContext } from "./context.ts";
import type { Wanted } from "./inputs.ts";

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
  const look = async () => {
    const live = requireWritable(wanted, await context.github.files.find(address));
    return { live, commit: await planCommit(context, wanted, standing, live) };
  };
  const { live } = isPreview ? await look() : await commitUntilSettled(context, wanted.repository, look);
  const branch = live.defaultBranch?.name;
  if (!isPreview) await removeFromFormerBranch(context, wanted, standing, live);
  return { path: content.path, written: blob, ...(branch === undefined ? {} : { branch }) };
}

/** Undefined when the default branch is as it is to be. @throws OperationError when a file of somebody else is there. */
async function planCommit(
  { github }: FileContext,
  wanted: Wanted,
  standing: Standing | undefined,
  live: LiveRepository,
): Promise<Commit | undefined> {
  const { repositoryId, content, text, blob, adopt } = wanted;
  const { path, owner } = content;
  const isOwn = standing?.path === path;
  const found = live.blob && live.blob !== blob ? { blob: live.blob, path } : undefined;
  if (found && !isOwn && !adopt) {
    const text = (await github.files.readText({ repositoryId, path }))?.text ?? "";
    if (readHeaderOwner(text) !== owner) throw new OperationError(explainForeign(path, text));
  }
  const former = isOwn ? undefined : await findFormerFile(github, repositoryId, standing);
  const isInStep = live.blob === blob;
  if (isInStep && !former) return undefined;
  return {
    repository: live.slug,
    branch: live.defaultBranch,
    message: messageOf(wanted),
    additions: isInStep ? [] : [{ path, text, ...(found ? { blob: found.blob } : {}) }],
    deletions: former ? [former] : [],
  };
}

/** The file at the path that it had before, if it is still as it was written. */
async function findFormerFile(
  { files }: FileContext["github"],
  repositoryId: string,
  standing: Standing | undefined,
): Promise<{ path: string; blob: string } | undefined> {
  if (standing?.written === undefined) return undefined;
  const { path, written } = standing;
  const former = await files.find({ repositoryId, path });
  return former?.blob === written ? { path, blob: written } : undefined;
}

/** A default branch that was changed for another one leaves our file where no `up` would look again. */
async function removeFromFormerBranch(
  { github }: FileContext,
  wanted: Wanted,
  standing: Standing | undefined,
  live: LiveRepository,
): Promise<void> {
  if (!standing?.branch || !standing.written || standing.branch === live.defaultBranch?.name) return;
  const { path, written } = standing;
  const former = await github.files.findOnBranch({ repositoryId: wanted.repositoryId, path }, standing.branch);
  if (former?.blob !== written) return;
  // If that branch is protected now, or moves: the file does nothing there, and is not worth a failed run.
  await github.commits.add({
    repository: live.slug,
    branch: { name: standing.branch, head: former.head },
    message: removalMessage,
    additions: [],
    deletions: [{ path, blob: written }],
  });
}

/** Deletes the file if it is still as it was written. A text says that it stays, and why. */
export async function deleteFile(
  context: FileContext,
  { repository, repositoryId }: Pick<Wanted, "repository" | "repositoryId">,
  { path, written }: Standing,
): Promise<string | undefined> {
  let left: string | undefined;
  await commitUntilSettled(context, repository, async () => {
    const live = await context.github.files.find({ repositoryId, path });
    const reason = explainUnwritable(live);
    const isThere = live?.blob !== undefined && written !== undefined;
    if (reason !== undefined) left = formatMessage(texts.fileCannotGo, { path, repository, reason });
    else if (isThere && live.blob !== written) left = formatMessage(texts.editedFileStays, { path, repository });
    const goes = left === undefined && isThere;
    return {
      live: { defaultBranch: live?.defaultBranch },
      commit: goes
        ? {
            repository: live.slug,
            branch: live.defaultBranch,
            message: removalMessage,
            additions: [],
            deletions: [{ path, blob: written }],
          }
        : undefined,
    };
  });
  return left;
}
