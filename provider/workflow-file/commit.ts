/** The delivery `commit`: brings the branch to what is wanted. */
import type { Commit } from "../../services/github/commits.ts";
import type { LiveRepository } from "../../services/github/live-files.ts";
import { requireWritable } from "./availability.ts";
import { commitUntilSettled } from "./commit-loop.ts";
import { messageOf } from "./commit-messages.ts";
import type { FileContext } from "./context.ts";
import { findFormerFile, refuseForeign } from "./former-file.ts";
import { fileAddress, type Wanted } from "./inputs.ts";
import { removeFromFormerBranch } from "./removal.ts";
import type { Standing } from "./standing.ts";

/** What stands afterwards. A preview writes nothing, and refuses what an update would. */
export async function commitFile(
  context: FileContext,
  wanted: Wanted,
  standing: Standing | undefined,
  isPreview: boolean,
): Promise<Standing> {
  const { content, blob } = wanted;
  const address = fileAddress(wanted, content.path);
  let stays: string | undefined;
  const look = async () => {
    const live = requireWritable(wanted, await context.github.files.find(address));
    const former = await findFormerFile(context.github, wanted, standing);
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
  const { content, text, blob } = wanted;
  const { path } = content;
  const found = live.blob && live.blob !== blob ? { blob: live.blob, path } : undefined;
  await refuseForeign(github, wanted, standing, live);
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
