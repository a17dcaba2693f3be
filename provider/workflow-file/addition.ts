/** The delivery `pull-request`: proposes what is wanted to the default branch. */
import { namePullBranches } from "../../core/delivery/branches.ts";
import type { FileDelivery } from "../../core/delivery/file-delivery.ts";
import { type Decision, decideProposal, type Pull, type Rest } from "../../core/delivery/proposal.ts";
import { findPullEdits, type PullEdits } from "../../core/delivery/pull-edits.ts";
import { describeAddition, explainWithdrawal, type PullText } from "../../core/delivery/pull-texts.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/pull-request.ts";
import type { LivePulls, PullsAddress } from "../../services/github/pulls.ts";
import { OperationError } from "../resource.ts";
import { requireWritable } from "./availability.ts";
import { proposalMessageOf } from "./commit-messages.ts";
import type { FileContext } from "./context.ts";
import { findFormerFile, refuseForeign } from "./former-file.ts";
import type { Inputs, Wanted } from "./inputs.ts";
import { type Proposal, type ProposalLook, settleProposal, takenError } from "./proposal.ts";
import { editsOfNew, tendPull } from "./pull-care.ts";
import { describePlan, describeStatus, namePull, warnOf } from "./pull-status.ts";
import type { Standing } from "./standing.ts";

/** What was, before an update. */
export interface Before {
  inputs: Inputs;
  standing: Standing;
}

/** Where the pull requests of a file are. */
export function addressOf({ repositoryId, content, delivery }: Omit<Inputs, "repository">): PullsAddress {
  const base = "branch" in delivery && delivery.branch !== undefined ? { base: delivery.branch } : {};
  return { repositoryId, path: content.path, ...base, ...namePullBranches(content.owner, content.path) };
}

/** What was seen of an addition, and of the file that it is to take away. */
interface AdditionLook extends ProposalLook {
  former: { deletion?: { path: string; blob: string }; stays?: string } | undefined;
}

/** What stands afterwards. A preview writes nothing, tells what would happen, and refuses what an update would. */
export async function proposeFile(
  context: FileContext,
  wanted: Wanted & { delivery: FileDelivery & { kind: "pull-request" } },
  before: Before | undefined,
  isPreview: boolean,
): Promise<{ standing: Standing; seen: LivePulls }> {
  const { content, blob } = wanted;
  const text = describeAddition(wanted.delivery, content);
  const look = () => lookAt(context, wanted, before?.standing);
  if (isPreview) {
    const { decision, seen } = await look();
    if (decision.kind === "taken") throw takenError(seen.repository.slug, addressOf(wanted).addition.head);
    await tellPlan(context, seen, decision, findEdits(decision, text, before));
    return { standing: { path: content.path, ...pick(before?.standing, found) }, seen };
  }
  const proposal: Proposal<AdditionLook> = {
    side: "addition",
    address: addressOf(wanted),
    message: proposalMessageOf(wanted, blob),
    text,
    farewell: (branch) => explainWithdrawal(content.owner, { kind: "live", branch }),
    look,
  };
  const settled = await settleProposal(context, proposal);
  const { seen, decision, former } = settled.look;
  const { slug: repository } = seen.repository;
  if (former?.stays !== undefined) await context.log("warning", former.stays);
  const end = { seen, former: former?.deletion, path: content.path, blob, standing: before?.standing };
  const { mergeMethod } = seen;
  if (settled.kind === "withdrawn") return { standing: standingAfter({ kind: "live" }, end), seen };
  if (settled.kind === "proposed") {
    const { pull, isNew, head } = settled;
    const edits = isNew ? editsOfNew(text) : findEdits(decision, text, before);
    await tendPull(context, { repository, pull, edits, mergeMethod });
    const waiting = { ...pull, head };
    await context.log("info", `${describeStatus({ kind: "waiting", pull }, repository)}: ${pull.url}`);
    return { standing: standingAfter({ kind: "waiting", pull: waiting }, end), seen };
  }
  if (settled.decision.kind === "waiting") {
    const { pull } = settled.decision;
    await tendPull(context, { repository, pull, edits: findEdits(decision, text, before), mergeMethod });
  }
  await warnOf(context, settled.decision, repository);
  return { standing: standingAfter(settled.decision, end), seen };
}

/** What of a pull request of ours is not as the settings have it since they changed. */
function findEdits(decision: Decision, text: PullText, before: Before | undefined): PullEdits {
  if (decision.kind !== "waiting" && decision.kind !== "rebuild") return {};
  const isKnown = before?.standing.pullRequest === decision.pull.number;
  return findPullEdits(decision.pull, text, isKnown ? pullTextOf(before.inputs) : undefined);
}

async function tellPlan(context: FileContext, seen: LivePulls, decision: Decision, edits: PullEdits): Promise<void> {
  const { slug, defaultBranch } = seen.repository;
  const changed = Object.keys(edits);
  const plan =
    describePlan(decision, slug, defaultBranch?.name ?? "") ??
    (decision.kind === "waiting" && changed.length > 0 ? `edits ${namePull(slug, decision.pull)}` : undefined);
  if (plan !== undefined) await context.log("info", plan);
  await warnOf(context, decision, slug);
}

/** @throws OperationError for what keeps the file out. */
async function lookAt({ github }: FileContext, wanted: Wanted, standing: Standing | undefined): Promise<AdditionLook> {
  const seen = await github.findPulls(addressOf(wanted));
  const live = requireWritable(wanted, seen?.repository);
  const { repository, content, blob, text } = wanted;
  if (!seen || !live.defaultBranch) throw new OperationError(formatMessage(texts.noBase, { repository }));
  await refuseForeign(github, wanted, standing, live);
  const former = await findFormerFile(github, wanted, standing);
  const isOwn = standing?.path === content.path;
  const decision = decideAddition(wanted, isOwn ? standing : undefined, seen, former?.deletion !== undefined);
  const { path } = content;
  const additions = live.blob === blob ? [] : [{ path, text, ...(live.blob === undefined ? {} : { blob: live.blob }) }];
  return { seen, decision, former, changes: { additions, deletions: former?.deletion ? [former.deletion] : [] } };
}

/** The same for an update and for a refresh. */
export function decideAddition(
  { content, delivery, blob }: Pick<Wanted, "content" | "delivery" | "blob">,
  standing: Standing | undefined,
  { repository, addition }: LivePulls,
  hasFormer: boolean,
): Decision {
  const { defaultBranch, blob: live } = repository;
  const { branch, pulls } = addition;
  const reopen = delivery.kind === "pull-request" && delivery.reopen === true;
  return decideProposal(
    { owner: content.owner, blob, reopen },
    {
      base: defaultBranch?.name ?? "",
      hasFormer,
      pulls,
      ...(live === undefined ? {} : { live }),
      ...(branch === undefined ? {} : { branch }),
    },
    standing ?? {},
  );
}

/** Undefined for inputs of another delivery. */
function pullTextOf({ delivery, content }: Pick<Inputs, "delivery" | "content">): PullText | undefined {
  return delivery.kind === "pull-request" ? describeAddition(delivery, content) : undefined;
}

/** What of a standing is about the default branch. */
const found = ["written", "branch", "writtenPath"] as const;

interface End {
  seen: LivePulls;
  former?: { path: string } | undefined;
  path: string;
  /** Git's id of the text that is wanted. */
  blob: string;
  standing: Standing | undefined;
}

/** What stands where nothing more is to be done now. */
export function standingAfter(
  decision: Rest<Pick<Pull, "number" | "head">>,
  { seen, former, path, blob, standing }: End,
): Standing {
  const { defaultBranch, slug } = seen.repository;
  if (decision.kind === "live")
    return { path, written: blob, ...(defaultBranch ? { branch: defaultBranch.name } : {}) };
  const writtenPath = standing?.writtenPath ?? former?.path;
  // Where others have pushed, or a queue holds it, the text is in no commit of ours: who closes that has not said no to it.
  const head =
    decision.kind === "waiting" ? decision.pull.head : standing?.proposed === blob ? standing.head : undefined;
  return {
    path,
    ...pick(standing, found),
    ...(writtenPath === undefined || writtenPath === path ? {} : { writtenPath }),
    proposed: blob,
    ...(head === undefined ? {} : { head }),
    pullRequest: decision.kind === "closed" ? decision.pullRequest : decision.pull.number,
    status: describeStatus(decision, slug),
  };
}

function pick<K extends keyof Standing>(
  standing: Standing | undefined,
  names: readonly K[],
): Partial<Pick<Standing, K>> {
  const known = names.filter((name) => standing?.[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, standing?.[name]])) as Partial<Pick<Standing, K>>;
}
