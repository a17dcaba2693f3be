/** GitHub as our provider reaches it: with the GitHub provider's credentials, from the environment alone. */
import { Commits } from "../services/github/commits.ts";
import { connectToGitHub, type GitHubConnection } from "../services/github/connection.ts";
import { describeGitHubError } from "../services/github/errors.ts";
import { LiveFiles } from "../services/github/live-files.ts";
import { Mutations } from "../services/github/mutations.ts";
import { findNodeId } from "../services/github/node-id.ts";
import { RepositoryNodes } from "../services/github/nodes.ts";
import { setLabels } from "../services/github/pull-mutations.ts";
import { findPulls, type LivePulls, type PullsAddress } from "../services/github/pulls.ts";
import { describeWait } from "../services/github/wait.ts";
import {
  disableWorkflow,
  enableWorkflow,
  type WorkflowAddress,
  type WorkflowSwitch,
} from "../services/github/workflow-state.ts";
import type { Runtime } from "../services/tailscale/runtime.ts";

/** What operations do at GitHub. */
export interface GitHubAccess {
  files: LiveFiles;
  commits: Commits;
  mutations: Mutations;
  /** See `findPulls`. */
  findPulls(address: PullsAddress): Promise<LivePulls | undefined>;
  /** See `setLabels`. */
  setLabels(change: Parameters<typeof setLabels>[1]): Promise<void>;
  /** See `disableWorkflow`. */
  disableWorkflow(workflow: WorkflowAddress): Promise<WorkflowSwitch>;
  /** See `enableWorkflow`. */
  enableWorkflow(workflow: WorkflowAddress): Promise<WorkflowSwitch>;
  /** GraphQL's node id; undefined when there is no such repository, or it cannot be seen. */
  findRepositoryId(slug: string): Promise<string | undefined>;
  /** Cause and fix of an error of GitHub; undefined for any other. */
  describe(error: unknown): string | undefined;
}

/** GitHub's hourly limits end within an hour. A run that failed would have to go on there all the same, and Ctrl-C ends a wait. */
const patientWaits = { longest: 3700, times: 20 };

/** Reads no credential before something is asked for. `tell` gets a line for people when GitHub asks to wait. */
export function accessGitHub(runtime: Runtime, tell: (line: string) => unknown, signal: AbortSignal): GitHubAccess {
  let connection: GitHubConnection | undefined;
  const connect = async () => {
    connection ??= connectToGitHub({}, runtime.environment, {
      tell,
      signal,
      waits: patientWaits,
      ...(runtime.retryPause === undefined ? {} : { retryPause: runtime.retryPause }),
    });
    return connection;
  };
  const nodes = new RepositoryNodes(connect);
  const wait = async (seconds: number) => {
    tell(describeWait(seconds, runtime.now()));
    await runtime.sleep(seconds * 1000, signal);
  };
  return {
    files: new LiveFiles(nodes),
    commits: new Commits(connect),
    mutations: new Mutations(connect, wait),
    findPulls: (address) => findPulls(nodes, address),
    setLabels: async (change) => setLabels(await connect(), change),
    disableWorkflow: async (workflow) => disableWorkflow(await connect(), workflow),
    enableWorkflow: async (workflow) => enableWorkflow(await connect(), workflow),
    findRepositoryId: async (slug) => findNodeId(await connect(), slug),
    describe: describeGitHubError,
  };
}
