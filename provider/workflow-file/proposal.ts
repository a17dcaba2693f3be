/** Brings a pull request to what is wanted, against everybody else who pushes, and settles answers that were lost. */
import { RequestError } from "@octokit/request-error";
import {
  type Decision,
  findOwnPull,
  isAction,
  isOwnCommit,
  type KnownProposal,
  type Pull,
  type Rest,
} from "../../core/delivery/proposal.ts";
import type { PullText } from "../../core/delivery/pull-texts.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/pull-request.ts";
import type { Commit, CommitMessage } from "../../services/github/commits.ts";
import { GitHubError } from "../../services/github/connection.ts";
import { isGraphqlError } from "../../services/github/graphql.ts";
import type { Branch } from "../../services/github/live-files.ts";
import type { Mutation, Outcome } from "../../services/github/mutations.ts";
import * as mutations from "../../services/github/pull-mutations.ts";
import type { LivePulls, PullsAddress } from "../../services/github/pulls.ts";
import { chooseDelay } from "../../services/tailscale/runtime.ts";
import { OperationError } from "../resource.ts";
import type { FileContext } from "./context.ts";

/** How often branches that move, or an answer that is lost, are looked at again. */
const tries = 6;

/** What was seen, and what it asks for. */
export interface ProposalLook {
  seen: LivePulls;
  decision: Decision;
  /** What the commit on the default branch's newest one has to change. */
  changes: Pick<Commit, "additions" | "deletions">;
}

/** A file that is to come, or to go, by pull request. */
export interface Proposal<Look extends ProposalLook = ProposalLook> {
  side: "addition" | "removal";
  address: PullsAddress;
  message: CommitMessage;
  text: PullText;
  /** The comment on a pull request that is not needed any more. */
  farewell(base: string): string;
  look(): Promise<Look>;
}

/** How it ended. */
export type Settled<Look> =
  | { kind: "rested"; look: Look; decision: Rest }
  | { kind: "withdrawn"; look: Look }
  /** `head` is our commit. */
  | { kind: "proposed"; look: Look; pull: Pick<Pull, "id" | "number" | "url">; isNew: boolean; head: string };

/** Looks and acts until nothing is left to do. @throws OperationError when GitHub refuses, or the branches never hold still. */
export async function settleProposal<Look extends ProposalLook>(
  context: FileContext,
  proposal: Proposal<Look>,
): Promise<Settled<Look>> {
  const refused = new Set<string>();
  for (let attempt = 1; ; attempt++) {
    const look = await proposal.look();
    const { decision, seen } = look;
    if (!isAction(decision)) return { kind: "rested", look, decision };
    const { repository } = seen;
    const { head: branch } = proposal.address[proposal.side];
    if (decision.kind === "taken") throw takenError(repository.slug, branch);
    const result = await act(context, proposal, look);
    if (result.kind === "done") return result.settled;
    // The first refusal may be the answer to a request that was sent again because its answer was lost.
    if (result.kind === "refused" && refused.has(result.said)) {
      throw new OperationError(
        formatMessage(texts.pullRefused, { repository: repository.slug, branch, said: result.said }),
      );
    }
    if (result.kind === "refused") refused.add(result.said);
    if (attempt === tries) {
      if (result.kind === "lost") throw result.error;
      throw new OperationError(formatMessage(texts.pullContended, { repository: repository.slug, tries }));
    }
    await context.runtime.sleep(chooseDelay(context.runtime, attempt, 300, 5000), context.signal);
  }
}

/** For a branch of our name that others have pushed to, and of which there is no pull request. */
export function takenError(repository: string, branch: string): OperationError {
  return new OperationError(formatMessage(texts.branchTaken, { repository, branch }));
}

type Attempt<Look = ProposalLook> =
  | { kind: "done"; settled: Settled<Look> }
  | { kind: "refused"; said: string }
  | { kind: "lost"; error: Error };

async function act<Look extends ProposalLook>(
  context: FileContext,
  proposal: Proposal<Look>,
  look: Look,
): Promise<Attempt<Look>> {
  const { decision, seen } = look;
  const base = seen.repository.defaultBranch;
  if (!base) throw new OperationError(formatMessage(texts.noBase, { repository: seen.repository.slug }));
  if (decision.kind === "withdraw") {
    const result = await run(context, closing(proposal, seen, decision.pull, proposal.farewell(base.name)));
    return result.kind === "done" ? { kind: "done", settled: { kind: "withdrawn", look } } : result;
  }
  const built = await build(context, proposal, look, base);
  if (built.kind !== "done") return built;
  const published = await run(context, publishing(proposal, look, base, built.head));
  if (published.kind !== "done") return published;
  const isNew = decision.kind !== "rebuild";
  const pull = isNew ? mutations.readOpenedPull(published.payloads[1]) : decision.pull;
  return { kind: "done", settled: { kind: "proposed", look, pull, isNew, head: built.head } };
}

/** The commit is made on a branch of its own: the pull request's, moved to its base first, would close it for good. */
async function build(
  context: FileContext,
  { side, address, message }: Proposal,
  { seen, changes }: ProposalLook,
  base: Branch,
): Promise<{ kind: "done"; head: string } | Exclude<Attempt, { kind: "done" }>> {
  const { scratch } = address[side];
  const from = seen[side].scratch;
  const move = mutations.moveBranches(address.repositoryId, [{ branch: scratch, from, to: base.head }]);
  const branch = { name: scratch, head: base.head };
  const commit = mutations.addCommit({ repository: seen.repository.slug, branch, message, ...changes });
  const result = await run(context, from === base.head ? [commit] : [move, commit]);
  if (result.kind !== "done") return result;
  return { kind: "done", head: mutations.readCommitId(result.payloads.at(-1)) };
}

function publishing(
  { side, address, text }: Proposal,
  { decision, seen }: ProposalLook,
  base: Branch,
  head: string,
): Mutation[] {
  const { repositoryId } = address;
  const { head: branch, scratch } = address[side];
  const move = mutations.moveBranches(repositoryId, [
    { branch, from: seen[side].branch?.head, to: head },
    { branch: scratch, from: head, to: undefined },
  ]);
  if (decision.kind !== "rebuild") {
    const { title, body, isDraft } = text;
    return [move, mutations.openPull(repositoryId, { head: branch, base: base.name, title, body, draft: isDraft })];
  }
  const { id, base: target } = decision.pull;
  return target === base.name ? [move] : [move, mutations.changePull(id, { baseRefName: base.name })];
}

/** Closes a pull request with a comment, and deletes its branches, unless somebody has opened another one from there. */
function closing(
  { side, address }: Pick<Proposal, "side" | "address">,
  seen: LivePulls,
  pull: Pull | undefined,
  comment: string,
) {
  const { head, scratch } = address[side];
  const found = seen[side];
  // Without its branch GitHub closes a pull request for good.
  const isUsed = found.pulls.some(({ state, number }) => state === "OPEN" && number !== pull?.number);
  const gone = [
    { branch: head, from: isUsed ? undefined : found.branch?.head, to: undefined },
    { branch: scratch, from: found.scratch, to: undefined },
  ].filter(({ from }) => from !== undefined);
  return [
    ...(pull ? mutations.closePull(pull.id, comment) : []),
    ...(gone.length > 0 ? [mutations.moveBranches(address.repositoryId, gone)] : []),
  ];
}

/** Who withdraws what. */
export interface Withdrawing extends Pick<Proposal, "side" | "address"> {
  owner: string;
  known: KnownProposal;
  comment: string;
}

/**
 * Closes the open pull request, if it is ours, and deletes our branches; a run that was killed may have left them without one.
 * The pull request that was closed, or is left to others.
 */
export async function withdrawProposal(
  context: FileContext,
  { side, address, owner, known, comment }: Withdrawing,
): Promise<{ pull?: Pull; isLeft: boolean }> {
  let closed: Pull | undefined;
  for (let attempt = 1; ; attempt++) {
    const seen = await context.github.findPulls(address);
    if (!seen) return { isLeft: false };
    const { branch, pulls } = seen[side];
    const pull = findOwnPull(pulls, seen.repository.defaultBranch?.name, known);
    const proposed = pull && { pull, files: 1 };
    if (branch && !isOwnCommit(branch, owner, known, proposed)) return { ...(pull ? { pull } : {}), isLeft: true };
    const group = closing({ side, address }, seen, pull, comment);
    closed ??= pull;
    const result: Awaited<ReturnType<typeof run>> =
      group.length === 0 ? { kind: "done", payloads: [] } : await run(context, group);
    if (result.kind === "done") return { ...(closed ? { pull: closed } : {}), isLeft: false };
    if (attempt === tries) {
      if (result.kind === "lost") throw result.error;
      const { slug: repository } = seen.repository;
      throw new OperationError(
        formatMessage(texts.pullRefused, { repository, branch: address[side].head, said: result.said }),
      );
    }
    await context.runtime.sleep(chooseDelay(context.runtime, attempt, 300, 5000), context.signal);
  }
}

type Run = { kind: "done"; payloads: unknown[] } | { kind: "refused"; said: string } | { kind: "lost"; error: Error };

/** The first refusal is the one that says why. */
export async function run({ github }: FileContext, group: Mutation[]): Promise<Run> {
  let outcomes: Outcome[];
  try {
    outcomes = await github.mutations.run(group);
  } catch (error) {
    // What else answered in GitHub's place may stand behind a GitHub that acted.
    if (error instanceof GitHubError || (error instanceof RequestError && error.status >= 500))
      return { kind: "lost", error };
    if (isGraphqlError(error)) return { kind: "refused", said: error.message };
    throw error;
  }
  const refused = outcomes.find((outcome) => outcome.kind === "refused");
  if (refused?.kind === "refused") return { kind: "refused", said: refused.said };
  return { kind: "done", payloads: outcomes.map((outcome) => (outcome.kind === "done" ? outcome.payload : undefined)) };
}
