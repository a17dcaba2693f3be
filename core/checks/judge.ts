/** From what was read to results: each row of the table for the stack, or for each repository. */
import { escapeUnprintable } from "../messages/printable.ts";
import type { Check, Fix, Phase, Result, Verdict } from "./check.ts";
import type { RepositoryFacts, StackFacts } from "./facts.ts";
import { ok, skip } from "./verdicts.ts";

/** A check that is made once. */
export type StackCheck<Facts = StackFacts> = Check<Facts> & { scope: "stack" };

/** A check that is made for each repository. */
export type RepositoryCheck<Facts = RepositoryFacts> = Check<Facts> & { scope: "repository" };

export type Row<Stack = StackFacts, Repository = RepositoryFacts> = StackCheck<Stack> | RepositoryCheck<Repository>;

/** Results in the order of the table: the stack's, and then repository by repository. */
export function judge<Stack, Repository extends { settings: { slug: string } }>(
  rows: readonly Row<Stack, Repository>[],
  stack: Stack,
  repositories: readonly Repository[],
): Result[] {
  const ofStack = rows.filter((row): row is StackCheck<Stack> => row.scope === "stack");
  const ofRepository = rows.filter((row): row is RepositoryCheck<Repository> => row.scope === "repository");
  const standing = new Map<string, Verdict["status"]>();
  const results = ofStack.flatMap((row) => judgeRow(row, stack, standing));
  for (const facts of repositories) {
    const own = new Map(standing);
    results.push(...ofRepository.flatMap((row) => judgeRow(row, facts, own, facts.settings.slug)));
  }
  return results;
}

/** The rows of these phases, in the order of the table. */
export function chooseRows(table: readonly Row[], phases: readonly Phase[]): Row[] {
  return table.filter(({ phase }) => phases.includes(phase));
}

function judgeRow<Facts>(
  row: Check<Facts>,
  facts: Facts,
  standing: Map<string, Verdict["status"]>,
  repository?: string,
): Result[] {
  const { id, category, phase, severity, title } = row;
  const missing = row.needs?.find((need) => standing.has(need) && standing.get(need) !== "ok");
  const said = missing === undefined ? [row.judge(facts)].flat() : [skip(explainSkip(missing, standing.get(missing)))];
  const verdicts: readonly Verdict[] = said.length === 0 ? [ok()] : said;
  standing.set(id, worstOf(verdicts));
  return verdicts.map((verdict) => ({
    ...{ id, category, phase, severity, title },
    verdict: toPrintable(verdict),
    ...(repository === undefined ? {} : { repository }),
  }));
}

/** Names and answers of others stand in it: nothing of it is acted upon by a terminal. */
function toPrintable(verdict: Verdict): Verdict {
  if (verdict.status === "ok") {
    return verdict.detail === undefined ? verdict : { ...verdict, detail: show(verdict.detail) };
  }
  const reason = show(verdict.reason);
  if (verdict.status === "broken") return { ...verdict, reason, fix: toPrintableFix(verdict.fix) };
  if (verdict.status === "unknown" && verdict.fix) return { ...verdict, reason, fix: toPrintableFix(verdict.fix) };
  return { ...verdict, reason };
}

function toPrintableFix(fix: Fix): Fix {
  if (fix.kind === "command") return { ...fix, command: show(fix.command) };
  if (fix.kind === "text") return { ...fix, text: show(fix.text) };
  return { ...fix, url: show(fix.url), text: show(fix.text) };
}

/** A page that a proxy sent in place of an answer is no reason. */
const longest = 4000;

function show(text: string): string {
  return escapeUnprintable(text.length > longest ? `${text.slice(0, longest)}...` : text);
}

function explainSkip(need: string, status: Verdict["status"] | undefined): string {
  const words = { broken: "is broken", unknown: "cannot be told", skipped: "was skipped", ok: "is ok" };
  return `${need} ${words[status ?? "skipped"]}`;
}

const order: readonly Verdict["status"][] = ["broken", "unknown", "skipped", "ok"];

/** The status that counts for what depends on it. */
function worstOf(verdicts: readonly Verdict[]): Verdict["status"] {
  return order.find((status) => verdicts.some((verdict) => verdict.status === status)) ?? "ok";
}
