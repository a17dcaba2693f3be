/** Runs a script of core/workflow/scripts/ in process, as actions/github-script does, and says what it did. */
import { vi } from "vitest";
import { credentials, type ScriptName, scriptText } from "../../../core/workflow/script-text.ts";
import { checkAccess } from "../../../core/workflow/scripts/check-access.ts";
import { checkScope } from "../../../core/workflow/scripts/check-scope.ts";
import { collectPullRequest } from "../../../core/workflow/scripts/collect-pull-request.ts";
import { explainTailnet as explainFederated } from "../../../core/workflow/scripts/explain-tailnet-federated.ts";
import { explainTailnet as explainOauth } from "../../../core/workflow/scripts/explain-tailnet-oauth.ts";
import { report } from "../../../core/workflow/scripts/report.ts";
import type { Script } from "../../../core/workflow/scripts/script.ts";
import { texts } from "../../../core/workflow/texts.ts";

export interface ScriptOutcome {
  outputs: Record<string, unknown>;
  /** Variables for the steps that follow. */
  exported: Record<string, string>;
  log: string[];
  notices: string[];
  warnings: string[];
  /** The message of a red step. */
  failed?: string;
  summary: string;
  /** File name -> text. */
  written: Record<string, string>;
}

/** The world of a script: alice started the run, in the repository acme/app. */
export interface World {
  /** GitHub's API, as far as the script asks. */
  github?: unknown;
  context?: object;
  env?: Record<string, string>;
  /** File name -> text. */
  files?: Record<string, string>;
  /** Standard output of `sudo tailscale status --json`. */
  tailscaleStatus?: string;
  /** GitHub's answer to the request for an OIDC token. */
  idToken?: () => string;
  fetch?: typeof fetch;
}

const functions: Record<ScriptName, (script: Script) => Promise<void>> = {
  "check-access": checkAccess,
  "check-scope": checkScope,
  "collect-pull-request": collectPullRequest,
  "explain-tailnet-federated": explainFederated,
  "explain-tailnet-oauth": explainOauth,
  report,
};

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parametersAndBody: string[]
) => (...values: unknown[]) => Promise<void>;

/**
 * What the delivered text does. The function of the file, of which the text is made, runs as well and has to do the same.
 * @param world made anew for each of the two.
 */
export async function runScript(name: ScriptName, world: () => World): Promise<ScriptOutcome> {
  const run = async (start: (given: Omit<Script, "text" | "credentials">) => Promise<void>) => {
    const outcome: ScriptOutcome = {
      outputs: {},
      exported: {},
      log: [],
      notices: [],
      warnings: [],
      summary: "",
      written: {},
    };
    const { fetch: answer, ...rest } = world();
    if (answer) vi.stubGlobal("fetch", answer);
    await start(givenOf(rest, outcome)).finally(() => vi.unstubAllGlobals());
    return outcome;
  };
  const fromFile = await run((given) => functions[name]({ ...given, text: texts, credentials }));
  const delivered = await run((given) =>
    new AsyncFunction(...Object.keys(given), scriptText(name))(...Object.values(given)),
  );
  if (JSON.stringify(fromFile) !== JSON.stringify(delivered))
    throw new Error(`${JSON.stringify(delivered)} is not ${JSON.stringify(fromFile)}`);
  return delivered;
}

function givenOf(world: World, outcome: ScriptOutcome): Omit<Script, "text" | "credentials"> {
  const summary = {
    addRaw: (markdown: string) => {
      outcome.summary += markdown;
      return { write: async () => {} };
    },
  };
  return {
    github: world.github as Script["github"],
    core: {
      info: (message) => void outcome.log.push(message),
      notice: (message) => void outcome.notices.push(message),
      warning: (message) => void outcome.warnings.push(message),
      setFailed: (message) => {
        outcome.failed = message;
      },
      setOutput: (output, value) => {
        outcome.outputs[output] = value;
      },
      exportVariable: (variable, value) => {
        outcome.exported[variable] = value;
      },
      getIDToken: async () => world.idToken?.() ?? "",
      summary,
    },
    context: {
      actor: "alice",
      repo: { owner: "acme", repo: "app" },
      eventName: "issue_comment",
      issue: { number: 5 },
      payload: {},
      ...world.context,
    },
    exec: {
      getExecOutput: async (command, args) => {
        if ([command, ...args].join(" ") !== "sudo tailscale status --json") throw new Error(`${command} ${args}`);
        return { exitCode: 0, stdout: world.tailscaleStatus ?? "" };
      },
    },
    process: {
      env: world.env ?? {},
      getBuiltinModule: () => ({
        readFileSync: (file) => {
          const text = world.files?.[file];
          if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${file}'`);
          return text;
        },
        writeFileSync: (file, text) => {
          outcome.written[file] = text;
        },
      }),
    },
    JSON,
  };
}
