/** What other programs pass to the components, by the rules of the settings: a mistake is named by its argument, in words. */
import { z } from "zod";
import { omitUndefined } from "../omit-undefined.ts";
import type { Problem } from "../problem.ts";
import { isModelName, isRepositorySlug } from "../workflow/names.ts";
import { findUntrustedCommand } from "../workflow/task.ts";
import { delivery } from "./delivery.ts";
import { identity, models, tag, workflow } from "./fields.ts";
import { toProblems } from "./issues.ts";
import { describeUnknownKey, quoteInput, text } from "./objects.ts";
import { settingsSchema } from "./schema.ts";

/** Values that only Pulumi judges, such as outputs of resources, which nobody knows before they exist. */
export const forPulumi = z.unknown().optional();

/** The arguments of a component. */
export function componentArguments<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => describeUnknownKey(key, Object.keys(shape))).join("\n")
        : `Expected an object with the keys ${Object.keys(shape).join(", ")}.`,
  });
}

export const slug = text("a repository, as owner/name").refine(isRepositorySlug, {
  error: (issue) => `${quoteInput(issue)} is not a repository. Write owner/name, such as acme/app.`,
});

const oidc = z.looseObject(
  { useDefault: z.boolean({ error: "Expected true or false." }), subClaimPrefix: text("a prefix").optional() },
  { error: "Expected { useDefault, subClaimPrefix }, as GitHub's API reports them." },
);

const id = z.int({ error: "Expected GitHub's id, a whole number." });

/** A repository by its name, or with the facts that GitHub has about it. */
export const repository = z.union(
  [
    slug,
    z.looseObject({
      slug,
      id,
      nodeId: text("GraphQL's node id"),
      ownerId: id,
      url: text("the address of its page"),
      oidc,
    }),
  ],
  { error: "Expected a repository, as owner/name, or an object with slug, id, nodeId, ownerId, url and oidc." },
);

/** The model without its provider: what a component passes on is what `--model` gets. */
export const workflowArgument = componentArguments({
  ...workflow.shape,
  model: text("a model")
    .refine(isModelName, {
      error: (issue) =>
        `${quoteInput(issue)} is not a model. Write it without its provider, such as claude-sonnet-4-6.`,
    })
    .optional(),
})
  .superRefine((given, context) => {
    const message = findUntrustedCommand(omitUndefined(given));
    if (message !== undefined) context.addIssue({ code: "custom", path: ["allowedTools"], message });
  })
  .optional();

/** The credential of a `RunnerIdentity`. */
export const credential = z.discriminatedUnion(
  "kind",
  [
    componentArguments({
      kind: z.literal("federated"),
      subject: z.unknown().refine((value) => value !== undefined && value !== "", {
        error: "Expected the subject of the OIDC tokens that are trusted.",
      }),
      customClaimRules: z.unknown().refine((value) => typeof value === "object" && value !== null, {
        error: "Expected an object of claims, such as { repository_id: ... }, or {}.",
      }),
      issuer: identity.options[0].shape.issuer,
    }),
    identity.options[1],
  ],
  { error: "Expected { kind: federated, subject, customClaimRules } or { kind: oauth }." },
);

const texts = (expected: string) =>
  z.array(text(expected), { error: `Expected a list: ${expected}, and more if need be.` });

const settings = settingsSchema.shape;
const policy = settings.policy.unwrap().shape;

/** What the components take in common with the settings, under the names of their arguments. */
export const fields = {
  hostname: settings.aperture.unwrap().shape.hostname,
  identity: identity.optional(),
  delivery: delivery.optional(),
  mode: policy.mode,
  shareTag: policy.shareTag,
  owner: policy.owner,
  test: policy.test,
  tag,
  tagOwners: settings.tagOwners,
  tags: z.record(z.string(), z.strictObject({ models }, { error: "Expected { models: [...] }." }), {
    error: 'Expected the tags of the runners with their models, such as { "tag:ci": { models: ["anthropic/**"] } }.',
  }),
  destinations: texts("a tag or a Tailscale address"),
  ports: texts("a port in grant form, such as tcp:80").optional(),
  purpose: text("what the credential is for").optional(),
  overwrite: z.boolean({ error: "Expected true or false." }).optional(),
};

/** Everything that is wrong with arguments; paths are the arguments' own, `workflow.presets[0]`. */
export function findArgumentProblems(schema: z.ZodType, args: unknown): Problem[] {
  const parsed = schema.safeParse(args, { reportInput: true });
  return parsed.success ? [] : toProblems(parsed.error.issues);
}
