/** The checks in the docs: a section of docs/troubleshooting.md, and the end of docs/verify.md. */
import type { Section } from "../messages/entry.ts";
import { beforeTable } from "./before-table.ts";
import type { Phase } from "./check.ts";
import { table } from "./table.ts";

/** Each row can be linked to by the id of its check. */
export const checksSection: Section = {
  title: "What npm run verify names",
  introduction:
    "[verify.md](verify.md) says how to run it. Each row begins with what holds where all is well. A check that warns makes no run fail; one that cannot be told needs a right that the\ncredential lacks, or something that has not happened yet.",
  entries: [...beforeTable, ...table].map(({ id, title, severity, cause, fix }) => ({
    seen: `<a id="${id}"></a>\`${id}\`: ${title}${severity === "warning" ? " (warns)" : ""}`,
    cause,
    fix,
  })),
};

const phases: Record<Phase, string> = {
  before: "Before the first `pulumi up`",
  after: "After it",
  run: "Of runs",
  inside: "From within the tailnet",
};

/** What each check reads, by phase: the end of docs/verify.md, from its heading on. */
export function renderReads(): string {
  const rows = [...beforeTable, ...table];
  const parts = Object.entries(phases).flatMap(([phase, title]) => [
    `| ${title} | reads |`,
    "| --- | --- |",
    ...rows
      .filter((row) => row.phase === phase)
      .map(({ id, title, reads }) => `| [\`${id}\`](troubleshooting.md#${id}): ${title} | ${reads} |`),
    "",
  ]);
  return [readsHeading, "", "<!-- Written by `npm run troubleshooting` from core/checks/. -->", "", ...parts].join(
    "\n",
  );
}

export const readsHeading = "## What each check reads";
