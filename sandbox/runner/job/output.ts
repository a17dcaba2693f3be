/** What act says of a job, line by line, as GitHub shows it: steps, log, summary, annotations, outputs of steps. */
import { timestamp } from "../../github/answers.ts";
import type { WorkflowJob, WorkflowStep } from "../../github/index.ts";
import type { Value } from "../rules/workflow-file.ts";
import type { Masks } from "./masks.ts";

/** One line of `act --json --verbose`. */
interface Entry {
  level?: string;
  msg?: string;
  jobID?: string;
  stage?: string;
  stepID?: string[];
  stepid?: string[];
  stepResult?: "success" | "failure" | "skipped";
  jobResult?: "success" | "failure" | "skipped";
  raw_output?: boolean;
  command?: string;
  name?: string;
  arg?: string;
  content?: string;
  kvPairs?: Record<string, string>;
}

export interface StepState {
  outcome: string;
  conclusion: string;
  outputs: Record<string, string>;
}

export class JobOutput {
  /** The context `steps`, by id. */
  readonly steps: Record<string, StepState> = {};
  /** What act itself made of the job; undefined when it never came so far. */
  result: "success" | "failure" | "skipped" | undefined;
  /** What act says outside of any step: the reason when it cannot even begin. */
  readonly complaints: string[] = [];
  readonly #job: WorkflowJob;
  readonly #id: string;
  readonly #bodies: readonly Record<string, Value>[];
  readonly #masks: Masks;
  readonly #outputs: Record<string, Record<string, string>> = {};
  readonly #shown = new Map<string, WorkflowStep>();
  /** Hears which step of the file begins; undefined when it is over. */
  onStep: (body: Record<string, Value> | undefined) => void = () => {};
  #isOverdue = false;
  #emptyLines = 0;
  #lastFailed: { step: WorkflowStep; body: Record<string, Value> } | undefined;

  constructor(job: WorkflowJob, id: string, steps: readonly Record<string, Value>[], masks: Masks) {
    this.#job = job;
    this.#id = id;
    this.#bodies = steps;
    this.#masks = masks;
  }

  /** One line of act's standard output or error. */
  read(line: string): void {
    const entry = parse(line);
    if (!entry) {
      if (line.trim()) this.complaints.push(this.#masks.hide(line.trim()));
      return;
    }
    if (entry.jobID === undefined && entry.level === "error") this.complaints.push(this.#masks.hide(entry.msg ?? ""));
    if (entry.jobID !== this.#id) return;
    if (entry.jobResult) this.result = entry.jobResult;
    const special = entry.stepid?.[0];
    if (special) this.#readFrame(special, entry);
    else if (entry.stepID && entry.stage) this.#readStep(entry, entry.stepID, entry.stage);
  }

  /** Name of the step that is at work. */
  get currentStep(): string {
    return this.#job.steps.findLast(({ status }) => status === "in_progress")?.name ?? "";
  }

  /** A line of the log that is not act's. */
  log(text: string): void {
    const time = new Date().toISOString().replace(/Z$/, "0000Z");
    for (const line of text.replace(/\r?\n$/, "").split("\n"))
      this.#job.log += `${time} ${this.#masks.hide(line.replace(/\r$/, ""))}\n`;
  }

  annotate(level: "failure" | "warning" | "notice", message: string, title?: string): void {
    const shown = this.#masks.hide(message);
    this.log(`##[${level === "failure" ? "error" : level}]${message}`);
    this.#job.annotations.push({ level, ...(title ? { title: this.#masks.hide(title) } : {}), message: shown });
  }

  /** The step at work is about to fail, since its time is up. */
  overdue(): void {
    this.#isOverdue = true;
  }

  /** The job ends before its time: what is at work is cancelled. */
  cancel(): void {
    for (const step of this.#job.steps)
      if (step.status !== "completed") Object.assign(step, { status: "completed", conclusion: "cancelled" });
  }

  #readFrame(id: string, { msg = "", stepResult, level }: Entry): void {
    const name = id === "--setup-job" ? "Set up job" : "Complete job";
    if (/Run /.test(msg)) this.#begin(id, name);
    if (stepResult) this.#end(id, stepResult);
    if (level === "error") this.annotate("failure", msg);
  }

  #readStep(entry: Entry, path: string[], stage: string): void {
    const id = path[0] ?? "";
    const body = this.#bodies.find((step, index) => (step.id ?? String(index)) === id) ?? {};
    const key = stage === "Main" ? id : `${stage} ${id}`;
    const name = stage === "Main" ? nameOf(body) : `${stage} ${nameOf(body)}`;
    const { msg = "", command, raw_output: isOutput } = entry;
    // Steps of a composite action have the action's path before their own.
    const isOwn = path.length === 1;
    if (isOwn && msg.startsWith("⭐ Run ")) {
      this.#begin(key, name);
      if (stage === "Main") this.log(`##[group]${name}\n##[endgroup]`);
      if (stage === "Main") this.onStep(body);
    } else if (isOwn && entry.stepResult) this.#finishStep(key, name, id, body, stage, entry.stepResult);
    else if (command) this.#obey(entry, command, id, isOwn);
    else if (isOutput) this.#print(msg);
    else if (isOwn && entry.level === "error") this.#explain(msg);
  }

  #finishStep(
    key: string,
    name: string,
    id: string,
    body: Record<string, Value>,
    stage: string,
    outcome: "success" | "failure" | "skipped",
  ): void {
    const conclusion = outcome === "failure" && body["continue-on-error"] === true ? "success" : outcome;
    if (stage === "Main") this.onStep(undefined);
    for (; this.#emptyLines > 1; this.#emptyLines--) this.log("");
    this.#emptyLines = 0;
    // A step without a post step is skipped there; GitHub does not show it at all.
    if (outcome === "skipped" && stage !== "Main") return;
    this.#begin(key, name);
    const step = this.#end(key, conclusion);
    if (stage === "Main") this.steps[id] = { outcome, conclusion, outputs: this.#outputs[id] ?? {} };
    this.#lastFailed = outcome === "failure" && step ? { step, body } : undefined;
  }

  /** Holds back empty lines: at the end of a step the last one is none of its own (`folder.ts`). */
  #print(line: string): void {
    if (line.trim() === "") {
      this.#emptyLines += 1;
      return;
    }
    for (; this.#emptyLines > 0; this.#emptyLines--) this.log("");
    this.log(line);
  }

  /** Why a step failed, which act says right after the fact. */
  #explain(msg: string): void {
    const failed = this.#lastFailed;
    this.#lastFailed = undefined;
    if (!failed) return;
    const isOverdue = this.#isOverdue;
    this.#isOverdue = false;
    const code = /exit status (\d+)|exitcode '(\d+)'/.exec(msg);
    if (isOverdue) {
      const minutes = failed.body["timeout-minutes"];
      this.annotate("failure", `The action '${failed.step.name}' has timed out after ${minutes} minutes.`);
    } else if (code && failed.body.run !== undefined) {
      this.annotate("failure", `Process completed with exit code ${code[1] ?? code[2]}.`);
    } else if (!code) this.annotate("failure", msg);
  }

  #obey(entry: Entry, command: string, id: string, isOwn: boolean): void {
    const { arg = "", name = "", content = "", kvPairs = {} } = entry;
    if (command === "error" || command === "warning" || command === "notice") {
      this.annotate(command === "error" ? "failure" : command, arg, kvPairs.title);
    } else if (command === "add-mask") this.#masks.add(arg);
    else if (command === "group") this.log(`##[group]${arg}`);
    else if (command === "endgroup") this.log("##[endgroup]");
    else if (command === "set-output" && isOwn) {
      this.#outputs[id] ??= {};
      this.#outputs[id][name] = arg;
      const step = this.steps[id];
      if (step) step.outputs = this.#outputs[id];
    } else if (command === "summary") this.#job.summary += this.#masks.hide(content);
  }

  #begin(key: string, name: string): void {
    if (this.#shown.has(key)) return;
    const step: WorkflowStep = {
      number: this.#job.steps.length + 1,
      name: this.#masks.hide(name),
      status: "in_progress",
      conclusion: null,
    };
    this.#shown.set(key, step);
    this.#job.steps.push(step);
    this.#job.startedAt ??= timestamp();
  }

  #end(key: string, conclusion: "success" | "failure" | "skipped"): WorkflowStep | undefined {
    const step = this.#shown.get(key);
    if (step) Object.assign(step, { status: "completed", conclusion });
    return step;
  }
}

/** What GitHub shows for a step. */
function nameOf({ name, uses, run }: Record<string, Value>): string {
  if (typeof name === "string") return name;
  return `Run ${uses ?? String(run ?? "").split("\n")[0]}`;
}

function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
