/** A line for each run of a workflow that has ended, for who has the sandbox's terminal in view. */
import type { Log } from "./engine/progress.ts";
import { slug, type WorkflowRun } from "./github/index.ts";
import type { World } from "./world.ts";

/** Follows the runs of a world with a runner. */
export function showRuns({ github, runner }: Pick<World, "github" | "runner">, log: Log): void {
  const shown = new Set<WorkflowRun>();
  const { onEvent } = github.state;
  github.state.onEvent = (event) => {
    onEvent?.(event);
    runner?.idle().then(showEnded, (error) => log(String(error)));
  };

  function showEnded(): void {
    for (const repository of github.state.repositories) {
      for (const run of repository.runs) {
        if (run.status !== "completed" || shown.has(run)) continue;
        shown.add(run);
        log(`${slug(repository)}  ${run.name}, ${run.event} by ${run.actor}: ${run.conclusion}${failedSteps(run)}`);
      }
    }
  }
}

const failedSteps = ({ jobs }: WorkflowRun): string =>
  jobs
    .flatMap(({ steps }) => steps.filter(({ conclusion }) => conclusion === "failure"))
    .map(({ name }) => ` in "${name}"`)
    .join();
