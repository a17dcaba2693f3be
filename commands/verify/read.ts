/** Reads what the checks after `pulumi up` need. */
import type { RepositoryFacts, Setup, StackFacts } from "../../core/checks/facts.ts";
import { type Fact, isUnread } from "../../core/checks/facts.ts";
import { readSetup } from "../../core/checks/setup.ts";
import type { RepositorySettings, Settings } from "../../core/settings/settings.ts";
import type { Connections } from "./connections.ts";
import type { Progress } from "./progress.ts";
import type { Exported } from "./state.ts";

/** What is asked for. */
export interface Question {
  stack: string;
  settings: Settings;
  /** Those of the settings that are to be checked. */
  repositories: readonly RepositorySettings[];
  exported: Fact<Exported>;
}

export interface Reading {
  stack: StackFacts;
  repositories: RepositoryFacts[];
}

const notRead = { unread: "not read" };

export async function read(question: Question, connections: Connections, progress: Progress): Promise<Reading> {
  const { stack: name, settings, repositories, exported } = question;
  const setup: Fact<Setup> = isUnread(exported) ? exported : readSetup(exported, settings.repositories);
  const now = connections.runtime.now();
  const stack: StackFacts = {
    ...{ stack: name, now, settings, setup },
    ...{ policy: notRead, devices: notRead, credentials: notRead, central: [] },
  };
  progress.say(`${repositories.length} repositories`);
  return {
    stack,
    repositories: repositories.map((repository) => ({
      stack,
      settings: repository,
      setup: isUnread(setup) ? setup : setup.repositories.get(repository.slug.toLowerCase()),
      ...{ github: notRead, oidc: notRead, file: notRead, proposal: notRead, secrets: notRead },
      ...{ workflowState: notRead, actions: notRead, settingsFiles: notRead, runs: notRead },
    })),
  };
}
