/** Which events start which preset. */
import type { EventName, Triggers } from "./model.ts";
import { type PresetName, presetNames } from "./options.ts";

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

/** The events of all given presets, each with every activity type that one of them needs. */
export function triggersOf(presets: readonly PresetName[]): Triggers {
  const merged: Partial<Record<EventName, readonly string[]>> = {};
  for (const preset of presetNames.filter((name) => presets.includes(name))) {
    for (const [event, types] of Object.entries(presetTriggers[preset]) as [EventName, readonly string[]][])
      merged[event] = [...new Set([...(merged[event] ?? []), ...types])];
  }
  return merged;
}

export function eventsOf(presets: readonly PresetName[]): readonly EventName[] {
  return Object.keys(triggersOf(presets)) as EventName[];
}
