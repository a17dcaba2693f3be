/** The setting `delivery`: how workflow files get into repositories. */
import { z } from "zod";
import { formatMessage } from "../messages/entry.ts";
import { notABranch, notARepository } from "../messages/settings.ts";
import {
  findNameInAddress,
  isCallableBranch,
  isCommitMessage,
  isLabel,
  isOneLine,
  isPrintable,
  isRepositoryName,
  isRepositorySlug,
  repositoryPattern,
} from "../workflow/names.ts";
import { quoteInput, settingsObject, text } from "./objects.ts";

/** `name`, or `owner/name`. */
export const repositoryName = text("a repository, as name or owner/name")
  .meta({ pattern: repositoryPattern.source })
  .refine((value) => (value.includes("/") ? isRepositorySlug(value) : isRepositoryName(value)), {
    error: (issue) => {
      const meant = findNameInAddress(String(issue.input));
      return formatMessage(notARepository, {
        value: quoteInput(issue),
        meant: meant === undefined ? "" : `Did you mean ${meant}? `,
      });
    },
  });

const flag = z.boolean({ error: "Expected true or false." }).optional();

const message = text("a commit message")
  .refine(isCommitMessage, { error: "The commit message is empty, or has a control character. Remove the key." })
  .optional()
  .meta({ description: "The commit message of a new workflow file.", examples: ["ci: add Claude Code"] });

/** GitHub's limit for the body of an issue or a pull request. */
const longestBody = 65_536;

/** Of a pull request, whatever file it brings. */
const request = {
  title: text("the title of a pull request")
    .refine(isOneLine, {
      error: (issue) =>
        `${quoteInput(issue)} is not a title: one line, without spaces around it, at most 255 characters.`,
    })
    .optional()
    .meta({ description: "The title of the pull request.", examples: ["Add Claude Code"] }),
  body: text("the text of a pull request")
    .refine((body) => body.trim() !== "" && body.length <= longestBody && isPrintable(body), {
      error: `The text is empty, longer than ${longestBody} characters, or has a control character. Remove the key for the program's own.`,
    })
    .optional()
    .meta({
      description: "Its text. Default: what the file adds, why, and what to check.",
      examples: ["See https://wiki.example.com/claude"],
    }),
  labels: z
    .array(
      text("a label").refine(isLabel, {
        error: (issue) =>
          `${quoteInput(issue)} is not a label: one line of at most 50 characters, without a comma and without spaces around it.`,
      }),
      { error: "Expected a list of labels, such as [ci]." },
    )
    .max(100, { error: "At most 100 labels: GitHub takes no more." })
    .optional()
    .meta({
      description: "Its labels. Whoever maintains the repository may take them off again.",
      default: [],
      examples: [["ci", "automation"]],
    }),
  draft: flag.meta({ description: "Open it as a draft.", default: false, examples: [true] }),
  autoMerge: flag.meta({
    description: "Have GitHub merge it as soon as its rules are met. The repository must allow auto-merge.",
    default: false,
    examples: [true],
  }),
  reopen: flag.meta({
    description:
      "Open a new one where one of the same text was closed without being merged. Otherwise that waits until the text changes.",
    default: false,
    examples: [true],
  }),
  message,
};

const arrival = z.enum(["commit", "pull-request"], { error: "Expected commit or pull-request." }).optional();

export const delivery = z
  .discriminatedUnion(
    "kind",
    [
      settingsObject("delivery", {
        kind: z.literal("commit").meta({ description: "Commit the workflow file to the default branch." }),
        message,
      }),
      settingsObject("delivery", {
        kind: z.literal("pull-request").meta({
          description: "Open a pull request with the workflow file, for a branch that takes no commits.",
        }),
        ...request,
      }),
      settingsObject("delivery", {
        kind: z.literal("central").meta({
          description:
            "The jobs are in one reusable workflow for all repositories with equal settings; each repository has a short " +
            "workflow that calls it. The keys from `title` to `reopen` are for what goes by pull request.",
        }),
        repository: repositoryName.optional().meta({
          description: "The repository of the central workflow, of the same owner.",
          default: ".github",
          examples: [".github", "acme/workflows"],
        }),
        branch: text("the name of a branch")
          .refine(isCallableBranch, {
            error: (issue) => formatMessage(notABranch, { value: quoteInput(issue) }),
          })
          .optional()
          .meta({
            description:
              "Its branch, from which runs take the workflow: whoever can push it can reach Aperture from every repository. " +
              "Default: the repository's default branch.",
            examples: ["main"],
          }),
        by: arrival.meta({
          description: "How the central workflow gets to that branch.",
          default: "commit",
          examples: ["pull-request"],
        }),
        callersBy: arrival.meta({
          description: "How the workflows that call it get into the repositories.",
          default: "commit",
          examples: ["pull-request"],
        }),
        ...request,
      }),
      settingsObject("delivery", {
        kind: z.literal("output").meta({
          description: "Write nothing; the text is the stack output `workflows`, for another tool.",
        }),
      }),
    ],
    {
      error: "Expected { kind: commit }, { kind: pull-request }, { kind: central } or { kind: output }.",
    },
  )
  .meta({
    description: "How the workflow file gets into the repository.",
    default: { kind: "commit" },
    examples: [{ kind: "commit", message: "ci: add Claude Code" }, { kind: "pull-request" }, { kind: "central" }],
  });

export type DeliveryInput = z.infer<typeof delivery>;
