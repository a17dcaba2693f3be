/** Reads what the checks before the first `pulumi up` need. */
import type { BeforeFacts, RepositoryBefore } from "../../../core/checks/before-facts.ts";
import { isUnread } from "../../../core/checks/facts.ts";
import { readSetup } from "../../../core/checks/setup.ts";
import type { Connections } from "../connections.ts";
import type { Progress } from "../progress.ts";
import type { Question } from "../read.ts";
import type { StackFiles } from "../settings.ts";
import { readGitHubBefore } from "./github.ts";
import { readMachine } from "./machine.ts";
import { readTailnetBefore } from "./tailnet.ts";

export interface BeforeReading {
  stack: BeforeFacts;
  repositories: RepositoryBefore[];
}

export async function readBefore(
  { stack: name, settings, repositories, exported }: Question,
  files: StackFiles,
  connections: Connections,
  progress: Progress,
): Promise<BeforeReading> {
  const { environment } = connections.runtime;
  progress.say(`this machine, the tailnet, ${repositories.length} repositories`);
  const [machine, tailnet, github] = await Promise.all([
    readMachine(environment),
    readTailnetBefore(connections, settings),
    readGitHubBefore(connections.github, settings, repositories),
  ]);
  const claim = isUnread(exported) ? undefined : readSetup(exported, settings.repositories).claim;
  const stack: BeforeFacts = {
    ...{ stack: name, settings, machine, githubProvider: readProvider(files, environment), ...tailnet },
    ...(claim === undefined ? {} : { claim }),
    ...{ github: github.rights, workflows: github.workflows, central: github.central },
  };
  return { stack, repositories: github.repositories.map((one) => ({ stack, ...one })) };
}

/** A value of the stack wins over the variable, as with every provider of Pulumi. */
function readProvider(
  { config }: StackFiles,
  environment: Record<string, string | undefined>,
): BeforeFacts["githubProvider"] {
  const legacyClient = config["github:legacyClient"] ?? environment.GITHUB_LEGACY_CLIENT;
  const parallelRequests = config["github:parallelRequests"] ?? environment.GITHUB_PARALLEL_REQUESTS;
  return {
    ...(legacyClient ? { legacyClient } : {}),
    ...(parallelRequests ? { parallelRequests } : {}),
  };
}
