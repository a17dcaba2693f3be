/** What a refresh says of a file: as it was delivered, or in words what is there in its place. */
import { describeDrift } from "../../core/delivery/foreign.ts";
import { type Decision, isAction } from "../../core/delivery/proposal.ts";
import { addressOf, type Before, decideAddition, standingAfter } from "./addition.ts";
import type { FileContext } from "./context.ts";
import { findFormerFile } from "./former-file.ts";
import { fileAddress } from "./inputs.ts";
import { isLeaving } from "./pull-removal.ts";
import { namePull, warnOf } from "./pull-status.ts";
import type { Standing } from "./standing.ts";

/** Undefined: nothing can be said, so all stays as it is. */
export type Refreshed = { blob: string; standing: Standing } | undefined;

export async function refreshCommitted({ github }: FileContext, { inputs, standing }: Before): Promise<Refreshed> {
  const { written, path, branch } = standing;
  if (written === undefined) return undefined;
  const address = fileAddress(inputs, path);
  const live = await github.files.find(address);
  // Whether one that cannot be seen is a mistake is the settings' to say; it is no reason to forget its file.
  if (!live || live.archived || live.disabled) return undefined;
  const as = (blob: string) => ({ blob, standing });
  if (branch !== live.defaultBranch?.name) {
    return as(`on ${branch}, which is not the default branch any more: ${written}`);
  }
  if (live.blob === written) return as(standing.isDisabled ? describeDisabled(written) : written);
  return as(describeDrift(live.blob === undefined ? undefined : await github.files.readText(address)));
}

/** What an update would do something about is said in words; what it would leave alone is no change. */
export async function refreshProposed(context: FileContext, { inputs, standing }: Before): Promise<Refreshed> {
  const blob = standing.proposed ?? standing.written;
  if (blob === undefined) return undefined;
  const seen = await context.github.findPulls(addressOf(inputs));
  if (!seen || seen.repository.archived || seen.repository.disabled) return undefined;
  const former = (await findFormerFile(context.github, inputs, standing))?.deletion;
  const decision = decideAddition({ ...inputs, blob }, standing, seen, former !== undefined);
  const { slug } = seen.repository;
  if (isAction(decision))
    return { blob: await describeAction(context, decision, { inputs, standing }, seen), standing };
  const { path } = standing;
  const after = standingAfter(decision, { seen, former, path, blob, standing });
  if (isLeaving(seen)) {
    const pull = seen.removal.pulls.find(({ state }) => state === "OPEN");
    return { blob: pull ? `to be removed by ${namePull(slug, pull)}` : "to be removed", standing: after };
  }
  await warnOf(context, decision, slug);
  if (!standing.isDisabled) return { blob, standing: after };
  const isThere = decision.kind === "live";
  return { blob: isThere ? describeDisabled(blob) : blob, standing: { ...after, isDisabled: true } };
}

const describeDisabled = (blob: string): string => `disabled: ${blob}`;

type Seen = Parameters<typeof decideAddition>[2];

async function describeAction(
  { github }: FileContext,
  decision: Extract<Decision, { kind: "withdraw" | "open" | "rebuild" | "taken" }>,
  { inputs, standing }: Before,
  { repository, addition }: Seen,
): Promise<string> {
  const { slug, defaultBranch, blob } = repository;
  switch (decision.kind) {
    case "withdraw":
      return `on ${defaultBranch?.name} already, and in ${namePull(slug, decision.pull)}`;
    case "rebuild": {
      const name = namePull(slug, decision.pull);
      if (decision.because === "conflict") return `in ${name}, which conflicts with ${decision.pull.base}`;
      if (decision.because === "base") return `in ${name}, which goes to ${decision.pull.base}`;
      return `in ${name}: ${addition.branch?.blob ?? "no file"}`;
    }
    case "taken":
      return `not proposed: ${addressOf(inputs).addition.head} has commits of others`;
    case "open": {
      const address = fileAddress(inputs, inputs.content.path);
      if (blob !== undefined) return describeDrift(await github.files.readText(address));
      const last = addition.pulls.find(({ number }) => number === standing.pullRequest);
      return last?.state === "CLOSED" ? `${namePull(slug, last)} was closed without merging` : "missing";
    }
  }
}
