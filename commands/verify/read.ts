/** Reads what the checks after `pulumi up` need. */
import type { RepositoryFacts, Setup, StackFacts } from "../../core/checks/facts.ts";
import { type Fact, isUnread } from "../../core/checks/facts.ts";
import type { Followed } from "../../core/checks/run-facts.ts";
import { readSetup } from "../../core/checks/setup.ts";
import type { RepositorySettings, Settings } from "../../core/settings/settings.ts";
import type { Connections } from "./connections.ts";
import type { Progress } from "./progress.ts";
import { readCentral } from "./read-central.ts";
import { type Machine, readInside } from "./read-inside.ts";
import { readRepositories } from "./read-repositories.ts";
import { readTailnet } from "./read-tailnet.ts";
import type { Exported } from "./state.ts";

/** What is asked for. */
export interface Question {
  /** As commands name it. */
  stack: string;
  settings: Settings;
  /** Those of the settings that are to be checked. */
  repositories: readonly RepositorySettings[];
  exported: Fact<Exported>;
  /** Aperture's URL, of `--aperture`. */
  aperture?: string | undefined;
  /** What became of the run that was waited for, in the one repository of the question. */
  followed?: Followed | undefined;
}

export interface Reading {
  stack: StackFacts;
  repositories: RepositoryFacts[];
}

export async function read(
  question: Question,
  connections: Connections,
  machine: Machine,
  progress: Progress,
): Promise<Reading> {
  const { stack: name, settings, repositories, exported } = question;
  const setup: Fact<Setup> = isUnread(exported) ? exported : readSetup(exported, settings.repositories);
  progress.say("the tailnet");
  const reading = readTailnet(connections, setup);
  const devices = reading.then((tailnet) => tailnet.devices);
  const [tailnet, central, inside] = await Promise.all([
    reading,
    isUnread(setup) ? [] : readCentral(setup, settings.policy.owner, connections),
    readInside(connections.runtime, machine, {
      ...{ hostname: settings.aperture.hostname, given: question.aperture, devices },
    }),
  ]);
  const stack: StackFacts = {
    stack: name,
    now: connections.runtime.now(),
    settings,
    setup,
    ...tailnet,
    central,
    inside,
  };
  let done = 0;
  const tell = () => progress.say(`${++done} of ${repositories.length} repositories`);
  const read = await readRepositories(stack, repositories, connections, tell);
  const { followed } = question;
  return { stack, repositories: followed ? read.map((facts) => ({ ...facts, followed })) : read };
}
