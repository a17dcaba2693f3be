/** The stack configuration as a person writes it: one zod schema, from which settings.schema.json and docs/settings.md come. */
import { z } from "zod";
import { formatMessage } from "../messages/entry.ts";
import { notADestination, notATagOwner } from "../messages/settings.ts";
import { isMarkOwner, markOwnerPattern } from "../policy/marks.ts";
import { isDestination, isTagOwner } from "../policy/rules.ts";
import { hostnamePattern, isHostname } from "../workflow/names.ts";
import { delivery, repositoryName } from "./delivery.ts";
import { defaults, identity, models, tag, workflow } from "./fields.ts";
import type { settingNames } from "./names.ts";
import { quoteInput, settingsObject, text } from "./objects.ts";

const repository = settingsObject("repository", {
  name: repositoryName.meta({ description: "The repository, as name or owner/name.", examples: ["api", "acme/api"] }),
  formerly: z
    .array(repositoryName, { error: "Expected a list of former names." })
    .optional()
    .meta({
      description: "Names that the repository had before: a rename is then no delete and create.",
      examples: [["backend"]],
    }),
  tag: tag.optional(),
  models: models.optional(),
  identity: identity.optional(),
  workflow: workflow.optional(),
  delivery: delivery.optional(),
});

/** Everything under `claude-aperture:`. */
const settings = {
  repositories: z
    .array(z.union([repositoryName, repository], { error: "Expected a repository, as name or object with a name." }), {
      error: "Expected a list of repositories, as names or objects with a name.",
    })
    .min(1, { error: "List at least one repository." })
    .meta({
      description:
        "The repositories. An entry is a name, or an object that sets what differs from the stack: name, formerly, tag, models, " +
        "identity, workflow, delivery.",
      examples: [["app", { name: "api", models: ["anthropic/claude-sonnet-4-6"], tag: "tag:ci-api" }]],
    }),
  aperture: settingsObject("aperture", {
    hostname: text("a host name")
      .refine(isHostname, {
        error: (issue) =>
          `${quoteInput(issue)} is not a host name. Write it without scheme, port or path, such as ai: runners call http://ai.`,
      })
      .optional()
      .meta({
        description: "The host name of Aperture in the tailnet. Runners call http://HOSTNAME.",
        default: defaults.hostname,
        pattern: hostnamePattern.source,
        examples: ["ai"],
      }),
    device: text("a tag or a Tailscale address")
      .refine(isDestination, {
        error: (issue) => formatMessage(notADestination, { value: quoteInput(issue) }),
      })
      .optional()
      .meta({
        description:
          "The Aperture device as the grant's destination: its tag (best: it survives a new address) or a Tailscale address. " +
          "Default: the addresses of the device whose MagicDNS name is `hostname`, if it is the only one, belongs to this tailnet and " +
          "carries a tag, but not the runners'.",
        examples: ["tag:aperture", "100.101.102.103"],
      }),
  })
    .optional()
    .meta({ description: "Where Aperture is." }),
  tag: tag.optional(),
  tagOwners: z
    .array(
      text("an owner").refine(isTagOwner, {
        error: (issue) => formatMessage(notATagOwner, { value: quoteInput(issue) }),
      }),
      { error: "Expected a list of owners." },
    )
    .optional()
    .meta({
      description:
        "Who else may assign the tags. Owners, Admins and Network admins always may; a pipeline that deploys with a trust " +
        "credential needs the credential's own tag here.",
      default: defaults.tagOwners,
      examples: [["tag:deployer"]],
    }),
  models: models.optional(),
  identity: identity.optional(),
  workflow: workflow.optional(),
  policy: settingsObject("policy", {
    mode: z
      .enum(["write", "observe"], { error: "Expected write or observe." })
      .optional()
      .meta({
        description:
          "`write` edits the tailnet policy file. `observe` never writes: the policy lives elsewhere, and what is missing is shown ready to paste.",
        default: defaults.policy.mode,
        examples: ["observe"],
      }),
    owner: text("the name in the marks")
      .refine(isMarkOwner, {
        error: (issue) => `${quoteInput(issue)} cannot stand in a mark. Use letters, digits, ".", "_", "-" and "/".`,
      })
      .optional()
      .meta({
        description: "The name in the comment in front of each entry of ours. Default: project/stack.",
        pattern: markOwnerPattern.source,
        examples: ["claude-aperture/prod"],
      }),
    takeOver: z
      .boolean({ error: "Expected true or false." })
      .optional()
      .meta({
        description:
          "For the first run of a new state: `true` takes over what a stack of the same name, whose state was lost, has left. Do not " +
          "use it while another backend has that stack. Remove it after that run.",
        default: defaults.policy.takeOver,
        examples: [true],
      }),
    test: z
      .enum(["accept", "strict", "none"], { error: "Expected accept, strict or none." })
      .optional()
      .meta({
        description:
          "The entry in the policy's `tests`: `accept` = runners reach Aperture's port, `strict` = and not its port 22 (fails on a " +
          "tailnet that allows all), `none` = no entry.",
        default: defaults.policy.test,
        examples: ["strict"],
      }),
    shareTag: z
      .boolean({ error: "Expected true or false." })
      .optional()
      .meta({
        description:
          "Use a tag that rules of others already name for more than Aperture. Runners then get what those rules give, and devices " +
          "that carry the tag get the models. Without it the first preview fails, and lists the rules with their lines.",
        default: defaults.policy.shareTag,
        examples: [true],
      }),
  })
    .optional()
    .meta({ description: "The tailnet policy file." }),
  delivery: delivery.optional(),
  onUnavailable: z
    .enum(["fail", "skip"], { error: "Expected fail or skip." })
    .optional()
    .meta({
      description:
        "Archived, missing or disabled repositories: `fail` names them all in one error, `skip` reports them and leaves them alone.",
      default: defaults.onUnavailable,
      examples: ["skip"],
    }),
} satisfies Record<(typeof settingNames)[number], z.ZodType>;

export const settingsSchema = settingsObject("stack", settings);

export type SettingsInput = z.infer<typeof settingsSchema>;
export type RepositoryInput = z.infer<typeof repository>;
