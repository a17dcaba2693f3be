/** Settings files of Claude Code in the repository, which could send its requests past Aperture. */
import { findRedirects } from "../../workflow/claude-settings.ts";
import type { Verdict } from "../check.ts";
import type { RepositoryCheck } from "../judge.ts";
import { pageOf } from "../repository-verdicts.ts";
import { broken, judgeFact, unknown } from "../verdicts.ts";

export const redirectRows: readonly RepositoryCheck[] = [
  {
    id: "redirect-settings",
    category: "redirects",
    phase: "after",
    scope: "repository",
    severity: "warning",
    title: "No settings file in the repository sends Claude elsewhere",
    reads:
      "`.claude/settings.json` and `.claude/settings.local.json` of the default branch, in one GraphQL query for 50 repositories",
    needs: ["repository-there"],
    cause:
      "`.claude/settings.json` sets a base URL, another provider, a proxy or a key helper. Our jobs do not read it ([settings](security.md#settings)); other workflows and people's own Claude Code do",
    fix: "take those lines out of the file",
    judge: ({ settingsFiles, github }) =>
      judgeFact(settingsFiles, (files) =>
        files.flatMap(({ path, text }): Verdict[] => {
          if (text === undefined) return [unknown(`GitHub does not show the text of ${path}.`)];
          const names = findRedirects(text);
          if (names.length === 0) return [];
          return [
            broken(
              `${path} sets ${names.join(", ")}; the stack's workflow does not read it, others do.`,
              pageOf(github, `blob/HEAD/${path}`, "Take them out of it"),
            ),
          ];
        }),
      ),
  },
];
