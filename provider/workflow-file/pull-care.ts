/** Title, text, labels, draft and auto-merge of a pull request. */
import { RequestError } from "@octokit/request-error";
import type { Pull } from "../../core/delivery/proposal.ts";
import type { PullEdits } from "../../core/delivery/pull-edits.ts";
import type { PullText } from "../../core/delivery/pull-texts.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/pull-request.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { Mutation } from "../../services/github/mutations.ts";
import { changeAutoMerge, changeDraft, changePull } from "../../services/github/pull-mutations.ts";
import { OperationError } from "../resource.ts";
import type { FileContext } from "./context.ts";
import { run } from "./proposal.ts";
import { namePull } from "./pull-status.ts";

export interface Tended {
  repository: RepositorySlug;
  pull: Pick<Pull, "id" | "number">;
  edits: PullEdits;
  /** As the repository's settings have it. */
  mergeMethod: string;
}

/** What a pull request that was opened a moment ago still lacks. */
export function editsOfNew({ labels, mergesItself }: PullText): PullEdits {
  return {
    ...(labels.length > 0 ? { labels: { names: labels, replace: false } } : {}),
    ...(mergesItself ? { mergesItself } : {}),
  };
}

/** Labels and auto-merge are not worth a failed run: whoever may not set them is told. @throws OperationError for the rest. */
export async function tendPull(context: FileContext, { repository, pull, edits, mergeMethod }: Tended): Promise<void> {
  const { title, body, isDraft, labels, mergesItself } = edits;
  const name = namePull(repository, pull);
  const changes: Mutation[] = [
    ...(title === undefined && body === undefined
      ? []
      : [changePull(pull.id, { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) })]),
    ...(isDraft === undefined ? [] : [changeDraft(pull.id, isDraft)]),
  ];
  if (changes.length > 0) {
    const result = await run(context, changes);
    if (result.kind === "lost") throw result.error;
    if (result.kind === "refused") {
      throw new OperationError(formatMessage(texts.pullRefused, { repository, branch: name, said: result.said }));
    }
  }
  if (labels) await label(context, { repository, number: pull.number, labels: labels.names, replace: labels.replace });
  if (mergesItself === undefined) return;
  const result = await run(context, [changeAutoMerge(pull.id, mergesItself, mergeMethod)]);
  if (result.kind === "lost") throw result.error;
  if (result.kind === "refused") {
    await context.log("warning", formatMessage(texts.autoMergeRefused, { pull: name, said: result.said }));
  }
}

async function label(context: FileContext, change: Parameters<FileContext["github"]["setLabels"]>[0]): Promise<void> {
  try {
    await context.github.setLabels(change);
  } catch (error) {
    if (!(error instanceof RequestError) || ![403, 404, 422].includes(error.status)) throw error;
    const pull = namePull(change.repository, change);
    await context.log("warning", formatMessage(texts.labelsRefused, { pull, said: error.message }));
  }
}
