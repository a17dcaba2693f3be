/** Judgements of a repository that hold before the first `pulumi up` and after it. */
import type { SeenRepository } from "../delivery/repository-obstacles.ts";
import type { RepositorySettings } from "../settings/settings.ts";
import { type ActionsPolicy, judgeActions, listUses } from "../workflow/allowed-actions.ts";
import { isRefused } from "./before-facts.ts";
import type { Fix, Verdict } from "./check.ts";
import { type Fact, isUnread } from "./facts.ts";
import { broken, judgeFact, link, ok, text, wait } from "./verdicts.ts";

interface Seen {
  settings: RepositorySettings;
  github: Fact<SeenRepository | undefined>;
  actions: Fact<ActionsPolicy>;
}

export function judgeActionsOn({ github, actions }: Seen): Verdict | readonly Verdict[] {
  if (isRefused(actions)) return wait("The credential may not see whether Actions are enabled (Administration, read).");
  return judgeFact(actions, ({ kind }) =>
    kind === "off" ? broken("GitHub Actions are disabled.", actionsPage(github)) : ok(),
  );
}

export function judgeActionsAllowed({ settings, github, actions }: Seen): Verdict | readonly Verdict[] {
  return judgeFact(actions, (policy) => {
    const [owner = ""] = settings.slug.split("/");
    const { refused, unsure } = judgeActions(policy, listUses(settings.workflow.actions), owner);
    if (refused.length > 0)
      return broken(`These actions may not run: ${refused.map(withoutCommit).join(", ")}.`, actionsPage(github));
    if (unsure.length === 0) return ok();
    return wait(`Only GitHub knows whether the creators of ${unsure.map(withoutCommit).join(" and ")} are verified.`);
  });
}

const withoutCommit = (uses: string): string => uses.split("@")[0] ?? uses;

const actionsPage = (github: Seen["github"]): Fix => pageOf(github, "settings/actions", "Settings > Actions > General");

/** A page of the repository on GitHub, by its path there; where the repository was not read, the page's name alone. */
export function pageOf(github: Seen["github"], page: string, name: string): Fix {
  if (isUnread(github) || github?.url === undefined) return text(name);
  return link(`${github.url}/${page}`, name);
}
