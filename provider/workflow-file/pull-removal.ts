/** How a file that came by pull request goes, and how it comes back. */
import { decideProposal } from "../../core/delivery/proposal.ts";
import { describeRemoval, explainWithdrawal } from "../../core/delivery/pull-texts.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as pullTexts from "../../core/messages/pull-request.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import type { LivePulls } from "../../services/github/pulls.ts";
import { addressOf, type Before } from "./addition.ts";
import { explainUnwritable } from "./availability.ts";
import { proposalMessageOf } from "./commit-messages.ts";
import type { FileContext } from "./context.ts";
import { findFormerFile } from "./former-file.ts";
import type { Inputs } from "./inputs.ts";
import { type Proposal, settleProposal, withdrawProposal } from "./proposal.ts";
import { namePull, warnOf } from "./pull-status.ts";
import type { Standing } from "./standing.ts";

/** Closes what brings the file, and opens what removes it; the workflow is disabled until that is merged. */
export async function proposeRemoval(context: FileContext, { inputs, standing }: Before): Promise<void> {
  const { content, repository: named } = inputs;
  const { owner, path } = content;
  const address = addressOf(inputs);
  const first = await context.github.findPulls(address);
  const reason = explainUnwritable(first?.repository);
  if (!first || reason !== undefined) {
    const values = { path, repository: named, reason: reason ?? "" };
    return context.log("warning", formatMessage(texts.fileCannotGo, values));
  }
  const repository = first.repository.slug;
  await withdrawAddition(context, { inputs, standing }, explainWithdrawal(owner, { kind: "left" }));
  const found = await findOwnFile(context, inputs, standing, first);
  if (found === "edited") {
    return context.log("warning", formatMessage(texts.editedFileStays, { path, repository }));
  }
  const proposal: Proposal = {
    side: "removal",
    address,
    message: proposalMessageOf(inputs, undefined),
    text: describeRemoval(content),
    farewell: (branch) => explainWithdrawal(owner, { kind: "live", branch }),
    look: async () => {
      const seen = (await context.github.findPulls(address)) ?? first;
      const own = await findOwnFile(context, inputs, standing, seen);
      const { defaultBranch } = seen.repository;
      const { branch, pulls } = seen.removal;
      const decision = decideProposal(
        { owner, blob: undefined, reopen: false },
        {
          base: defaultBranch?.name ?? "",
          hasFormer: typeof own === "object",
          pulls,
          ...(branch === undefined ? {} : { branch }),
        },
        {},
      );
      return { seen, decision, changes: { additions: [], deletions: typeof own === "object" ? [own] : [] } };
    },
  };
  const settled = await settleProposal(context, proposal);
  const { decision } = settled.look;
  const pull =
    settled.kind === "proposed"
      ? settled.pull
      : "pull" in decision && settled.kind === "rested"
        ? decision.pull
        : undefined;
  if (found === undefined || !pull) return;
  if (settled.kind === "rested") await warnOf(context, decision, repository);
  // Last, so that a run that is killed leaves no disabled workflow of which nothing tells that it was us.
  const disabled = await context.github.disableWorkflow({ repository, path: found.path });
  if (disabled === "refused") {
    await context.log("warning", formatMessage(pullTexts.workflowStaysEnabled, { path, repository }));
  }
  const workflow = disabled === "done" ? "The workflow is disabled until then." : "";
  await context.log(
    "info",
    formatMessage(pullTexts.removalProposed, { path, repository, url: pull.url, workflow }).trim(),
  );
}

/** The file on the default branch, if it is as we brought it, at its path or at the one before; `edited` for another text. */
async function findOwnFile(
  { github }: FileContext,
  inputs: Inputs,
  standing: Standing,
  { repository }: LivePulls,
): Promise<{ path: string; blob: string } | "edited" | undefined> {
  const { path } = inputs.content;
  const { blob } = repository;
  if (blob === undefined) return (await findFormerFile(github, inputs, standing))?.deletion;
  const isOwn = blob === standing.proposed || (blob === standing.written && standing.writtenPath === undefined);
  return isOwn ? { path, blob } : "edited";
}

/** Closes the pull request that brings the file, if it is ours. One with commits of others is left to them, with a warning. */
export async function withdrawAddition(
  context: FileContext,
  { inputs, standing }: Before,
  comment: string,
): Promise<void> {
  const { owner } = inputs.content;
  const address = addressOf(inputs);
  const { pull, isLeft } = await withdrawProposal(context, {
    side: "addition",
    address,
    owner,
    known: standing,
    comment,
  });
  if (pull && isLeft) await warnOf(context, { kind: "foreign", pull, hasText: false }, inputs.repository);
  else if (pull) await context.log("info", `closed ${namePull(inputs.repository, pull)}`);
}

/** Whether a pull request, or the branch of one, says that the file is to go: then it was us who disabled its workflow. */
export function isLeaving({ removal }: LivePulls): boolean {
  return removal.branch !== undefined || removal.pulls.some(({ state }) => state === "OPEN");
}

/**
 * Takes back what the removal of a file has done, when it is wanted again: enables the workflow, and closes the pull request. A
 * workflow that people disabled stays so where no removal of ours is to be seen.
 *
 * @param isBack the file is new to the state, or waited for: then also a removal that is over, merged or not, has to be taken back.
 * @returns whether the workflow is disabled still, since GitHub does not know the file yet.
 */
export async function takeBack(
  context: FileContext,
  inputs: Inputs,
  seen: LivePulls,
  isBack: boolean,
): Promise<boolean> {
  const { removal, repository } = seen;
  if (!isLeaving(seen) && !(isBack && removal.pulls.length > 0)) return false;
  const { owner, path } = inputs.content;
  const enabled = await context.github.enableWorkflow({ repository: repository.slug, path });
  if (enabled === "refused") {
    await context.log("warning", formatMessage(pullTexts.workflowStaysDisabled, { path, repository: repository.slug }));
  }
  if (!isLeaving(seen)) return enabled === "unknown";
  const { pull, isLeft } = await withdrawProposal(context, {
    side: "removal",
    address: addressOf(inputs),
    owner,
    known: {},
    comment: explainWithdrawal(owner, { kind: "wanted again" }),
  });
  if (pull && isLeft) await warnOf(context, { kind: "foreign", pull, hasText: false }, repository.slug);
  else if (pull)
    await context.log("info", `closed ${namePull(repository.slug, pull)}, which would have removed the file`);
  return enabled === "unknown";
}
