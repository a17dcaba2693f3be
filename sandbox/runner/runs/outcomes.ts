/** How jobs and runs end, and what a job hands on. */
import { complete, type WorkflowJob } from "../../github/index.ts";
import type { JobOutcome } from "../job/execute.ts";
import type { Needed } from "../job/file.ts";
import { type Contexts, interpolateText } from "../rules/expressions.ts";
import type { Value } from "../rules/workflow-file.ts";

export function end(record: WorkflowJob, conclusion: "cancelled" | "skipped" | "failure"): Needed {
  complete(record, conclusion);
  return { result: conclusion, outputs: {} };
}

export function refuse(record: WorkflowJob, message: string): Needed {
  record.annotations.push({ level: "failure", message });
  return end(record, "failure");
}

/** A run of skipped jobs alone is skipped. */
export function conclude(results: string[]): "cancelled" | "failure" | "skipped" | "success" {
  for (const worst of ["failure", "cancelled"] as const) if (results.includes(worst)) return worst;
  return results.every((result) => result === "skipped") ? "skipped" : "success";
}

/** A name whose expression cannot be evaluated yet stays as it is written. */
export function nameOf(name: Value | undefined, id: string, contexts: Contexts): string {
  try {
    return name === undefined || name === null ? id : interpolateText(name, contexts);
  } catch {
    return String(name);
  }
}

/** GitHub drops an output in which a secret is. */
export function outputsOf(
  outputs: Record<string, Value> | undefined,
  contexts: Contexts,
  { masks }: JobOutcome,
): Record<string, string> {
  const values = Object.entries(outputs ?? {}).map(
    ([name, value]) => [name, interpolateText(value, contexts)] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => !masks.isIn(value)));
}
