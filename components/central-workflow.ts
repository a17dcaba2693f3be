import * as pulumi from "@pulumi/pulumi";
import type { FileDelivery } from "../core/delivery/file-delivery.ts";
import { renderOnce } from "../core/delivery/rendered.ts";
import type { Tag } from "../core/policy/fragment.ts";
import { centralWorkflowType } from "../core/resource-types.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { IdentitySettings, RepositorySlug, WorkflowSettings } from "../core/settings/settings.ts";
import type { CentralFile, IdentityScope } from "../core/workflow/file.ts";
import { organizationSubject } from "../core/workflow/oidc.ts";
import type { PermissionSet } from "../core/workflow/permissions.ts";
import { listPermissions } from "../core/workflow/presets.ts";
import { bindToRun, runsHooks } from "./run-hooks.ts";
import { createRunnerCredential, type RunnerIdentityArgs } from "./runner-identity.ts";
import { applyTransform, type Transform } from "./transform.ts";
import { WorkflowFile, type WorkflowFileArgs } from "./workflow-file.ts";

export interface CentralWorkflowArgs {
  /** Where the file is to be: a repository of the callers' owner, a path in it, and a branch that exists. */
  file: CentralFile & { repository: RepositorySlug };
  /** GraphQL's node id of that repository. */
  repositoryId: string;
  /** GitHub's id of the owner, for the identity of an organization. */
  ownerId: number;
  /** The one tag of the runners; a `TailnetAccess` must define it first (`dependsOn`). */
  tag: Tag;
  hostname: string;
  identity: IdentitySettings;
  /** What the jobs do. `path` and `adopt` are the callers' own. */
  workflow: Omit<WorkflowSettings, "path" | "adopt">;
  /** The repositories that may call, by name: GitHub's ids. For an identity of an organization, which has no other limit. */
  admitted: Record<RepositorySlug, number>;
  /** How the file gets onto its branch. */
  delivery: FileDelivery;
  /** Replace a file that exists at the path. Default false: the preview refuses. */
  overwrite?: boolean;
  /** The id of the stack's `StackClaim`, see `RunnerIdentityArgs`. */
  claim?: pulumi.Input<string>;
  /** The stack's name, in the header of the file. */
  owner: string;
  /** Leave the live file as it is in this run: callers of it are not ready. */
  isHeld?: boolean;
  /** Called before the live file is changed, not in a preview: callers may have to be changed first. */
  beforeUpdate?: () => Promise<void>;
  transform?: RunnerIdentityArgs["transform"] & { workflowFile?: Transform<WorkflowFileArgs> };
}

/**
 * The jobs of many repositories in one reusable workflow, and, for an organization, the one identity of all their runners. Guards,
 * concurrency, environment and runner stand in it alone, where no pull request of a repository can change them.
 */
export class CentralWorkflow extends pulumi.ComponentResource {
  readonly file: CentralFile;
  readonly scope: IdentityScope;
  /** What a caller has to grant. */
  readonly permissions: PermissionSet;
  readonly workflowFile: WorkflowFile;
  /** The text of the file; not known before an organization's identity is. */
  readonly workflowText: pulumi.Output<string>;
  /** The subject that the organization's identity trusts. */
  readonly subject: string | undefined;

  constructor(name: string, args: CentralWorkflowArgs, options?: pulumi.ComponentResourceOptions) {
    super(centralWorkflowType, name, {}, options);
    const { file, identity, workflow, overwrite = false, delivery, repositoryId } = args;
    this.file = file;
    this.scope = scopeOf(identity);
    this.permissions = listPermissions({ presets: workflow.presets, identity: identity.kind });
    const credential = this.scope === "organization" ? this.createIdentity(name, args) : undefined;
    this.subject = credential?.subject;
    const content = {
      role: "central" as const,
      ...workflow,
      path: file.path,
      owner: args.owner,
      identity: identity.kind,
      tag: args.tag,
      hostname: args.hostname,
    };
    const admitted = Object.values(args.admitted);
    this.workflowText = pulumi
      .output(credential?.literals)
      .apply((literals) => renderOnce(literals ? { ...content, credential: literals, admitted } : content).text);
    this.workflowFile = new WorkflowFile(
      ...applyTransform<WorkflowFileArgs>(
        args.transform?.workflowFile,
        `${name}-workflow`,
        {
          ...content,
          repository: file.repository,
          repositoryId,
          ...(credential ? { credential: credential.literals, admitted: args.admitted } : {}),
          delivery,
          adopt: overwrite,
        },
        { parent: this, ...(args.isHeld ? { ignoreChanges: ["*"] } : {}), hooks: hooksOf(args.beforeUpdate) },
      ),
    );
    this.registerOutputs({});
  }

  private createIdentity(name: string, args: CentralWorkflowArgs) {
    const { file, ownerId, tag, identity, workflow, claim, owner, transform } = args;
    const { subject, customClaimRules } = organizationSubject({
      presets: workflow.presets,
      ...(workflow.environment ? { environment: workflow.environment } : {}),
      runsOn: workflow.runsOn,
      ownerId,
      central: file,
    });
    const issuer = identity.kind === "federated" ? identity.issuer : undefined;
    const { clientId, audienceOrSecret } = createRunnerCredential(
      `${name}-identity`,
      {
        repository: file.repository,
        tag,
        credential: { kind: "federated", subject, customClaimRules, ...(issuer ? { issuer } : {}) },
        purpose: file.path,
        owner,
        ...(claim === undefined ? {} : { claim }),
        ...(transform ? { transform } : {}),
      },
      { parent: this },
    );
    return { subject, literals: { clientId, audience: audienceOrSecret.value } };
  }
}

/** Under Pulumi's mocks there are none. */
function hooksOf(beforeUpdate: CentralWorkflowArgs["beforeUpdate"]): pulumi.ResourceHookBinding {
  return beforeUpdate && runsHooks() ? { beforeUpdate: [bindToRun(beforeUpdate)] } : {};
}
