/** What stands in pull requests, and in the comments with which they are closed. */
import type { RequestSettings } from "../settings/delivery-rules.ts";
import type { WorkflowFileOptions } from "../workflow/file.ts";
import type { PresetName } from "../workflow/options.ts";

const howTo = "https://tailscale.com/docs/aperture/how-to/use-claude-code-action";

/** A pull request as people see it. */
export interface PullText {
  title: string;
  body: string;
  labels: string[];
  isDraft: boolean;
  mergesItself: boolean;
}

/** The pull request that brings or changes a file: the settings' words, and ours in place of what they leave out. */
export function describeAddition(delivery: Partial<RequestSettings>, file: WorkflowFileOptions): PullText {
  return {
    title: delivery.title ?? "Let Claude Code work in pull requests, through Aperture",
    body: delivery.body ?? additionBody(file),
    labels: delivery.labels ?? [],
    isDraft: delivery.draft ?? false,
    mergesItself: delivery.autoMerge ?? false,
  };
}

function additionBody(file: WorkflowFileOptions): string {
  const { path, owner, presets } = file;
  const through =
    file.role === "caller"
      ? "Aperture by Tailscale"
      : `\`http://${file.hostname}\`, Aperture by Tailscale: the runner joins the tailnet as \`${file.tag}\`, and Aperture knows it by that`;
  return `Adds or changes \`${path}\`${roles[file.role]}
${toList([...new Set(presets)].map((preset) => describePreset(preset, file)))}

**Why.** Claude's requests go through ${through}. There is no API key in the repository.

**Before merging, check**
${toList(listChecks(file))}

The credential exists already, so merging is all that is left to do. [How it works](${howTo}).

Opened by claude-aperture for the stack \`${owner}\`, which rebuilds it when the text of the file changes. Where others have \
pushed to its branch, it is left to them. Closed without merging, it stays closed until the text changes.
`;
}

const roles: Record<WorkflowFileOptions["role"], string> = {
  standalone: ", with which Claude Code",
  caller: ", a call of the central workflow with which Claude Code",
  central: ", a central workflow with which Claude Code, in the repositories that call it,",
};

function describePreset(preset: PresetName, file: WorkflowFileOptions): string {
  if (preset === "review") return "reviews pull requests";
  const phrase = file.role === "caller" ? undefined : (file.triggerPhrase ?? "@claude");
  return `answers ${phrase === undefined ? "mentions" : `\`${phrase}\``} in comments of people with a place in the repository`;
}

const toList = (lines: string[]): string => lines.map((line) => `- ${line}`).join("\n");

function listChecks(file: WorkflowFileOptions): string[] {
  if (file.role === "caller") {
    const { repository, path, branch } = file.central;
    return [
      "that events and `permissions` suit this repository;",
      `that \`${path}\` on the branch \`${branch}\` of \`${repository}\` is what you want to run here.`,
    ];
  }
  return [
    "that events, `permissions` and `runs-on` suit this repository;",
    `that \`http://${file.hostname}\` is the Aperture that you know;`,
    file.role === "central"
      ? "who may push to this branch: they can run their own jobs in every repository that calls it."
      : "who may push workflow files here: they can use the same identity.",
  ];
}

/** The pull request that removes a file. */
export function describeRemoval({ path, owner }: Pick<WorkflowFileOptions, "path" | "owner">): PullText {
  return {
    title: "Remove Claude Code",
    body: `Removes \`${path}\`.

**Why.** The stack \`${owner}\` of claude-aperture has let go of this repository: the credential of the workflow is gone, so its \
runs could reach nothing. Until this is merged the workflow is disabled, if the deploying credential may do that (Actions > the \
workflow shows it). Should the stack take this repository up again, it closes this pull request and enables the workflow.

**Before merging, check** that no required status check waits for a job of this file.
`,
    labels: [],
    isDraft: false,
    mergesItself: false,
  };
}

/** Why a pull request of ours is closed. */
export type Withdrawal =
  | { kind: "live"; branch: string }
  | { kind: "another delivery"; delivery: string }
  | { kind: "another path"; path: string }
  | { kind: "left" }
  | { kind: "wanted again" };

/** The comment on it. */
export function explainWithdrawal(owner: string, reason: Withdrawal): string {
  return `Closed by claude-aperture for the stack \`${owner}\`: ${describeWithdrawal(reason)}.`;
}

function describeWithdrawal(reason: Withdrawal): string {
  switch (reason.kind) {
    case "live":
      return `\`${reason.branch}\` has it already`;
    case "another delivery":
      return `its file does not come by pull request any more (\`delivery: { kind: ${reason.delivery} }\`)`;
    case "another path":
      return `its file is at \`${reason.path}\` now`;
    case "left":
      return "it has let go of this repository";
    case "wanted again":
      return "it has taken this repository up again";
  }
}
