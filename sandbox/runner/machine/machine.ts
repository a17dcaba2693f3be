/** Where a job runs. */

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

/** A connection that led neither to GitHub nor to Tailscale nor to the tailnet. */
export interface Bypass {
  host: string;
  port: number;
}

export interface Machine {
  start(command: string, args: readonly string[], options: StartOptions): JobProcess;
}
