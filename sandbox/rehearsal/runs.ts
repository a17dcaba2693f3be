/** Runs of the delivered workflow: what happened in them, as GitHub, the tailnet and Aperture have it. */
import type { LogEntry } from "../aperture/log.ts";
import { commentOn, type PullRequest, type Repository, type WorkflowJob, type WorkflowRun } from "../github/index.ts";
import type { Runner } from "../runner/index.ts";
import type { Tailnet } from "../tailnet/index.ts";
import type { World } from "../world.ts";
import { printDim, printIndented } from "./screen.ts";

/** What an act needs that has `needsRunner`. */
export function running({ runner, tailnet }: World): { runner: Runner; tailnet: Tailnet } {
  if (!runner || !tailnet) throw new Error("The world was started without a runner.");
  return { runner, tailnet };
}

/** Does something that starts runs, waits for their end and returns them; of each repository in the order in which they began. */
export async function runsAfter(
  world: World,
  repositories: Repository | Repository[],
  happen: () => unknown,
): Promise<WorkflowRun[]> {
  const { runner } = running(world);
  await runner.idle();
  const all = () => [repositories].flat().flatMap(({ runs }) => runs);
  const before = new Set(all());
  happen();
  await runner.idle();
  return all().filter((run) => !before.has(run));
}

/** The runs of a comment, which somebody writes. */
export function runsOfComment(world: World, repository: Repository, pull: PullRequest, author: string, body: string) {
  return runsAfter(world, repository, () => commentOn(repository, pull.number, { author, body }));
}

export const jobOf = (run: WorkflowRun | undefined, name: string): WorkflowJob | undefined =>
  run?.jobs.find((job) => job.name === name);

/** Why a run is red, in the words of its annotations. */
export const failuresOf = (run: WorkflowRun | undefined): string[] =>
  run?.jobs.flatMap(({ annotations }) =>
    annotations.filter(({ level }) => level === "failure").map(({ message }) => message),
  ) ?? [];

/** The step in which a run failed. */
export const failedStep = (run: WorkflowRun | undefined): string | undefined =>
  run?.jobs.flatMap(({ steps }) => steps).find(({ conclusion }) => conclusion === "failure")?.name;

/** What Aperture logged of a run. */
export const entriesOf = (world: World, run: WorkflowRun | undefined): LogEntry[] =>
  world.aperture.log.filter((entry) => run !== undefined && entry.run === String(run.id));

/** Whether no runner is left in the tailnet with that tag. */
export const hasLeft = (world: World, tag: string): boolean =>
  !running(world)
    .tailnet.nodes()
    .some(({ tags }) => tags.includes(tag));

/** Comments of the workflow in a pull request, as its page shows them. */
export const commentsOfWorkflow = ({ comments }: PullRequest) =>
  comments.filter(({ author }) => author.login === "github-actions[bot]");

/** As the Actions page would show it: each job with its steps, and what failed. The report has all runs by itself. */
export function showRun({ name, event, action, jobs, conclusion }: WorkflowRun): void {
  printDim(`Run of "${name}" on ${action ? `${event}: ${action}` : event}: ${conclusion}`);
  for (const job of jobs) {
    const steps = job.steps.map((step) => `${signs[step.conclusion ?? ""] ?? "·"} ${step.name}`);
    printIndented([`${job.name}: ${job.conclusion}`, ...steps.map((line) => `  ${line}`)].join("\n"));
    for (const { level, message } of job.annotations) printIndented(`  ${level}: ${message}`);
  }
}

const signs: Record<string, string> = { success: "✓", failure: "✗", skipped: "-" };

/** As the page of Aperture shows it; so does the report. */
export function showEntries(entries: LogEntry[]): void {
  for (const { login, repository, number, model, status, reason } of entries) {
    printIndented(
      `Aperture: ${login || "nobody"} for ${repository}#${number} asked for ${model}: ${status}${reason ? `, ${reason}` : ""}`,
    );
  }
}
