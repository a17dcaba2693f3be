/** The checks as a section of docs/troubleshooting.md. */
import type { Section } from "../messages/entry.ts";
import { beforeTable } from "./before-table.ts";
import { table } from "./table.ts";

/** Each row can be linked to by the id of its check. */
export const checksSection: Section = {
  title: "What npm run verify names",
  introduction:
    "[verify.md](verify.md) says how to run it. A check that warns makes no run fail; one that cannot be told needs a right that the\ncredential lacks, or something that has not happened yet.",
  entries: [...beforeTable, ...table].map(({ id, title, severity, cause, fix }) => ({
    seen: `<a id="${id}"></a>\`${id}\`: ${title}${severity === "warning" ? " (warns)" : ""}`,
    cause,
    fix,
  })),
};
