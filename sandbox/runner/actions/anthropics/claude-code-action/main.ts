/** What the action does, in its order: mode, token, who asks, whether anything is asked, key, checkout, Claude. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionSettings } from "../../../network/network.ts";
import { type ClaudeTask, readArguments } from "../../claude/arguments.ts";
import { prepareCheckout } from "../../claude/checkout.ts";
import { askWithCli } from "../../claude/cli.ts";
import { createComment, finishComment } from "../../claude/comment.ts";
import { askWithSdk } from "../../claude/conversation.ts";
import { findKeyProblem } from "../../claude/key.ts";
import { chooseMode, isTriggered, type Trigger } from "../../claude/mode.ts";
import { checkHuman, checkPermission } from "../../claude/people.ts";
import { dialAll, listTraffic } from "../../claude/traffic.ts";
import { readContext } from "../../context.ts";
import { createFetch } from "../../fetch.ts";
import { createOctokit } from "../../octokit.ts";
import * as core from "../../toolkit.ts";

export async function run(settings: ActionSettings): Promise<void> {
  try {
    await runAction(settings);
    process.exit(0);
  } catch (error) {
    core.setFailed(`Action failed with error: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}

async function runAction(settings: ActionSettings): Promise<void> {
  const context = readContext();
  const fetchInJob = createFetch(settings);
  const trigger: Trigger = {
    event: context.eventName,
    payload: context.payload,
    prompt: core.getInput("prompt"),
    phrase: core.getInput("trigger_phrase"),
    label: core.getInput("label_trigger"),
    trackProgress: core.getInput("track_progress") === "true",
  };
  const mode = chooseMode(trigger);
  core.info(`Auto-detected mode: ${mode} for event: ${context.eventName}`);
  const token = core.getInput("github_token") || (await exchangeToken(fetchInJob));
  if (core.getInput("github_token")) core.info("Using provided GITHUB_TOKEN for authentication");
  const github = createOctokit(token);
  await checkPermission(github, context, core.getInput("allowed_non_write_users"));
  if (!isTriggered(mode, trigger)) {
    core.info("No trigger found, skipping remaining steps");
    return;
  }
  await checkHuman(github, context, core.getInput("allowed_bots"));
  const comment = mode === "tag" ? await createComment(github, context) : undefined;
  await prepareCheckout(token, context);
  const problem = findKeyProblem(
    process.env,
    core.getInput("anthropic_api_key"),
    core.getInput("claude_code_oauth_token"),
  );
  if (problem) throw new Error(problem);
  const task: ClaudeTask = {
    ...readArguments(core.getInput("claude_args"), core.getInput("settings")),
    apiKey: core.getInput("anthropic_api_key"),
    prompt: mode === "agent" ? trigger.prompt : tagPrompt(trigger),
    context,
    github,
    fetch: fetchInJob,
    inlineComments: core.getInput("classify_inline_comments") === "false" ? "at once" : "classified",
  };
  const messages = await (settings.claude ? askWithCli(task, settings) : askWithSdk(task));
  if (!settings.claude) await dialAll(fetchInJob, listTraffic(process.env));
  const file = writeExecution(messages);
  core.setOutput("execution_file", file);
  const last = messages.findLast(({ type }) => type === "result");
  core.setOutput("session_id", last?.session_id ?? "");
  if (core.getInput("show_full_output") === "true") core.info(JSON.stringify(messages, undefined, 2));
  if (comment) await finishComment(github, context, comment, last);
  if (!last || last.is_error) {
    core.info(`Claude result reported subtype ${last?.subtype} with is_error:true`);
    throw new Error("Claude execution failed: result is_error:true");
  }
  core.setOutput("conclusion", "success");
}

/** The App's token, which lies at an address that is not Aperture's. */
async function exchangeToken(fetchInJob: typeof fetch): Promise<string> {
  const oidc = await core.getIDToken("claude-code-github-action").catch(() => {
    throw new Error(
      "Could not fetch an OIDC token. Did you remember to add `id-token: write` to your workflow permissions?",
    );
  });
  const url = "https://api.anthropic.com/api/github/github-app-token-exchange";
  const answer = await fetchInJob(url, { method: "POST", headers: { Authorization: `Bearer ${oidc}` } });
  throw new Error(`App token exchange failed: ${answer.status}`);
}

const tagPrompt = ({ payload }: Trigger): string =>
  [payload.comment?.body, payload.review?.body, payload.issue?.body, payload.pull_request?.body].find(Boolean) ?? "";

function writeExecution(messages: readonly object[]): string {
  const folder = process.env.RUNNER_TEMP ?? "/tmp";
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "claude-execution-output.json");
  writeFileSync(file, JSON.stringify(messages, undefined, 2));
  return file;
}
