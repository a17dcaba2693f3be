/** The services as the providers reach them: by the same variables, and for reading only. */

import type { Unread } from "../../core/checks/facts.ts";
import { connectToGitHub, type GitHubConnection } from "../../services/github/connection.ts";
import { describeGitHubError } from "../../services/github/errors.ts";
import { TailnetConnection } from "../../services/tailscale/connection.ts";
import { createRuntime, type Runtime } from "../../services/tailscale/runtime.ts";

export interface Connections {
  /** Undefined reasons stand in `githubRefusal`. */
  github: GitHubConnection | Unread;
  tailnet: TailnetConnection;
  runtime: Runtime;
}

export function connect(environment: Runtime["environment"], tell: (line: string) => void): Connections {
  const runtime = createRuntime(environment);
  return { github: connectGitHub(runtime, tell), tailnet: new TailnetConnection(runtime, {}), runtime };
}

function connectGitHub({ environment }: Runtime, tell: (line: string) => void): GitHubConnection | Unread {
  try {
    return connectToGitHub({}, environment, { tell });
  } catch (error) {
    return toUnread(error);
  }
}

/** Why something was not read: what a service or a client said. */
export function toUnread(error: unknown): Unread {
  const said = describeGitHubError(error) ?? (error instanceof Error ? error.message : String(error));
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
