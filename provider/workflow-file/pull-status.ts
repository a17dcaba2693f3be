/** What people are told of a pull request: in the state, in the log, and in a preview. */
import type { Decision, Pull, Rest } from "../../core/delivery/proposal.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/pull-request.ts";
import type { FileContext } from "./context.ts";

/** `acme/app#12` */
export const namePull = (repository: string, { number }: { number: number }): string => `${repository}#${number}`;

/** What is left to be done, in the outputs; undefined when nothing is. */
export function describeStatus(decision: Rest<Pick<Pull, "number">>, repository: string): string | undefined {
  if (decision.kind === "live") return undefined;
  const number = decision.kind === "closed" ? decision.pullRequest : decision.pull.number;
  const fill = (says: string) => says.replace("{pull}", namePull(repository, { number }));
  if (decision.kind === "closed") return fill(texts.pullClosed.says);
  if (decision.kind !== "foreign") return fill(texts.pullWaiting.says);
  return fill(decision.hasText ? `${texts.pullWaiting.says}, which has commits of others` : texts.pullForeign.says);
}

/** Tells what keeps the text from arriving, if something does. */
export async function warnOf({ log }: FileContext, decision: Decision, repository: string): Promise<void> {
  switch (decision.kind) {
    case "closed":
      return log(
        "warning",
        formatMessage(texts.pullClosed, { pull: namePull(repository, { number: decision.pullRequest }) }),
      );
    case "foreign":
      return log("warning", formatMessage(texts.pullForeign, { pull: namePull(repository, decision.pull) }));
    case "queued":
      return log("warning", formatMessage(texts.pullQueued, { pull: namePull(repository, decision.pull) }));
  }
}

/** What an update would do, for a preview; undefined where it would do nothing. */
export function describePlan(decision: Decision, repository: string, base: string): string | undefined {
  switch (decision.kind) {
    case "open":
      return `opens a pull request to ${base} of ${repository}`;
    case "rebuild":
      return `updates ${namePull(repository, decision.pull)}`;
    case "withdraw":
      return `closes ${namePull(repository, decision.pull)}: ${base} has the text`;
    default:
      return undefined;
  }
}
