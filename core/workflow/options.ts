/** What decides a workflow file: the options, their defaults, and what is wrong with given ones. */
import type { Tag } from "../policy/fragment.ts";
import { isTag } from "../policy/rules.ts";
import type { Problem } from "../problem.ts";
import { type ActionName, actionNames, parsePin } from "./actions.ts";
import { findSecretExpression, findUntrustedExpression, hasUnclosedExpression } from "./expressions.ts";
import {
  isEnvironmentName,
  isHostname,
  isModelName,
  isOneLine,
  isOtherSystem,
  isPrintable,
  isWorkflowPath,
  longestPrompt,
  promptLength,
} from "./names.ts";
import { findTaskProblems } from "./task.ts";

/**
 * Each preset is one job of the file.
 * - `review`: reviews every pull request, from branches of the repository, that is not a draft.
 * - `mention`: answers `@claude`, or another phrase, in issues, comments and reviews of people with a place in the repository.
 */
export const presetNames = ["review", "mention"] as const;
export type PresetName = (typeof presetNames)[number];

/** How a runner joins the tailnet: a federated identity (GitHub's OIDC token) or an OAuth client. */
export type IdentityKind = "federated" | "oauth";

export interface WorkflowOptions {
  /** Stack owner for the header, `<project>/<stack>`, such as `claude-aperture/prod`. */
  owner: string;
  /** At least one; order and repetition change nothing. */
  presets: readonly PresetName[];
  identity: IdentityKind;
  /** Aperture's host name as runners call it: `ai` means `http://ai`. */
  hostname: string;
  /** The runner's only tag. Two would give it another identity in Aperture: their joined names. */
  tag: Tag;
  /** For `--model`, as Aperture's provider lists it, without the provider: `claude-sonnet-4-6`. Default: the action's. */
  model?: string;
  /** Where the file will be: `.github/workflows/claude.yml`. */
  path: string;
  /**
   * What the review looks at; replaces the preset's text. Repository, pull request and how to comment are added to it.
   * A mention brings its own text, and a prompt would make the action answer every comment: that preset has none.
   */
  prompt?: string;
  /** Added to Claude Code's system prompt, behind what the preset has there. Without expressions. */
  systemPrompt?: string;
  /** Rules for tools that are added to the preset's, see tool-rules.ts. */
  allowedTools?: readonly string[];
  /** Whether commands in `allowedTools` may run, and with them what a pull request makes of them; default false. */
  trustPullRequestCode?: boolean;
  /** After how many answers of the model a run ends, red; default Claude Code's: no limit. */
  maxTurns?: number;
  /** What a mention begins with or has in it as a word of its own; default `@claude`. */
  triggerPhrase?: string;
  /** Patterns, see path-patterns.ts: a review needs a file that they match. Of several the last that matches decides. */
  paths?: readonly string[];
  /** Files that need no review, as patterns. */
  skipPaths?: readonly string[];
  /** A pull request with one of these labels gets no review. Case counts as little as for GitHub. */
  skipLabels?: readonly string[];
  /** Whether requests name repository, run and pull request to Aperture, see claude-step.ts; default true. */
  headers?: boolean;
  /** Runner label, or all labels that a runner must have. */
  runsOn: string | readonly string[];
  /** GitHub environment of the jobs. Changes the subject of the OIDC token: see oidc.ts. */
  environment?: string;
  /** Limit of each job, in minutes. Claude gets five less, at least half of it, so that the last step can still report. */
  timeoutMinutes: number;
  /**
   * Whether a mention on the pull request of a fork is answered; default false. Claude's commits go to a new branch of
   * this repository then, with the name of the fork's.
   */
  allowForks?: boolean;
  /** How long the runner waits until Aperture's name and port can be reached; default 45. */
  joinTimeoutSeconds?: number;
  /** Other releases or forks of the actions, `owner/repository@<commit SHA>`, if wanted with ` # v1.2.3` behind it. */
  actions?: Partial<Record<ActionName, string>>;
}

export const workflowDefaults = {
  path: ".github/workflows/claude.yml",
  runsOn: "ubuntu-latest",
  timeoutMinutes: 30,
  allowForks: false,
  joinTimeoutSeconds: 45,
} as const satisfies Partial<WorkflowOptions>;

/** Joining the tailnet alone may take two. */
export const minimumTimeoutMinutes = 5;
/** GitHub's own limit for a job on a hosted runner. */
export const maximumTimeoutMinutes = 360;
/** A longer wait would hide a fault. */
export const maximumJoinTimeoutSeconds = 300;

/** What a job does to join the tailnet, besides the options: neither value is a secret. */
export interface LiteralCredential {
  /** The client ID of a federated identity. */
  clientId: string;
  audience: string;
}

/** With `credential` the jobs have a federated identity's two values in their text, and read no secrets. */
export type JobOptions = WorkflowOptions & { credential?: LiteralCredential };

/** Repository secrets that a workflow file reads. */
export interface SecretNames {
  clientId: string;
  /** What goes with the client ID: the audience of a federated identity, the secret of an OAuth client. */
  audienceOrSecret: string;
}

/**
 * The names of Tailscale's how-to, for jobs wherever they stand. A caller reads others and passes them under those: where files
 * replace each other, each finds its own pair until it goes. A federated identity accepts one central file only, so callers of
 * different files read different pairs; an OAuth client serves any.
 *
 * @param callKey of a caller: which central file it calls, see `keyOfCall`.
 */
export function nameSecrets(identity: IdentityKind, callKey?: string): SecretNames {
  const isFederated = identity === "federated";
  if (callKey === undefined)
    return { clientId: "TS_OAUTH_CLIENT_ID", audienceOrSecret: isFederated ? "TS_AUDIENCE" : "TS_OAUTH_SECRET" };
  if (!isFederated) return { clientId: "TS_CENTRAL_CLIENT_ID", audienceOrSecret: "TS_CENTRAL_OAUTH_SECRET" };
  const suffix = callKey.toUpperCase();
  return { clientId: `TS_CENTRAL_CLIENT_ID_${suffix}`, audienceOrSecret: `TS_CENTRAL_AUDIENCE_${suffix}` };
}

/** Options that no workflow can be made of. */
export class WorkflowError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
    this.name = "WorkflowError";
    this.problems = problems;
  }
}

/** Everything that is wrong with the options; empty if nothing is. */
export function findWorkflowProblems(options: WorkflowOptions): Problem[] {
  const problems: Problem[] = [];
  const expect = (right: boolean, path: string, message: string) => right || problems.push({ path, message });

  expect(isOneLine(options.owner), "owner", `must be one line of text, not ${JSON.stringify(options.owner)}.`);
  expect(options.presets.length > 0, "presets", `name at least one of ${presetNames.join(", ")}.`);
  for (const preset of options.presets)
    expect(presetNames.includes(preset), "presets", `"${preset}" does not exist; use ${presetNames.join(", ")}.`);
  expect(
    isHostname(options.hostname),
    "hostname",
    `"${options.hostname}" is not a host name; write it without scheme, port and path, like ai.`,
  );
  expect(
    isTag(options.tag),
    "tag",
    `"${options.tag}" is not one tag; write tag:, a letter, then letters, digits and dashes, like tag:ci.`,
  );
  expect(
    options.model === undefined || isModelName(options.model),
    "model",
    `"${options.model}" is not a model's name; write it as Aperture's provider lists it, like claude-sonnet-4-6.`,
  );
  expect(
    isWorkflowPath(options.path),
    "path",
    `"${options.path}" is no workflow; GitHub reads .yml and .yaml files directly in .github/workflows/.`,
  );
  expect(
    Number.isInteger(options.timeoutMinutes) &&
      options.timeoutMinutes >= minimumTimeoutMinutes &&
      options.timeoutMinutes <= maximumTimeoutMinutes,
    "timeoutMinutes",
    `must be a whole number from ${minimumTimeoutMinutes} to ${maximumTimeoutMinutes}, not ${options.timeoutMinutes}.`,
  );
  const { joinTimeoutSeconds = workflowDefaults.joinTimeoutSeconds } = options;
  expect(
    Number.isInteger(joinTimeoutSeconds) && joinTimeoutSeconds >= 0 && joinTimeoutSeconds <= maximumJoinTimeoutSeconds,
    "joinTimeoutSeconds",
    `must be a whole number from 0 to ${maximumJoinTimeoutSeconds}, not ${joinTimeoutSeconds}.`,
  );
  if (options.environment !== undefined)
    expect(
      isEnvironmentName(options.environment),
      "environment",
      `"${options.environment}" must be the plain name of an environment: it is part of the OIDC subject, where * matches anything.`,
    );

  const labels = [options.runsOn].flat();
  expect(labels.length > 0 && labels.every(isOneLine), "runsOn", "name at least one runner label, each one line.");
  for (const text of labels) {
    expectTrusted("runsOn", text);
    expect(
      !isOtherSystem(text),
      "runsOn",
      `"${text}" is not Linux; the steps and Tailscale's action are for Linux here.`,
    );
  }
  if (options.prompt !== undefined) {
    const { prompt } = options;
    expect(prompt.trim() !== "", "prompt", "is empty; leave it out to get the preset's own text.");
    expect(isPrintable(prompt), "prompt", "has a character that a YAML file cannot hold; remove control characters.");
    const length = promptLength(prompt);
    expect(length <= longestPrompt, "prompt", `is ${length} characters long for GitHub, of at most ${longestPrompt}.`);
    expectTrusted("prompt", prompt);
  }
  for (const [name, pin] of Object.entries(options.actions ?? {})) {
    const path = `actions["${name}"]`;
    expect(actionNames.includes(name as ActionName), path, `is not used; the file uses ${actionNames.join(", ")}.`);
    expect(
      parsePin(pin) !== undefined,
      path,
      `"${pin}" is not pinned; write owner/repository@ and the 40 digits of a commit.`,
    );
  }
  return [...problems, ...findTaskProblems(options)];

  function expectTrusted(path: string, text: string) {
    const found = findUntrustedExpression(text);
    expect(found === undefined, path, `${found} can carry text of an outsider; remove it or use a number or an id.`);
    const secret = findSecretExpression(text);
    expect(secret === undefined, path, `${secret} holds a secret; remove it.`);
    expect(!hasUnclosedExpression(text), path, "has `${{` without `}}`; GitHub would refuse the whole workflow.");
  }
}
