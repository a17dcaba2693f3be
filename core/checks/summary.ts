/** What results come to: how each repository stands, and each cause once, however many repositories share it. */
import type { Category, Fix, Result } from "./check.ts";

/**
 * - `works`: every check that was made is ok, or only warns.
 * - `waits`: so it is, as far as it can be; somebody has to merge or to try first.
 * - `unknown`: something that matters cannot be told from here.
 */
export type Standing = "works" | "broken" | "unknown" | "waits";

/** How one cell of the table reads; `none`: nothing was judged. */
export type Cell = "ok" | "broken" | "warning" | "unknown" | "waits" | "none";

/** One cause, with all that it is about. */
export interface Finding {
  id: string;
  title: string;
  kind: "broken" | "warning" | "unknown" | "waits";
  reason: string;
  fix?: Fix;
  /** Each of the repositories has a fix of its own, of the same kind; `fix` is that of the first. */
  isFixForEach?: true;
  /** Empty: the stack's. */
  repositories: string[];
}

export interface Summary {
  repositories: { slug: string; standing: Standing; cells: Map<Category, Cell> }[];
  counts: Record<Standing, number>;
  /** The worst first, each kind in the order of the table. */
  findings: Finding[];
  /** Whether it could be checked, and is in order. */
  exitCode: 0 | 1 | 2;
}

export function summarise(results: readonly Result[], slugs: readonly string[]): Summary {
  const ofStack = results.filter(({ repository }) => repository === undefined);
  const own = Map.groupBy(results, ({ repository }) => repository);
  const repositories = slugs.map((slug) => {
    const all = [...ofStack, ...(own.get(slug) ?? [])];
    return { slug, standing: standingOf(all), cells: cellsOf(all) };
  });
  const counts: Summary["counts"] = { works: 0, broken: 0, unknown: 0, waits: 0 };
  for (const { standing } of repositories) counts[standing] += 1;
  const findings = findFindings(results);
  const stack = standingOf(ofStack);
  const isBroken = counts.broken > 0 || stack === "broken";
  const isUnknown = counts.unknown > 0 || stack === "unknown";
  return { repositories, counts, findings, exitCode: isBroken ? 1 : isUnknown ? 2 : 0 };
}

function standingOf(results: readonly Result[]): Standing {
  const cells = results.map(cellOf);
  return cells.includes("broken")
    ? "broken"
    : results.some((result) => cellOf(result) === "unknown" && result.severity !== "warning")
      ? "unknown"
      : cells.includes("waits")
        ? "waits"
        : "works";
}

const worstFirst: readonly Cell[] = ["broken", "unknown", "waits", "warning", "ok", "none"];

function cellsOf(results: readonly Result[]): Map<Category, Cell> {
  const cells = new Map<Category, Cell>();
  for (const result of results) {
    const [cell, other] = [cellOf(result), cells.get(result.category) ?? "none"];
    cells.set(result.category, worstFirst.indexOf(cell) < worstFirst.indexOf(other) ? cell : other);
  }
  return cells;
}

/** How a result reads. */
export function cellOf({ verdict, severity }: Result): Cell {
  switch (verdict.status) {
    case "ok":
      return "ok";
    case "broken":
      return severity === "warning" ? "warning" : "broken";
    case "unknown":
      return verdict.waits ? "waits" : "unknown";
    case "skipped":
      return "none";
  }
}

function findFindings(results: readonly Result[]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const result of results) {
    const { id, title, repository, verdict } = result;
    const kind = cellOf(result);
    if (kind === "ok" || kind === "none" || verdict.status === "ok") continue;
    const fix = "fix" in verdict ? verdict.fix : undefined;
    const key = JSON.stringify([id, kind, verdict.reason]);
    const known = findings.get(key);
    if (known && repository !== undefined) known.repositories.push(repository);
    if (known && JSON.stringify(known.fix) !== JSON.stringify(fix)) known.isFixForEach = true;
    if (known) continue;
    findings.set(key, {
      ...{ id, title, kind, reason: verdict.reason },
      ...(fix === undefined ? {} : { fix }),
      repositories: repository === undefined ? [] : [repository],
    });
  }
  const rank = ({ kind }: Finding) => worstFirst.indexOf(kind);
  return [...findings.values()].toSorted((one, other) => rank(one) - rank(other));
}
