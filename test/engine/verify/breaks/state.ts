/** Between the settings and what was set up. */
import type { Break } from "./break.ts";
import { addEntry } from "./settings.ts";

let path: string | undefined;

export const stateBreaks: readonly Break[] = [
  {
    title: "a repository is added to the settings, and nobody runs pulumi up",
    check: "repository-set-up",
    says: "The state has no workflow file of acme/",
    isLate: true,
    break: addEntry,
    mend: "pulumi up",
  },
  {
    title: "verify runs where there is no pulumi",
    check: "state-read",
    isForAll: true,
    says: "there is no `pulumi` on PATH",
    break({ project }) {
      path = project.environment.PATH;
      project.environment.PATH = "/nowhere";
    },
    mend: {
      advice: "pulumi stack export --stack test --file state.json",
      by({ project }) {
        if (path !== undefined) project.environment.PATH = path;
      },
    },
  },
];
