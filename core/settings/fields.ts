/** The settings that a repository inherits from its stack: tag, models, identity, workflow, delivery. */
import leven from "leven";
import { z } from "zod";
import { isModelPattern, isTag } from "../policy/rules.ts";
import { actionNames, parsePin } from "../workflow/actions.ts";
import { maximumJoinTimeoutSeconds, type PresetName, presetNames, workflowDefaults } from "../workflow/options.ts";

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

/** An object that refuses keys it does not know and suggests the nearest one that it does. */
export function settingsObject<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape))).join(" ")
        : issue.code === "invalid_type"
          ? `Expected an object with the keys ${Object.keys(shape).join(", ")}.`
          : undefined,
  });
}

/** The sentence about a key that does not exist: a suggestion when one is near, else the list. */
export function unknownKey(key: string, known: string[]): string {
  const distance = (name: string) => leven(key.toLowerCase(), name.toLowerCase());
  const nearest = known.toSorted((a, b) => distance(a) - distance(b))[0];
  return nearest !== undefined && distance(nearest) <= Math.max(2, Math.floor(nearest.length / 3))
    ? `There is no key "${key}". Did you mean "${nearest}"?`
    : `There is no key "${key}". Known keys: ${known.join(", ")}.`;
}

/** A string, or a message that says what was expected. */
export function text(expected: string) {
  return z.string({ error: `Expected ${expected}.` });
}

/** The value of an issue as a person wrote it. */
export function quoted(issue: { input?: unknown }): string {
  return JSON.stringify(issue.input);
}

export const tag = text('a tag, such as "tag:ci"')
  .refine(isTag, {
    error: (issue) =>
      `${quoted(issue)} is not a tag. Write "tag:", a letter, then letters, digits or dashes, such as tag:ci. ` +
      "Exactly one: with two tags Aperture sees another identity.",
  })
  .meta({
    description:
      "The one tag that runners carry; Aperture identifies and authorises them by it. Repositories that share a tag " +
      "share its grant and look like one caller in Aperture's logs.",
    default: defaults.tag,
    examples: ["tag:ci", "tag:ci-api"],
    pattern: "^tag:[A-Za-z][A-Za-z0-9-]*$",
  });

export const models = z
  .array(
    text('a model pattern, such as "anthropic/**"').refine(isModelPattern, {
      error: (issue) =>
        `${quoted(issue)} is not a model pattern. Write provider/pattern, where the provider is its key in Aperture's ` +
        `configuration: anthropic/**, anthropic/claude-sonnet-*, or anthropic/${bareModel(issue.input)}.`,
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
  return typeof input === "string" && /^[a-z0-9.-]+$/i.test(input) ? input : "claude-sonnet-4-6";
}

export const identity = z
  .discriminatedUnion(
    "kind",
    [
      settingsObject({
        kind: z.literal("federated").meta({
          description:
            "Workload identity federation: GitHub's OIDC token is the credential; nothing can expire or leak.",
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
      settingsObject({
        kind: z.literal("oauth").meta({
          description:
            "An OAuth client, for organisations without workload identity federation; its secret is stored in the repository.",
        }),
        rotation: text("a name for the rotation, such as 2026-11")
          .regex(/^[A-Za-z0-9._-]{1,40}$/, {
            error: (issue) =>
              `${quoted(issue)} cannot name a rotation. Use up to 40 letters, digits, ".", "_" and "-", such as 2026-11.`,
          })
          .optional()
          .meta({
            description:
              "Any text. Another one than before renews client and secret: the new one works before the old one goes.",
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

const preset = z.enum(presetNames, {
  error: (issue) => `${quoted(issue)} is not a preset. Presets: ${presetNames.join(", ")}.`,
});

export const workflow = settingsObject({
  presets: z
    .array(preset, { error: `Expected a list of presets: ${presetNames.join(", ")}.` })
    .min(1, { error: "Name at least one preset: review, mention." })
    .optional()
    .meta({
      description:
        "What Claude does; each preset is a job of the workflow file. `review` reviews each pull request, `mention` answers " +
        "@claude in comments and issues.",
      default: defaults.workflow.presets,
      examples: [["review", "mention"]],
    }),
  path: text("a path inside .github/workflows/")
    .regex(/^\.github\/workflows\/[A-Za-z0-9._-]+\.ya?ml$/, {
      error: (issue) =>
        `${quoted(issue)} is not a workflow file. GitHub runs only .github/workflows/NAME.yml (or .yaml), without a folder between.`,
    })
    .optional()
    .meta({
      description: "The workflow file.",
      default: defaults.workflow.path,
      examples: [".github/workflows/review.yml"],
    }),
  prompt: text("the text of a prompt")
    .min(1, { error: "The prompt is empty. Remove the key to use the preset's own." })
    .optional()
    .meta({
      description:
        "What Claude is asked to do in a review, in place of the preset's own prompt. Repository and pull request number are " +
        "put in front of it. Expressions that an outsider controls, such as the pull request's title, are refused.",
      examples: ["Look for SQL injection and missing tests. Post inline comments."],
    }),
  model: text("a model")
    .regex(/^[^/*\s]+\/[^*\s]+$/, {
      error: (issue) =>
        `${quoted(issue)} is not one model. Write provider/model without wildcards, such as anthropic/claude-sonnet-4-6.`,
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
    .union([text("a runner label").min(1), z.array(text("a runner label").min(1)).min(1)], {
      error: "Expected a runner label, or a list of labels, such as [self-hosted, linux].",
    })
    .optional()
    .meta({
      description: "The runner's labels. It must be Linux, with sudo and curl.",
      default: defaults.workflow.runsOn,
      examples: [["self-hosted", "linux"]],
    }),
  environment: text("the name of an environment")
    .regex(/^[^*:$\p{Cc}]{1,255}$/u, {
      error: (issue) =>
        `${quoted(issue)} cannot be an environment here: no colon, asterisk, dollar or control character, at most 255 characters.`,
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
    .min(5, { error: "At least 5 minutes: joining the tailnet alone may take two." })
    .max(360, { error: "At most 360 minutes: GitHub ends a job then." })
    .optional()
    .meta({ description: "When GitHub ends a job.", default: defaults.workflow.timeoutMinutes, examples: [45] }),
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
        "write access, and its push brings the fork's commits into this repository, under the name of the fork's branch.",
      default: defaults.workflow.allowForks,
      examples: [true],
    }),
  actions: z
    .partialRecord(
      z.enum(actionNames, { error: `Known actions: ${actionNames.join(", ")}.` }),
      text("an action pinned to a commit").refine((pin) => parsePin(pin) !== undefined, {
        error: (issue) =>
          `${quoted(issue)} is not pinned. Write owner/repository@ and the 40 hexadecimal digits of a commit.`,
      }),
      { error: "Expected an object: the action's name, and owner/repository@commit." },
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
      description: "Replace a workflow file that exists at `path` and was not written by this program.",
      default: defaults.workflow.adopt,
      examples: [true],
    }),
}).meta({ description: "The workflow file.", examples: [{ presets: ["review", "mention"] }] });

export const delivery = z
  .discriminatedUnion(
    "kind",
    [
      settingsObject({
        kind: z.literal("commit").meta({ description: "Commit the workflow file to the default branch." }),
        message: text("a commit message")
          .min(1)
          .optional()
          .meta({ description: "The commit message of a new workflow file.", examples: ["ci: add Claude Code"] }),
      }),
      settingsObject({
        kind: z.literal("output").meta({
          description:
            "Do not commit; the text is the stack output `workflows`, for a branch that needs a pull request or for another tool.",
        }),
      }),
    ],
    { error: "Expected { kind: commit } or { kind: output }." },
  )
  .meta({
    description: "How the workflow file gets into the repository.",
    default: defaults.delivery,
    examples: [{ kind: "commit", message: "ci: add Claude Code" }],
  });
