/** What was set up, by the stack's state. */
import type { Pull } from "../../delivery/proposal.ts";
import { isUnread, type StackFacts } from "../facts.ts";
import type { RepositoryCheck, StackCheck } from "../judge.ts";
import { broken, command, judgeFact, link, ok, unknown, up, wait } from "../verdicts.ts";

/** Callers are not written before their central workflow is there. */
function findCentralPull({ central }: StackFacts, repository: string): Pull | undefined {
  const pending = central.filter(({ setup: { file }, live }) => {
    return file.repository.toLowerCase() === repository.toLowerCase() && !isUnread(live) && live === undefined;
  });
  return pending
    .flatMap(({ proposal }) => (isUnread(proposal) ? [] : proposal.pulls))
    .find(({ state }) => state === "OPEN");
}

export const stateRows: readonly (StackCheck | RepositoryCheck)[] = [
  {
    id: "state-read",
    category: "machine",
    phase: "after",
    scope: "stack",
    severity: "error",
    title: "The stack's state says what was set up",
    reads: "`pulumi stack export`",
    cause:
      "no `pulumi` on `PATH`, no login to the backend, or another stack is selected. What does not need the state is checked all the same",
    fix: "`pulumi login`; or a file of `pulumi stack export` from where it works: `npm run verify -- --state FILE`",
    judge({ setup, stack }) {
      if (isUnread(setup))
        return unknown(setup.unread, command(`pulumi stack export --stack ${stack} --file state.json`));
      return setup.claim === undefined
        ? broken("The state has nothing: `pulumi up` has not run yet.", up(stack))
        : ok();
    },
  },
  {
    id: "repository-set-up",
    category: "machine",
    phase: "after",
    scope: "repository",
    severity: "error",
    title: "The last `pulumi up` has set the repository up",
    reads: "`pulumi stack export`",
    needs: ["state-read"],
    cause:
      "it was added to the settings since, the last run failed in the middle, GitHub's limits left it for another run, or it waits for its central workflow",
    fix: "`pulumi up`",
    judge({ setup, settings, stack }) {
      return judgeFact(setup, (own) => {
        if (own?.file) return ok();
        const pull =
          settings.delivery.kind === "central" ? findCentralPull(stack, settings.delivery.repository) : undefined;
        if (!pull) return broken(`The state has no workflow file of ${settings.slug}.`, up(stack.stack));
        return wait(
          `It comes when pull request #${pull.number}, with its central workflow, is merged and \`pulumi up\` has run again.`,
          link(pull.url, "Review and merge it"),
        );
      });
    },
  },
];
