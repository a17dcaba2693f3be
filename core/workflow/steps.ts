/** The steps that every job has, in the order in which they run. */
import { actionStep } from "./actions.ts";
import type { ActionStep, RunStep } from "./model.ts";
import { type JobOptions, nameSecrets, type WorkflowOptions, workflowDefaults } from "./options.ts";
import { type ScriptName, type ShellName, scriptText, shellText } from "./script-text.ts";
import { taskDefaults } from "./task.ts";

/**
 * `git` needs the checkout's credentials in tag mode only: there the action fetches branches before it puts its own
 * token in place (anthropics/claude-code-action, src/modes/tag/index.ts); in agent mode it is the other way round.
 */
export function checkoutStep(options: WorkflowOptions, persistCredentials: boolean): ActionStep {
  return actionStep("actions/checkout", options.actions?.["actions/checkout"], {
    name: "Checkout",
    with: { "persist-credentials": String(persistCredentials) },
  });
}

/** A step whose logic is a file of scripts/. Values of the event and of the settings reach it through `env` alone. */
export function scriptStep(
  options: WorkflowOptions,
  script: ScriptName,
  step: Omit<ActionStep, "kind" | "uses" | "version" | "with">,
): ActionStep {
  const text = scriptText(script);
  return actionStep("actions/github-script", options.actions?.["actions/github-script"], {
    ...step,
    // GitHub's passing failures: 5xx and no answer, after one, four and nine seconds. By default none is asked again.
    with: { ...(text.includes("github.") ? { retries: "3" } : {}), script: text },
  });
}

function shellStep(script: ShellName, step: Omit<RunStep, "kind" | "run">): RunStep {
  return { kind: "run", ...step, run: shellText(script) };
}

/** Runs twice: before anything else, and once more before Claude, since an approval of the job can take hours. */
export function checkAccessStep(options: WorkflowOptions): ActionStep {
  return scriptStep(options, "check-access", {
    name: "Check who asks about what",
    id: "access",
    timeoutMinutes: 2,
    env: {
      ALLOW_FORKS: String(options.allowForks ?? workflowDefaults.allowForks),
      TRIGGER_PHRASE: options.triggerPhrase ?? taskDefaults.triggerPhrase,
    },
  });
}

/** Only where the settings leave something out of a review: the first step, so that nothing is set up for nothing. */
export function checkScopeStep(options: WorkflowOptions): ActionStep | undefined {
  const lists = { PATHS: options.paths, SKIP_PATHS: options.skipPaths, SKIP_LABELS: options.skipLabels };
  const env = Object.entries(lists).filter((entry): entry is [string, string[]] => Boolean(entry[1]?.length));
  if (env.length === 0) return undefined;
  return scriptStep(options, "check-scope", {
    name: "Check what there is to review",
    id: "scope",
    timeoutMinutes: 3,
    env: Object.fromEntries(env.map(([name, list]) => [name, list.join("\n")])),
  });
}

/** @param tools programs that Claude or the steps call. */
export function checkRunnerStep(tools: readonly string[]): RunStep {
  return shellStep("check-runner", {
    name: "Check the runner",
    timeoutMinutes: 1,
    env: { TOOLS: tools.join(" ") },
  });
}

/** The two values of the credential, as expressions or as literals. */
function credentialOf({ identity, credential }: JobOptions): { clientId: string; audienceOrSecret: string } {
  if (credential !== undefined) return { clientId: credential.clientId, audienceOrSecret: credential.audience };
  const { clientId, audienceOrSecret } = nameSecrets(identity);
  const secret = (name: string) => `\${{ secrets.${name} }}`;
  return { clientId: secret(clientId), audienceOrSecret: secret(audienceOrSecret) };
}

export function connectToTailnetStep(options: JobOptions): ActionStep {
  const { clientId, audienceOrSecret } = credentialOf(options);
  return actionStep("tailscale/github-action", options.actions?.["tailscale/github-action"], {
    name: "Connect to tailnet",
    id: "tailnet",
    // An attempt of the action takes up to its `timeout`, its ping up to three minutes.
    timeoutMinutes: 5,
    with: {
      "oauth-client-id": clientId,
      ...(options.identity === "federated" ? { audience: audienceOrSecret } : { "oauth-secret": audienceOrSecret }),
      tags: options.tag,
      ping: options.hostname,
      timeout: "1m",
      retry: "2",
    },
  });
}

/** Only after a failure: what the action logs, no later step can read. */
export function explainTailnetStep(options: JobOptions): ActionStep {
  const { clientId, audienceOrSecret } = credentialOf(options);
  return scriptStep(options, `explain-tailnet-${options.identity}`, {
    name: "Explain the tailnet",
    if: "failure() && steps.tailnet.outcome == 'failure'",
    timeoutMinutes: 2,
    // Of an OAuth client the secret would be one; these are none.
    ...(options.identity === "federated" ? { env: { CLIENT_ID: clientId, AUDIENCE: audienceOrSecret } } : {}),
  });
}

export function askApertureStep(options: WorkflowOptions): RunStep {
  return shellStep("ask-aperture", {
    name: "Ask Aperture",
    timeoutMinutes: Math.ceil(joinTimeoutOf(options) / 60) + 2,
    env: { JOIN_TIMEOUT: String(joinTimeoutOf(options)) },
  });
}

function joinTimeoutOf(options: WorkflowOptions): number {
  return options.joinTimeoutSeconds ?? workflowDefaults.joinTimeoutSeconds;
}

/** Does not run after a person or a newer commit cancelled the job. */
export function reportStep(options: WorkflowOptions): ActionStep {
  return scriptStep(options, "report", {
    name: "Check that Claude ran",
    if: "!cancelled()",
    timeoutMinutes: 2,
    env: {
      CLAUDE: "${{ steps.claude.outcome }}",
      CONCLUSION: "${{ steps.claude.outputs.conclusion }}",
      EXECUTION_FILE: "${{ steps.claude.outputs.execution_file }}",
    },
  });
}
