/** What an act of the rehearsal is: something that happens on the engine, and claims that code then checks. */
import { workflowDefaults } from "../../core/workflow/options.ts";
import type { Project } from "../project.ts";
import type { World } from "../world.ts";

/** A claim and whether it held. */
export type Check = [claim: string, holds: boolean];

export interface Stage {
  world: World;
  project: Project;
  /** The policy file before the first act. */
  policyBefore: string;
}

export interface Act {
  title: string;
  explanation: string;
  /** It runs workflows, which takes act and programs of Tailscale's: left out where they cannot be built. */
  needsRunner?: true;
  perform(stage: Stage): Promise<Check[]>;
}

export const workflowPath = workflowDefaults.path;

/** Nobody is there to answer questions. */
export const quiet = ["--non-interactive", "--suppress-progress"];

/** `up` without the preview in front, where an act before has shown it. */
export const update = ["up", "--yes", "--skip-preview", ...quiet];

/** Puts other settings in the place of all that the stack has. */
export function replaceSettings(project: Project, settings: Record<string, unknown>): void {
  project.configure((config) => {
    for (const key of Object.keys(config)) delete config[key];
    Object.assign(config, settings);
  });
}
