/** Workflow model -> YAML text, and back to the question whose file it is. */
import { Document, isNode, isScalar, type Node, Scalar, visit, YAMLMap, type YAMLSeq } from "yaml";
import { omitUndefined } from "../omit-undefined.ts";
import type { CallerWorkflow, CallingJob, Job, Step, Triggers, Workflow, WorkflowCall } from "./model.ts";

const headerPattern = /^\uFEFF?# Written by claude-aperture for the stack (\S.*)\. Do not edit\b/;

function header(workflow: Workflow | CallerWorkflow): string {
  return [
    `Written by claude-aperture for the stack ${workflow.owner}. Do not edit: the next \`pulumi up\` undoes it.`,
    isCall(workflow.on)
      ? "Repositories of that stack call it. To change it, change their workflow settings; it goes with the last of them."
      : "To change it, change the workflow settings of that stack; to be rid of it, take the repository out of them.",
  ]
    .map((line) => ` ${line}`)
    .join("\n");
}

/** The owner in the header of a workflow file that this program wrote, `<project>/<stack>`; undefined for any other file. */
export function readHeaderOwner(text: string): string | undefined {
  return headerPattern.exec(text)?.[1];
}

/** The file's text. Equal workflows give equal bytes: keys in the order of the model, lines never wrapped. */
export function render(workflow: Workflow | CallerWorkflow): string {
  const document = new Document({
    name: workflow.name,
    on: isCall(workflow.on) ? callYaml(workflow.on) : eventsYaml(workflow.on),
    permissions: kebab(workflow.permissions),
    jobs: Object.fromEntries(
      Object.entries<Job | CallingJob>(workflow.jobs).map(([id, job]) => [
        id,
        "uses" in job ? callingJobYaml(job) : jobYaml(job),
      ]),
    ),
  });
  document.commentBefore = header(workflow);
  const root = document.contents as YAMLMap<Scalar<string>>;
  for (const { key } of root.items.slice(1)) key.spaceBefore = true;
  const jobs = document.get("jobs") as YAMLMap<Scalar<string>>;
  for (const { key } of jobs.items.slice(1)) key.spaceBefore = true;
  const withSteps = Object.entries<Job | CallingJob>(workflow.jobs).flatMap(([id, job]) =>
    "steps" in job ? [{ id, steps: job.steps }] : [],
  );
  for (const { id, steps } of withSteps)
    annotateSteps(document.getIn(["jobs", id, "steps"]) as YAMLSeq<YAMLMap>, steps);
  shareRepeated(document, withSteps);
  if (!isCall(workflow.on))
    for (const event of Object.keys(workflow.on)) flow(document.getIn(["on", event, "types"]) as YAMLSeq);
  quoteAmbiguous(document);
  return document.toString({ lineWidth: 0, blockQuote: "literal", flowCollectionPadding: false, indentSeq: false });
}

function isCall(on: Triggers | WorkflowCall): on is WorkflowCall {
  return "secrets" in on;
}

function eventsYaml(on: Triggers): object {
  return Object.fromEntries(Object.entries(on).map(([event, types]) => [event, { types }]));
}

/**
 * Optional secrets: pull requests of forks and Dependabot have none, and with a required one GitHub fails their run before
 * any guard is read ("Secret ... is required, but not provided while calling"), instead of skipping it.
 */
function callYaml({ secrets }: WorkflowCall): string | object {
  if (secrets.length === 0) return "workflow_call";
  return { workflow_call: { secrets: Object.fromEntries(secrets.map((name) => [name, { required: false }])) } };
}

function callingJobYaml({ permissions, uses, secrets }: CallingJob): object {
  return {
    permissions: kebab(permissions),
    uses,
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
  };
}

function jobYaml(job: Job): object {
  return omitUndefined({
    name: job.name,
    needs: job.needs,
    if: job.if,
    "runs-on": job.runsOn,
    permissions: kebab(job.permissions),
    environment: job.environment,
    concurrency: job.concurrency && {
      group: job.concurrency.group,
      "cancel-in-progress": job.concurrency.cancelInProgress,
    },
    "timeout-minutes": job.timeoutMinutes,
    outputs: job.outputs,
    env: job.env,
    steps: job.steps.map(stepYaml),
  });
}

function stepYaml(step: Step): object {
  return omitUndefined({
    name: step.name,
    id: step.id,
    if: step.if,
    "timeout-minutes": step.timeoutMinutes,
    ...(step.kind === "action" ? { uses: step.uses, with: step.with } : { shell: "bash" }),
    env: step.env,
    ...(step.kind === "run" ? { run: step.run.trimStart() } : {}),
  });
}

/** The release behind each pin, the reason in front of a step, and a free line between steps. */
function annotateSteps(list: YAMLSeq<YAMLMap>, steps: readonly Step[]): void {
  for (const [index, step] of steps.entries()) {
    const node = list.items[index];
    if (node === undefined) continue;
    if (index > 0) node.spaceBefore = true;
    if (step.comment !== undefined) node.commentBefore = step.comment.replace(/^/gm, " ");
    if (step.kind === "action" && step.version !== undefined) {
      const uses = node.get("uses", true) as Node;
      uses.comment = ` ${step.version}`;
    }
  }
}

/**
 * Writes a step, or a script or an environment of one, that several jobs have once, with an anchor, and an alias where it is meant again. GitHub reads
 * both since September 2025; it has no merge keys.
 * https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations#yaml-anchors-and-aliases
 */
function shareRepeated(document: Document, jobs: readonly { id: string; steps: readonly Step[] }[]): void {
  const written = new Map<string, Node>();
  const share = (node: Node, anchor: string): Node => {
    const text = String(new Document(node.toJSON()));
    const first = written.get(text);
    if (first === undefined) written.set(text, node);
    return first === undefined ? node : document.createAlias(first as Scalar, anchor);
  };
  for (const { id, steps } of jobs) {
    const list = document.getIn(["jobs", id, "steps"]) as YAMLSeq<Node>;
    for (const [index, step] of steps.entries()) {
      const node = list.items[index];
      if (!(node instanceof YAMLMap)) continue;
      const anchor = step.id ?? step.name.split(" ")[0]?.toLowerCase() ?? "step";
      const shared = share(node, anchor);
      shared.spaceBefore = index > 0;
      list.items[index] = shared;
      if (shared !== node) continue;
      for (const path of [["run"], ["with", "script"], ["env"]]) {
        const part = node.getIn(path, true);
        if (isNode(part)) node.setIn(path, share(part, `${anchor}-${path.at(-1)}`));
      }
    }
  }
}

function flow(list: YAMLSeq): void {
  list.flow = true;
}

/** YAML 1.1 readers take these words for booleans; quotes cost nothing. */
function quoteAmbiguous(document: Document): void {
  visit(document, {
    Scalar(key, node) {
      if (
        key !== "key" &&
        isScalar(node) &&
        typeof node.value === "string" &&
        /^(y|n|yes|no|on|off)$/i.test(node.value)
      )
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

function kebab(values: object): object {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}
