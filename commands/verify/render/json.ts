/** Every check with its verdict, for programs: docs/verify.md has an example. */
import { describeCounts, pageOf, type Report } from "../report.ts";

export function renderJson(report: Report): string {
  const { stack, results, summary } = report;
  const { counts, exitCode, repositories } = summary;
  const value = {
    stack,
    answer: describeCounts(report),
    exitCode,
    counts,
    repositories: Object.fromEntries(repositories.map(({ slug, standing }) => [slug, standing])),
    checks: results.map(({ id, category, phase, severity, title, repository, verdict }) => ({
      ...{ id, category, phase, severity, title },
      ...(repository === undefined ? {} : { repository }),
      ...verdict,
      page: pageOf(id),
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
