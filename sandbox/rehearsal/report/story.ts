/** What happened in a rehearsal, as plain data: all that the report is made of. */
import type { LogEntry } from "../../aperture/index.ts";
import type { WorkflowRun } from "../../github/actions/model.ts";
import type { Check } from "../act.ts";
import type { Piece } from "../screen.ts";

export interface Story {
  /** RFC 3339. */
  begun: string;
  seconds: number;
  /** Which engine ran, line by line. */
  engine: string[];
  acts: ActStory[];
  /** Acts that this machine cannot perform. */
  leftOut: { title: string; reason: string }[];
  /** Claims about the rehearsal as a whole. */
  closing: Check[];
}

export interface ActStory {
  title: string;
  explanation: string;
  /** Seconds from the beginning of the story; so are all times of this act. */
  begun: number;
  seconds: number;
  /** In the order in which they came. */
  events: StoryEvent[];
  requests: RequestStory[];
  /** What is otherwise in the world after the act, as unified diffs. */
  changes: { title: string; text: string }[];
  checks: Check[];
  /** The act did not come to its end. */
  error?: string;
}

export type StoryEvent =
  | Piece
  | { kind: "command"; command: string; output: string; exitCode: number; seconds: number }
  | { kind: "run"; repository: string; run: WorkflowRun }
  | { kind: "gateway"; entries: LogEntry[] };

export type ServiceName = "Tailscale" | "GitHub" | "Aperture";

export interface RequestStory {
  /** When it was answered. */
  at: number;
  service: ServiceName;
  method: string;
  path: string;
  operations: string[];
  status: number;
  /** It may have changed something. */
  isWrite: boolean;
  /** What went wrong on purpose. */
  fault?: string;
}

/** Everything that did not hold, of all acts and of the closing. */
export function countFailed({ acts, closing }: Story): number {
  const failed = (checks: readonly Check[]) => checks.filter(([, holds]) => !holds).length;
  return acts.reduce((sum, { checks, error }) => sum + failed(checks) + (error === undefined ? 0 : 1), failed(closing));
}

export function countClaims({ acts, closing }: Story): number {
  return acts.reduce((sum, { checks }) => sum + checks.length, closing.length);
}
