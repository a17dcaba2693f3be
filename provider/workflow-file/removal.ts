/** Takes files away that are still as they were written. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import type { LiveRepository } from "../../services/github/live-files.ts";
import { OperationError } from "../resource.ts";
import { explainUnwritable } from "./availability.ts";
import { commitUntilSettled } from "./commit-loop.ts";
import { removalMessage } from "./commit-messages.ts";
import type { FileContext } from "./context.ts";
import { fileAddress, type Wanted } from "./inputs.ts";
import type { Standing } from "./standing.ts";

type Repository = Pick<Wanted, "repository" | "repositoryId" | "delivery">;

/** Deletes the file, on the default branch and on the one that was it when it was written. A text says that it stays, and why. */
export async function deleteFile(
  context: FileContext,
  named: Repository,
  standing: Standing,
): Promise<string | undefined> {
  const { repository } = named;
  const { path, written } = standing;
  if (written === undefined) return undefined;
  let left: string | undefined;
  const { live } = await commitUntilSettled(context, repository, async () => {
    const live = await context.github.files.find(fileAddress(named, path));
    left = explainStay(live, path, repository, written);
    const goes = live?.blob === written && left === undefined;
    return {
      live: { defaultBranch: live?.defaultBranch },
      commit: goes ? removalOf(live.slug, live.defaultBranch, path, written) : undefined,
    };
  });
  if (left === undefined) await removeFromFormerBranch(context, named, standing, live.defaultBranch?.name);
  return left;
}

function explainStay(
  live: LiveRepository | undefined,
  path: string,
  repository: string,
  written: string,
): string | undefined {
  const reason = explainUnwritable(live);
  if (reason !== undefined) return formatMessage(texts.fileCannotGo, { path, repository, reason });
  if (live?.blob === undefined || live.blob === written) return undefined;
  return formatMessage(texts.editedFileStays, { path, repository });
}

/** A default branch that was changed for another one leaves our file where no `up` would look again. */
export async function removeFromFormerBranch(
  context: FileContext,
  { repository, repositoryId }: Repository,
  standing: Standing | undefined,
  defaultBranch: string | undefined,
): Promise<void> {
  if (!standing?.branch || !standing.written || standing.branch === defaultBranch) return;
  const { path, written, branch } = standing;
  const { files } = context.github;
  try {
    await commitUntilSettled(context, repository, async () => {
      const former = await files.findOnBranch({ repositoryId, path }, branch);
      if (former?.blob !== written) return { live: {}, commit: undefined };
      const live = await files.find({ repositoryId, path });
      return {
        live: {},
        commit: live && removalOf(live.slug, { name: branch, head: former.head }, path, written),
      };
    });
  } catch (error) {
    // What the run is about is done.
    if (!(error instanceof OperationError)) throw error;
    const reason = error.message;
    await context.log("warning", formatMessage(texts.formerBranchStays, { path, branch, repository, reason }));
  }
}

function removalOf(
  repository: LiveRepository["slug"],
  branch: { name: string; head: string } | undefined,
  path: string,
  blob: string,
) {
  return { repository, branch, message: removalMessage, additions: [], deletions: [{ path, blob }] };
}
