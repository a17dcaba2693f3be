import * as pulumi from "@pulumi/pulumi";
import { workflowFileType } from "../core/resource-types.ts";
import type { DeliverySettings, RepositorySlug } from "../core/settings/settings.ts";
import type { CallerOptions, CentralOptions, StandaloneOptions } from "../core/workflow/file.ts";
import { type LiteralCredential, workflowDefaults } from "../core/workflow/options.ts";

type Inputs<T> = { [Key in keyof T]: pulumi.Input<T[Key]> };

/** The jobs, in the repository that they work for. */
export type StandaloneContent = StandaloneOptions;

/** The jobs, for other repositories to call. */
export type CentralContent = Omit<CentralOptions, "admitted" | "credential"> & {
  /** The repositories that the jobs run for, by name: GitHub's ids. Together with `credential`. */
  admitted?: Record<RepositorySlug, number>;
  /** The identity of all that call the file: neither value is a secret. Without it callers pass secrets. */
  credential?: Inputs<LiteralCredential>;
};

/** A repository's events, and a call of the central jobs. */
export type CallerContent = CallerOptions;

/** What the file is to do, and how it gets there. Its text is rendered by the provider, and stands in no state. */
export type WorkflowFileArgs = (StandaloneContent | CentralContent | CallerContent) & {
  /** The repository, as `owner/name`. */
  repository: RepositorySlug;
  /** GraphQL's node id of the repository (`node_id` of the REST API): a name can be given to another one. */
  repositoryId: pulumi.Input<string>;
  delivery: DeliverySettings;
  /** Replace a file that exists and is not this stack's. Looked at once, when the resource is created. Default false. */
  adopt?: boolean;
};

/**
 * The workflow file of one repository. A preview reads it as it is on the default branch, and shows what others did to it; `up` puts
 * that right, by a commit that GitHub signs.
 *
 * Credentials come from the environment variables of the GitHub provider (`GITHUB_TOKEN`, or `GITHUB_APP_ID` and so on). Served by the
 * plugin in `provider/`, which `plugins.providers` of Pulumi.yaml has to name.
 *
 * Import with `pulumi import claude-aperture:index:WorkflowFile NAME OWNER/NAME:PATH`.
 */
export class WorkflowFile extends pulumi.CustomResource {
  /** Git's id of the text. */
  declare readonly blob: pulumi.Output<string>;
  /** The branch that has the file; absent before it does. */
  declare readonly branch: pulumi.Output<string | undefined>;
  /** What is left to be done, such as `waiting for acme/app#12`; absent when nothing is. */
  declare readonly status: pulumi.Output<string | undefined>;

  constructor(name: string, args: WorkflowFileArgs, options?: pulumi.CustomResourceOptions) {
    super(
      workflowFileType,
      name,
      { ...toFileInputs(args), blob: undefined, branch: undefined, status: undefined },
      options,
    );
  }
}

/**
 * The properties as the provider takes them: lists are lists, and what nobody set is absent. So are values that are the default:
 * they would stand in the state of each of hundreds of files, and the engine writes all of it at each step.
 */
export function toFileInputs(args: WorkflowFileArgs): Record<string, unknown> {
  const set = Object.entries(args).filter(([name, value]) => value !== undefined && value !== defaults[name]);
  const inputs = Object.fromEntries(set);
  return {
    ...inputs,
    presets: [...args.presets],
    ...("runsOn" in inputs ? { runsOn: [inputs.runsOn].flat() } : {}),
    ...("actions" in args && Object.keys(args.actions ?? {}).length === 0 ? { actions: undefined } : {}),
  };
}

/** As the provider fills them in. Where the file is belongs to what it is: it is said in any case. */
const defaults: Partial<Record<string, unknown>> = { ...workflowDefaults, path: undefined, adopt: false };
