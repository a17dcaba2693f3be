/** The comment of tag mode: written first, and replaced by the answer. */
import type { Context } from "../context.ts";
import type { GitHubClient } from "../octokit.ts";
import type { StreamMessage } from "./messages.ts";

export async function createComment(github: GitHubClient, { repo, issue }: Context): Promise<number> {
  const body = "**Claude Code is working…**\n\nI'll analyze this and get back to you.";
  const { data } = await github.rest.issues.createComment({ ...repo, issue_number: issue.number, body });
  return Number(data.id);
}

export async function finishComment(
  github: GitHubClient,
  { repo, actor }: Context,
  comment_id: number,
  last: StreamMessage | undefined,
): Promise<void> {
  const failed = !last || last.is_error;
  const head = failed ? "**Claude encountered an error**" : `**Claude finished @${actor}'s task**`;
  const body = failed ? head : `${head}\n\n---\n${last.result ?? ""}`;
  await github.rest.issues.updateComment({ ...repo, comment_id, body });
}
