/** Verdicts and fixes, as rows write them. */
import type { Fix, Verdict } from "./check.ts";
import { type Fact, isUnread } from "./facts.ts";

export const ok = (detail?: string): Verdict => ({ status: "ok", ...(detail === undefined ? {} : { detail }) });

export const skip = (reason: string): Verdict => ({ status: "skipped", reason });

export const broken = (reason: string, fix: Fix): Verdict => ({ status: "broken", reason, fix });

export const unknown = (reason: string, fix?: Fix): Verdict => ({
  status: "unknown",
  reason,
  ...(fix === undefined ? {} : { fix }),
});

/** Nothing is wrong, and somebody has to do something first. */
export const wait = (reason: string, fix?: Fix): Verdict => ({
  status: "unknown",
  reason,
  ...(fix === undefined ? {} : { fix }),
  waits: true,
});

/** The verdict on a fact; where it was not read it cannot be told. */
export function judgeFact<T>(
  fact: Fact<T>,
  judge: (value: T) => Verdict | readonly Verdict[],
): Verdict | readonly Verdict[] {
  return isUnread(fact) ? unknown(fact.unread) : judge(fact);
}

export const command = (text: string): Fix => ({ kind: "command", command: text });
export const link = (url: string, text: string): Fix => ({ kind: "link", url, text });
export const text = (words: string): Fix => ({ kind: "text", text: words });

/** `pulumi up` shows what it is about to do and asks, so it is safe to suggest. */
export const up = (stack: string): Fix => command(`pulumi up --stack ${stack}`);

/** The same, for what a plain preview does not look at: credentials and secrets. */
export const upWithRefresh = (stack: string): Fix => command(`pulumi up --refresh --stack ${stack}`);
