/** Which mode the action takes, and whether it then does anything: its src/modes/detector.ts and src/github/validation/trigger.ts. */
import type { EventPayload } from "../context.ts";

export type Mode = "agent" | "tag";

export interface Trigger {
  event: string;
  payload: EventPayload;
  prompt: string;
  phrase: string;
  /** Label that starts it. */
  label: string;
  trackProgress: boolean;
}

const entityEvents = ["issues", "issue_comment", "pull_request_review", "pull_request_review_comment"];
const pullEvents = ["pull_request", "pull_request_target"];
const otherEvents = ["workflow_dispatch", "repository_dispatch", "schedule", "workflow_run"];
const progressActions = ["opened", "synchronize", "ready_for_review", "reopened", "labeled"];

/** @throws an Error for what the action does not know. */
export function chooseMode({ event, payload, prompt, trackProgress }: Trigger): Mode {
  if (![...entityEvents, ...pullEvents, ...otherEvents].includes(event))
    throw new Error(`Unsupported event type: ${event}`);
  if (trackProgress) {
    const supported = [...pullEvents, ...entityEvents];
    if (!supported.includes(event)) {
      throw new Error(`track_progress is only supported for events: ${supported.join(", ")}. Current event: ${event}`);
    }
    const { action = "" } = payload;
    if (pullEvents.includes(event) && !progressActions.includes(action)) {
      throw new Error(
        `track_progress for ${event} events is only supported for actions: ${progressActions.join(", ")}. Current action: ${action}`,
      );
    }
    return "tag";
  }
  if (prompt || !entityEvents.includes(event)) return "agent";
  return "tag";
}

export function isTriggered(mode: Mode, trigger: Trigger): boolean {
  const { event, payload, prompt, label } = trigger;
  if (prompt) return true;
  if (mode === "agent") return false;
  const { issue, comment, review, pull_request: pull, action } = payload;
  const texts = () => {
    if (comment) return [comment.body];
    if (event === "pull_request_review") return ["submitted", "edited"].includes(action ?? "") ? [review?.body] : [];
    if (event === "issues" && action === "labeled") return [];
    return [issue?.title ?? pull?.title, issue?.body ?? pull?.body];
  };
  if (event === "issues" && action === "labeled" && payload.label?.name === label) return true;
  return texts().some((text) => holdsPhrase(text ?? "", trigger.phrase));
}

/** Alone: `@claude` and not `@claudette` or `me@claude.ai`. */
export function holdsPhrase(text: string, phrase: string): boolean {
  const quoted = phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(^|\\s)${quoted}([\\s.,!?;:]|$)`, "i").test(text);
}
