/** What is asked of GitHub for a stack's repositories. */
import { namePullBranches } from "../../core/delivery/branches.ts";
import { listCentralRepositories } from "../../core/delivery/central-files.ts";
import type { Settings } from "../../core/settings/settings.ts";
import type { RepositoryRequest } from "./repositories.ts";

/** Central repositories, and those of the stack, each with its workflow file and the branch of a pull request that removes it. */
export function listRequests(settings: Settings): RepositoryRequest[] {
  return [
    ...listCentralRepositories(settings).map((slug) => ({ slug, workflowPath: "" })),
    // Behind them: of one that is both, it is its own file that is asked for.
    ...settings.repositories.map(({ slug, workflow }) => ({
      slug,
      workflowPath: workflow.path,
      removalBranch: namePullBranches(settings.policy.owner, workflow.path).removal.head,
    })),
  ];
}
