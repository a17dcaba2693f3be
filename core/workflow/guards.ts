/** The `if` of each preset's job: who and what may start it. What a guard refuses is a skipped job, not a red one. */
import type { Concurrency } from "./model.ts";
import type { PresetName } from "./options.ts";
import { taskDefaults } from "./task.ts";

/**
 * What people wrote, whichever event of the mention preset it is; empty for events of other presets. Untrusted: only for
 * `contains` and never for `run`.
 */
const writtenText =
  "github.event.comment.body || github.event.review.body || format('{0} {1}', github.event.issue.title, github.event.issue.body)";
const authorAssociation =
  "github.event.comment.author_association || github.event.review.author_association || github.event.issue.author_association";

/** Forks get neither secrets nor OIDC tokens. A fork that was deleted meanwhile is null, so this is false. */
const fromThisRepository = "github.event.pull_request.head.repo.full_name == github.repository";
/** The action ends red for any account that is not a user; the type also knows apps without `[bot]` in their name. */
const byPerson = "github.event.sender.type != 'Bot'";

const guards = (triggerPhrase: string): Record<PresetName, readonly string[]> => ({
  review: [
    // A merge group has no pull request to review: skipped, which satisfies a required check.
    "github.event_name == 'pull_request'",
    fromThisRepository,
    // Dependabot's runs get Dependabot's own secrets, also when a person reopens its pull request.
    "github.event.pull_request.user.login != 'dependabot[bot]'",
    byPerson,
    "!github.event.pull_request.draft",
  ],
  mention: [
    // Looser than the action, which wants the phrase to stand alone: the first step tells the two apart.
    `contains(${writtenText}, '${triggerPhrase}')`,
    // Keeps strangers' runs from starting. GitHub calls members who hide their membership contributors
    // (actions/github-script#643), and a member may have no write access: the first step asks precisely.
    `contains(fromJSON('["OWNER","MEMBER","COLLABORATOR","CONTRIBUTOR"]'), ${authorAssociation})`,
    byPerson,
    // Comments in a pull request's conversation are comments on an issue: their event does not say where its branch
    // is, and they run with the rights of the default branch. The first step asks for it.
    `(!github.event.pull_request || ${fromThisRepository})`,
  ],
});

/** The guard as an expression without `${{ }}`, one condition a line. */
export function chooseGuard(preset: PresetName, triggerPhrase: string = taskDefaults.triggerPhrase): string {
  return guards(triggerPhrase)[preset].join(" &&\n");
}

/** What `if` of the later steps of a review says: the first step found something to review. */
export const isInScope = "steps.scope.outputs.review == 'true'";

/** What `if` of the answering job of a mention says: the job before it found that the person may ask. */
export const isGranted = "needs.access.outputs.granted == 'true'";

/**
 * One run at a time per pull request or issue. A review of older commits is cancelled; a mention is not, but of several
 * that wait GitHub keeps only the newest.
 *
 * GitHub was seen to reserve the group before it reads the job's `if`; a run that is skipped therefore gets a group of its
 * own and cancels nobody. Of the review's guards those count here that differ between runs of one pull request; others
 * skip all of them. Whether a mention is skipped is known from the job before it, so that nobody without write access
 * takes the place of a run that waits.
 */
export function chooseConcurrency(preset: PresetName): Concurrency {
  const group =
    preset === "review"
      ? // Among the events of both presets only `pull_request` has a number beside the pull request's own.
        `${byPerson} && !github.event.pull_request.draft && github.event.number`
      : `${isGranted} && (github.event.pull_request.number || github.event.issue.number)`;
  return { group: `claude-${preset}-\${{ ${group} || github.run_id }}`, cancelInProgress: preset === "review" };
}
