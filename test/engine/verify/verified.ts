/** `npm run verify` in the test's own process, in a project of a test, and what it names. */
import { verify } from "../../../commands/verify/run.ts";
import type { Fix, Severity } from "../../../core/checks/check.ts";
import type { Project } from "../../../sandbox/project.ts";

/** A check as `--json` has it. */
export interface Checked {
  id: string;
  severity: Severity;
  repository?: string;
  status: "ok" | "broken" | "unknown" | "skipped";
  reason?: string;
  fix?: Fix;
  /** It cannot be told yet, and nothing is wrong. */
  waits?: true;
}

export interface Verified {
  exitCode: number;
  /** The last line. */
  answer: string;
  checks: Checked[];
}

/** `npm run verify -- ARGUMENTS --json` in the project's folder and environment. */
export async function verifyIn(project: Project, ...args: string[]): Promise<Verified> {
  const written = { stdout: "", stderr: "" };
  const exitCode = await verify([...args, "--json"], {
    directory: project.directory,
    environment: project.environment,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  if (written.stdout === "") throw new Error(`verify printed no report:\n${written.stderr}`);
  return { ...JSON.parse(written.stdout), exitCode };
}

/** What is not as it should be: broken, warned of, or not to be told. */
export const findFaults = ({ checks }: Verified): Checked[] =>
  checks.filter(({ status, waits }) => (status === "broken" || status === "unknown") && !waits);

/** `id`, `id (warns)` or `id (cannot be told)`. */
export function nameFault({ id, severity, status }: Checked): string {
  if (status === "unknown") return `${id} (cannot be told)`;
  return severity === "warning" ? `${id} (warns)` : id;
}
