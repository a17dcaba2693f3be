/** The settings that a repository inherits from its stack: tag, models, identity, workflow; delivery is in delivery.ts. */
import { z } from "zod";
import { formatMessage } from "../messages/entry.ts";
import { notAModelPattern, notATag, notLinux, organizationSecret, promptTooLong } from "../messages/settings.ts";
import { isModelPattern, isTag, tagSyntax } from "../policy/rules.ts";
import { actionNames, parsePin } from "../workflow/actions.ts";
import { identityScopes } from "../workflow/file.ts";
import {
  isEnvironmentName,
  isModelName,
  isOneLine,
  isOtherSystem,
  isPrintable,
  isWorkflowPath,
  longestPrompt,
  promptLength,
  workflowPathPattern,
} from "../workflow/names.ts";
import {
  maximumJoinTimeoutSeconds,
  maximumTimeoutMinutes,
  minimumTimeoutMinutes,
  type PresetName,
  presetNames,
  workflowDefaults,
} from "../workflow/options.ts";
import { describeUnknownKey, quoteInput, settingsObject, text } from "./objects.ts";
import { taskFields } from "./task-fields.ts";

/** GitHub's OIDC issuer: docs.github.com, "OpenID Connect reference". */
export const githubIssuer = "https://token.actions.githubusercontent.com";

/** What a key means when the stack does not set it. */
export const defaults = {
  hostname: "ai",
  tag: "tag:ci",
  tagOwners: [] as string[],
  models: ["anthropic/**"],
  identity: { kind: "federated" as const },
  workflow: {
    presets: ["review"] as PresetName[],
    ...workflowDefaults,
    adopt: false,
  },
  policy: { mode: "write" as const, takeOver: false, test: "accept" as const, shareTag: false },
  delivery: { kind: "commit" as const },
  onUnavailable: "fail" as const,
};

export const tag = text('a tag, such as "tag:ci"')
  .refine(isTag, {
    error: (issue) => formatMessage(notATag, { value: quoteInput(issue) }),
  })
  .meta({
    description:
      "The one tag that runners carry; Aperture identifies and authorises them by it. Repositories that share a tag " +
      "share its grant and look like one caller in Aperture's logs.",
    default: defaults.tag,
    examples: ["tag:ci", "tag:ci-api"],
    pattern: `^${tagSyntax}$`,
  });

export const models = z
  .array(
    text('a model pattern, such as "anthropic/**"').refine(isModelPattern, {
      error: (issue) => formatMessage(notAModelPattern, { value: quoteInput(issue), model: bareModel(issue.input) }),
    }),
    { error: "Expected a list of model patterns, such as [anthropic/**]." },
  )
  .min(1, {
    error: "Name at least one model pattern, such as anthropic/**: without one Aperture refuses every request.",
  })
  .meta({
    description:
      "The models that runners with this tag may use, as globs in provider/model form: `*` is one segment, `**` is any number.",
    default: defaults.models,
    examples: [["anthropic/**"], ["anthropic/claude-sonnet-4-6"]],
  });

function bareModel(input: unknown): string {
  return typeof input === "string" && /^[a-z0-9.-]{1,80}$/i.test(input) ? input : "claude-sonnet-4-6";
}

export const identity = z
  .discriminatedUnion(
    "kind",
    [
      settingsObject("identity", {
        kind: z.literal("federated").meta({
          description:
            "Workload identity federation: GitHub's OIDC token is the credential, so nothing is stored that could expire or leak.",
        }),
        scope: z
          .enum(identityScopes, { error: "Expected repository or organization." })
          .optional()
          .meta({
            description:
              "`repository`: an identity for each repository, and its two values as repository secrets. `organization`, with " +
              "`delivery: { kind: central }`: one for each central workflow, which holds the values itself and lists the " +
              "repositories that it runs for; no repository has a secret.",
            default: "repository",
            examples: ["organization"],
          }),
        issuer: z
          .url({ protocol: /^https$/, error: "Expected an https:// URL that Tailscale can reach." })
          .optional()
          .meta({
            description:
              "The issuer of the OIDC tokens. Default github.com's; GitHub Enterprise Server has https://HOST/_services/token.",
            default: githubIssuer,
            examples: ["https://github.example.com/_services/token"],
          }),
      }),
      settingsObject("identity", {
        kind: z.literal("oauth").meta({
          description:
            "An OAuth client, for organisations without workload identity federation; its secret is stored in the repository.",
        }),
        scope: z
          .literal("repository", { error: formatMessage(organizationSecret, {}) })
          .optional()
          .meta({
            description: "An OAuth client serves one repository, since it has a secret.",
            default: "repository",
          }),
        // A number is what YAML makes of `rotation: 2`.
        rotation: z
          .union([z.string(), z.number()], { error: "Expected a name for the rotation, such as 2026-11." })
          .refine((rotation) => isRotation(String(rotation)), {
            error: (issue) =>
              `${quoteInput(issue)} cannot name a rotation. Use up to 40 letters, digits, ".", "_" and "-", such as 2026-11.`,
          })
          .optional()
          .meta({
            description:
              "Any name. Changing it renews the client and its secret; the new one works before the old one is deleted.",
            examples: ["2026-11"],
          }),
      }),
    ],
    { error: "Expected { kind: federated } or { kind: oauth }." },
  )
  .meta({
    description: "How a runner authenticates to Tailscale.",
    default: defaults.identity,
    examples: [{ kind: "oauth" }],
  });

/** It stands in the name of a resource. */
function isRotation(rotation: string): boolean {
  return /^[A-Za-z0-9._-]{1,40}$/.test(rotation);
}

const preset = z.enum(presetNames, {
  error: (issue) => `${quoteInput(issue)} is not a preset. Presets: ${presetNames.join(", ")}.`,
});

/** `provider/model`, of a provider that a pattern can name and a model that Claude Code can ask for. */
function isOneModel(value: string): boolean {
  const [provider, ...model] = value.split("/");
  return isModelPattern(`${provider}/**`) && !provider?.includes("*") && isModelName(model.join("/"));
}

const runnerLabel = text("a runner label")
  .refine(isOneLine, {
    error: (issue) => `${quoteInput(issue)} is not a runner label: one line, without spaces around it.`,
  })
  .refine((label) => !isOtherSystem(label), {
    error: (issue) => formatMessage(notLinux, { label: quoteInput(issue) }),
  });

/** zod knows names of a record as a property does, and its types do not. */
const pinsError: z.core.$ZodErrorMap = (issue) =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => describeUnknownKey(key, [...actionNames], "actions")).join("\n")
    : "Expected an object: the action's name, and owner/repository@commit.";

export const workflow = settingsObject("workflow", {
  presets: z
    .array(preset, { error: `Expected a list of presets: ${presetNames.join(", ")}.` })
    .min(1, { error: "Name at least one preset: review, mention." })
    .optional()
    .meta({
      description:
        "What Claude does; each preset is a job of the workflow file. `review` reviews each pull request, `mention` answers " +
        "@claude in comments and issues (`triggerPhrase`).",
      default: defaults.workflow.presets,
      examples: [["review", "mention"]],
    }),
  path: text("a path inside .github/workflows/")
    .refine(isWorkflowPath, {
      error: (issue) =>
        `${quoteInput(issue)} is not a workflow file. GitHub runs only .github/workflows/NAME.yml (or .yaml), without a folder between.`,
    })
    .optional()
    .meta({
      description: "Where the workflow file is in the repository.",
      default: defaults.workflow.path,
      pattern: workflowPathPattern.source,
      examples: [".github/workflows/review.yml"],
    }),
  prompt: text("the text of a prompt")
    .refine((prompt) => prompt.trim() !== "", { error: "The prompt is empty. Remove the key to use the preset's own." })
    .refine(isPrintable, { error: "The prompt has a control character, which no YAML file can hold. Remove it." })
    .refine((prompt) => promptLength(prompt) <= longestPrompt, {
      error: ({ input }) => formatMessage(promptTooLong, { length: promptLength(String(input)), most: longestPrompt }),
    })
    .optional()
    .meta({
      description:
        "What Claude is asked to do in a review, in place of the preset's own prompt. Repository and pull request number are " +
        "put in front of it. Expressions that an outsider controls, such as the pull request's title, or that hold a secret, " +
        "are refused.",
      examples: ["Look for SQL injection and missing tests. Post inline comments."],
    }),
  model: text("a model")
    .refine(isOneModel, {
      error: (issue) =>
        `${quoteInput(issue)} is not one model. Write provider/model without wildcards, such as anthropic/claude-sonnet-4-6.`,
    })
    .optional()
    .meta({
      description:
        "The one model that Claude Code asks for, inside the granted patterns. Default: the first granted pattern without a " +
        "wildcard; with a whole provider granted (anthropic/**), Claude Code's own default. Required when the grant is narrower " +
        "than a provider and names no exact model.",
      examples: ["anthropic/claude-sonnet-4-6"],
    }),
  runsOn: z
    .union([runnerLabel, z.array(runnerLabel).min(1, { error: "Name at least one runner label." })], {
      error: "Expected a runner label, or a list of labels, such as [self-hosted, linux].",
    })
    .optional()
    .meta({
      description: "The runner's labels. It must be Linux, with sudo and curl.",
      default: defaults.workflow.runsOn,
      examples: [["self-hosted", "linux"]],
    }),
  environment: text("the name of an environment")
    .refine(isEnvironmentName, {
      error: (issue) =>
        `${quoteInput(issue)} cannot be an environment here: one line without spaces around it, asterisks and expressions, at most ` +
        "255 characters.",
    })
    .optional()
    .meta({
      description:
        "A GitHub environment that the jobs use, for required reviewers. It is part of the OIDC subject, so the federated " +
        "identity trusts only this environment.",
      examples: ["claude"],
    }),
  timeoutMinutes: z
    .int({ error: "Expected a whole number of minutes." })
    .min(minimumTimeoutMinutes, {
      error: `At least ${minimumTimeoutMinutes} minutes: joining the tailnet alone may take two.`,
    })
    .max(maximumTimeoutMinutes, { error: `At most ${maximumTimeoutMinutes} minutes: GitHub ends a job then.` })
    .optional()
    .meta({
      description: "After how many minutes GitHub ends a job.",
      default: defaults.workflow.timeoutMinutes,
      examples: [45],
    }),
  joinTimeoutSeconds: z
    .int({ error: "Expected a whole number of seconds." })
    .min(0, { error: "At least 0 seconds: one request is sent in any case." })
    .max(maximumJoinTimeoutSeconds, {
      error: `At most ${maximumJoinTimeoutSeconds} seconds: what takes longer is no delay but a fault.`,
    })
    .optional()
    .meta({
      description:
        "How long a runner that joined the tailnet waits until Aperture's name and port can be reached. Names and routes can " +
        "come seconds after the node.",
      default: defaults.workflow.joinTimeoutSeconds,
      examples: [90],
    }),
  allowForks: z
    .boolean({ error: "Expected true or false." })
    .optional()
    .meta({
      description:
        "Whether `mention` answers in the conversation of a fork's pull request. Claude then works on the fork's code with " +
        "write access, and commits what it changes to this repository, to a new branch with the name of the fork's.",
      default: defaults.workflow.allowForks,
      examples: [true],
    }),
  ...taskFields,
  actions: z
    .partialRecord(
      z.enum(actionNames, { error: `Known actions: ${actionNames.join(", ")}.` }),
      text("an action pinned to a commit").refine((pin) => parsePin(pin) !== undefined, {
        error: (issue) =>
          `${quoteInput(issue)} is not pinned. Write owner/repository@ and the 40 hexadecimal digits of a commit.`,
      }),
      {
        error: pinsError,
      },
    )
    .optional()
    .meta({
      description: "Other pins of the actions, for a mirror or a newer version: name to owner/repository@commit.",
      examples: [{ "actions/checkout": "acme/checkout@0123456789abcdef0123456789abcdef01234567" }],
    }),
  adopt: z
    .boolean({ error: "Expected true or false." })
    .optional()
    .meta({
      description:
        "Replace a workflow file that exists at `path` and was not written by this program, and repository secrets of the names " +
        "that it reads.",
      default: defaults.workflow.adopt,
      examples: [true],
    }),
}).meta({ description: "The workflow file.", examples: [{ presets: ["review", "mention"] }] });
