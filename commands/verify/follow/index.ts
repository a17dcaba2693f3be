/** `--watch` and `--open-pull-request`: what is waited for, and what is left as it was. */
import { randomBytes } from "node:crypto";
import { isUnread } from "../../../core/checks/facts.ts";
import type { Followed } from "../../../core/checks/run-facts.ts";
import type { RepositorySettings, Settings } from "../../../core/settings/settings.ts";
import { samplePath } from "../../../core/workflow/sample-path.ts";
import { taskDefaults } from "../../../core/workflow/task.ts";
import type { GitHubConnection } from "../../../services/github/connection.ts";
import { findRepositories, type KnownRepository } from "../../../services/github/repositories.ts";
import { identifyRights } from "../../../services/github/rights.ts";
import { listRuns } from "../../../services/github/runs.ts";
import { observeScopes } from "../../../services/github/scopes.ts";
import { TrialPull } from "../../../services/github/trial-pull.ts";
import { type Connections, toUnread } from "../connections.ts";
import type { Progress } from "../progress.ts";
import { FollowError, followRun, type RunQuestion, type Waiting } from "./follow-run.ts";

export { FollowError } from "./follow-run.ts";

export interface FollowOptions {
  connections: Connections;
  settings: Settings;
  repository: RepositorySettings;
  progress: Progress;
  /** Aborted when somebody interrupts. */
  signal: AbortSignal;
  /** Milliseconds between two looks. */
  pauseMs: number;
}

/** GitHub starts a run within seconds; on a day that is not its best, later. */
const toBeginMinutes = 5;
/** Of a run that somebody is to start. */
const toWatchMinutes = 60;
/** Over the limit of a job: for the runner, and for a job before it. */
const spareMinutes = 20;

/** Follows the run that goes on, or the next one. */
export async function watchRun(options: FollowOptions): Promise<Followed> {
  const { repository } = options;
  const github = connectionOf(options);
  const question: RunQuestion = {
    slug: repository.slug,
    filter: { workflowPath: repository.workflow.path },
    choose: ([newest]) => (newest && newest.status !== "completed" ? newest : chooseNew(newest)),
  };
  let known: number | undefined;
  /** One that ended before the first look is over; one that came and ended between two looks is new. */
  function chooseNew<Run extends { id: number }>(newest: Run | undefined): Run | undefined {
    const isNew = newest !== undefined && known !== undefined && newest.id !== known;
    known ??= newest?.id ?? 0;
    return isNew ? newest : undefined;
  }
  return followRun(github, question, { ...waitingOf(options), toBegin: toWatchMinutes });
}

/** Opens the pull request of the how-to's last step, follows its run, and leaves nothing of it. */
export async function tryPullRequest(options: FollowOptions): Promise<Followed> {
  const { repository, progress, connections } = options;
  const github = connectionOf(options);
  const known = await findTarget(github, repository);
  const id = randomBytes(4).toString("hex");
  const path = samplePath(`claude-aperture-verify-${id}`, repository.workflow.paths, repository.workflow.skipPaths);
  if (path === undefined)
    throw new FollowError(
      "No file of a test pull request would be reviewed: workflow.paths and workflow.skipPaths leave none.",
    );
  const branch = `claude-aperture-verify/${id}`;
  const title = `Test of Claude Code through Aperture (${id})`;
  // What was opened is closed whoever interrupts.
  let signal: AbortSignal | undefined = options.signal;
  const trial = new TrialPull(
    github,
    {
      ...{ repositoryId: known.nodeId, slug: known.slug, base: known.defaultBranch?.name ?? "" },
      ...{ branch, title, body: description, file: { path, text: change } },
    },
    (seconds) => connections.runtime.sleep(seconds * 1000, signal),
  );
  try {
    for (const url of await trial.findEarlier(/^claude-aperture-verify\/[0-9a-f]{8}$/))
      progress.note(`Still open from a run that was killed: ${url}`);
    options.signal.throwIfAborted();
    const { pull, commit } = await trial.open();
    progress.note(`Opened ${pull.url}`);
    options.signal.throwIfAborted();
    const question = repository.workflow.presets.includes("review")
      ? ofReview(repository, commit)
      : await ofMention(github, repository, title, async (body) => trial.comment(pull.number, body));
    return await followRun(github, question, { ...waitingOf(options), toBegin: toBeginMinutes });
  } finally {
    signal = undefined;
    await end(trial, branch, progress);
  }
}

const description = `Opened by \`npm run verify -- --open-pull-request\`, to see whether Claude answers through Aperture.

It closes itself, and its branch goes. Nothing of it is to be merged.
`;
const change = `# A test

This file belongs to a pull request that \`npm run verify -- --open-pull-request\` has opened. It is not to be merged.
`;

const ofReview = ({ slug, workflow }: RepositorySettings, commit: string): RunQuestion => ({
  slug,
  filter: { workflowPath: workflow.path, headSha: commit },
  choose: (runs) => runs.find(({ event }) => event === "pull_request"),
});

/**
 * Runs for comments are on the default branch: of the new ones it is the one with our title. A workflow that names its runs has none: then
 * the one that is still alone at the second look, since somebody else may have commented just before.
 */
async function ofMention(
  github: GitHubConnection,
  { slug, workflow }: RepositorySettings,
  title: string,
  comment: (body: string) => Promise<void>,
): Promise<RunQuestion> {
  const filter = { workflowPath: workflow.path, event: "issue_comment" };
  const before = await listRuns(github, slug, filter);
  const old = new Set(before.kind === "seen" ? before.value.map((run) => run.id) : []);
  await comment(`${workflow.triggerPhrase ?? taskDefaults.triggerPhrase} Say in one sentence that you can be reached.`);
  let alone: number | undefined;
  return {
    slug,
    filter,
    choose(runs) {
      const fresh = runs.filter((run) => !old.has(run.id));
      const [one, ...others] = fresh;
      const isAlone = one !== undefined && others.length === 0 && one.id === alone;
      alone = one?.id;
      return fresh.find((run) => run.title === title) ?? (isAlone ? one : undefined);
    },
  };
}

/** The repository, if a pull request there starts a run. */
async function findTarget(github: GitHubConnection, { slug, workflow }: RepositorySettings): Promise<KnownRepository> {
  const scopes = observeScopes(github);
  const found = (await findRepositories([{ slug, workflowPath: workflow.path }], github)).get(slug);
  const { kind } = await identifyRights(github, scopes());
  if (kind === "app" || kind === "installation-token")
    throw new FollowError(
      "A pull request of an App or of a job starts no review. Use a token of a person: gh auth login.",
    );
  if (!found) throw new FollowError(`${slug} does not exist, or the credential does not see it.`);
  if (found.archived || found.disabled)
    throw new FollowError(`${slug} is archived or disabled: nothing can be opened there.`);
  if (found.workflowBlob === undefined)
    throw new FollowError(
      `${slug} has no ${workflow.path} on its default branch, so no run would start. Merge it, or run pulumi up.`,
    );
  return found;
}

/** Whatever happened before: it must not hide what is left. */
async function end(trial: TrialPull, branch: string, progress: Progress): Promise<void> {
  progress.say("closing the pull request");
  try {
    const { closed, left } = await trial.end();
    if (left.length === 0) progress.note(closed ? "Closed it, and deleted its branch." : "Nothing of it is left.");
    for (const one of left) progress.note(`Left: ${one}`);
  } catch (error) {
    const { unread: reason } = toUnread(error);
    progress.note(`It could not be closed; close it by hand, and delete its branch, ${branch}. ${reason}`);
  }
}

function connectionOf({ connections: { github } }: FollowOptions): GitHubConnection {
  if (isUnread(github)) throw new FollowError(github.unread);
  return github;
}

function waitingOf({
  connections: { runtime },
  repository,
  progress,
  signal,
  pauseMs,
}: FollowOptions): Omit<Waiting, "toBegin"> {
  return {
    toEnd: repository.workflow.timeoutMinutes + spareMinutes,
    pause: () => runtime.sleep(pauseMs, signal),
    now: runtime.now,
    tell: (line) => progress.step(line),
  };
}
