import type { Script } from "./script.ts";

/**
 * The last step: posts what Claude said about a pull request, or makes the job red and says why, in the log and in the
 * summary. Needs `CAUSE` or `NOT_ASKED` of an earlier step that set one, and of the Claude action its outcome, `CLAUDE`,
 * and its outputs `CONCLUSION` and `EXECUTION_FILE`.
 *
 * The action is green and sets no conclusion when it finds nothing to do. Its log hides why a request failed; the
 * execution file has it, a JSON array whose last `type: "result"` holds the text or the error.
 */
export async function report({
  core,
  context,
  github,
  process,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: it is the global one, with a type for what it parses.
  JSON,
  text,
  credentials,
}: Script): Promise<void> {
  const { env } = process;
  if (env.NOT_ASKED) return core.info(env.NOT_ASKED);
  const { CLAUDE, EXECUTION_FILE } = env;
  const messages = readMessages();
  const model = messages?.find((message) => message.model)?.model;
  const last = messages?.findLast((message) => message.type === "result");
  const said = String(last?.result ?? last?.errors ?? last?.subtype ?? "")
    .replace(credentials, "[removed]")
    .trim();

  if (model && last?.num_turns !== 0) core.info(`${env.APERTURE_TAG} asked ${env.ANTHROPIC_BASE_URL} for ${model}.`);
  let cause = findCause();
  let reason = said;
  if (!cause && context.eventName === "pull_request") {
    if (!said) core.warning(text.nothingPosted);
    else
      await post().catch((error) => {
        cause = text.notPosted;
        reason = String(error);
      });
  }
  if (!cause) return;
  // One line, in which no command starts (actions/runner, ActionCommand.cs), and which Markdown shows as it is.
  reason = reason.replace(/[\p{Cc}\u2028\u2029]+|##\[/gu, " ").slice(0, 500);
  if (reason) core.info(`Reason: ${reason}`);
  await core.summary.addRaw(`### Claude did not succeed\n\n${cause}\n\n    ${reason}\n`).write();
  core.setFailed(cause);

  function readMessages() {
    // Not by `require`, which looks for modules in the checkout.
    const fs = process.getBuiltinModule("fs");
    try {
      return JSON.parse(EXECUTION_FILE ? fs.readFileSync(EXECUTION_FILE, "utf8") : "[]").filter(Boolean);
    } catch {
      // An error of the parser would quote the file.
      return undefined;
    }
  }

  function findCause() {
    if (env.CAUSE) return env.CAUSE;
    if (last?.stop_reason === "refusal") return text.refusal;
    if (CLAUDE === "success" && env.CONCLUSION !== "success") return text.nothingToDo;
    if (CLAUDE !== "success" && CLAUDE !== "failure") return text.earlierStep;
    if (!last) return messages ? text.noResult : text.noMessages;
    if (CLAUDE === "success") return last.num_turns === 0 ? text.noModel : "";
    if (last.subtype === "error_max_turns") return text.turnLimit;
    if (/timed? ?out/i.test(said)) return text.noAnswer;
    const status = Number(last.api_error_status ?? /API Error: (\d+)/.exec(said)?.[1]);
    return text.byStatus[status >= 500 ? 500 : status] ?? text.otherError;
  }

  async function post() {
    const { repo, issue } = context;
    const marker = `<!-- claude-aperture/review ${env.GITHUB_WORKFLOW_REF?.split("@")[0]} -->`;
    // GitHub refuses more than 65,536 characters, and half a character.
    const shown = said.length > 65_000 ? `${said.slice(0, 65_000)}\n\n[cut]` : said;
    const body = `${marker}\nClaude's review of ${context.payload.pull_request?.head.sha}:\n\n${shown.toWellFormed()}`;
    const target = { ...repo, issue_number: issue.number, per_page: 100 };
    const comments = await github.paginate(github.rest.issues.listComments, target);
    // People can write the marker as well.
    const ours = comments.findLast((c) => c.user?.login === "github-actions[bot]" && c.body?.startsWith(marker));
    if (ours) await github.rest.issues.updateComment({ ...repo, comment_id: ours.id, body });
    else await github.rest.issues.createComment({ ...repo, issue_number: issue.number, body });
  }
}
