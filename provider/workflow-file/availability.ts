/** Whether a repository can be written, right before it is. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import type { LiveRepository } from "../../services/github/live-files.ts";
import { OperationError } from "../resource.ts";
import type { Wanted } from "./inputs.ts";

/** @throws OperationError when it cannot be seen or written, has another name than the settings say, or lacks the branch. */
export function requireWritable(
  { repository, delivery }: Pick<Wanted, "repository" | "delivery">,
  live: LiveRepository | undefined,
): LiveRepository {
  if (!live) throw new OperationError(formatMessage(texts.repositoryUnseen, { repository }));
  if (live.slug.toLowerCase() !== repository.toLowerCase()) {
    throw new OperationError(formatMessage(texts.anotherName, { repository, name: live.slug }));
  }
  const reason = explainUnwritable(live);
  if (reason !== undefined) throw new OperationError(formatMessage(texts.cannotBeWritten, { repository, reason }));
  const { branch } = "branch" in delivery ? delivery : {};
  if (branch !== undefined && !live.defaultBranch) {
    throw new OperationError(formatMessage(texts.branchMissing, { repository, branch }));
  }
  return live;
}

/** As a predicate, such as "is archived"; undefined when it can be written. */
export function explainUnwritable(live: LiveRepository | undefined): string | undefined {
  if (!live) return "does not exist any more, or the GitHub credential cannot see it";
  if (live.archived) return "is archived";
  return live.disabled ? "is disabled by GitHub" : undefined;
}
