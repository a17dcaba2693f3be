/** The services as the providers reach them: by the same variables, and for reading only. */

import type { Unread } from "../../core/checks/facts.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import { limitReached } from "../../core/messages/repositories.ts";
import { connectToGitHub, type GitHubConnection } from "../../services/github/connection.ts";
import { describeGitHubError } from "../../services/github/errors.ts";
import { findLimitEnd, formatClockTime } from "../../services/github/rate-limit.ts";
import type { Seen } from "../../services/github/seen.ts";
import { TailnetConnection } from "../../services/tailscale/connection.ts";
import { createRuntime, type Runtime } from "../../services/tailscale/runtime.ts";

export interface Connections {
  github: GitHubConnection | Unread;
  tailnet: TailnetConnection;
  runtime: Runtime;
}

export interface ConnectionSettings {
  environment: Record<string, string | undefined>;
  /** `github:baseUrl` of the stack, which the GitHub provider takes before its variable. */
  githubUrl?: string | undefined;
  /** Called with a line for people when a service asks to wait. */
  tell: (line: string) => void;
}

/** Makes no request yet. */
export function connect({ environment, githubUrl, tell }: ConnectionSettings): Connections {
  const runtime = createRuntime(environment);
  return {
    github: connectGitHub(environment, githubUrl, tell),
    tailnet: new TailnetConnection(runtime, {}),
    runtime,
  };
}

function connectGitHub(
  environment: ConnectionSettings["environment"],
  baseUrl: string | undefined,
  tell: (line: string) => void,
): GitHubConnection | Unread {
  try {
    return connectToGitHub({ baseUrl }, environment, { tell });
  } catch (error) {
    return toUnread(error);
  }
}

/** What GitHub said, and whether one of its limits is reached; undefined for an error of anything else. */
export function explainGitHubError(error: unknown): string | undefined {
  const end = findLimitEnd(error);
  return end === undefined ? describeGitHubError(error) : formatMessage(limitReached, { time: formatClockTime(end) });
}

/** Why something was not read: what a service or a client said. */
export function toUnread(error: unknown): Unread {
  const said = explainGitHubError(error) ?? (error instanceof Error ? error.message : String(error));
  return { unread: said.replace(/\s*\n\s*/g, " ") };
}

/** What `read` gives, or why it does not. */
export async function readFact<T>(read: () => Promise<T>): Promise<T | Unread> {
  try {
    return await read();
  } catch (error) {
    return toUnread(error);
  }
}

/** The same for what GitHub may refuse, which is an answer as well. */
export async function readSeen<T>(read: () => Promise<Seen<T>>): Promise<T | (Unread & { refused?: true })> {
  const answer = await readFact(read);
  if ("unread" in answer) return answer;
  return answer.kind === "seen" ? answer.value : { unread: `GitHub does not show it: ${answer.said}`, refused: true };
}
