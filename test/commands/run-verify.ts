/** `npm run verify` in the test's own process, and what it says. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { verify } from "../../commands/verify/run.ts";
import type { Result, Verdict } from "../../core/checks/check.ts";

type Environment = Record<string, string | undefined>;

export interface Report {
  answer: string;
  exitCode: number;
  repositories: Record<string, string>;
  checks: (Omit<Result, "verdict"> & Verdict)[];
}

/** What it prints, and its exit code. Throws where that holds a credential of the environment. */
export async function runVerify(directory: string, environment: Environment, ...args: string[]) {
  let [stdout, stderr] = ["", ""];
  const exitCode = await verify(args, {
    ...{ directory, environment },
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  });
  for (const [name, value] of Object.entries(environment)) {
    const isSecret = /TOKEN|API_KEY|SECRET|PASSPHRASE/.test(name) && value !== undefined && value.length > 8;
    if (isSecret && (stdout + stderr).includes(value)) throw new Error(`verify shows ${name}`);
  }
  return { exitCode, stdout, stderr };
}

/** The report of `--json`. Throws where there is none. */
export async function readReport(directory: string, environment: Environment, ...args: string[]): Promise<Report> {
  const { exitCode, stdout, stderr } = await runVerify(directory, environment, "--json", ...args);
  if (stdout === "") throw new Error(`verify says: ${stderr}`);
  const report = JSON.parse(stdout) as Report;
  if (report.exitCode !== exitCode) throw new Error(`exit code ${exitCode}, in JSON ${report.exitCode}`);
  return report;
}

/** Ids of the checks that stand so, each once; `acme/app: id` for a repository's. */
export function listBy({ checks }: Report, status: Verdict["status"], repository?: string): string[] {
  const found = checks.filter((check) => check.status === status && check.repository === repository);
  return [...new Set(found.map(({ id }) => id))];
}

/** The one result of this id that is not ok. Throws where there is none, or more than one. */
export function findFailure({ checks }: Report, id: string): { reason: string; fix: string } {
  const [found, ...others] = checks.filter((check) => check.id === id && check.status !== "ok");
  if (!found || others.length > 0 || found.status === "ok") throw new Error(`${others.length + 1} failures of ${id}`);
  const fix = "fix" in found ? JSON.stringify(found.fix) : "";
  return { reason: found.reason, fix };
}

/** A folder with the files of a project and a stack, without an engine. It goes with the test. */
export function createFolder(config: Record<string, unknown>, stack = "test"): string {
  const directory = mkdtempSync(join(tmpdir(), "verify-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const project = { name: "claude-aperture", config: { "github:parallelRequests": "true" } };
  writeFileSync(join(directory, "Pulumi.yaml"), stringify(project));
  writeFileSync(join(directory, `Pulumi.${stack}.yaml`), stringify({ config }));
  return directory;
}

/** A folder of programs that print a text and end, for PATH. It goes with the test. */
export function createPrograms(programs: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), "programs-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(directory, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    const path = join(directory, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
  return directory;
}
