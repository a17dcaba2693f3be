/** The properties of a `claude-aperture:index:WorkflowFile`, from property values and back. */
import { gitBlobOid } from "../../core/delivery/blob.ts";
import { omitUndefined } from "../../core/omit-undefined.ts";
import type { Problem } from "../../core/problem.ts";
import type { DeliverySettings, RepositorySlug } from "../../core/settings/settings.ts";
import { findWorkflowProblems, presetNames, type WorkflowOptions } from "../../core/workflow/options.ts";
import { claudeWorkflow } from "../../core/workflow/presets.ts";
import { render } from "../../core/workflow/render.ts";
import { checkFields, type Fields, readValues } from "../fields.ts";
import type { PropertyMap } from "../structs.ts";

/** What decides the text of the file. */
export type Content = WorkflowOptions;

export interface Inputs {
  /** As the settings name it. */
  repository: RepositorySlug;
  /** GraphQL's node id of the repository: a name can be given to another one. */
  repositoryId: string;
  content: Content;
  delivery: DeliverySettings;
}

const text = { kind: "string" } as const;
const texts = { kind: "list", items: text } as const;

export const deliveryType = "claude-aperture:index:Delivery";

export const deliveryFields: Fields = {
  kind: { kind: "string", allowed: ["commit", "output"], description: "How the file gets into the repository." },
  message: { ...text, optional: true, description: "The headline of a commit." },
};

const contentFields: Fields = {
  path: { ...text, description: "Where the file is in the repository: `.github/workflows/claude.yml`." },
  owner: { ...text, description: "The stack's name, as in the file's header: `claude-aperture/prod`." },
  presets: {
    kind: "list",
    items: { kind: "string", allowed: presetNames },
    description: "What Claude does: each is a job.",
  },
  identity: {
    kind: "string",
    allowed: ["federated", "oauth"],
    description: "How a runner joins the tailnet.",
  },
  tag: { ...text, description: "The one tag of the runners." },
  hostname: { ...text, description: "Aperture's host name, as runners call it." },
  model: { ...text, optional: true, description: "The model that Claude Code asks for, without its provider." },
  prompt: { ...text, optional: true, description: "What the review looks at, in place of the preset's own text." },
  runsOn: { ...texts, description: "All labels that the runner must have." },
  environment: { ...text, optional: true, description: "GitHub environment of the jobs." },
  timeoutMinutes: { kind: "number", description: "Limit of each job, in minutes." },
  allowForks: {
    kind: "boolean",
    optional: true,
    description: "Whether a mention on a fork's pull request is answered.",
  },
  joinTimeoutSeconds: {
    kind: "number",
    optional: true,
    description: "How long the runner waits for Aperture, in seconds.",
  },
  actions: { kind: "map", items: text, optional: true, description: "Other pins of the actions." },
};

/** What a program gives. */
export const fields: Fields = {
  repository: { ...text, description: "The repository, as `owner/name`." },
  repositoryId: { ...text, description: "GraphQL's node id of the repository. A name can be given to another one." },
  ...contentFields,
  delivery: { kind: "object", type: deliveryType, fields: deliveryFields, description: "How the file gets there." },
  adopt: {
    kind: "boolean",
    optional: true,
    description:
      "Replace a file that exists and is not this stack's. Only when the resource is created; stands in no state.",
  },
};

/** What a check adds, and what stands in state. */
export const keptFields: Fields = {
  ...Object.fromEntries(Object.entries(fields).filter(([name]) => name !== "adopt")),
  blob: { ...text, description: "Git's id of the file's text. In a preview's old value: what is there in its place." },
};

/** What stands in state besides. */
export const outputFields: Fields = {
  branch: { ...text, optional: true, description: "The branch with the file." },
  written: { ...text, optional: true, description: "Git's id of the text that was delivered last." },
};

/** What is to stand in the repository. */
export interface Wanted extends Inputs {
  text: string;
  /** Git's id of the text. */
  blob: string;
  /** Replace a file of somebody else. */
  adopt: boolean;
}

export type Parsed =
  | { kind: "known"; wanted: Wanted }
  /** Well formed as far as it is known. */
  | { kind: "unknown" }
  | { kind: "invalid"; problems: Problem[] };

/** Checks what a program gives, and renders the text. */
export function parseInputs(properties: PropertyMap): Parsed {
  const { blob: _, ...given } = properties;
  const { problems, hasUnknown } = checkFields(given, fields);
  if (problems.length > 0) return { kind: "invalid", problems };
  if (hasUnknown) return { kind: "unknown" };
  const inputs = toInputs(given);
  const wrong = findWorkflowProblems(inputs.content);
  if (wrong.length > 0) return { kind: "invalid", problems: wrong };
  return { kind: "known", wanted: { ...inputs, ...renderOnce(inputs.content), adopt: given.adopt === true } };
}

/** Inputs of an earlier run, as they stand in state. */
export function toInputs(properties: PropertyMap): Inputs {
  // The tables are those of the interfaces.
  const { repository, repositoryId, delivery, ...rest } = readValues(properties, fields) as unknown as Omit<
    Inputs,
    "content"
  > &
    Record<string, unknown>;
  const content = Object.fromEntries(Object.keys(contentFields).map((name) => [name, rest[name]]));
  const labels = content.runsOn as string[] | undefined;
  return {
    repository,
    repositoryId,
    delivery,
    content: omitUndefined({ ...content, runsOn: labels?.length === 1 ? labels[0] : labels }) as unknown as Content,
  };
}

interface Rendered {
  text: string;
  blob: string;
}

const rendered = new Map<string, Rendered>();

/** Hundreds of repositories have one text. */
function renderOnce(content: Content): Rendered {
  const key = JSON.stringify(content);
  let known = rendered.get(key);
  if (!known) {
    const text = render(claudeWorkflow(content));
    known = { text, blob: gitBlobOid(text) };
    rendered.set(key, known);
  }
  return known;
}
