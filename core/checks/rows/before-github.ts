/** Before the first `pulumi up`: what the credential for GitHub may do. */
import { formatMessage } from "../../messages/entry.ts";
import { scopeMissing } from "../../messages/repositories.ts";
import { findMissingPermissions, findMissingScopes, listNeededPermissions } from "../../settings/token-rights.ts";
import { type BeforeFacts, isRefused } from "../before-facts.ts";
import { isUnread } from "../facts.ts";
import type { StackCheck } from "../judge.ts";
import { brokenByMessage } from "../message-verdicts.ts";
import { broken, judgeFact, link, ok, unknown, wait } from "../verdicts.ts";

type Row = StackCheck<BeforeFacts>;

const row = { category: "credentials", phase: "before", scope: "stack", severity: "error" } as const;

const kinds = {
  scopes: "a token with scopes",
  app: "a GitHub App",
  "fine-grained": "a fine-grained token",
  "installation-token": "a token of an installation or of a job",
} as const;

const githubCredential: Row = {
  ...row,
  severity: "fatal",
  id: "github-credential",
  title: "A GitHub credential is set, and GitHub accepts it",
  reads: "`GITHUB_TOKEN`, `GITHUB_APP_*` or the login of `gh`; one GraphQL query",
  cause: "no variable is set and `gh` is not logged in, or the token has expired",
  fix: "`gh auth login`, or a new `GITHUB_TOKEN`",
  judge: ({ github }) => {
    if (!isUnread(github)) return ok(kinds[github.kind]);
    return isRefused(github)
      ? brokenByMessage(github.unread, "Set a new GITHUB_TOKEN, or run: gh auth login")
      : unknown(github.unread);
  },
};

const githubRights: Row = {
  ...row,
  id: "github-rights",
  title: "The GitHub credential has every right that the stack needs",
  reads: "`X-OAuth-Scopes` of an answer; the permissions of an App's installation",
  needs: ["github-credential"],
  cause: "a classic token without `repo` or `workflow`, an App without one of its permissions",
  fix: "`gh auth refresh --scopes repo,workflow`; for an App its permissions, which the owner of the organization has to accept",
  judge: ({ settings, github }) =>
    judgeFact(github, (rights) => {
      const needed = listNeededPermissions(settings);
      const list = Object.entries(needed)
        .map(([right, level]) => `${right}: ${level}`)
        .join(", ");
      switch (rights.kind) {
        case "scopes": {
          const missing = findMissingScopes(rights.scopes, settings);
          if (missing.length === 0) return ok();
          const what = `the ${missing.length === 1 ? "scope" : "scopes"} ${missing.join(" and ")}`;
          const held = [...rights.scopes].join(", ");
          return brokenByMessage(formatMessage(scopeMissing, { missing: what, scopes: held }), "");
        }
        case "app": {
          const missing = findMissingPermissions(rights.permissions, needed);
          if (missing.length === 0) return ok();
          const permissions = link("https://github.com/settings/apps", "The App's page: Permissions & events");
          return broken(`The GitHub App lacks ${missing.join(", ")}.`, permissions);
        }
        case "fine-grained":
          return wait(`GitHub does not say what a fine-grained token may do. It needs ${list}.`);
        case "installation-token":
          return wait(
            `GitHub does not say what this token may do; that of a job (github.token) may write neither secrets nor workflow files. It needs ${list}.`,
          );
      }
    }),
};

export const beforeGitHubChecks: readonly Row[] = [githubCredential, githubRights];
