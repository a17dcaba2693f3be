/** A GitHub and a runner without a tailnet, for workflows of a few lines. */

import {
  pushCommit,
  type Repository,
  type RepositoryOptions,
  setCollaborator,
  startGitHub,
  type WorkflowRun,
} from "../../../sandbox/github/index.ts";
import { startRunner } from "../../../sandbox/runner/index.ts";

export const path = ".github/workflows/small.yml";

export type Small = Awaited<ReturnType<typeof startSmall>>;

/** `acme/app`, where `alice` may write; a minute of a job's time limit takes a second. */
export async function startSmall({
  repositories = ["acme/app"],
}: {
  repositories?: (`${string}/${string}` | RepositoryOptions)[];
} = {}) {
  const github = await startGitHub({ repositories });
  const runner = await startRunner({ github, minuteMs: 1000 });
  const repository = github.state.repository("acme/app");
  setCollaborator(repository, "alice", "write");
  /** Runs of the repository that `act` brings, when they are over. */
  async function runsOf(act: () => unknown, of: Repository = repository): Promise<WorkflowRun[]> {
    await runner.idle();
    const before = of.runs.length;
    await act();
    await runner.idle();
    return of.runs.slice(before);
  }
  return {
    github,
    runner,
    repository,
    runsOf,
    /** Pushes the file to the default branch, and returns the run of that push. */
    async runPushed(text: string, files: Record<string, string> = {}): Promise<WorkflowRun> {
      const [run] = await runsOf(() => pushCommit(repository, "main", { [path]: text, ...files }));
      if (!run) throw new Error("the push started nothing");
      return run;
    },
    async close() {
      await runner.close();
      await github.close();
    },
  };
}

/** A workflow with one job, `work`, of these steps. */
export function oneJob(
  steps: object[],
  { on = "push", ...rest }: { on?: unknown; [key: string]: unknown } = {},
): string {
  const { job = {}, ...top } = rest as { job?: object };
  // JSON is YAML.
  return JSON.stringify({ on, ...top, jobs: { work: { "runs-on": "ubuntu-latest", ...job, steps } } }, undefined, 1);
}

/** The log without the time in front of each line. */
export const linesOf = (log: string): string[] => log.split("\n").map((line) => line.replace(/^\S+Z /, ""));

export const resultsOf = (run: WorkflowRun | undefined): Record<string, string | null> =>
  Object.fromEntries((run?.jobs ?? []).map(({ name, conclusion }) => [name, conclusion]));
