/** The properties of a `claude-aperture:index:WorkflowFile`, from property values and back. */
import type { FileDelivery } from "../../core/delivery/file-delivery.ts";
import { renderOnce } from "../../core/delivery/rendered.ts";
import type { Problem } from "../../core/problem.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { findWorkflowFileProblems, type WorkflowFileOptions } from "../../core/workflow/file.ts";
import type { FileAddress } from "../../services/github/live-files.ts";
import { checkFields, type Fields } from "../fields.ts";
import type { PropertyMap } from "../structs.ts";
import { allContentFields, contentFields, toContent } from "./content.ts";

export interface Inputs {
  /** As the settings name it. */
  repository: RepositorySlug;
  /** GraphQL's node id of the repository: a name can be given to another one. */
  repositoryId: string;
  /** What decides the text. */
  content: WorkflowFileOptions;
  delivery: FileDelivery;
}

const text = { kind: "string" } as const;

export const deliveryType = "claude-aperture:index:Delivery";

const optionalText = { ...text, optional: true } as const;
const flag = { kind: "boolean", optional: true } as const;

export const deliveryFields: Fields = {
  kind: {
    kind: "string",
    allowed: ["commit", "pull-request", "output"],
    description: "How the file gets into the repository.",
  },
  branch: { ...optionalText, description: "Where it goes. Default: the default branch." },
  message: { ...optionalText, description: "The headline of a commit." },
  title: { ...optionalText, description: "The title of a pull request." },
  body: { ...optionalText, description: "Its text. Default: what the file adds, why, and what to check." },
  labels: { kind: "list", items: text, optional: true, description: "Its labels." },
  draft: { ...flag, description: "Open it as a draft." },
  autoMerge: { ...flag, description: "Have GitHub merge it as soon as its rules are met." },
  reopen: { ...flag, description: "Open a new one where one of the same text was closed without being merged." },
};

const inputFields = (content: Fields): Fields => ({
  repository: { ...text, description: "The repository, as `owner/name`." },
  repositoryId: { ...text, description: "GraphQL's node id of the repository. A name can be given to another one." },
  ...content,
  delivery: { kind: "object", type: deliveryType, fields: deliveryFields, description: "How the file gets there." },
  adopt: {
    kind: "boolean",
    optional: true,
    description:
      "Replace a file that exists and is not this stack's. Only when the resource is created; stands in no state.",
  },
});

/** What a program gives, whatever the role. */
export const fields: Fields = inputFields(allContentFields);

/** What a check adds, and what stands in state. */
export const keptFields: Fields = {
  ...Object.fromEntries(Object.entries(fields).filter(([name]) => name !== "adopt")),
  blob: { ...text, description: "Git's id of the file's text. In a preview's old value: what is there in its place." },
};

/** What stands in state besides. */
export const outputFields: Fields = {
  branch: { ...optionalText, description: "The branch with the file." },
  written: { ...optionalText, description: "Git's id of our text that was last seen on that branch." },
  writtenPath: { ...optionalText, description: "Where that text is, while a pull request is to move it." },
  proposed: { ...optionalText, description: "Git's id of the text that a pull request is to bring." },
  head: { ...optionalText, description: "The commit with it." },
  pullRequest: { kind: "number", optional: true, description: "The pull request's number." },
  isDisabled: {
    ...flag,
    description:
      "The stack has disabled its workflow when it left the repository, and enables it once the file is back.",
  },
  status: {
    ...optionalText,
    description: "What is left to be done: `waiting for acme/app#12`. Absent when nothing is.",
  },
};

/** A file on the branch that it is delivered to. */
export function fileAddress(
  { repositoryId, delivery }: Pick<Inputs, "repositoryId" | "delivery">,
  path: string,
): FileAddress {
  const { branch } = "branch" in delivery ? delivery : {};
  return { repositoryId, path, ...(branch === undefined ? {} : { branch }) };
}

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
  const { problems, hasUnknown } = checkFields(given, inputFields(contentFields(given)));
  if (problems.length > 0) return { kind: "invalid", problems };
  if (hasUnknown) return { kind: "unknown" };
  const inputs = toInputs(given);
  const wrong = findWorkflowFileProblems(inputs.content);
  if (wrong.length > 0) return { kind: "invalid", problems: wrong };
  return { kind: "known", wanted: { ...inputs, ...renderOnce(inputs.content), adopt: given.adopt === true } };
}

/** Inputs of an earlier run, as they stand in state. */
export function toInputs(properties: PropertyMap): Inputs {
  const { repository, repositoryId, delivery } = properties;
  // The tables are those of the interfaces.
  return { repository, repositoryId, delivery, content: toContent(properties) } as unknown as Inputs;
}
