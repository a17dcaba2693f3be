/** act as a child process, which is ended with all that it and its steps have started. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { descendantsOf, killAll, killLeftovers, trackingVariable } from "./leftovers.ts";

export interface StartOptions {
  cwd: string;
  environment: Readonly<Record<string, string>>;
  /** Of standard output and standard error, without its end. */
  onLine: (line: string) => void;
}

export interface JobProcess {
  /** The exit code; undefined when it was killed. Resolves when nothing of the job is left. */
  ended: Promise<number | undefined>;
  /** Ends whatever the step at work has started. */
  endStep(): Promise<void>;
  /** As Ctrl-C: steps are cancelled, post steps still run. */
  interrupt(): Promise<void>;
  /** Ends it and everything that it started. */
  kill(): void;
}

export function startProcess(command: string, args: readonly string[], options: StartOptions): JobProcess {
  const { cwd, environment, onLine } = options;
  // A group of its own: Ctrl-C in the terminal is for us to hand on.
  const child = spawn(command, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  const kill = () => signal("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<number | undefined>((resolve) => {
    child.once("error", (error) => {
      onLine(error.message);
      resolve(undefined);
    });
    child.once("close", (code) => resolve(code ?? undefined));
  }).finally(async () => {
    process.off("exit", kill);
    await killLeftovers(environment[trackingVariable] ?? "");
  });
  const endStep = async () => killAll(await descendantsOf(child.pid ?? 0));
  const interrupt = async () => {
    const atWork = await descendantsOf(child.pid ?? 0);
    signal("SIGINT");
    // act ends the shell alone, and waits for all that has its output.
    killAll(atWork);
  };
  return { ended, endStep, interrupt, kill };
}
