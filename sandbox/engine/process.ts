/** Children of the engine's preparation: run to their end, within limits, with what they wrote. */
import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { constants as osConstants } from "node:os";
import { delimiter, join } from "node:path";
import { redact } from "../../core/messages/redact.ts";

export interface Outcome {
  /** 0 is success; undefined when the child could not start, was killed or went over a limit. */
  exitCode: number | undefined;
  stdout: string;
  /** Standard output and standard error as they came; for a child that could not start, the reason. */
  output: string;
}

export interface Limits {
  /** Nothing on standard output for so long after the start: the child is ended. */
  firstOutputMs?: number;
  totalMs?: number;
}

const interruptions = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; environment: Record<string, string>; limits?: Limits },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { cwd, environment, limits = {} } = options;
    // A group of its own, so that an installer's children end with it.
    const child = spawn(command, args, {
      ...(cwd ? { cwd } : {}),
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    const outcome: Outcome = { exitCode: undefined, stdout: "", output: "" };
    const timers: NodeJS.Timeout[] = [];
    const stop = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const limit = (ms: number | undefined, message: string, isOver: () => boolean) => {
      if (ms === undefined) return;
      const timer = setTimeout(() => {
        if (!isOver()) return;
        outcome.output += message;
        stop();
      }, ms);
      timers.push(timer);
    };
    limit(limits.firstOutputMs, `No answer within ${limits.firstOutputMs} ms.`, () => outcome.stdout === "");
    limit(limits.totalMs, `Not done within ${limits.totalMs} ms.`, () => true);

    child.stdout.setEncoding("utf8").on("data", (text) => {
      outcome.stdout += text;
      outcome.output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      outcome.output += text;
    });
    // A group of its own does not get the terminal's Ctrl-C either.
    const interrupted = (signal: NodeJS.Signals) => {
      stop();
      if (process.listenerCount(signal) === 1) process.exit(128 + osConstants.signals[signal]);
    };
    process.once("exit", stop);
    for (const signal of interruptions) process.on(signal, interrupted);
    const end = () => {
      for (const timer of timers) clearTimeout(timer);
      process.off("exit", stop);
      for (const signal of interruptions) process.off(signal, interrupted);
      resolve(outcome);
    };
    child.once("error", (error) => {
      outcome.output += error.message;
      end();
    });
    child.once("close", (exitCode) => {
      outcome.exitCode = exitCode ?? undefined;
      end();
    });
  });
}

/** Executables of that name in the directories of a PATH, in order. */
export async function findOnPath(name: string, path = ""): Promise<string[]> {
  const suffixes = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  const found: string[] = [];
  for (const directory of path.split(delimiter).filter(Boolean)) {
    for (const suffix of suffixes) {
      const file = join(directory, name + suffix);
      const isExecutable = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isExecutable) found.push(file);
    }
  }
  return found;
}

/** The last lines of a long output, for people. Addresses of proxies and mirrors can hold a password. */
export function tail(output: string, lines = 12): string {
  return redact(output.trimEnd().split("\n").slice(-lines).join("\n"), []);
}
