/** A workflow file of any role, from its options to its text: jobs of its own, jobs for others, or a call of those. */
import { createHash } from "node:crypto";
import type { Problem } from "../problem.ts";
import type { CallerWorkflow, Workflow } from "./model.ts";
import {
  isAudience,
  isCallableBranch,
  isClientId,
  isOneLine,
  isRepositorySlug,
  isWorkflowPath,
  longestExpression,
} from "./names.ts";
import {
  findWorkflowProblems,
  type IdentityKind,
  type LiteralCredential,
  nameSecrets,
  type PresetName,
  presetNames,
  WorkflowError,
  type WorkflowOptions,
} from "./options.ts";
import { covers, type PermissionSet } from "./permissions.ts";
import { claudeWorkflow, listPermissions, mostPermissions } from "./presets.ts";
import { render } from "./render.ts";
import { listTriggers } from "./triggers.ts";

/** Whose runners an identity serves: one repository's, or those of all repositories that call one central file. */
export const identityScopes = ["repository", "organization"] as const;
export type IdentityScope = (typeof identityScopes)[number];

/** Where a central file is. */
export interface CentralFile {
  /** As GitHub spells it now: GitHub follows no renames in `uses:`. */
  repository: string;
  /** `.github/workflows/claude-acme-prod.yml` */
  path: string;
  /** Callers take the file from the head of this branch. */
  branch: string;
}

/** The jobs, in the repository that they work for. */
export type StandaloneOptions = { role: "standalone" } & WorkflowOptions;

/** The jobs, for other repositories to call. Starts by no event of its own repository. */
export type CentralOptions = { role: "central" } & WorkflowOptions & {
    /** GitHub's ids of the repositories that the jobs run for; with `credential` only, since it has no other limit. */
    admitted?: readonly number[];
    /** Of an identity in the scope `organization`. Without it, callers pass secrets. */
    credential?: LiteralCredential;
  };

/** A repository's events, and a call of the jobs in a central file. */
export interface CallerOptions {
  role: "caller";
  owner: string;
  /** Where the caller is in its own repository. */
  path: string;
  presets: readonly PresetName[];
  identity: IdentityKind;
  /** In `organization` no secret is passed. */
  scope: IdentityScope;
  central: CentralFile;
  /** At least what the presets' jobs ask for, see `listPermissions`; more while the central file changes. */
  permissions: PermissionSet;
}

export type WorkflowFileOptions = StandaloneOptions | CentralOptions | CallerOptions;

/** The id of a caller's job. Checks are named by it: `claude / Claude review`. */
export const callerJob = "claude";

/**
 * The text of a workflow file. Equal options give equal bytes, whatever the order of presets and ids.
 * @throws WorkflowError with everything that is wrong with the options.
 */
export function renderWorkflowFile(options: WorkflowFileOptions): string {
  const problems = findWorkflowFileProblems(options);
  if (problems.length > 0) throw new WorkflowError(problems);
  switch (options.role) {
    case "standalone":
      return render(claudeWorkflow(options));
    case "central":
      return render(centralWorkflow(options));
    case "caller":
      return render(callerWorkflow(options));
  }
}

/** Everything that is wrong with the options; empty if nothing is. */
export function findWorkflowFileProblems(options: WorkflowFileOptions): Problem[] {
  if (options.role === "caller") return findCallerProblems(options);
  const problems = findWorkflowProblems(options);
  return options.role === "central" ? [...problems, ...findCentralProblems(options)] : problems;
}

function centralWorkflow(options: CentralOptions): Workflow {
  const { clientId, audienceOrSecret } = nameSecrets(options.identity);
  const { jobs, ...workflow } = claudeWorkflow(options);
  const admission = options.admitted === undefined ? "" : `${admit(options.admitted)} &&\n`;
  return {
    ...workflow,
    on: { secrets: options.credential === undefined ? [clientId, audienceOrSecret] : [] },
    jobs: Object.fromEntries(Object.entries(jobs).map(([id, job]) => [id, { ...job, if: admission + job.if }])),
  };
}

/**
 * Whether the repository that calls is one of these. The id is a text in GitHub's context, and `contains` compares a number
 * with the number that a text stands for.
 */
function admit(repositoryIds: readonly number[]): string {
  const ids = [...new Set(repositoryIds)].sort((a, b) => a - b);
  return `contains(fromJSON('[${ids.join(",")}]'), github.repository_id)`;
}

/** The ids that a live central file admits, whatever else is in it; none where it has no such list. */
export function readAdmitted(text: string): number[] {
  const lists = [...text.matchAll(/\bcontains\(fromJSON\('\[([\d,]*)\]'\), github\.repository_id\)/g)];
  return [...new Set(lists.flatMap(([, ids = ""]) => ids.split(",").filter(Boolean).map(Number)))];
}

/** A central file as `uses:` names it. */
export function nameCall({ repository, path, branch }: CentralFile): string {
  return `${repository}/${path}@${branch}`;
}

/** Seven digits that tell central files apart in the names of what their callers have. */
export function keyOfCall(central: CentralFile): string {
  return createHash("sha256").update(nameCall(central)).digest("hex").slice(0, 7);
}

/** No inputs: whoever may change a caller could widen what they say. */
function callerWorkflow(options: CallerOptions): CallerWorkflow {
  const { central, identity, scope } = options;
  const [passed, own] = [nameSecrets(identity), nameSecrets(identity, keyOfCall(central))];
  const secret = (name: string) => `\${{ secrets.${name} }}`;
  return {
    owner: options.owner,
    name: "Claude Code",
    on: listTriggers(presetNames.filter((name) => options.presets.includes(name))),
    permissions: {},
    jobs: {
      [callerJob]: {
        permissions: options.permissions,
        uses: nameCall(central),
        secrets:
          scope === "organization"
            ? {}
            : {
                [passed.clientId]: secret(own.clientId),
                [passed.audienceOrSecret]: secret(own.audienceOrSecret),
              },
      },
    },
  };
}

/** `success() && (...)`, which GitHub puts around a job's `if` that asks for no status. */
const ifOverhead = "success() && ()".length;

function findCentralProblems(options: CentralOptions): Problem[] {
  const { admitted, credential, identity } = options;
  if (admitted === undefined && credential === undefined) return [];
  if (admitted === undefined || credential === undefined || identity !== "federated")
    return [
      {
        path: "credential",
        message:
          "a literal one belongs to a federated identity that serves a list of repositories; give both or neither.",
      },
    ];
  const problems: Problem[] = [];
  const expect = (right: boolean, path: string, message: string) => right || problems.push({ path, message });
  expect(isClientId(credential.clientId), "credential.clientId", "is not the client ID of a trust credential.");
  expect(isAudience(credential.audience), "credential.audience", "is not the audience of a federated identity.");
  expect(admitted.length > 0, "admitted", "name at least one repository.");
  const isId = (id: number) => Number.isSafeInteger(id) && id > 0;
  expect(admitted.every(isId), "admitted", "has what is no repository's id.");
  if (problems.length > 0 || findWorkflowProblems(options).length > 0) return problems;
  const longest = Math.max(...Object.values(centralWorkflow(options).jobs).map((job) => job.if.length + ifOverhead));
  expect(
    longest <= longestExpression,
    "admitted",
    `names ${admitted.length} repositories, ${longest} characters in one expression of at most ${longestExpression}.`,
  );
  return problems;
}

function findCallerProblems({ owner, path, presets, identity, scope, central, permissions }: CallerOptions): Problem[] {
  const problems: Problem[] = [];
  const expect = (right: boolean, path: string, message: string) => right || problems.push({ path, message });
  expect(isOneLine(owner), "owner", `must be one line of text, not ${JSON.stringify(owner)}.`);
  expect(isWorkflowPath(path), "path", `"${path}" is no workflow.`);
  expect(isRepositorySlug(central.repository), "central.repository", `"${central.repository}" is not owner/name.`);
  expect(isWorkflowPath(central.path), "central.path", `"${central.path}" is no workflow.`);
  expect(
    isCallableBranch(central.branch),
    "central.branch",
    `"${central.branch}" is no branch that a workflow can call.`,
  );
  const arePresets = presets.length > 0 && presets.every((preset) => presetNames.includes(preset));
  expect(arePresets, "presets", `name at least one of ${presetNames.join(", ")}, and no other.`);
  expect(
    scope !== "organization" || identity === "federated",
    "scope",
    "an OAuth client has a secret, which nobody could keep in the open: only a federated identity serves an organization.",
  );
  expect(covers(mostPermissions, permissions), "permissions", "are more than any preset asks for.");
  if (arePresets)
    expect(
      covers(permissions, listPermissions({ presets, identity })),
      "permissions",
      "are less than the called jobs ask for; GitHub would start none of them.",
    );
  return problems;
}
