/** Workflow files for the tests: options, scenarios, and what their YAML says. */
import { parse } from "yaml";
import { claudeWorkflow, type WorkflowOptions } from "../../../core/workflow/presets.ts";
import { render } from "../../../core/workflow/render.ts";

export const options: WorkflowOptions = {
  owner: "claude-aperture/prod",
  presets: ["review"],
  identity: "federated",
  hostname: "ai",
  tag: "tag:ci",
  path: ".github/workflows/claude.yml",
  runsOn: "ubuntu-latest",
  timeoutMinutes: 30,
};

const fork = (name: string, digit: string) => `acme/${name}@${digit.repeat(40)}`;

/** Every preset set with every identity, and each option that changes the text. */
export const scenarios: Record<string, WorkflowOptions> = {
  "review-federated": options,
  "review-oauth": { ...options, identity: "oauth" },
  "mention-federated": { ...options, presets: ["mention"] },
  "mention-oauth": { ...options, presets: ["mention"], identity: "oauth" },
  "review-mention-federated": { ...options, presets: ["review", "mention"] },
  "review-mention-oauth": { ...options, presets: ["review", "mention"], identity: "oauth" },
  "environment-model": {
    ...options,
    environment: "claude",
    model: "claude-sonnet-4-6[1m]",
    hostname: "ai.example.ts.net",
  },
  "self-hosted-prompt": {
    ...options,
    tag: "tag:ci-api",
    runsOn: ["self-hosted", "linux"],
    timeoutMinutes: 5,
    prompt: 'Look for SQL injection: "\' OR 1=1 --".\n\nThe base branch is ${{ github.base_ref }}.\n',
  },
  "forks-joining": { ...options, presets: ["mention"], allowForks: true, joinTimeoutSeconds: 200 },
  "part-of-the-files": {
    ...options,
    paths: ["src/**", "!src/generated/**", "**/[A-Z]*.md"],
    skipPaths: ["**.snap", "c[+][+]/**"],
    skipLabels: ["no review", "wip: 1"],
  },
  "part-of-the-files-mention": { ...options, presets: ["review", "mention"], skipLabels: ["no-review"] },
  "task-of-ones-own": {
    ...options,
    presets: ["review", "mention"],
    allowedTools: ["Bash(npm test)", "Bash(./scripts/check.sh --all)", "Read(//opt/standards/**)"],
    trustPullRequestCode: true,
    maxTurns: 40,
    systemPrompt:
      '# Our rules\n\nAnswer in French; say "why".\n  # Costs\nMind $PRICE and `C:\\`, --model "x" or not.\n',
    triggerPhrase: "/review please",
    headers: false,
  },
  "pins-overridden": {
    ...options,
    runsOn: "on",
    actions: {
      "actions/checkout": fork("checkout", "1"),
      "actions/github-script": fork("github-script", "4"),
      "tailscale/github-action": `${fork("tailscale-action", "2")} # v9.9.9`,
      "anthropics/claude-code-action": fork("claude-code-action", "3"),
    },
  },
};

export interface WorkflowYaml {
  name: string;
  on: Record<string, { types: string[] }>;
  permissions: Record<string, string>;
  jobs: Record<string, JobYaml>;
}

export interface JobYaml {
  name: string;
  if: string;
  "runs-on": string | string[];
  permissions: Record<string, string>;
  environment?: string;
  needs?: string;
  outputs?: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  "timeout-minutes": number;
  env?: Record<string, string>;
  steps: StepYaml[];
}

export interface StepYaml {
  name: string;
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
  run?: string;
  shell?: string;
  "timeout-minutes"?: number;
}

export function textOf(given: WorkflowOptions): string {
  return render(claudeWorkflow(given));
}

export function yamlOf(given: WorkflowOptions): WorkflowYaml {
  return parse(textOf(given)) as WorkflowYaml;
}

export function jobOf(preset: "review" | "mention", given: WorkflowOptions = options): JobYaml {
  const job = yamlOf({ ...given, presets: ["review", "mention"] }).jobs[preset];
  if (!job) throw new Error(`no job ${preset}`);
  return job;
}

export function stepOf(job: JobYaml, name: string): StepYaml {
  const step = job.steps.find((candidate) => candidate.name === name);
  if (!step) throw new Error(`no step ${name}`);
  return step;
}
