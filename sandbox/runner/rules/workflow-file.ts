/** A workflow file as GitHub reads it: what is wrong with it, its events, and its jobs as plain values. */
import { parse } from "yaml";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "./libraries.ts";

/** A value of the file; expressions are still text. */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

/** One event of `on`, with its filters. */
export interface EventFilters {
  types?: string[];
  branches?: string[];
  "branches-ignore"?: string[];
  tags?: string[];
  "tags-ignore"?: string[];
  paths?: string[];
  "paths-ignore"?: string[];
}

/** What `on.workflow_call` declares. */
export interface CallInterface {
  secrets: Map<string, { required: boolean }>;
  inputs: Map<string, { required: boolean; default?: Value }>;
}

export interface JobBody {
  name?: Value;
  if?: Value;
  needs?: string | string[];
  permissions?: Value;
  concurrency?: Value;
  uses?: string;
  with?: Record<string, Value>;
  secrets?: "inherit" | Record<string, Value>;
  steps?: Record<string, Value>[];
  outputs?: Record<string, Value>;
  environment?: Value;
  "runs-on"?: Value;
  "timeout-minutes"?: Value;
  [key: string]: Value | undefined;
}

export interface WorkflowFile {
  path: string;
  name: string | undefined;
  /** By event; an event without filters has none. */
  events: Map<string, EventFilters>;
  /** Undefined: no other workflow can call it. */
  call: CallInterface | undefined;
  permissions: Value | undefined;
  concurrency: Value | undefined;
  env: Record<string, Value>;
  defaults: Value | undefined;
  jobs: Map<string, JobBody>;
}

/** A file that GitHub does not take. */
export class InvalidWorkflow extends Error {}

/** @throws InvalidWorkflow with GitHub's own words, as far as its library has them. */
export async function readWorkflowFile(path: string, text: string): Promise<WorkflowFile> {
  const { context, value } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
  const refuse = (messages: string[]): never => {
    throw new InvalidWorkflow(`The workflow is not valid. ${messages.join(" ")}`);
  };
  const mistakes = context.errors.getErrors().map(String);
  if (mistakes.length > 0 || !value) return refuse(mistakes);
  const template = await convertWorkflowTemplate(context, value);
  if (template.errors?.length) return refuse(template.errors.map(({ Message }) => Message));
  const content = parse(text, { uniqueKeys: false, maxAliasCount: -1 }) as Record<string, Value> & {
    jobs: Record<string, JobBody>;
    env?: Record<string, Value>;
  };
  const { workflow_call: _, ...events } = template.events;
  return {
    path,
    name: content.name === undefined ? undefined : String(content.name),
    events: new Map(Object.entries(events as Record<string, EventFilters>)),
    call: template.events.workflow_call ? callInterface(content.on) : undefined,
    permissions: content.permissions,
    concurrency: content.concurrency,
    env: content.env ?? {},
    defaults: content.defaults,
    jobs: new Map(Object.entries(content.jobs)),
  };
}

function callInterface(on: Value | undefined): CallInterface {
  const declared = isRecord(on) && isRecord(on.workflow_call) ? on.workflow_call : {};
  const entries = (value: Value | undefined) => Object.entries(isRecord(value) ? value : {});
  const isRequired = (value: Value): boolean => isRecord(value) && value.required === true;
  return {
    secrets: new Map(entries(declared.secrets).map(([name, value]) => [name, { required: isRequired(value) }])),
    inputs: new Map(
      entries(declared.inputs).map(([name, value]) => [
        name,
        {
          required: isRequired(value),
          ...(isRecord(value) && value.default !== undefined ? { default: value.default } : {}),
        },
      ]),
    ),
  };
}

export const isRecord = (value: unknown): value is Record<string, Value> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
