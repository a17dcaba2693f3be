/**
 * What a run consists of, found out before anything of it starts: the jobs of the file, those of the files that it calls, and
 * what each may do. GitHub checks all of that first, and one mistake keeps the whole run from starting.
 * https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations
 */
import { findExcess, readPermissions, type TokenPermissions, usualPermissions } from "./permissions.ts";
import { InvalidWorkflow, type JobBody, readWorkflowFile, type WorkflowFile } from "./workflow-file.ts";

/** Where a workflow file stands. */
export interface Place {
  /** `owner/name` */
  repository: string;
  path: string;
  /** `refs/heads/main`, or a commit's id. */
  ref: string;
  /** The commit. */
  sha: string;
}

/** A file's text and its place; or why GitHub does not find it. */
export type Found = { place: Place; text: string } | { refusal: string };

/** The jobs of one file. */
export interface Level {
  file: WorkflowFile;
  place: Place;
  /** What a job gets that says nothing. */
  permissions: TokenPermissions;
  jobs: Map<string, PlannedJob | PlannedCall>;
}

export interface PlannedJob {
  kind: "job";
  id: string;
  body: JobBody;
  permissions: TokenPermissions;
}

export interface PlannedCall {
  kind: "call";
  id: string;
  body: JobBody;
  level: Level;
}

/** Why a run does not start, in GitHub's words as far as they are known. */
export class StartupFailure extends Error {}

/** How deep calls may go, the first file counted. */
const mostLevels = 10;

/**
 * @param find a file that `uses` of a job names, as seen from the file in which it stands.
 * @throws StartupFailure
 */
export async function planRun(
  file: WorkflowFile,
  place: Place,
  find: (uses: string, from: Place) => Found,
): Promise<Level> {
  return planLevel(file, place, readPermissions(file.permissions) ?? usualPermissions, undefined, [], find);
}

/** `granted`: the most that jobs may have; undefined in the file that the event started. */
async function planLevel(
  file: WorkflowFile,
  place: Place,
  permissions: TokenPermissions,
  granted: TokenPermissions | undefined,
  callers: string[],
  find: (uses: string, from: Place) => Found,
): Promise<Level> {
  const level: Level = { file, place, permissions, jobs: new Map() };
  for (const [id, body] of file.jobs) {
    const own = readPermissions(body.permissions);
    const excess = granted && own && findExcess(granted, own);
    if (excess) {
      throw new StartupFailure(
        `The nested job '${id}' is requesting '${excess.asked}', but is only allowed '${excess.granted}'.`,
      );
    }
    if (body.uses === undefined) {
      level.jobs.set(id, { kind: "job", id, body, permissions: own ?? permissions });
      continue;
    }
    const called = await planCall(body.uses, body, place, own ?? permissions, [...callers, place.path], find);
    level.jobs.set(id, { kind: "call", id, body, level: called });
  }
  return level;
}

async function planCall(
  uses: string,
  body: JobBody,
  from: Place,
  granted: TokenPermissions,
  callers: string[],
  find: (uses: string, from: Place) => Found,
): Promise<Level> {
  if (callers.length >= mostLevels) throw new StartupFailure("The maximum depth of reusable workflows is reached.");
  const found = find(uses, from);
  if ("refusal" in found) {
    throw new StartupFailure(
      `error parsing called workflow "${from.path}" -> "${uses}" : ${found.refusal}. See https://docs.github.com/actions/learn-github-actions/reusing-workflows#access-to-reusable-workflows for more information.`,
    );
  }
  const error = (message: string) => new StartupFailure(`Error calling workflow '${uses}'. ${message}`);
  try {
    const file = await readWorkflowFile(found.place.path, found.text);
    checkInterface(file, body);
    const own = readPermissions(file.permissions);
    const excess = own && findExcess(granted, own);
    if (excess) {
      throw new StartupFailure(
        `The workflow is requesting '${excess.asked}', but is only allowed '${excess.granted}'.`,
      );
    }
    return await planLevel(file, found.place, own ?? granted, granted, callers, find);
  } catch (failure) {
    if (failure instanceof InvalidWorkflow || failure instanceof StartupFailure) throw error(failure.message);
    throw failure;
  }
}

/** What a caller hands over must be what the file declares. */
function checkInterface({ call, path }: WorkflowFile, { secrets, with: inputs = {} }: JobBody): void {
  if (!call)
    throw new StartupFailure(`workflow is not reusable as it is missing a \`on.workflow_call\` trigger: ${path}`);
  const given = secrets === "inherit" || secrets === undefined ? [] : Object.keys(secrets);
  for (const name of given)
    if (!has(call.secrets, name))
      throw new StartupFailure(`Invalid secret, ${name} is not defined in the referenced workflow.`);
  for (const [name, { required }] of call.secrets)
    if (required && secrets !== "inherit" && !given.some((one) => same(one, name)))
      throw new StartupFailure(`Secret ${name} is required, but not provided while calling.`);
  for (const name of Object.keys(inputs))
    if (!has(call.inputs, name))
      throw new StartupFailure(`Invalid input, ${name} is not defined in the referenced workflow.`);
  for (const [name, { required }] of call.inputs)
    if (required && !Object.keys(inputs).some((one) => same(one, name)))
      throw new StartupFailure(`Input ${name} is required, but not provided while calling.`);
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
const has = (names: ReadonlyMap<string, unknown>, name: string) => [...names.keys()].some((one) => same(one, name));

/** Every job of the level and of those below it. */
export function* allJobs(level: Level): Generator<PlannedJob> {
  for (const job of level.jobs.values()) {
    if (job.kind === "job") yield job;
    else yield* allJobs(job.level);
  }
}

/** `owner/name` or path of everything that the run uses: actions of steps, and called files. */
export function* allUses(level: Level): Generator<string> {
  for (const { kind, body, ...job } of level.jobs.values()) {
    if (kind === "call" && body.uses) yield body.uses;
    if ("level" in job) yield* allUses(job.level);
    for (const step of body.steps ?? []) if (typeof step.uses === "string") yield step.uses;
  }
}
