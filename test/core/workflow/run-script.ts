/** Runs a script of core/workflow/scripts/ in process, as actions/github-script does: its text, and what it is given. */
import { type ScriptName, scriptText } from "../../../core/workflow/script-text.ts";
import type { Script } from "../../../core/workflow/scripts/script.ts";

/** What a script did that a run shows. */
export interface ScriptOutcome {
  outputs: Record<string, unknown>;
  /** Lines of the log. */
  log: string[];
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parametersAndBody: string[]
) => (...values: unknown[]) => Promise<void>;

/** The delivered text, with a repository `acme/app` in which `alice` started the run. */
export async function runScript(
  name: ScriptName,
  { github, context = {} }: { github?: unknown; context?: object },
): Promise<ScriptOutcome> {
  const outcome: ScriptOutcome = { outputs: {}, log: [] };
  const core: Script["core"] = {
    info: (message) => void outcome.log.push(message),
    setOutput: (output, value) => {
      outcome.outputs[output] = value;
    },
  };
  const given = { github, core, context: { actor: "alice", repo: { owner: "acme", repo: "app" }, ...context } };
  await new AsyncFunction(...Object.keys(given), scriptText(name))(...Object.values(given));
  return outcome;
}
