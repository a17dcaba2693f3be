/** Commits against everybody else who pushes, and settles what became of an answer that was lost. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import type { Commit } from "../../services/github/commits.ts";
import type { Branch } from "../../services/github/live-files.ts";
import { chooseDelay } from "../../services/tailscale/runtime.ts";
import { OperationError } from "../resource.ts";
import type { FileContext } from "./context.ts";

/** How often a branch that moves, or an answer that is lost, is looked at again. */
const tries = 6;

/** What was seen, and the commit that it asks for; none when all is as it is to be. */
export interface Look {
  live: { defaultBranch?: Branch | undefined };
  commit: Commit | undefined;
}

/**
 * Looks and commits until nothing is left to do. The last look, as it was before the commit.
 * @throws OperationError when GitHub refuses the commit, or the branch never holds still.
 */
export async function commitUntilSettled<T extends Look>(
  context: FileContext,
  repository: string,
  look: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const seen = await look();
    if (!seen.commit) return seen;
    const branch = seen.commit.branch?.name;
    const result = await context.github.commits.add(seen.commit);
    if (result.kind === "refused") {
      const said = result.said;
      throw new OperationError(formatMessage(texts.commitRefused, { repository, branch: branch ?? "(none)", said }));
    }
    // The first commit of a repository makes its default branch, which only another look names.
    if (result.kind === "done" && branch !== undefined) return seen;
    if (attempt === tries) {
      if (result.kind === "lost") throw result.error;
      throw new OperationError(formatMessage(texts.branchContended, { repository, branch: branch ?? "", tries }));
    }
    if (result.kind !== "done") {
      await context.runtime.sleep(chooseDelay(context.runtime, attempt, 300, 5000), context.signal);
    }
  }
}
