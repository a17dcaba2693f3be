/** The properties that decide the text of a workflow file, by its role. */
import { omitUndefined } from "../../core/omit-undefined.ts";
import {
  type CallerOptions,
  type CentralOptions,
  identityScopes,
  type WorkflowFileOptions,
} from "../../core/workflow/file.ts";
import { presetNames, type WorkflowOptions, workflowDefaults } from "../../core/workflow/options.ts";
import { buildSchema, type Field, type Fields, listRequired } from "../fields.ts";
import { isMap, type PropertyMap, type PropertyValue } from "../structs.ts";

export type Role = WorkflowFileOptions["role"];
export const roles = ["standalone", "central", "caller"] as const satisfies readonly Role[];

const text = { kind: "string" } as const;
const texts = { kind: "list", items: text } as const;

const common = {
  role: {
    kind: "string",
    allowed: roles,
    description:
      "`standalone`: the jobs, in the repository that they work for. `central`: the jobs, for other repositories to call. " +
      "`caller`: a repository's events, and a call of the central jobs.",
  },
  path: { ...text, description: "Where the file is in the repository: `.github/workflows/claude.yml`." },
  owner: { ...text, description: "The stack's name, as in the file's header: `claude-aperture/prod`." },
  presets: {
    kind: "list",
    items: { kind: "string", allowed: presetNames },
    description: "What Claude does: each is a job.",
  },
  identity: { kind: "string", allowed: ["federated", "oauth"], description: "How a runner joins the tailnet." },
} as const satisfies Fields;

const jobs = {
  tag: { ...text, description: "The one tag of the runners." },
  hostname: { ...text, description: "Aperture's host name, as runners call it." },
  model: { ...text, optional: true, description: "The model that Claude Code asks for, without its provider." },
  prompt: { ...text, optional: true, description: "What the review looks at, in place of the preset's own text." },
  runsOn: { ...texts, optional: true, description: "All labels that the runner must have." },
  environment: { ...text, optional: true, description: "GitHub environment of the jobs." },
  timeoutMinutes: { kind: "number", optional: true, description: "Limit of each job, in minutes." },
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
  allowedTools: { ...texts, optional: true, description: "Rules for tools beside those of the preset." },
  trustPullRequestCode: {
    kind: "boolean",
    optional: true,
    description: "Whether commands among the tools may run, which a pull request decides.",
  },
  maxTurns: { kind: "number", optional: true, description: "After how many answers of the model a run ends." },
  systemPrompt: { ...text, optional: true, description: "What is added to Claude Code's system prompt." },
  triggerPhrase: { ...text, optional: true, description: "What a mention has in it as a word of its own." },
  paths: { ...texts, optional: true, description: "Patterns of files that need a review." },
  skipPaths: { ...texts, optional: true, description: "Patterns of files that need none." },
  skipLabels: { ...texts, optional: true, description: "Labels of pull requests that get no review." },
  headers: { kind: "boolean", optional: true, description: "Whether requests say where they come from." },
  actions: { kind: "map", items: text, optional: true, description: "Other pins of the actions." },
} as const satisfies Record<Exclude<keyof WorkflowOptions, keyof typeof common>, Field>;

export const credentialType = "claude-aperture:index:LiteralCredential";
export const centralFileType = "claude-aperture:index:CentralFile";

const credentialFields = {
  clientId: { ...text, description: "The client ID of the federated identity. It is no secret." },
  audience: { ...text, description: "Its audience. It is no secret, either." },
} as const satisfies Fields;

const centralFileFields = {
  repository: {
    ...text,
    description: "The repository, as GitHub spells it now: GitHub follows no renames in `uses:`.",
  },
  path: { ...text, description: "Where the file is in it." },
  branch: { ...text, description: "Callers take the file from the head of this branch." },
} as const satisfies Fields;

const central = {
  admitted: {
    kind: "map",
    items: { kind: "number" },
    optional: true,
    description: "The repositories that the jobs run for, by name: GitHub's ids. Together with `credential`.",
  },
  credential: {
    kind: "object",
    type: credentialType,
    fields: credentialFields,
    optional: true,
    description: "The identity of all that call the file; without it callers pass secrets.",
  },
} as const satisfies Record<Exclude<keyof CentralOptions, keyof WorkflowOptions | "role">, Field>;

const caller = {
  scope: {
    kind: "string",
    allowed: identityScopes,
    description: "Whose runners the identity serves: in `organization` no secret is passed.",
  },
  central: {
    kind: "object",
    type: centralFileType,
    fields: centralFileFields,
    description: "The file that is called.",
  },
  permissions: {
    kind: "map",
    items: { kind: "string", allowed: ["read", "write"] },
    description: "What the called jobs may do at most.",
  },
} as const satisfies Record<Exclude<keyof CallerOptions, keyof typeof common>, Field>;

const fieldsByRole: Record<Role, Fields> = {
  standalone: { ...common, ...jobs },
  central: { ...common, ...jobs, ...central },
  caller: { ...common, ...caller },
};

/** The properties of a file of the role that they name; of any, where they name none. */
export function contentFields({ role }: PropertyMap): Fields {
  return roles.some((one) => one === role) ? fieldsByRole[role as Role] : common;
}

/** Of all roles, for the schema: what not each of them has is optional. */
export const allContentFields: Fields = {
  ...common,
  ...Object.fromEntries(
    Object.entries({ ...jobs, ...central, ...caller } satisfies Fields).map(([name, field]) => [
      name,
      { ...(field as Field), optional: true as const },
    ]),
  ),
};

export const contentTypes = Object.fromEntries(
  [
    [credentialType, "A federated identity as it stands in a central file.", credentialFields] as const,
    [centralFileType, "Where a central file is.", centralFileFields] as const,
  ].map(([type, description, fields]) => [
    type,
    { type: "object", description, properties: buildSchema(fields), required: listRequired(fields) },
  ]),
);

/** The options of properties that were checked. */
export function toContent(properties: PropertyMap): WorkflowFileOptions {
  const known: Record<string, PropertyValue | undefined> = Object.fromEntries(
    Object.keys(contentFields(properties)).map((name) => [name, properties[name] ?? undefined]),
  );
  const {
    runsOn = workflowDefaults.runsOn,
    timeoutMinutes = workflowDefaults.timeoutMinutes,
    admitted,
    ...rest
  } = known;
  if (properties.role === "caller") return omitUndefined(rest) as unknown as WorkflowFileOptions;
  // The tables are those of the interfaces.
  return omitUndefined({
    ...rest,
    timeoutMinutes,
    runsOn: Array.isArray(runsOn) && runsOn.length === 1 ? runsOn[0] : runsOn,
    admitted: isMap(admitted) ? Object.values(admitted) : undefined,
  }) as unknown as WorkflowFileOptions;
}
