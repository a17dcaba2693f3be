/** The steps that every job has, in the order in which they run. */
import { actionStep } from "./actions.ts";
import type { ActionStep, RunStep } from "./model.ts";
import { secretsOf, type WorkflowOptions } from "./options.ts";
import { type ScriptName, scriptText } from "./script-text.ts";
import { checkRunner, report, requestAperture } from "./scripts.ts";

/** Claude Code's own tools that reach the internet; WebFetch asks api.anthropic.com even behind a gateway. */
const forbiddenTools = ["WebFetch", "WebSearch"];

/** What a preset decides about its Claude step. */
export interface ClaudeTask {
  /** Agent mode; without a prompt the action waits for a mention (tag mode). */
  readonly prompt?: string;
  /** Tools besides those that the action allows by itself, in Claude Code's notation. */
  readonly allowedTools: readonly string[];
}

/**
 * `git` needs the checkout's credentials in tag mode only: there the action fetches branches before it puts its own
 * token in place (anthropics/claude-code-action, src/modes/tag/index.ts); in agent mode it is the other way round.
 */
export function checkout(options: WorkflowOptions, persistCredentials: boolean): ActionStep {
  return actionStep("actions/checkout", options.actions?.["actions/checkout"], {
    name: "Checkout",
    with: { "persist-credentials": String(persistCredentials) },
  });
}

/** A step whose logic is a file of scripts/. Values of the event and of the settings reach it through `env` alone. */
function scriptStep(
  options: WorkflowOptions,
  script: ScriptName,
  step: Omit<ActionStep, "kind" | "uses" | "version" | "with">,
): ActionStep {
  return actionStep("actions/github-script", options.actions?.["actions/github-script"], {
    ...step,
    with: { script: scriptText(script) },
  });
}

export function checkWriteAccessStep(options: WorkflowOptions): ActionStep {
  return scriptStep(options, "check-access", {
    comment:
      "The event does not say what a person may do here. Without write access nothing else runs, and the job is green.",
    name: "Check write access",
    id: "access",
    timeoutMinutes: 2,
  });
}

/** @param tools programs that Claude or the steps call; a missing one is a warning. */
export function checkRunnerStep(tools: readonly string[]): RunStep {
  return {
    kind: "run",
    name: "Check the runner",
    timeoutMinutes: 1,
    env: { TOOLS: tools.join(" ") },
    run: checkRunner,
  };
}

export function connectToTailnet(options: WorkflowOptions): ActionStep {
  const { clientId, proof } = secretsOf(options.identity);
  const secret = (name: string) => `\${{ secrets.${name} }}`;
  return actionStep("tailscale/github-action", options.actions?.["tailscale/github-action"], {
    name: "Connect to tailnet",
    id: "tailnet",
    // An attempt of the action takes up to its `timeout`, its ping up to three minutes.
    timeoutMinutes: 5,
    with: {
      "oauth-client-id": secret(clientId),
      ...(proof === "TS_AUDIENCE" ? { audience: secret(proof) } : { "oauth-secret": secret(proof) }),
      tags: options.tag,
      ping: options.hostname,
      timeout: "1m",
      retry: "2",
    },
  });
}

export function requestApertureStep(options: WorkflowOptions): RunStep {
  return {
    kind: "run",
    comment: "The ping above proves neither DNS nor port 80 nor the role: a request does.",
    name: "Ask Aperture",
    id: "aperture",
    timeoutMinutes: 3,
    env: { APERTURE_TAG: options.tag },
    run: requestAperture,
  };
}

export function runClaude(options: WorkflowOptions, task: ClaudeTask): ActionStep {
  const { model } = options;
  return actionStep("anthropics/claude-code-action", options.actions?.["anthropics/claude-code-action"], {
    comment: [
      "anthropic_api_key is a placeholder: Aperture has the key. It is no secret, or GitHub would mask every dash in the log.",
      "With github_token the action does not ask api.anthropic.com for a token, and without the classifier it sends no",
      "review comments there.",
    ].join("\n"),
    name: "Run Claude Code",
    id: "claude",
    timeoutMinutes: Math.max(options.timeoutMinutes - 5, Math.ceil(options.timeoutMinutes / 2)),
    env: {
      ANTHROPIC_BASE_URL: "${{ env.ANTHROPIC_BASE_URL }}",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      // Ten by default: three minutes until a refusal is red.
      CLAUDE_CODE_MAX_RETRIES: "2",
      // Claude Code's name for a small model, inside the grant as well.
      ...(model === undefined ? {} : { ANTHROPIC_DEFAULT_HAIKU_MODEL: model }),
    },
    with: {
      anthropic_api_key: "-",
      github_token: "${{ github.token }}",
      classify_inline_comments: "false",
      ...(task.prompt === undefined ? {} : { prompt: task.prompt }),
      claude_args: claudeArguments(model, task.allowedTools),
    },
  });
}

/** One flag a line. Values are quoted: the action splits them like a shell, and brackets would be a glob. */
function claudeArguments(model: string | undefined, allowedTools: readonly string[]): string {
  const flags = { model: model ?? "", allowedTools: allowedTools.join(","), disallowedTools: forbiddenTools.join(",") };
  return Object.entries(flags)
    .filter(([, value]) => value !== "")
    .map(([flag, value]) => `--${flag} "${value}"\n`)
    .join("");
}

/** @param checksAccess whether the job has the step of `checkWriteAccessStep`. */
export function reportStep(options: WorkflowOptions, checksAccess: boolean): RunStep {
  return {
    kind: "run",
    comment: "The action is green when it finds nothing to do, and its log hides why a request failed.",
    name: "Check that Claude ran",
    if: "always()",
    timeoutMinutes: 2,
    env: {
      JOB_STATUS: "${{ job.status }}",
      ...(checksAccess ? { WRITE_ACCESS: "${{ steps.access.outputs.granted }}" } : {}),
      TAILNET: "${{ steps.tailnet.outcome }}",
      APERTURE: "${{ steps.aperture.outcome }}",
      CLAUDE: "${{ steps.claude.outcome }}",
      CONCLUSION: "${{ steps.claude.outputs.conclusion }}",
      EXECUTION_FILE: "${{ steps.claude.outputs.execution_file }}",
      APERTURE_TAG: options.tag,
      MODEL: options.model ?? "the model that Claude Code asks for",
    },
    run: report,
  };
}
