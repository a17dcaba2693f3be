/** Runs of workflows, each told once for each state in which it is worth telling. */
import type { WorkflowRun } from "../../github/actions/model.ts";
import { slug } from "../../github/model.ts";
import type { World } from "../../world.ts";

export interface RunOf {
  repository: string;
  run: WorkflowRun;
}

/** Of all repositories, the oldest first. */
export function listRuns({ github }: World): RunOf[] {
  return github.state.repositories
    .flatMap((one) => one.runs.map((run) => ({ repository: slug(one), run })))
    .toSorted((one, other) => one.run.id - other.run.id);
}

/** Those that are wanted and were not told as they are now; `told` remembers them. */
export function takeChanged(
  runs: readonly RunOf[],
  told: Map<number, string>,
  isWanted: (run: WorkflowRun) => boolean,
): RunOf[] {
  return runs.filter(({ run }) => {
    const state = `${run.attempt} ${run.status}`;
    if (!isWanted(run) || told.get(run.id) === state) return false;
    told.set(run.id, state);
    return true;
  });
}
