/** Which events start which preset. */
import type { EventName, Triggers } from "./model.ts";
import type { PresetName } from "./options.ts";

const presetTriggers = {
  review: { pull_request: ["opened", "synchronize", "ready_for_review", "reopened"] },
  // Not `issues: assigned`: without its input `assignee_trigger` the action answers an assignment with nothing
  // (anthropics/claude-code-action, src/github/validation/trigger.ts).
  mention: {
    issue_comment: ["created"],
    pull_request_review_comment: ["created"],
    pull_request_review: ["submitted"],
    issues: ["opened"],
  },
} as const satisfies Record<PresetName, Triggers>;

/**
 * A required check of a pull request is required of its merge group as well, and would never come without a run. The job's
 * `if` skips it, which GitHub counts as success; so no job of it asks for an OIDC token.
 * https://docs.github.com/pull-requests/how-tos/merge-and-close-pull-requests/troubleshooting-required-status-checks
 */
const skippedTriggers = { review: { merge_group: ["checks_requested"] }, mention: {} } as const satisfies Record<
  PresetName,
  Triggers
>;

/** The events of all given presets, each with every activity type that one of them needs. */
export function listTriggers(presets: readonly PresetName[]): Triggers {
  return merge(presets.flatMap((name) => [presetTriggers[name], skippedTriggers[name]]));
}

/** The events for which a job of the presets runs. */
export function listEvents(presets: readonly PresetName[]): readonly EventName[] {
  return Object.keys(merge(presets.map((name) => presetTriggers[name]))) as EventName[];
}

function merge(all: readonly Triggers[]): Triggers {
  const merged: Partial<Record<EventName, readonly string[]>> = {};
  for (const [event, types] of all.flatMap((triggers) => Object.entries(triggers)) as [EventName, readonly string[]][])
    merged[event] = [...new Set([...(merged[event] ?? []), ...types])];
  return merged;
}
