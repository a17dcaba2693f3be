import type { Script } from "./script.ts";

/**
 * Writes title, description and patches of the pull request to `pull-request.diff` in the runner's temporary folder, since
 * Claude has no shell. Line numbers are those of the head, which comments on lines need. For an issue it does nothing.
 */
export async function collectPullRequest({ context, github, process }: Script): Promise<void> {
  const { issue, pull_request: pull = issue?.pull_request && issue } = context.payload;
  if (!pull) return;
  const target = { ...context.repo, pull_number: pull.number, per_page: 100 };
  const files = await github.paginate(github.rest.pulls.listFiles, target);
  const patches = files.map(({ status, filename, patch }) => `## ${status} ${filename}\n${patch ?? "(no patch)"}\n`);
  const text = [`# ${pull.title}\n`, pull.body ?? "", ...patches].join("\n");
  process.getBuiltinModule("fs").writeFileSync(`${process.env.RUNNER_TEMP}/pull-request.diff`, text);
}
