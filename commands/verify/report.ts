/** What renderers get. */
import type { Result } from "../../core/checks/check.ts";
import type { Finding, Summary } from "../../core/checks/summary.ts";

export interface Report {
  stack: string;
  results: readonly Result[];
  summary: Summary;
  /** It was asked what the first `pulumi up` needs. */
  isBefore: boolean;
}

export type Format = "table" | "short" | "json" | "markdown";
export type Renderer = (report: Report) => string;

/** The answer: `500 repositories: 497 work, 2 broken, 1 cannot be told from here`; `497 ready` before the first `pulumi up`. */
export function describeCounts({ summary: { repositories, counts }, isBefore }: Report): string {
  const { works, broken, unknown, waits } = counts;
  const parts = [
    `${works} ${isBefore ? "ready" : works === 1 ? "works" : "work"}`,
    ...(broken > 0 ? [`${broken} broken`] : []),
    ...(unknown > 0 ? [`${unknown} cannot be told from here`] : []),
    ...(waits > 0 ? [describeWaiting(waits, isBefore)] : []),
  ];
  return `${repositories.length} ${repositories.length === 1 ? "repository" : "repositories"}: ${parts.join(", ")}`;
}

function describeWaiting(count: number, isBefore: boolean): string {
  if (isBefore) return `${count} ready as far as can be told`;
  return `${count} ${count === 1 ? "waits" : "wait"} for a merge or a first run`;
}

/** So many are named. */
const named = 3;

/** `in 12 repositories: a, b, c and 9 more`; undefined where it is about the stack. */
export function describePlaces({ repositories }: Finding): string | undefined {
  const [only, ...others] = repositories;
  if (only === undefined) return undefined;
  if (others.length === 0) return `in ${only}`;
  const names = repositories.slice(0, named).join(", ");
  const rest = repositories.length > named ? ` and ${repositories.length - named} more` : "";
  return `in ${repositories.length} repositories: ${names}${rest}`;
}

/** How a kind of finding is called. */
export const kinds: Record<Finding["kind"], string> = {
  broken: "BROKEN",
  unknown: "cannot be told",
  waits: "waits",
  warning: "warning",
};

/** Where a check is explained. */
export const pageOf = (id: string): string => `docs/troubleshooting.md#${id}`;
