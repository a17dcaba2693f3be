/** Commits against everybody else who pushes, and settles what became of an answer that was lost. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import type { Commit } from "../../services/github/commits.ts";
import type { Branch } from "../../services/github/live-files.ts";
import { describeWait } from "../../services/github/wait.ts";
import { chooseDelay } from "../../services/tailscale/runtime.ts";
import { OperationError } from "../resource.ts";
import type { FileContext } from "./context.ts";

/**
 * How often a branch that moves, or an answer that is lost, is looked at again, which takes a minute and a half: many stacks may have
 * their central files on one branch.
 */
const tries = 25;

/** What was seen, and the commit that it asks for; none when all is as it is to be. */
export interface Look {
  live: { defaultBranch?: Branch | undefined };
  commit: Commit | undefined;
}

/**
 * Looks and commits until nothing is left to do. The last look, as it was before the commit.
 * @throws OperationError when GitHub refuses the commit, or the branch never holds still.
 */
export function commitUntilSettled<T extends Look>(
  context: FileContext,
  repository: string,
  look: () => Promise<T>,
): Promise<T> {
  return context.github.commits.inTurn(repository, () => settle(context, repository, look));
}

async function settle<T extends Look>(context: FileContext, repository: string, look: () => Promise<T>): Promise<T> {
  let refused: { commit: Commit; said: string } | undefined;
  for (let attempt = 1; ; attempt++) {
    const seen = await look();
    const { commit } = seen;
    if (!commit) return seen;
    const branch = commit.branch?.name;
    // What was refused may have been overtaken, by somebody or by our own commit whose answer was lost: looked at once more.
    if (refused && isOnSameHead(refused.commit, commit)) {
      const { said } = refused;
      throw new OperationError(formatMessage(texts.commitRefused, { repository, branch: branch ?? "(none)", said }));
    }
    const result = await context.github.commits.add(commit);
    // The first commit of a repository makes its default branch, which only another look names.
    if (result.kind === "done" && branch !== undefined) return seen;
    if (result.kind === "limited") {
      await waitForLimit(context, result.seconds);
      attempt--;
      continue;
    }
    if (attempt === tries) {
      if (result.kind === "lost") {
        throw new OperationError(
          formatMessage(texts.commitLost, { path: pathOf(commit), repository, said: result.said }),
        );
      }
      throw new OperationError(formatMessage(texts.branchContended, { repository, branch: branch ?? "", tries }));
    }
    refused = result.kind === "refused" ? { commit, said: result.said } : undefined;
    if (result.kind === "moved" || result.kind === "lost") {
      await context.runtime.sleep(chooseDelay(context.runtime, attempt, 300, 5000), context.signal);
    }
  }
}

function isOnSameHead({ branch: one }: Commit, { branch: other }: Commit): boolean {
  return one?.name === other?.name && one?.head === other?.head;
}

const pathOf = ({ additions, deletions }: Commit): string => (additions[0] ?? deletions[0])?.path ?? "";

async function waitForLimit({ runtime, log, signal }: FileContext, seconds: number): Promise<void> {
  await log("info", describeWait(seconds, runtime.now()));
  await runtime.sleep(seconds * 1000, signal);
}
