/** The step that runs Claude Code: its inputs, its arguments, and the pins that keep its requests on the way to Aperture. */
import { actionStep } from "./actions.ts";
import { escapeArgumentText } from "./argument-text.ts";
import type { ActionStep } from "./model.ts";
import type { WorkflowOptions } from "./options.ts";
import { scriptStep } from "./steps.ts";
import { taskDefaults } from "./task.ts";
import { addToolRules } from "./tool-rules.ts";
import type { ToolRules } from "./tools.ts";

/** What a preset decides about its Claude step. */
export interface ClaudeTask {
  readonly tools: ToolRules;
  /** Agent mode; without a prompt the action waits for a mention and brings its own (tag mode). */
  readonly prompt?: string;
  /** Added to Claude Code's system prompt; for tag mode, where a prompt would answer every comment. */
  readonly systemPrompt?: string;
}

export function collectPullRequestStep(options: WorkflowOptions): ActionStep {
  return scriptStep(options, "collect-pull-request", {
    name: "Collect the pull request",
    timeoutMinutes: 3,
  });
}

/** Calls of a request that fails: one and two more. The default of ten takes three minutes until a refusal is red. */
const retries = 2;

/**
 * By these Aperture's log tells repositories with one tag apart. Whoever has the tag can send others, so they are for
 * attribution and no identity. The number is that of a pull request or an issue, which GitHub counts together.
 * https://tailscale.com/docs/aperture/how-to/filter-logs-by-header
 */
const headers = [
  "X-GitHub-Repository: ${{ github.repository }}",
  "X-GitHub-Run: ${{ github.run_id }}",
  "X-GitHub-Number: ${{ github.event.pull_request.number || github.event.issue.number }}",
].join("\n");

export function runClaudeStep(options: WorkflowOptions, task: ClaudeTask): ActionStep {
  const { model, triggerPhrase = taskDefaults.triggerPhrase } = options;
  const timeoutMinutes = Math.max(options.timeoutMinutes - 5, Math.ceil(options.timeoutMinutes / 2));
  return actionStep("anthropics/claude-code-action", options.actions?.["anthropics/claude-code-action"], {
    // The key is a placeholder: Aperture has the real one. As a secret GitHub would mask every dash in the log. With
    // github_token the action does not ask api.anthropic.com for a token, without the classifier it sends no comments there.
    name: "Run Claude Code",
    id: "claude",
    timeoutMinutes,
    env: {
      ANTHROPIC_BASE_URL: "${{ env.ANTHROPIC_BASE_URL }}",
      // Documented in https://code.claude.com/docs/en/env-vars: endpoints, providers, keys and proxies in settings files
      // count for nothing, those of managed settings included.
      CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1",
      // Settings, memory and plugins of the runner's user stay out, and transcripts go when the job ends.
      CLAUDE_CONFIG_DIR: "${{ runner.temp }}/claude-config",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: String(retries),
      // How long a call waits for the head of its answer: all of them end before the step does, after which nobody could say
      // why. Ten minutes by default.
      API_TIMEOUT_MS: String(Math.floor((timeoutMinutes * 60_000) / (retries + 2))),
      ...((options.headers ?? taskDefaults.headers) ? { ANTHROPIC_CUSTOM_HEADERS: headers } : {}),
      // Claude Code's name for a small model, inside the grant as well.
      ...(model === undefined ? {} : { ANTHROPIC_DEFAULT_HAIKU_MODEL: model }),
    },
    with: {
      anthropic_api_key: "-",
      github_token: "${{ github.token }}",
      classify_inline_comments: "false",
      ...(task.prompt === undefined
        ? {
            use_commit_signing: "true",
            ...(triggerPhrase === taskDefaults.triggerPhrase ? {} : { trigger_phrase: triggerPhrase }),
          }
        : { prompt: task.prompt }),
      claude_args: claudeArguments(options, task),
    },
  });
}

/** One flag a line. Values are quoted: the action splits them like a shell, and brackets would be a glob. */
function claudeArguments({ hostname, model, maxTurns, ...options }: WorkflowOptions, task: ClaudeTask): string {
  const tools = addToolRules(task.tools, options.allowedTools);
  const own = options.systemPrompt === undefined ? [] : [escapeArgumentText(options.systemPrompt.trim())];
  const quoted: Record<string, string | undefined> = {
    model,
    tools: tools.available.join(","),
    allowedTools: tools.allowed.join(",") || undefined,
    disallowedTools: tools.denied.join(","),
    // Without "project" and "local": neither settings nor memory of the checkout. A CLAUDE.md in a folder comes from the
    // pull request, and its `@../.git/config` would put that file into the conversation whatever the rules deny.
    "setting-sources": "user",
    "append-system-prompt":
      [...(task.systemPrompt === undefined ? [] : [task.systemPrompt]), ...own].join("\n") || undefined,
    "max-turns": maxTurns === undefined ? undefined : String(maxTurns),
  };
  // For releases of Claude Code that do not know CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST.
  const settings = JSON.stringify({ env: { ANTHROPIC_BASE_URL: `http://${hostname}` } });
  return [
    ...Object.entries(quoted).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} "${value}"`])),
    `--settings '${settings}'`,
    // Servers of the action alone, not those of a .mcp.json; and no command or skill at the start of a mention.
    "--strict-mcp-config",
    "--disable-slash-commands",
    "",
  ].join("\n");
}
