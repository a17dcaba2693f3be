/** One job from its start to its end: act, fed with what the job is, and what act says turned into what GitHub shows. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timestamp } from "../../github/answers.ts";
import { type Conclusion, complete, slug, type WorkflowJob } from "../../github/index.ts";
import { trackingVariable } from "../machine/leftovers.ts";
import { type JobProcess, startProcess } from "../machine/process.ts";
import { startEgress } from "../network/egress.ts";
import type { ActionSettings, Bypass, Network } from "../network/network.ts";
import { githubEnvironment, type RunFacts } from "../rules/context.ts";
import type { Value } from "../rules/workflow-file.ts";
import { type JobFile, jobFile, runnerLabel } from "./file.ts";
import { createFolder } from "./folder.ts";
import { Masks } from "./masks.ts";
import { JobOutput, type StepState } from "./output.ts";
import { findUnmodelled } from "./stand-ins.ts";

export interface JobWork {
  run: RunFacts;
  file: JobFile;
  token: Revocable;
  /** Absent: the job may not ask for an identity token. */
  idToken: (Revocable & { url: string }) | undefined;
  /** By name; without the job's own token. */
  secrets: Readonly<Record<string, string>>;
  variables: Readonly<Record<string, string>>;
  isSelfHosted: boolean;
  /** The job's limit. */
  timeoutMinutes: number;
  /** Real time that a minute of a limit takes. */
  minuteMs: number;
}

interface Revocable {
  token: string;
  revoke(): void;
}

export interface JobMeans {
  act: string;
  network: Network;
  /** Path of a real Claude CLI. */
  claude?: string;
  onBypass(bypass: Bypass & { repository: string; run: number; step: string }): void;
}

export interface JobOutcome {
  conclusion: Conclusion;
  steps: Record<string, StepState>;
  masks: Masks;
}

/** How long a cancelled job has for its post steps. GitHub gives five minutes. */
const graceMs = 30_000;

/** A job at work, or one that is done. */
export class JobExecution {
  readonly #record: WorkflowJob;
  readonly #work: JobWork;
  readonly #masks = new Masks();
  readonly #output: JobOutput;
  readonly #bypasses: Bypass[] = [];
  #process: JobProcess | undefined;
  #cancelled: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stepTimer: NodeJS.Timeout | undefined;

  constructor(record: WorkflowJob, work: JobWork) {
    this.#record = record;
    this.#work = work;
    const secrets = [work.token.token, work.idToken?.token ?? "", ...Object.values(work.secrets)];
    for (const secret of secrets) this.#masks.add(secret);
    this.#output = new JobOutput(record, work.file.id, work.file.body.steps ?? [], this.#masks);
  }

  /** Ends the job; what it says becomes an annotation. */
  cancel(reason: string): void {
    if (this.#cancelled !== undefined || this.#record.status === "completed") return;
    this.#cancelled = reason;
    this.#output.annotate("failure", reason);
    void this.#process?.interrupt();
    this.#timer = setTimeout(() => this.#process?.kill(), graceMs);
  }

  async run(means: JobMeans): Promise<JobOutcome> {
    Object.assign(this.#record, { status: "in_progress", startedAt: timestamp() });
    const conclusion = await this.#run(means).catch((error: unknown) => {
      this.#output.annotate("failure", error instanceof Error ? error.message : String(error));
      return "failure" as const;
    });
    clearTimeout(this.#timer);
    clearTimeout(this.#stepTimer);
    this.#work.token.revoke();
    this.#work.idToken?.revoke();
    this.#output.cancel();
    complete(this.#record, conclusion);
    return { conclusion, steps: this.#output.steps, masks: this.#masks };
  }

  async #run(means: JobMeans): Promise<Conclusion> {
    const { file, run } = this.#work;
    const actions = actionsOf(file);
    for (const step of file.body.steps ?? []) {
      const unmodelled = await findUnmodelled(step);
      if (unmodelled) throw new Error(unmodelled);
    }
    const path = await mkdtemp(join(tmpdir(), "claude-aperture-job-"));
    // Secrets are in it.
    const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    process.once("exit", remove);
    const membershipFile = join(path, "tailscaled.json");
    const onBypass = (bypass: Bypass) => {
      this.#bypasses.push(bypass);
      means.onBypass({ ...bypass, repository: slug(run.repository), run: run.id, step: this.#output.currentStep });
    };
    const egress = await startEgress({ network: means.network, membershipFile, onBypass });
    try {
      await this.#start(path, actions, means, { egress: egress.url, membershipFile });
    } finally {
      await egress.close();
      remove();
      process.off("exit", remove);
    }
    return this.#conclude();
  }

  async #start(
    path: string,
    actions: readonly string[],
    { act, network, claude }: JobMeans,
    way: Pick<ActionSettings, "egress" | "membershipFile">,
  ): Promise<void> {
    const { file, secrets, token, variables, run, timeoutMinutes, minuteMs } = this.#work;
    const folder = await createFolder(path, {
      workflow: jobFile(file),
      event: run.payload,
      secrets: { ...secrets, GITHUB_TOKEN: token.token },
      variables,
      environment: this.#environment(),
      actions: actions.filter((one) => !one.startsWith("./")),
      settings: {
        ...way,
        tailscale: network.tailscale,
        tailnet: network.tailnet,
        ...(claude === undefined ? {} : { claude }),
      },
    });
    if (this.#cancelled !== undefined) return;
    const args = [file.event, "--job", file.id, ...folder.args, "--actor", run.actor, ...fixedArguments];
    const child = startProcess(act, args, {
      cwd: path,
      // Steps inherit it.
      environment: {
        PATH: folder.searchPath,
        HOME: folder.home,
        LANG: "C.UTF-8",
        USER: "runner",
        SHELL: "/bin/bash",
        [trackingVariable]: randomUUID(),
        ACT_DISABLE_VERSION_CHECK: "1",
      },
      onLine: (line) => this.#output.read(line),
    });
    this.#process = child;
    this.#output.onStep = (body) => this.#watchStep(body);
    const limit = setTimeout(() => this.cancel(timeIsUp(timeoutMinutes)), timeoutMinutes * minuteMs);
    await child.ended;
    clearTimeout(limit);
  }

  /** Ends a step that takes longer than its own limit. */
  #watchStep(body: Record<string, Value> | undefined): void {
    clearTimeout(this.#stepTimer);
    const minutes = Number(body?.["timeout-minutes"]);
    if (!(minutes > 0)) return;
    this.#stepTimer = setTimeout(() => {
      this.#output.overdue();
      void this.#process?.endStep();
    }, minutes * this.#work.minuteMs);
  }

  #conclude(): Conclusion {
    for (const { host, port } of this.#bypasses)
      this.#output.annotate("failure", `A step went past Aperture: it connected to ${host}, port ${port}.`);
    if (this.#cancelled !== undefined) return "cancelled";
    if (this.#output.result === undefined)
      this.#output.annotate("failure", this.#output.complaints.slice(-3).join(" ") || "The runner ended early.");
    return this.#output.result === "success" && this.#bypasses.length === 0 ? "success" : "failure";
  }

  #environment(): Record<string, string> {
    const { run, idToken, isSelfHosted } = this.#work;
    return {
      ...githubEnvironment(run),
      RUNNER_ENVIRONMENT: isSelfHosted ? "self-hosted" : "github-hosted",
      RUNNER_NAME: isSelfHosted ? "runner-1" : "GitHub Actions 1",
      ...(idToken ? { ACTIONS_ID_TOKEN_REQUEST_URL: idToken.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: idToken.token } : {}),
    };
  }
}

/** `owner/name@ref` of all that its steps use. */
const actionsOf = ({ body }: JobFile): string[] =>
  (body.steps ?? []).flatMap((step) => (typeof step.uses === "string" ? [step.uses] : []));

const timeIsUp = (minutes: number): string =>
  `The job has exceeded the maximum execution time of ${minutes === 1 ? "1 minute" : `${minutes} minutes`} and was cancelled.`;

const fixedArguments = [
  ...["--platform", `${runnerLabel}=-self-hosted`],
  ...["--no-cache-server", "--no-skip-checkout", "--no-recurse", "--json", "--verbose"],
];
